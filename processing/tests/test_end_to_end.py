"""The demo's English visit, through the real engines of this machine: nothing is scripted here."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation
from pytest_django.fixtures import Settings

from processing import tasks
from processing.models import Recording, Stage
from processing.tests.scripted import Ward
from records.notes import bodies
from records.notes.models import Diagnosis, Note

VISIT = Path(__file__).parents[2] / "demo" / "visit-en.ogg"


@pytest.fixture
def ward(db: None, settings: Settings, tmp_path: Path) -> Ward:
    settings.SCRIBE_FOLDER = tmp_path / "scribe"
    return Ward()


def test_the_demo_visit_becomes_a_draft_with_evidence_and_codes(ward: Ward) -> None:
    call_command("load_codes", "icd-10", verbosity=0)
    recording = ward.recording(sound=VISIT.read_bytes())

    with translation.override("en"):
        assert tasks.work() is True

    found = Recording.objects.get(pk=recording.pk)
    assert (found.stage, found.error_code) == (Stage.READY, "")
    assert 60 < (found.seconds or 0) < 120
    segments = {each["id"]: each for each in found.transcript.body["segments"]}
    assert {each["speaker"] for each in segments.values()} == {"doctor", "patient"}
    note = Note.objects.get(appointment_id=recording.appointment_id)
    sentences = list(bodies.sentences(note.body))
    assert len(sentences) >= 4
    assert [each["text"] for each in sentences if not set(each["evidence"]) <= set(segments)] == []
    assert {run.stage: run.outcome for run in found.runs.all()} == dict.fromkeys(
        ("checking", "transcribing", "drafting", "coding"), "done"
    )
    suggested = [each.words["code"] for each in Diagnosis.objects.filter(appointment_id=recording.appointment_id)]
    assert len(suggested) == len(set(suggested))
