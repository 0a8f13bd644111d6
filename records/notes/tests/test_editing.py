"""Writing in a draft: versions, sittings, two people at once, and who may."""

from datetime import timedelta

import pytest
from django.utils import timezone

from records.notes import editing
from records.notes.models import Note, NoteSave, NoteVersion
from records.notes.tests.clinic import Consultation, as_sent, sentence, texts
from vitas.audit.models import AuditEntry
from vitas.common.errors import Invalid, NotAllowed, NotFound, NotPossibleNow

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit() -> Consultation:
    return Consultation()


def test_note_is_begun_by_hand_once(visit):
    first = editing.begin(appointment_id=visit.visit.pk, by=visit.dr)
    again = editing.begin(appointment_id=visit.visit.pk, by=visit.dr)

    assert first.pk == again.pk
    assert (first.drafter, first.written_by) == ("", visit.dr.user_id)
    assert AuditEntry.objects.filter(action="CREATE_NOTE").count() == 1


def test_only_the_visits_doctor_begins_its_note(visit):
    for actor, refusal in ((visit.colleague(), NotFound), (visit.nurse(), NotAllowed), (visit.me, NotAllowed)):
        with pytest.raises(refusal):
            editing.begin(appointment_id=visit.visit.pk, by=actor)

    assert not Note.objects.exists()


def test_visit_that_does_not_take_place_has_no_note(visit):
    type(visit.visit).objects.filter(pk=visit.visit.pk).update(status="cancelled")

    with pytest.raises(NotPossibleNow):
        editing.begin(appointment_id=visit.visit.pk, by=visit.dr)


def test_save_changes_what_changed_and_says_by_whom(visit):
    note = visit.draft()
    sent = as_sent(note, "subjective", subjective="Headache for four days.\nNo fever.\nSleeps badly.")

    saved = editing.save(note.pk, seen_version=1, body=sent, by=visit.dr)

    assert (saved.note.version, saved.merged, saved.conflicts) == (2, False, [])
    assert texts(note, "subjective") == ["Headache for four days.", "No fever.", "Sleeps badly."]
    changed, same, new = note.body["sections"][0]["sentences"]
    assert (changed["by"], changed["evidence"]) == ("edited", ["s1", "s2"])
    assert same["by"] == "machine"
    assert (new["by"], new["evidence"], new["flags"]) == ("person", [], [])
    assert texts(note, "plan") == ["Ibuprofen 400 mg every 8 hours."]


def test_save_of_the_same_is_no_new_version(visit):
    note = visit.draft()

    saved = editing.save(note.pk, seen_version=1, body=as_sent(note), by=visit.dr)

    assert saved.note.version == 1
    assert not AuditEntry.objects.filter(action="UPDATE_NOTE").exists()


def test_new_sentence_sent_again_under_its_key_is_the_same(visit):
    note = visit.draft({})
    first = {"sections": [{"key": "plan", "sentences": [{"key": "a", "text": "Re"}]}]}
    longer = {"sections": [{"key": "plan", "sentences": [{"key": "a", "text": "Rest."}]}]}

    saved = editing.save(note.pk, seen_version=1, body=first, by=visit.dr)
    again = editing.save(note.pk, seen_version=1, body=longer, by=visit.dr)

    assert texts(note, "plan") == ["Rest."]
    assert saved.ids == again.ids == {"a": sentence(note, "Rest.")["id"]}
    assert again.conflicts == []


def test_what_is_no_text_is_taken_out_of_it_and_what_is_too_long_refused(visit):
    note = visit.draft({})
    marked = {"sections": [{"key": "plan", "sentences": [{"text": " <b>BP</b> < 120\n& stable "}]}]}
    long = {"sections": [{"key": "plan", "sentences": [{"text": "a" * 2001}]}]}

    editing.save(note.pk, seen_version=1, body=marked, by=visit.dr)

    assert texts(note, "plan") == ["BP < 120 & stable"]
    with pytest.raises(Invalid):
        editing.save(note.pk, seen_version=2, body=long, by=visit.dr)
    with pytest.raises(Invalid):
        editing.save(note.pk, seen_version=2, body={"sections": [{"key": "none", "sentences": []}]}, by=visit.dr)
    with pytest.raises(Invalid):
        editing.save(note.pk, seen_version=3, body=as_sent(note), by=visit.dr)


def test_two_people_who_change_different_sentences_both_find_theirs(visit):
    note = visit.draft()
    first = as_sent(note, subjective="Headache for four days.\nNo fever.")
    second = as_sent(note, objective="Blood pressure 140 over 80.\nPulse 70.")

    editing.save(note.pk, seen_version=1, body=first, by=visit.dr)
    saved = editing.save(note.pk, seen_version=1, body=second, by=visit.colleague())

    assert (saved.merged, saved.conflicts) == (True, [])
    assert texts(note) == [
        "Headache for four days.",
        "No fever.",
        "Blood pressure 140 over 80.",
        "Pulse 70.",
        "Tension headache.",
        "Ibuprofen 400 mg every 8 hours.",
    ]


