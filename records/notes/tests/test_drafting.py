"""What a machine drafts stands once, and touches nothing of a person's."""

import pytest
from django.db import IntegrityError, transaction

from records.notes import diagnosing, drafting, editing, signing
from records.notes.bodies import sentences
from records.notes.models import Diagnosis, Note, NoteTemplate, NoteVersion
from records.notes.tests.clinic import DRAFT, Consultation, as_sent, sentence, texts
from vitas.audit.models import AuditEntry
from vitas.common.errors import NotPossibleNow
from vitas.common.ids import new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit() -> Consultation:
    return Consultation()


def test_draft_is_laid_out_in_the_four_parts_each_sentence_with_what_it_rests_on(visit):
    note = visit.draft()

    note.refresh_from_db()
    assert [section["key"] for section in note.body["sections"]] == ["subjective", "objective", "assessment", "plan"]
    assert (note.state, note.drafter, note.drafted_from) == ("draft", "embedded 1", visit.recording)
    found = sentence(note, "Headache for three days.")
    assert (found["evidence"], found["recording"], found["by"]) == (["s1", "s2"], str(visit.recording), "machine")
    assert len({one["id"] for one in sentences(note.body)}) == 5
    assert list(note.versions.values_list("number", "kind", "made_by")) == [(1, "drafted", None)]
    assert AuditEntry.objects.get(action="DRAFT_NOTE").user_role == "system:processing"


def test_same_recording_again_changes_nothing(visit):
    first = visit.draft()

    again = visit.draft({"plan": [{"text": "Something else."}]})

    assert (again.pk, again.version) == (first.pk, 1)
    assert texts(again) == texts(first)
    assert NoteVersion.objects.count() == 1


def test_second_recording_adds_behind_what_is_there_and_says_nothing_twice(visit):
    note = visit.draft()
    editing.save(note.pk, seen_version=1, body=as_sent(note, plan="Rest."), by=visit.dr)

    second = visit.draft(
        {"subjective": [{"text": "no fever."}, {"text": "Sleeps badly.", "evidence": ["s1"]}]}, recording=new_id()
    )

    assert texts(second, "subjective") == ["Headache for three days.", "No fever.", "Sleeps badly."]
    assert texts(second, "plan") == ["Rest."]
    assert sentence(second, "Sleeps badly.")["recording"] != str(visit.recording)
    assert list(second.versions.order_by("number").values_list("kind", flat=True)) == ["drafted", "edited", "drafted"]


def test_note_begun_by_hand_takes_a_draft_in(visit):
    note = editing.begin(appointment_id=visit.visit.pk, by=visit.dr)
    sent = {"sections": [{"key": "plan", "sentences": [{"text": "Rest."}]}]}
    editing.save(note.pk, seen_version=1, body=sent, by=visit.dr)

    drafted = visit.draft()

    assert drafted.pk == note.pk
    assert texts(drafted, "plan") == ["Rest.", "Ibuprofen 400 mg every 8 hours."]
    assert drafted.drafter == "embedded 1"


def test_signed_note_takes_no_draft(visit):
    note = visit.draft({"plan": [{"text": "Rest."}]})
    signing.sign(note.pk, seen_version=1, by=visit.dr)

    with pytest.raises(NotPossibleNow):
        visit.draft(recording=new_id())


def test_database_takes_one_standing_note_a_visit(visit):
    note = visit.draft()

    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.create(
            organization=visit.organization,
            patient=visit.ana,
            appointment=visit.visit,
            doctor=visit.doctor,
            language="en",
            body=note.body,
        )


def test_template_of_the_organization_lays_the_note_out(visit):
    NoteTemplate.objects.create(
        organization=visit.organization,
        name="Short",
        is_default=True,
        sections=[
            {"key": "plan", "title": "What we do", "part": "plan", "standing": ["Come back if it gets worse."]},
            {"key": "history", "title": "History", "part": "subjective", "standing": []},
        ],
    )

    note = visit.draft({name: DRAFT[name] for name in ("subjective", "plan", "objective")})

    assert [section["key"] for section in note.body["sections"]] == ["plan", "history", "objective"]
    assert texts(note, "plan") == ["Ibuprofen 400 mg every 8 hours.", "Come back if it gets worse."]
    assert sentence(note, "Come back if it gets worse.")["by"] == "template"
    assert texts(note, "objective") == ["Blood pressure 150 over 90."]


def test_suggested_diagnoses_stand_once_and_what_was_decided_stays(visit):
    first, second = visit.suggest("G44.2", "I10")
    diagnosing.reject(first.pk, by=visit.dr)

    again = visit.suggest("G44.2", "I10", "R51")

    assert [row.words["code"] for row in again] == ["R51"]
    assert Diagnosis.objects.get(pk=first.pk).state == "rejected"
    assert Diagnosis.objects.count() == 3
    assert (second.words["system"], second.score) == ("http://hl7.org/fhir/sid/icd-10", pytest.approx(0.8))


def test_code_is_hashed_for_its_visit_alone(visit):
    other = Consultation()

    assert drafting.hash_of(visit.visit.pk, "t", "I10") != drafting.hash_of(other.visit.pk, "t", "I10")


def test_signed_visit_takes_no_suggestions(visit):
    note = visit.draft({"plan": [{"text": "Rest."}]})
    signing.sign(note.pk, seen_version=1, by=visit.dr)

    assert visit.suggest("I10") == []
