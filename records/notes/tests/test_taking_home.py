"""A signed note outside its page: on paper, in a FHIR bundle, in the ZIP, in the file of the patient."""

import zipfile
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.urls import reverse
from django.utils.translation import override

from appointments.tests.page_client import text_of
from clinic.models import DoctorLicence
from records import writing
from records.export_zip import zip_of
from records.fhir import checking, export
from records.notes import diagnosing, paper, signing
from records.notes.models import Note
from records.notes.tests.clinic import Consultation
from records.tests.test_paper import words
from vitas.audit.models import AuditEntry
from vitas.common.errors import NotFound
from vitas.testing import browser, user_of

pytestmark = pytest.mark.django_db

DRAFT = {
    "subjective": [{"text": "Headache & nausea < 3 days.", "evidence": ["s1"]}],
    "assessment": [{"text": "Tension headache.", "evidence": ["s2"]}],
    "plan": [{"text": "Rest.", "evidence": ["s3"]}],
}


@pytest.fixture
def visit() -> Consultation:
    return Consultation()


def signed(visit: Consultation, **given: Any) -> Note:
    headache, pressure = visit.suggest("G44.2", "I10")
    (doubtful,) = visit.suggest("R51", suspected=True)
    for row in (headache, doubtful):
        diagnosing.accept(row.pk, by=visit.dr)
    assert pressure.state == "suggested"
    return signing.sign(visit.draft(DRAFT, **given).pk, seen_version=1, by=visit.dr)


def printed(note: Note, actor: Any) -> str:
    return words(read(note, actor))


def read(note: Note, actor: Any) -> bytes:
    return paper.paper_of(note_id=note.pk, by=actor).content


def of_kind(bundle: Any, kind: str) -> list[dict[str, Any]]:
    return [found["resource"] for found in bundle["entry"] if found["resource"]["resourceType"] == kind]


def test_paper_has_the_note_and_who_signed_it_and_nothing_else(visit):
    DoctorLicence.objects.create(doctor=visit.doctor, country="BR", kind="crm", number="12345-SP")
    note = signed(visit)

    text = printed(note, visit.me)

    for said in (
        visit.organization.name,
        visit.clinic.name,
        visit.ana.full_name,
        "Headache & nausea < 3 days.",
        "G44.2 Tension-type headache",
        "R51 Headache (suspected)",
        "12345-SP",
        f"by {visit.doctor}",
        "America/New_York",
    ):
        assert said in text
    assert "I10" not in text
    with pikepdf.open(BytesIO(read(note, visit.me))) as pdf:
        assert visit.ana.last_name not in str(dict(pdf.docinfo.items()))


def test_paper_is_the_same_bytes_until_something_is_added(visit):
    note = signed(visit)

    first, again = read(note, visit.me), read(note, visit.dr)
    writing.addend(record_id=note.record_id, text="She called: better.", by=visit.dr)

    assert first == again
    assert "She called: better." in printed(note, visit.me)
    assert AuditEntry.objects.filter(action="READ_NOTE_PAPER").count() == 3


def test_paper_says_that_a_note_was_entered_in_error(visit):
    note = signed(visit)

    writing.mark_error(record_id=note.record_id, reason="Of another patient", by=visit.dr)

    text = printed(note, visit.dr)
    assert "This note was entered in error." in text
    assert "Of another patient" not in text


def test_paper_is_in_the_notes_language(visit):
    note = signed(visit, language="es")

    with override("en"):
        content = read(note, visit.me)

    with pikepdf.open(BytesIO(content)) as pdf:
        assert str(pdf.Root.Lang) == "es"


def test_draft_has_no_paper_and_a_stranger_none_at_all(visit):
    draft = visit.draft(DRAFT)
    with pytest.raises(NotFound):
        paper.paper_of(note_id=draft.pk, by=visit.dr)

    note = signed(visit)

    for actor in (visit.other_doctor(), visit.patient_actor(visit.bruno), Consultation().dr):
        with pytest.raises(NotFound):
            paper.paper_of(note_id=note.pk, by=actor)


