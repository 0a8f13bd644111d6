"""The lists in pyproject.toml name every room, so that none goes unchecked, and the locked sets hold every package."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def rooms() -> set[str]:
    return {found.parent.name for found in PROJECT.glob("*/__init__.py")}


def test_every_room_is_tested_typed_and_kept_in_its_place(pyproject: dict[str, Any], rooms: set[str]) -> None:
    tools = pyproject["tool"]

    assert set(tools["pytest"]["ini_options"]["testpaths"]) == rooms
    assert set(tools["mypy"]["files"]) == rooms | {"manage.py"}
    assert set(tools["importlinter"]["root_packages"]) == rooms


def test_every_room_has_its_place_in_the_order(pyproject: dict[str, Any], rooms: set[str]) -> None:
    layers, root = pyproject["tool"]["importlinter"]["contracts"]
    platform = {f"vitas.{found.parent.name}" for found in PROJECT.glob("vitas/*/apps.py")}
    named = {room for layer in layers["layers"] for room in layer.split(" | ")}

    assert (rooms - {"vitas"}) | platform == {room for room in named if not room.startswith("(")}
    assert (rooms - {"vitas"}) | platform == set(root["source_modules"]) | {"vitas.operations"}


@pytest.mark.parametrize(("lock", "extra"), [("requirements.txt", ""), ("requirements-dev.txt", "dev")])
def test_locked_sets_hold_every_package_and_name_no_place(pyproject: dict[str, Any], lock: str, extra: str) -> None:
    project = pyproject["project"]
    wanted = project["dependencies"] + (project["optional-dependencies"][extra] if extra else [])
    text = (PROJECT / lock).read_text()

    locked = set(re.findall(r"^([a-z0-9.-]+)(?:\[[^\]]*\])?==", text, flags=re.MULTILINE))

    # As registries write them (PEP 503): `fhir.resources` is locked as `fhir-resources`.
    assert {re.sub(r"[._]", "-", re.split(r"[\[~=<>]", name)[0]) for name in wanted} - locked == set()
    assert re.findall(r"\S*://\S*|--\S+-url.*|^-e.*|file:.*", text, flags=re.MULTILINE) == []
