"""The secret scan finds what it must, and `make audit` never takes silence for health."""

import json
from pathlib import Path

import pytest

from vitas.operations import secret_scan, vulnerabilities

# Put together, so that the scan does not find its own test.
_KEY = "AKIA" + "2E0A8F3B9C7D1E5F"
_PASSWORD = "pass" + 'word = "' + 'correct-horse-42"\n'


def test_a_key_is_found_also_in_tests_and_a_made_up_password_there_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("app", "app/tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "settings.py").write_text(f'KEY = "{_KEY}"\n{_PASSWORD}')

    found = {
        name: {kind for _file, kind, _hash, _line in secret_scan.look(name)}
        for name in ("app/settings.py", "app/tests/settings.py")
    }

    assert found == {
        "app/settings.py": {"AWS Access Key", "Secret Keyword"},
        "app/tests/settings.py": {"AWS Access Key"},
    }


def test_a_secret_that_is_new_fails_and_one_that_was_looked_at_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.py").write_text(f'KEY = "{_KEY}"\n')
    monkeypatch.setattr(secret_scan, "_kept_by_git", lambda: ["settings.py"])

    codes = [secret_scan.main(arguments) for arguments in ([], ["--accept"], [])]

    assert codes == [1, 0, 0]
    assert capsys.readouterr().out.splitlines()[0] == "settings.py:1: looks like a secret (AWS Access Key)"


ANSWER = {
    "dependencies": [
        {"name": "django", "version": "5.2.1", "vulns": []},
        {"name": "pillow", "version": "1.0", "vulns": [{"id": "CVE-2016-0740"}]},
        {"name": "six", "skip_reason": "Dependency not found on PyPI and could not be audited: six (1.17.0)"},
    ]
}


def test_packages_that_the_registry_does_not_know_are_named() -> None:
    report = vulnerabilities.read_pip_audit(json.dumps(ANSWER), ["django", "Pillow", "six", "vine"])

    assert (report.vulnerable, report.unchecked) == (["Pillow 1.0: CVE-2016-0740"], ["six", "vine"])


@pytest.mark.parametrize("text", ["", "Traceback (most recent call last):", '{"error": {"code": "E405"}}', "[]"])
def test_without_an_answer_nothing_counts_as_checked(text: str) -> None:
    reports = vulnerabilities.read_npm_audit(text, ["a", "b"]), vulnerabilities.read_pip_audit(text, ["a", "b"])

    assert [report.unchecked for report in reports] == [["a", "b"]] * 2


@pytest.mark.parametrize(
    ("pip", "npm", "code"),
    [
        ({"dependencies": [{"name": "six", "version": "1", "vulns": []}]}, {"auditReportVersion": 2}, 0),
        ({"dependencies": [{"name": "six", "version": "1", "vulns": []}]}, {}, 2),
        ({"dependencies": []}, {"auditReportVersion": 2}, 2),
        ({}, {"auditReportVersion": 2, "vulnerabilities": {"a": {"severity": "high"}}}, 1),
    ],
)
def test_the_exit_code_tells_well_from_unknown(
    pip: dict, npm: dict, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        vulnerabilities, "python_packages", lambda: vulnerabilities.read_pip_audit(json.dumps(pip), ["six"])
    )
    monkeypatch.setattr(vulnerabilities, "npm_packages", lambda: vulnerabilities.read_npm_audit(json.dumps(npm), ["a"]))

    assert vulnerabilities.main() == code