def test_sentence_that_both_worded_differently_stands_twice_until_one_is_kept(visit):
    note = visit.draft()
    mine = as_sent(note, plan="Ibuprofen 600 mg every 8 hours.")
    theirs = as_sent(note, plan="Paracetamol 1 g every 8 hours.")
    editing.save(note.pk, seen_version=1, body=mine, by=visit.dr)

    saved = editing.save(note.pk, seen_version=1, body=theirs, by=visit.colleague())
    again = editing.save(note.pk, seen_version=1, body=theirs, by=visit.colleague())

    assert texts(note, "plan") == ["Ibuprofen 600 mg every 8 hours.", "Paracetamol 1 g every 8 hours."]
    (pair,) = saved.conflicts
    assert again.conflicts == []
    assert {one["flags"][-1] for one in note.body["sections"][3]["sentences"]} == {"conflict"}

    kept = editing.keep_sentence(note.pk, sentence_id=pair.variant, by=visit.dr)

    assert texts(kept, "plan") == ["Paracetamol 1 g every 8 hours."]
    left = sentence(kept, "Paracetamol 1 g every 8 hours.")
    assert (left["flags"], left["kept"], left["variant_of"]) == (["dose"], True, "")


def test_flagged_sentence_is_kept_by_hand_and_doubted_again(visit):
    note = visit.draft()
    key = sentence(note, "Ibuprofen 400 mg every 8 hours.")["id"]

    editing.keep_sentence(note.pk, sentence_id=key, by=visit.dr)
    note.refresh_from_db()
    kept = sentence(note, "Ibuprofen 400 mg every 8 hours.")["kept"]
    editing.keep_sentence(note.pk, sentence_id=key, by=visit.dr, kept=False)
    note.refresh_from_db()

    assert (kept, sentence(note, "Ibuprofen 400 mg every 8 hours.")["kept"]) == (True, False)
    with pytest.raises(NotFound):
        editing.keep_sentence(note.pk, sentence_id="nothing", by=visit.dr)


def test_one_sitting_is_one_version_and_one_entry_of_the_trail(visit):
    note = visit.draft({"plan": [{"text": "Rest."}]})
    for number, text in enumerate(("Rest a day.", "Rest two days.", "Rest three days."), start=1):
        editing.save(note.pk, seen_version=number, body=as_sent(note, plan=text), by=visit.dr)

    note.refresh_from_db()
    editing.save(note.pk, seen_version=4, body=as_sent(note, plan="Rest for a week."), by=visit.colleague())

    found = list(note.versions.order_by("number").values_list("number", "kind", "made_by"))
    assert found == [(1, "drafted", None), (4, "edited", visit.dr.user_id)]
    assert AuditEntry.objects.filter(action="UPDATE_NOTE").count() == 2


def test_sitting_is_over_after_half_an_hour(visit):
    note = visit.draft({"plan": [{"text": "Rest."}]})
    editing.save(note.pk, seen_version=1, body=as_sent(note, plan="Rest a day."), by=visit.dr)
    past = timezone.now() - timedelta(minutes=31)
    rows = NoteSave.objects.using("default").filter(note=note, version=2)
    body = rows.get().body
    rows.delete()
    NoteSave.objects.create(note=note, version=2, body=body, made_by=visit.dr.user_id, made_at=past)

    note.refresh_from_db()
    editing.save(note.pk, seen_version=2, body=as_sent(note, plan="Rest two days."), by=visit.dr)

    assert NoteVersion.objects.get(kind="edited").number == 2


def test_merge_with_a_base_that_nobody_remembers_loses_nothing(visit):
    note = visit.draft({"plan": [{"text": "Rest."}, {"text": "Drink."}]})
    stale = as_sent(note, plan="Rest a lot.\nDrink.")
    editing.save(note.pk, seen_version=1, body=as_sent(note, plan="Rest a day.\nDrink."), by=visit.dr)
    NoteSave.objects.filter(version=1).delete()

    saved = editing.save(note.pk, seen_version=1, body=stale, by=visit.colleague())

    assert texts(note, "plan") == ["Rest a day.", "Rest a lot.", "Drink."]
    assert len(saved.conflicts) == 1


def test_who_may_not_write_changes_nothing(visit):
    note = visit.draft()
    elsewhere = Consultation()
    refused = (
        (visit.nurse(), NotAllowed),
        (visit.me, NotFound),
        (visit.other_doctor(), NotFound),
        (elsewhere.dr, NotFound),
        (visit.staff_actor(visit.staff("receptionist")), NotFound),
    )

    for actor, refusal in refused:
        with pytest.raises(refusal):
            editing.save(note.pk, seen_version=1, body=as_sent(note, plan="Mine."), by=actor)

    assert texts(note, "plan") == ["Ibuprofen 400 mg every 8 hours."]


def test_discarded_draft_makes_room_for_another(visit):
    note = visit.draft()
    visit.suggest("I10")

    editing.discard(note.pk, by=visit.dr)
    fresh = editing.begin(appointment_id=visit.visit.pk, by=visit.dr)

    assert fresh.pk != note.pk
    assert Note.objects.get(pk=note.pk).status == "entered_in_error"
    assert len(visit.suggest("I10")) == 1
