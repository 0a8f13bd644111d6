"""The page of a visit's note: none yet, on its way, failed, drafted, begun by hand; saved with and without scripts."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from appointments.models import Appointment, Status
from appointments.tests.cast import Cast
from patients.models import CareRelationship
from processing.models import Stage
from records.notes import bodies
from records.notes.models import Note
from vitas import testing
from vitas.tests.clinical_world import make_note, make_recording


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


@pytest.fixture
def visit(cast: Cast) -> Appointment:
    """In the room, of a patient in the doctor's care."""
    booked = cast.book(cast.ana, cast.at(9))
    CareRelationship.objects.get_or_create(
        organization=cast.organization, doctor=cast.doctor, patient=cast.ana, defaults={"because": "visit"}
    )
    now = timezone.now()
    times = {"starts_at": now, "ends_at": now + timedelta(minutes=30), "started_at": now}
    Appointment.objects.filter(pk=booked.pk).update(status=Status.IN_PROGRESS, **times)
    return Appointment.objects.get(pk=booked.pk)


@pytest.fixture
def doctor(cast: Cast) -> Client:
    return testing.browser(cast.doctor_user)


def page_of(visit: Appointment, act: str = "") -> str:
    return f"/doctor/visits/{visit.pk}/note{act}"


def texts(note: Note) -> list[str]:
    return [sentence["text"] for sentence in bodies.sentences(Note.objects.get(pk=note.pk).body)]


def recorded(visit: Appointment, **fields: Any) -> None:
    row = make_recording(visit)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def test_visit_without_a_note_offers_to_record_or_to_write(visit: Appointment, doctor: Client) -> None:
    answer = doctor.get(page_of(visit))

    html = answer.content.decode()
    assert (answer.status_code, f"/doctor/visits/{visit.pk}/record" in html, page_of(visit, "/begin") in html) == (
        200,
        True,
        True,
    )


def test_note_is_begun_by_hand_once(visit: Appointment, doctor: Client) -> None:
    for _ in range(2):
        answer = doctor.post(page_of(visit, "/begin"))

    assert (answer.url, Note.objects.filter(appointment=visit).count()) == (f"{page_of(visit)}#written", 1)


def test_recording_on_its_way_shows_its_step(visit: Appointment, doctor: Client) -> None:
    recorded(visit, stage=Stage.TRANSCRIBING, percent=40, seconds_left=130)

    html = doctor.get(page_of(visit)).content.decode()

    assert ('value="40"' in html, "about 2 minutes" in html, 'aria-current="step"' in html) == (True, True, True)


def test_recording_that_failed_says_why_and_is_tried_again(visit: Appointment, doctor: Client) -> None:
    recorded(visit, stage=Stage.FAILED, failed_at=Stage.DRAFTING, error_code="PROVIDER_BROKEN")
    row = visit.recordings.get()

    html = doctor.get(page_of(visit)).content.decode()
    answer = doctor.post(page_of(visit, "/retry"), {"recording": str(row.pk)})

    row.refresh_from_db()
    assert ("cannot be used" in html, answer.status_code, row.stage) == (True, 302, Stage.DRAFTING)


def test_form_saves_what_was_typed_and_leaves_out_what_was_emptied(visit: Appointment, doctor: Client) -> None:
    note = make_note(visit)
    sent = {
        "version": note.version,
        "section": ["plan", "plan"],
        "id": ["a", ""],
        "text": ["", "Rest for a week.\nCome back then."],
    }

    answer = doctor.post(page_of(visit, "/save"), sent)

    assert (answer.status_code, texts(note)) == (302, ["Rest for a week.", "Come back then."])


def test_script_saves_and_is_told_what_is_left_to_decide(visit: Appointment, doctor: Client) -> None:
    note = make_note(visit)
    body = {"sections": [{"key": "plan", "sentences": [{"id": "a", "text": "Rest."}, {"key": "k", "text": "Tea."}]}]}

    answer = doctor.post(page_of(visit, "/save"), {"version": note.version, "body": json.dumps(body)})

    found = answer.json()
    assert (found["version"], found["open"], list(found["ids"]), found["merged"]) == (2, ["a"], ["k"], False)


def test_what_is_no_note_is_refused_in_words(visit: Appointment, doctor: Client) -> None:
    make_note(visit)

    answer = doctor.post(page_of(visit, "/save"), {"version": 1, "body": "[1"})

    assert (answer.status_code, bool(answer.json()["message"])) == (400, True)


def test_flagged_sentence_is_kept_and_then_the_note_is_signed(visit: Appointment, doctor: Client) -> None:
    note = make_note(visit)
    refused = doctor.post(page_of(visit, "/sign"), {"version": note.version})

    kept = doctor.post(page_of(visit, "/keep"), {"keep": "a"}, headers={"Accept": "application/json"}).json()
    signed = doctor.post(page_of(visit, "/sign"), {"version": kept["version"]})

    note.refresh_from_db()
    assert (refused.status_code, kept["open"], signed.url, note.state) == (422, [], page_of(visit), "signed")


def test_notes_left_to_sign_stand_in_the_list(visit: Appointment, doctor: Client) -> None:
    make_note(visit)

    html = doctor.get("/doctor/notes").content.decode()

    assert (page_of(visit) in html, "note to sign" in html) == (True, True)


def test_note_of_a_colleague_is_not_found(visit: Appointment, cast: Cast) -> None:
    other = testing.make_doctor(cast.organization)

    answer = testing.browser(other.membership.user).get(page_of(visit))

    assert answer.status_code == 404
