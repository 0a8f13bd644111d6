"""Scripted engines and a ward, for the tests that ask for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from pytest_django.fixtures import Settings

from processing import providers
from processing.tests import scripted


@pytest.fixture
def engines(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """The pipeline works with engines that do as they are told (`scripted.before`); sound lies under `tmp_path`."""
    for name, value in scripted.SETTINGS.items():
        setattr(settings, name, value)
    settings.SCRIBE_FOLDER = tmp_path / "scribe"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None},
        },
    }
    scripted.before.clear()
    scripted.calls.clear()
    providers._made.cache_clear()
    with translation.override("en"):
        yield
    scripted.before.clear()
    providers._made.cache_clear()


@pytest.fixture
def ward(db: None, engines: None) -> scripted.Ward:
    return scripted.Ward()
