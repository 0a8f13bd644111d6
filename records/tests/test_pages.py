"""The patient's own pages: the timeline, one record, what was measured, files. Walked without scripts."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from appointments.tests.page_client import browser_of, text_of
from patients.models import PatientAccess
from records import attachments, tasks, writing
from records.check_codes import spelled
from records.models import RecordOpened
from records.tests import hostile
from records.tests.room import GLUCOSE, Room
from vitas import testing
from vitas.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

TODAY = datetime.now(UTC).date()


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def browser(room: Room) -> Any:
    return browser_of(room.ana)


@pytest.fixture
def store(tmp_path: Any) -> Any:
    kept: Any = settings.STORAGES
    storages = {
        **kept,
        "default": {**kept["default"], "OPTIONS": {"location": str(tmp_path), "base_url": None}},
    }
    with override_settings(STORAGES=storages):
        yield


def titles(answer: Any) -> list[str]:
    """Of the timeline, in their order."""
    parts = answer.content.decode().split('class="record-title">')[1:]
    return [part.partition("<")[0] for part in parts]


def attach(room: Room, record: Any, content: bytes = b"", name: str = "blood-work.pdf", *, check: bool = True) -> Any:
    row = attachments.attach(
        record_id=record.pk, file_name=name, content=io.BytesIO(content or hostile.pdf()), by=room.dr
    )
    if check:
        tasks.check_files()
    return row


def entries(room: Room) -> list[str]:
    return list(
        AuditEntry.objects.filter(user_id=room.me.user_id, category="health_data")
        .order_by("id")
        .values_list("action", flat=True)
    )


# The timeline


def test_timeline_is_by_month_the_newest_first_and_marks_what_is_new(room: Room, browser: Any) -> None:
    room.write(title="Older", date=TODAY - timedelta(days=70))
    seen = room.write(title="Newer", date=TODAY)
    RecordOpened.objects.create(record=seen, user_id=room.me.user_id)

    answer = browser.get("/records")

    assert titles(answer) == ["Newer", "Older"]
    assert answer.content.decode().count(">New</span>") == 1
    assert f"{TODAY:%B %Y}" in text_of(answer)


def test_timeline_is_read_once_in_the_audit_trail(room: Room, browser: Any) -> None:
    room.write()

    browser.get("/records")

    assert entries(room) == ["READ_MEDICAL_RECORDS"]


def test_timeline_is_narrowed_by_type_doctor_and_days(room: Room, browser: Any) -> None:
    room.write(title="Blood", date=TODAY)
    room.write(title="Note", type="visit_note", date=TODAY - timedelta(days=400))

    by_type = browser.get("/records?type=visit_note")
    by_day = browser.get(f"/records?from={TODAY - timedelta(days=1)}")
    by_doctor = browser.get(f"/records?doctor={testing.make_doctor().pk}")
    by_nonsense = browser.get("/records?type=x&doctor=y&from=z&before=w")

    assert (titles(by_type), titles(by_day), titles(by_doctor)) == (["Note"], ["Blood"], [])
    assert "Nothing matches" in text_of(by_doctor)
    assert by_nonsense.status_code == 200


def test_show_more_goes_on_where_the_page_ended_with_scripts_and_without(room: Room, browser: Any) -> None:
    for number in range(23):
        room.write(title=f"Record {number}", date=TODAY - timedelta(days=number))

    first = browser.get("/records")
    address = first.content.decode().partition('id="older"')[2].partition('href="')[2].partition('"')[0]
    without = browser.get(address)
    part = browser.get(address, headers={"HX-Request": "true", "HX-Target": "older"})

    assert titles(first) == [f"Record {number}" for number in range(20)]
    assert titles(without) == titles(part) == ["Record 20", "Record 21", "Record 22"]
    assert "<html" not in part.content.decode()
    assert 'id="older"' not in part.content.decode()


def test_timeline_without_records_says_so(room: Room, browser: Any) -> None:
    assert "Your clinic has not added any yet." in text_of(browser.get("/records"))


def test_timeline_shows_the_profile_that_is_acted_for_and_names_it(room: Room) -> None:
    child = testing.make_patient(user=testing.user_of(room.ana), first_name="Luz", phone="")
    room.write(title="Of the mother")

    answer = browser_of(child, user=testing.user_of(room.ana)).get("/records")

    assert titles(answer) == []
    assert "Of Luz" in text_of(answer)


def test_what_is_wrong_stands_struck_with_its_reason(room: Room, browser: Any) -> None:
    record = room.write(title="Of somebody else")
    writing.mark_error(record_id=record.pk, reason="Another patient's blood", by=room.dr)

    listed, alone = browser.get("/records"), browser.get(f"/records/{record.pk}")

    assert "Entered by mistake" in text_of(listed)
    assert "Another patient's blood" in text_of(alone)
    assert '<h1 class="is-error">' in alone.content.decode()


# One record


def test_record_says_what_who_where_and_is_new_no_more(room: Room, browser: Any) -> None:
    record = room.write(title="Blood work", description="Fasting.\nAll is well.", observations=[GLUCOSE])
    writing.addend(record_id=record.pk, text="Seen by the cardiologist too.", by=room.dr)

    words = text_of(browser.get(f"/records/{record.pk}"))

    for said in (
        "Blood work",
        str(room.doctor),
        room.organization.name,
        "All is well.",
        "Glucose 104 mg/dL Above range Range: 70 – 99 mg/dL",
        "Seen by the cardiologist too.",
    ):
        assert said in words
    assert RecordOpened.objects.filter(record=record).count() == 1
    assert entries(room) == ["READ_MEDICAL_RECORD"]
    assert "New" not in text_of(browser.get("/records"))


def test_record_of_another_profile_of_the_family_says_whose_it_is(room: Room) -> None:
    child = testing.make_patient(user=testing.user_of(room.ana), first_name="Luz", phone="")
    record = room.write(title="Of the mother")

    answer = browser_of(child, user=testing.user_of(room.ana)).get(f"/records/{record.pk}")

    assert f"Of {room.ana.full_name}" in text_of(answer)


def test_record_of_a_stranger_is_not_there(room: Room) -> None:
    record = room.write()

    answers = [browser_of(room.bruno).get(f"/records/{record.pk}{rest}") for rest in ("", "/files")]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_prescription_shows_lines_and_what_its_code_is_for(room: Room, browser: Any) -> None:
    record = room.prescribe()

    words = text_of(browser.get(f"/records/{record.pk}"))

    assert "Amoxicillin 500 mg every 8 hours oral 7 days" in words
    assert spelled(str(record.check_code)) in words
    assert "It tells nobody what it says." in words


# Files


def test_file_is_shown_within_the_page_and_downloaded(room: Room, browser: Any, store: Any) -> None:
    record = room.write()
    content = hostile.pdf()
    row = attach(room, record, content)

    page = browser.get(f"/records/{record.pk}")
    address = f"/records/{record.pk}/files/{row.pk}"
    whole, inline = browser.get(address), browser.get(f"{address}?inline=1")

    assert f'<iframe src="{address}?inline=1"' in page.content.decode()
    assert page.headers["Content-Security-Policy"].endswith("; frame-src 'self'")
    assert b"".join(whole.streaming_content) == content
    assert whole.headers["Content-Disposition"] == 'attachment; filename="blood-work.pdf"'
    assert inline.headers["Content-Disposition"] == 'inline; filename="blood-work.pdf"'
    assert inline.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in inline.headers["Content-Security-Policy"]


def test_no_other_page_frames_anything(room: Room, browser: Any) -> None:
    assert "frame-src" not in browser.get("/records").headers["Content-Security-Policy"]


def test_file_that_is_being_checked_says_so_and_is_not_given(room: Room, browser: Any, store: Any) -> None:
    record = room.write()
    row = attach(room, record, check=False)

    page = browser.get(f"/records/{record.pk}")
    answer = browser.get(f"/records/{record.pk}/files/{row.pk}")
    part = browser.get(f"/records/{record.pk}/files?look=1")

    assert "Being checked" in text_of(page)
    assert "?look=10" in page.content.decode()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/records/{record.pk}")
    assert "?look=" not in part.content.decode()


def test_file_of_a_stranger_is_not_there(room: Room, store: Any) -> None:
    record = room.write()
    row = attach(room, record)

    answer = browser_of(room.bruno).get(f"/records/{record.pk}/files/{row.pk}")

    assert answer.status_code == 404


# What was measured


def test_results_draw_a_line_within_the_range_and_say_it_in_a_table(room: Room, browser: Any) -> None:
    for days, value in ((400, "90"), (200, "101"), (1, "110")):
        room.write(date=TODAY - timedelta(days=days), observations=[{**GLUCOSE, "value": value}])
    room.write(observations=[{"display": "Antibodies", "value": "negative"}])

    cards = browser.get("/records/results")
    address = cards.content.decode().partition('href="/records/results/')[2].partition('"')[0]
    one = browser.get(f"/records/results/{address}")

    assert cards.content.decode().count('class="plot-line"') == 1
    assert text_of(cards).index("Glucose") < text_of(cards).index("Antibodies")
    assert text_of(one).count("Above range") == 3  # the last one, and two of the table
    assert text_of(one).count("Within range") == 1
    assert 'class="plot-band"' in one.content.decode()
    assert "style=" not in one.content.decode()


def test_results_of_a_mistaken_record_are_not_drawn(room: Room, browser: Any) -> None:
    record = room.write(observations=[GLUCOSE])
    observation = record.observations.get()
    writing.mark_error(record_id=record.pk, reason="Wrong tube", by=room.dr)

    assert "no measured results yet" in text_of(browser.get("/records/results"))
    assert browser.get(f"/records/results/{observation.pk}").status_code == 404


def test_closed_profile_shows_nothing(room: Room) -> None:
    record = room.write()
    PatientAccess.objects.filter(patient=room.ana).update(ended_at=timezone.now())

    answer = browser_of(room.ana, user=PatientAccess.objects.get(patient=room.ana).user).get(f"/records/{record.pk}")

    assert answer.status_code in (302, 404)


def test_prescription_is_given_as_pdf_to_its_patient_alone(room: Room, browser: Any) -> None:
    record, note = room.prescribe(), room.write(type="visit_note")
    address = f"/records/{record.pk}/prescription.pdf"

    own, strange = browser.get(address), browser_of(room.bruno).get(address)

    assert own.content.startswith(b"%PDF-")
    assert own.headers["Content-Disposition"].startswith("attachment; filename=")
    assert browser.get(f"{address}?inline=1").headers["Content-Disposition"].startswith("inline; ")
    assert strange.status_code == 404
    assert browser.get(f"/records/{note.pk}/prescription.pdf").status_code == 404