def test_bundle_has_a_composition_for_the_note_and_stands_fhirs_checks(visit):
    note = signed(visit)

    bundle = export.bundle_of(visit.ana.pk, visit.me)

    assert checking.problems(export.dumps(bundle)) == []
    found = next(row for row in of_kind(bundle, "Composition") if row["id"] == str(note.pk))
    (encounter,) = of_kind(bundle, "Encounter")
    assert [section["title"] for section in found["section"]] == ["Subjective", "Assessment", "Plan", "Diagnoses"]
    assert found["section"][0]["text"]["div"].endswith("<p>Headache &amp; nausea &lt; 3 days.</p></div>")
    assert found["encounter"] == {"reference": f"urn:uuid:{encounter['id']}"}
    assert (found["status"], found["attester"][0]["mode"]) == ("final", "legal")
    assert "I10" not in export.dumps(bundle).decode()


def test_sure_diagnosis_is_the_problem_and_a_suspected_one_of_the_visit_alone(visit):
    signed(visit)

    bundle = export.bundle_of(visit.ana.pk, visit.dr)

    (encounter,) = of_kind(bundle, "Encounter")
    problem, doubtful = of_kind(bundle, "Condition")
    assert [row["condition"]["reference"] for row in encounter["diagnosis"]] == [
        f"urn:uuid:{problem['id']}",
        f"urn:uuid:{doubtful['id']}",
    ]
    assert problem["category"][0]["coding"][0]["code"] == "problem-list-item"
    assert doubtful["category"][0]["coding"][0]["code"] == "encounter-diagnosis"
    assert doubtful["verificationStatus"]["coding"][0]["code"] == "provisional"
    assert {row["encounter"]["reference"] for row in (problem, doubtful)} == {f"urn:uuid:{encounter['id']}"}


def test_bundle_tells_of_an_error_and_of_no_draft(visit):
    note = signed(visit)
    writing.mark_error(record_id=note.record_id, reason="wrong", by=visit.dr)
    visit.draft({"plan": [{"text": "A secret draft."}]})

    bundle = export.bundle_of(visit.ana.pk, visit.dr)

    assert checking.problems(export.dumps(bundle)) == []
    statuses = [row["status"] for row in of_kind(bundle, "Composition")]
    assert sorted(statuses) == ["entered-in-error", "final"]  # the bundle's own is final
    assert "secret" not in export.dumps(bundle).decode()


def test_zip_has_the_note_as_pdf(visit):
    note = signed(visit)

    with zip_of(visit.ana.pk, visit.me) as spool, zipfile.ZipFile(spool) as found:
        name = f"notes/{note.record.date}-Note-of-the-visit.pdf"
        assert [each for each in found.namelist() if each.startswith("notes/")] == [name]
        assert "Rest." in words(found.read(name))


def test_record_of_the_note_shows_its_sections_and_leads_to_the_pdf(visit):
    note = signed(visit)
    address = reverse("record", args=[note.record_id])

    shown = browser(user_of(visit.ana)).get(address)
    pdf = browser(user_of(visit.ana)).get(reverse("record-note", args=[note.record_id]))
    doctors = browser(visit.doctor_user).get(reverse("patient-record", args=[note.record_id]))

    for answer in (shown, doctors):
        text = text_of(answer)
        assert "Tension headache." in text
        assert "G44.2 Tension-type headache" in text
        assert f"Signed by {visit.doctor}" in text
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert pdf["Cache-Control"].startswith("no-store")
    assert browser(user_of(visit.bruno)).get(reverse("record-note", args=[note.record_id])).status_code == 404


def test_timeline_of_the_patient_has_the_note_as_a_new_record(visit):
    signed(visit)

    answer = browser(user_of(visit.ana)).get(reverse("records"))

    assert "Note of the visit" in text_of(answer)
