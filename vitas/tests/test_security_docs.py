"""docs/security.md and docs/threat-model.md name what is there: each requirement once, each file and test existing."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["docs/security.md", "docs/threat-model.md", "SECURITY.md"]
STANDS = {"yes", "part", "no", "house", "–"}

# The requirements of levels 1 and 2 of ASVS 5.0.0, by section; those of level 3 only are left out.
REQUIRED = """
1.1 1-2  1.2 1-9  1.3 1-11  1.4 1-3  1.5 1-2  2.1 1-3  2.2 1-3  2.3 1-4  2.4 1  3.2 1-2  3.3 1-4  3.4 1-6
3.5 1-5  3.7 1-2  4.1 1-3  4.2 1  4.3 1-2  4.4 1-4  5.1 1  5.2 1-3  5.3 1-2  5.4 1-3  6.1 1-3  6.2 1-12
6.3 1-4  6.4 1-4  6.5 1-5  6.6 1-3  6.8 1-4  7.1 1-3  7.2 1-4  7.3 1-2  7.4 1-5  7.5 1-2  7.6 1-2  8.1 1-2
8.2 1-3  8.3 1  8.4 1  9.1 1-3  9.2 1-4  10.1 1-2  10.2 1-2  10.3 1-4  10.4 1-11  10.5 1-5  10.6 1-2  10.7 1-3
11.1 1-2  11.2 1-3  11.3 1-3  11.4 1-4  11.5 1  11.6 1  12.1 1-3  12.2 1-2  12.3 1-4  13.1 1  13.2 1-5
13.3 1-2  13.4 1-5  14.1 1-2  14.2 1-4  14.3 1-3  15.1 1-3  15.2 1-3  15.3 1-7  16.1 1  16.2 1-5  16.3 1-4
16.4 1-3  16.5 1-3  17.1 1  17.2 1-4  17.3 1-2
"""


def required() -> list[str]:
    words = REQUIRED.split()
    found = []
    for section, numbers in zip(words[::2], words[1::2], strict=True):
        first, _dash, last = numbers.partition("-")
        found += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return found


def rows() -> list[list[str]]:
    lines = (ROOT / "docs/security.md").read_text().splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if re.match(r"\| \d+\.\d+\.\d+ \|", line)
    ]


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text()


def test_every_requirement_of_level_two_has_its_row() -> None:
    assert [row[0] for row in rows()] == required()
    assert len(required()) == 253


def test_every_row_says_how_it_stands_and_by_what() -> None:
    wrong = [row[0] for row in rows() if len(row) != 5 or row[2] not in STANDS or not row[1] or not row[3]]
    unproven = [row[0] for row in rows() if row[2] == "yes" and not row[4]]

    assert (wrong, unproven) == ([], [])


def test_what_is_open_is_counted_right() -> None:
    counted = {stand: sum(row[2] == stand for row in rows()) for stand in STANDS}
    told = dict(re.findall(r"^\| `(yes|part|no|house|–)` \|.*?\| (\d+) \|$", text_of("docs/security.md"), re.M))

    assert {stand: int(number) for stand, number in told.items()} == counted


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_test_that_is_named_is_there(page: str) -> None:
    missing = []
    for name in re.findall(r"`([^`\s]+)`", text_of(page)):
        path, _colons, test = name.partition("::")
        if not re.fullmatch(r"[\w.\-]+(/[\w.\-*]+)*/?(\.\w+)?", path) or ("/" not in path and "::" not in name):
            continue
        if not list(ROOT.glob(path)) or (test and not re.search(rf"def {test}\(", text_of(path))):
            missing.append(name)

    assert missing == []
