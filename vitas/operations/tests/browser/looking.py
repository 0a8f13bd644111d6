"""What a page looks like to a machine: questions in JavaScript, each in a file of its own, asked on the page."""

from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page

from vitas.operations.tour.demo_server import PROJECT

HERE = Path(__file__).parent
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"


@cache
def _question(file: Path) -> str:
    return file.read_text().rstrip().removesuffix(";")


def serious(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_question(AXE))
    found: list[str] = page.evaluate(_question(HERE / "serious.js"))
    return found


def overflowing(page: Page) -> list[str]:
    """What is cut off, or makes the page scroll sideways."""
    found: list[str] = page.evaluate(_question(HERE / "overflowing.js"))
    return found


def none(found: list[str]) -> None:
    """Fails with a line for each finding, which says more than a comparison would."""
    if found:
        pytest.fail("\n".join(found), pytrace=False)
