"""A signature: whose, when, what it writes, and that nothing changes afterwards, whoever tries."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from django.utils.translation import override

from records import writing
from records.models import Condition
from records.notes import diagnosing, editing, signing
from records.notes.models import Diagnosis, Note, NoteSave
from records.notes.tests.clinic import Consultation, as_sent, sentence, texts
from vitas.accounts.mfa.confirming import ConfirmFirst
from vitas.accounts.models import Session
from vitas.audit.models import AuditEntry
from vitas.common.errors import Conflict, NotAllowed, NotFound, NotPossibleNow
from vitas.common.models import Event

pytestmark = pytest.mark.django_db

PLAIN = {
    "subjective": [{"text": "Headache for three days."}],
    "assessment": [{"text": "Tension headache."}],
    "plan": [{"text": "Rest and water."}],
}


@pytest.fixture
def visit() -> Consultation:
    return Consultation()


def signed(visit: Consultation, **given) -> Note:
    return signing.sign(visit.draft(PLAIN, **given).pk, seen_version=1, by=visit.dr)


def test_signed_note_stands_in_the_file_with_its_diagnoses(visit):
    headache, pressure = visit.suggest("G44.2", "I10")
    visit.suggest("R51", suspected=True)
    diagnosing.accept(headache.pk, by=visit.dr)
    diagnosing.reject(pressure.pk, by=visit.dr)
    diagnosing.add(appointment_id=visit.visit.pk, code="r51", table="icd-10-test", by=visit.dr)

    note = signed(visit)

    note.refresh_from_db()
    assert (note.state, note.signed_by, note.version) == ("signed", visit.dr.user_id, 2)
    assert [found["code"] for found in note.body["diagnoses"]] == ["G44.2", "R51"]
    assert (note.record.type, note.record.appointment_id) == ("visit_note", visit.visit.pk)
    assert note.record.description == (
        "Subjective\nHeadache for three days.\n\nAssessment\nTension headache.\n\nPlan\nRest and water.\n\n"
        "Diagnoses\nG44.2 Tension-type headache\nR51 Headache (suspected)"
    )
    assert [row.words["code"] for row in Condition.objects.filter(patient=visit.ana)] == ["G44.2"]
    assert list(Event.objects.filter(kind="NoteSigned").values_list("payload", flat=True)) == [
        {"note_id": str(note.pk)}
    ]
    assert Event.objects.filter(kind="RecordWritten").count() == 1
    entry = AuditEntry.objects.get(action="SIGN_NOTE")
    assert (entry.resource_id, entry.patient_id) == (note.pk, visit.ana.pk)
    assert not NoteSave.objects.exists()


def test_second_click_finds_it_signed(visit):
    note = signed(visit)

    again = signing.sign(note.pk, seen_version=1, by=visit.dr)

    assert (again.pk, again.version) == (note.pk, 2)
    assert AuditEntry.objects.filter(action="SIGN_NOTE").count() == 1


def test_problem_that_is_known_is_not_written_again(visit):
    from records import summary

    summary.note_problem(patient_id=visit.ana.pk, display="Headache, tension", code="G44.2", by=visit.dr)
    diagnosing.add(appointment_id=visit.visit.pk, code="G44.2", table=visit.table().key, by=visit.dr)

    note = signed(visit)

    assert Condition.objects.filter(patient=visit.ana).count() == 1
    assert note.body["problems"] == []


def test_only_the_visits_doctor_signs_and_only_just_proven(visit):
    note = visit.draft(PLAIN)
    Session.objects.filter(pk=visit.dr.session_id).update(created_at=timezone.now() - timedelta(minutes=11))

    for actor, refusal in (
        (visit.dr, ConfirmFirst),
        (replace(visit.dr, session_id=None), ConfirmFirst),
        (visit.colleague(), NotAllowed),
        (visit.nurse(), NotAllowed),
        (visit.me, NotFound),
        (visit.other_doctor(), NotFound),
        (Consultation().dr, NotFound),
    ):
        with pytest.raises(refusal):
            signing.sign(note.pk, seen_version=1, by=actor)

    note.refresh_from_db()
    assert note.state == "draft"


def test_another_persons_session_proves_nothing(visit):
    note = visit.draft(PLAIN)

    with pytest.raises(ConfirmFirst):
        signing.sign(note.pk, seen_version=1, by=replace(visit.dr, session_id=visit.colleague().session_id))


def test_note_that_changed_since_it_was_read_is_not_signed(visit):
    note = visit.draft(PLAIN)
    editing.save(note.pk, seen_version=1, body=as_sent(note, plan="Surgery."), by=visit.colleague())

    with pytest.raises(Conflict):
        signing.sign(note.pk, seen_version=1, by=visit.dr)


def test_flagged_sentence_keeps_a_note_from_being_signed_until_it_is_kept(visit):
    note = visit.draft()

    with pytest.raises(NotPossibleNow):
        signing.sign(note.pk, seen_version=1, by=visit.dr)
    editing.keep_sentence(note.pk, sentence_id=sentence(note, "Ibuprofen 400 mg every 8 hours.")["id"], by=visit.dr)
    done = signing.sign(note.pk, seen_version=2, by=visit.dr)

    assert done.state == "signed"


@override("en")
def test_empty_note_and_a_visit_that_has_not_begun_are_not_signed(visit):
    note = editing.begin(appointment_id=visit.visit.pk, by=visit.dr)
    with pytest.raises(NotPossibleNow, match="empty"):
        signing.sign(note.pk, seen_version=1, by=visit.dr)
    note = visit.draft(PLAIN)
    tomorrow = timezone.now() + timedelta(days=1)
    type(visit.visit).objects.filter(pk=visit.visit.pk).update(
        status="confirmed", starts_at=tomorrow, ends_at=tomorrow + timedelta(minutes=30)
    )

    with pytest.raises(NotPossibleNow, match="begun"):
        signing.sign(note.pk, seen_version=2, by=visit.dr)


def test_share_of_the_draft_that_survived_is_kept(visit):
    note = visit.draft({"plan": [{"text": "Rest and drink water."}, {"text": "Come back soon, please, then."}]})
    editing.save(note.pk, seen_version=1, body=as_sent(note, plan="Rest and drink tea."), by=visit.dr)

    done = signing.sign(note.pk, seen_version=2, by=visit.dr)

    assert done.survived == pytest.approx(3 / 9)
    assert list(done.versions.order_by("number").values_list("number", "kind")) == [(1, "drafted"), (3, "signed")]


def test_note_by_hand_has_no_share(visit):
    note = editing.begin(appointment_id=visit.visit.pk, by=visit.dr)
    sent = {"sections": [{"key": "plan", "sentences": [{"text": "Rest."}]}]}
    editing.save(note.pk, seen_version=1, body=sent, by=visit.dr)

    assert signing.sign(note.pk, seen_version=2, by=visit.dr).survived is None


def test_nothing_of_a_signed_note_is_changed_through_its_functions(visit):
    (row,) = visit.suggest("I10")
    note = signed(visit)

    for act in (
        lambda: editing.save(note.pk, seen_version=2, body=as_sent(note, plan="Other."), by=visit.dr),
        lambda: editing.discard(note.pk, by=visit.dr),
        lambda: diagnosing.accept(row.pk, by=visit.dr),
        lambda: diagnosing.add(appointment_id=visit.visit.pk, code="R51", table="icd-10-test", by=visit.dr),
    ):
        with pytest.raises(NotPossibleNow):
            act()

    assert texts(note, "plan") == ["Rest and water."]
    assert Diagnosis.objects.get().state == "suggested"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_database_refuses_to_change_what_is_signed_also_to_its_owner():
    visit = Consultation()
    visit.suggest("I10")
    signed(visit)
    refused = (
        "UPDATE notes_note SET body = '\\x00'",
        "UPDATE notes_note SET state = 'draft', signed_at = NULL, signed_by = NULL, record_id = NULL",
        "UPDATE notes_note SET signed_by = doctor_id",
        "UPDATE notes_note SET survived = 0.5",
        "UPDATE notes_noteversion SET body = '\\x00'",
        "UPDATE notes_diagnosis SET state = 'accepted', decided_at = now()",
        "UPDATE notes_diagnosis SET words = '\\x00'",
    )

    for alias in ("default", "owner"):
        for statement in refused:
            with (
                pytest.raises(IntegrityError, match="stay"),
                transaction.atomic(using=alias),
                connections[alias].cursor() as cursor,
            ):
                cursor.execute(statement)


def test_database_takes_no_further_diagnosis_of_a_signed_note(visit):
    (row,) = visit.suggest("I10")
    signed(visit)

    with pytest.raises(IntegrityError), transaction.atomic():
        Diagnosis.objects.create(
            organization=visit.organization,
            patient=visit.ana,
            appointment=visit.visit,
            doctor=visit.doctor,
            code_hash="0",
            words=row.words,
        )


def test_record_in_error_takes_the_note_its_diagnoses_and_problems_along(visit):
    diagnosing.add(appointment_id=visit.visit.pk, code="I10", table=visit.table().key, by=visit.dr)
    note = signed(visit)

    writing.mark_error(record_id=note.record_id, reason="wrong patient", by=visit.dr)

    note.refresh_from_db()
    assert (note.status, note.state) == ("entered_in_error", "signed")
    assert Diagnosis.objects.get().status == "entered_in_error"
    assert Condition.objects.get().status == "entered_in_error"
    assert editing.begin(appointment_id=visit.visit.pk, by=visit.dr).pk != note.pk


def test_addendum_follows_and_the_note_stays(visit):
    note = signed(visit)

    writing.addend(record_id=note.record_id, text="The patient called.", by=visit.dr)

    assert texts(note, "plan") == ["Rest and water."]
