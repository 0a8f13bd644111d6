"""`make audit`: are there known vulnerabilities in the packages that we stand on?

pip-audit and `npm audit` ask the registries. A registry that does not answer, or does not know a package, makes neither
of them fail: here what could not be checked is named, and the command fails, so that nobody takes silence for health.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

_TIMEOUT: Final = 300  # seconds for each of the two
_PIP_AUDIT: Final = [
    *("-m", "pip_audit", "--vulnerability-service", "pypi", "--requirement", "requirements.txt", "--disable-pip"),
    *("--no-deps", "--format", "json", "--progress-spinner", "off"),
]


@dataclass
class Report:
    """What is known of the packages of one registry: vulnerable ones, and those that nobody could check."""

    registry: str
    asked: int = 0
    vulnerable: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    because: str = ""


def main() -> int:
    """0: all were checked and are well; 1: some are vulnerable; 2: some could not be checked."""
    reports = [python_packages(), npm_packages()]
    for report in reports:
        sys.stdout.write(said(report))
    if any(report.vulnerable for report in reports):
        return 1
    return 2 if any(report.unchecked for report in reports) else 0


def said(report: Report) -> str:
    lines = [f"{report.registry}: {report.asked} packages, {report.asked - len(report.unchecked)} checked"]
    lines += [f"  VULNERABLE {each}" for each in report.vulnerable]
    if report.unchecked:
        lines.append(f"  NOT CHECKED ({report.because}): {', '.join(report.unchecked)}")
    return "\n".join(lines) + "\n"


def python_packages() -> Report:
    names = _pinned(Path("requirements.txt").read_text())
    answer = _run([sys.executable, *_PIP_AUDIT])
    return read_pip_audit(answer, names)


def npm_packages() -> Report:
    lock = json.loads(Path("package-lock.json").read_text())
    names = [name.removeprefix("node_modules/") for name in lock.get("packages", {}) if name]
    return read_npm_audit(_run(["npm", "audit", "--json"]), names)


def read_pip_audit(text: str, names: list[str]) -> Report:
    """`text` is pip-audit's JSON, or what it said instead."""
    report = Report("PyPI", asked=len(names))
    found = _json(text)
    if found is None:
        report.unchecked, report.because = names, "the registry could not be asked"
        return report
    known: dict[str, Any] = {row["name"].lower().replace("_", "-"): row for row in found.get("dependencies", [])}
    for name in names:
        row = known.get(name.lower().replace("_", "-"))
        if row is None or "skip_reason" in row:
            report.unchecked.append(name)
            report.because = "the registry knows nothing of their vulnerabilities"
        elif row.get("vulns"):
            report.vulnerable.append(f"{name} {row['version']}: {', '.join(each['id'] for each in row['vulns'])}")
    return report


def read_npm_audit(text: str, names: list[str]) -> Report:
    """`text` is npm's JSON: with `auditReportVersion` an answer, with `error` or without both none."""
    report = Report("npm", asked=len(names))
    found = _json(text)
    if found is None or "auditReportVersion" not in found:
        report.unchecked, report.because = names, "the registry could not be asked"
        return report
    for name, row in found.get("vulnerabilities", {}).items():
        report.vulnerable.append(f"{name} {row.get('range', '')}: {row.get('severity', '')}")
    return report


def _pinned(text: str) -> list[str]:
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [line.split("==")[0].split("[")[0].strip() for line in lines if "==" in line]


def _json(text: str) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _run(command: list[str], run: Callable[..., Any] = subprocess.run) -> str:
    """What the tool wrote; its exit code says too little."""
    try:
        return str(run(command, capture_output=True, text=True, timeout=_TIMEOUT).stdout)
    except (OSError, subprocess.TimeoutExpired):
        return ""


if __name__ == "__main__":
    sys.exit(main())
