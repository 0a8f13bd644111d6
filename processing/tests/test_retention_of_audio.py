"""Sound is deleted the organization's days after the note was signed, never before, and never without a trace."""

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from processing import audio_retention, audio_store
from processing.models import Recording, ScribePolicy, Stage
from processing.tests.ward import Ward
from records.models import FileClaim
from vitas.accounts.actor import OPERATIONS
from vitas.audit.models import AuditEntry
from vitas.operations.keeping import holds
from vitas.tests.clinical_world import make_note, make_recording

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def ward(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }
    return Ward()


@pytest.fixture
def heard(ward):
    """A recording whose draft is ready, with its sound in the store."""
    row = make_recording(ward.visit)
    Recording.objects.update(stage=Stage.READY, ready_at=timezone.now())
    default_storage.save(row.key, io.BytesIO(b"sound"))
    row.refresh_from_db()
    return row


def is_there(row):
    row.refresh_from_db()
    assert (row.audio_deleted_at is None) == default_storage.exists(row.key)
    return row.audio_deleted_at is None


def test_sound_goes_thirty_days_after_the_note_was_signed(ward, heard):
    make_note(ward.visit, signed=True)

    audio_retention.sweep(timezone.now() + 29 * DAY)
    before = is_there(heard)
    audio_retention.sweep(timezone.now() + 31 * DAY)

    assert (before, is_there(heard)) == (True, False)
    assert AuditEntry.objects.filter(action="DELETE_AUDIO", resource_id=heard.pk, patient_id=ward.ana.pk).count() == 1
    assert not FileClaim.objects.exists()


def test_organization_says_how_long(ward, heard):
    make_note(ward.visit, signed=True)
    ScribePolicy.objects.create(organization=ward.organization, audio_days=0)

    audio_retention.sweep(timezone.now())

    assert not is_there(heard)


def test_sound_of_an_unsigned_draft_is_kept(ward, heard):
    make_note(ward.visit)

    audio_retention.sweep(timezone.now() + 4000 * DAY)

    assert is_there(heard)


def test_sound_that_is_worked_on_is_kept(ward, heard):
    make_note(ward.visit, signed=True)
    Recording.objects.update(stage=Stage.TRANSCRIBING)

    audio_retention.sweep(timezone.now() + 31 * DAY)

    assert is_there(heard)


def test_what_failed_and_has_no_note_is_kept_for_ninety_days(ward, heard):
    Recording.objects.update(stage=Stage.FAILED, failed_at=Stage.CHECKING, error_code="NO_SPEECH")

    audio_retention.sweep(timezone.now() + 89 * DAY)
    before = is_there(heard)
    audio_retention.sweep(timezone.now() + 91 * DAY)

    assert (before, is_there(heard)) == (True, False)


def test_legal_hold_keeps_the_sound(ward, heard):
    make_note(ward.visit, signed=True)
    hold = holds.place(
        organization_id=ward.organization.pk, patient_id=ward.ana.pk, reason="A court asks", by=OPERATIONS
    )

    audio_retention.sweep(timezone.now() + 31 * DAY)
    held = is_there(heard)
    holds.release(hold_id=hold.pk, reason="Settled", by=OPERATIONS)
    audio_retention.sweep(timezone.now() + 31 * DAY)

    assert (held, is_there(heard)) == (True, False)


def test_store_that_is_away_leaves_a_claim_that_finds_the_file(ward, heard, monkeypatch):
    make_note(ward.visit, signed=True)
    monkeypatch.setattr(audio_store, "forget", lambda _key: False)

    audio_retention.sweep(timezone.now() + 31 * DAY)

    assert FileClaim.objects.get().key == heard.key
