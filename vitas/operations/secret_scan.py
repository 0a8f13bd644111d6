"""`make secrets`: no key, token or password of anybody stands in a file that git keeps.

The detectors are detect-secrets'. What they find and is none stands in `.secrets.baseline`, by hash; a new finding
fails until it is taken out, or looked at and added (`python -m vitas.operations.secret_scan --accept`). Files that have
not changed since the last look are not read again.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

BASELINE: Final = Path(".secrets.baseline")
_REMEMBERED: Final = Path("var/secrets-seen.json")
# Lists of hashes by nature, translations, and pictures.
_LEFT_OUT: Final = re.compile(
    r"package-lock\.json$|requirements.*\.txt$|\.(po|mo|png|ico|woff2|pdf|gz|webm)$|^\.secrets"
)
# Passwords that tests make up are no secrets: there only what looks like a real key is.
_TESTS: Final = re.compile(r"(^|/)tests/|^vitas/testing\.py$|^conftest\.py$")

Finding = tuple[str, str, str, int]  # file, kind, hash of what was found, line


def main(arguments: list[str]) -> int:
    files = [name for name in _kept_by_git() if not _LEFT_OUT.search(name) and Path(name).is_file()]
    found = _found(files)
    if "--accept" in arguments:
        BASELINE.write_text(json.dumps(sorted({each[:3] for each in found}), indent=1) + "\n")
        return 0
    known = {tuple(each) for each in json.loads(BASELINE.read_text())} if BASELINE.exists() else set()
    fresh = [each for each in found if each[:3] not in known]
    for name, kind, _hash, line in sorted(fresh):
        sys.stdout.write(f"{name}:{line}: looks like a secret ({kind})\n")
    if not fresh:
        sys.stdout.write(f"No secret in {len(files)} files.\n")
    return 1 if fresh else 0


def look(name: str) -> list[Finding]:
    """What looks like a secret in one file."""
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    secrets = SecretsCollection()
    with default_settings() as settings:
        if _TESTS.search(name):
            settings.disable_plugins("KeywordDetector")
        secrets.scan_file(name)
    return [(name, each.type, each.secret_hash, each.line_number) for _file, each in secrets]


def _found(files: Iterable[str]) -> list[Finding]:
    """Of each file, remembered by its content and the detectors' version."""
    remembered = json.loads(_REMEMBERED.read_text()) if _REMEMBERED.exists() else {}
    marks = {name: _mark(name) for name in files}
    new = [name for name, mark in marks.items() if mark not in remembered]
    with ProcessPoolExecutor() as pool:
        for name, found in zip(new, pool.map(look, new, chunksize=20), strict=True):
            remembered[marks[name]] = found
    _REMEMBERED.parent.mkdir(exist_ok=True)
    _REMEMBERED.write_text(json.dumps({mark: remembered[mark] for mark in marks.values()}))
    return [(name, *each[1:]) for name, mark in marks.items() for each in remembered[mark]]


def _mark(name: str) -> str:
    own = Path(__file__).read_bytes() + version("detect-secrets").encode()
    return hashlib.sha256(own + name.encode() + Path(name).read_bytes()).hexdigest()


def _kept_by_git() -> list[str]:
    """Committed, or about to be."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed: Any = subprocess.run(asked, check=True, capture_output=True, text=True)
    return [str(name) for name in listed.stdout.splitlines()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
