"""`manage.py verify_files` names every file that is not what was stored."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from records.tests import hostile
from records.tests.room import Room
from records.tests.test_attachments import attach, stored
from records.tests.test_attachments import files as files

pytestmark = pytest.mark.django_db


def verify() -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_files", stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue() + str(error), err.getvalue()
    return out.getvalue(), err.getvalue()


def test_damaged_and_gone_files_are_named(files):
    room = Room()
    attach(room, hostile.pdf())
    assert verify()[0].startswith("1 files are as they were stored, 0 are not.")

    damaged = next(iter(stored(files)))
    damaged.write_bytes(b"%PDF-another")
    gone = attach(room, hostile.pdf(pages=2))
    next(found for found in stored(files) if found != damaged).unlink()

    said, named = verify()
    assert "2 files are gone or damaged." in said
    assert f"{gone.pk}: gone" in named and "damaged" in named
