import re
from pathlib import Path

import pytest
from django.conf import settings

from vitas.common.templatetags import shown
from vitas.operations import front_end

BACKGROUND = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
TEMPLATES = Path(settings.BASE_DIR, "templates")


def test_every_icon_that_is_named_is_in_the_sprite():
    pages = "".join(page.read_text() for page in TEMPLATES.rglob("*.html"))
    named = set(re.findall(r"""\{% (?:icon|place ["'][\w:-]+["']) ["']([a-z0-9-]+)["']""", pages))

    assert len(named) > 10
    assert named | {icon for icon, _colour in shown._STATES.values()} <= set(front_end.ICONS.split())


def test_sprite_holds_each_icon_once(tmp_path):
    for name in front_end.ICONS.split():
        (tmp_path / f"{name}.svg").write_text(
            '<svg>\n  <path stroke="none" d="M0 0h24v24H0z" fill="none" />\n  <path d="M1 2" />\n</svg>'
        )

    drawn = front_end.sprite(tmp_path)

    assert drawn.count("<symbol") == len(front_end.ICONS.split())
    assert '<symbol id="bell" viewBox="0 0 24 24"><path d="M1 2" /></symbol>' in drawn


def test_missing_packages_are_told_with_what_to_do(settings, tmp_path):
    settings.BASE_DIR = tmp_path

    with pytest.raises(front_end.PackagesMissing, match="npm ci"):
        front_end.place_packages()


def test_files_are_enough_where_the_packages_are_gone(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "static/vendor").mkdir(parents=True)
    (tmp_path / "static/vendor/bootstrap.css").write_text("")

    front_end.place_packages()

    assert [file.name for file in (tmp_path / "static/vendor").iterdir()] == ["bootstrap.css"]


def test_lock_file_names_no_place_that_packages_come_from():
    assert "resolved" not in Path(settings.BASE_DIR, "package-lock.json").read_text()
