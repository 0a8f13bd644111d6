"""A note that two people wrote at once: what each changed, and how. And a patient who turns out to be another."""

import pytest

from patients.moving import Pair
from records.notes import bodies, merging, signing
from records.notes.merging import Line
from records.notes.models import Diagnosis, Note
from records.notes.tests.clinic import Consultation, texts


def body(**sections: str) -> bodies.Body:
    """`plan="a Rest.|b Drink."`: sentences with their ids."""
    made = []
    for key in ("subjective", "plan"):
        lines = [line.partition(" ") for line in sections.get(key, "").split("|") if line]
        sentences = [bodies.new_sentence(text, by="machine", id=name, evidence=["s1"]) for name, _, text in lines]
        made.append({"key": key, "title": "", "part": key, "sentences": sentences})
    return {"sections": made, "recordings": []}


def sent(**sections: str) -> dict[str, list[Line]]:
    """As a person sends them."""
    return {
        key: [Line(name, text) for name, _, text in (line.partition(" ") for line in lines.split("|") if line)]
        for key, lines in sections.items()
    }


def said(found: merging.Merged) -> dict[str, str]:
    return {
        section["key"]: "|".join(f"{one['id']} {one['text']}" for one in section["sentences"])
        for section in found.body["sections"]
    }


BASE = "a Rest.|b Drink.|c Come back."


@pytest.mark.parametrize(
    ("theirs", "mine", "expected"),
    [
        (BASE, "a Rest.|b Drink water.|c Come back.", "a Rest.|b Drink water.|c Come back."),
        ("a Rest!|b Drink.|c Come back.", "a Rest.|b Drink.|c Soon.", "a Rest!|b Drink.|c Soon."),
        ("a Rest.|c Come back.", BASE, "a Rest.|c Come back."),
        ("a Rest.|b Drink.|x New.|c Come back.", "a Rest.|b Drink.|y Mine.|c Come back.",
         "a Rest.|b Drink.|x New.|y Mine.|c Come back."),
        ("a Rest.|b Drink tea.|c Come back.", "a Rest.|c Come back.", "a Rest.|b Drink tea.|c Come back."),
        ("a Rest.|c Come back.", "a Rest.|b Drink tea.|c Come back.", "a Rest.|b Drink tea.|c Come back."),
        (BASE, "c Come back.|a Rest.|b Drink.", "c Come back.|a Rest.|b Drink."),
        ("c Come back.|a Rest.|b Drink.", "a Rest.|b Drink more.|c Come back.",
         "c Come back.|a Rest.|b Drink more."),
        ("a Rest.|b Drink tea.|c Come back.", "a Rest.|b Drink tea.|c Come back.",
         "a Rest.|b Drink tea.|c Come back."),
        ("", "a Rest.|b Drink.|c Come back.", ""),
    ],
)  # fmt: skip
def test_what_one_of_the_two_changed_is_so(theirs, mine, expected):
    found = merging.merge(base=body(plan=BASE), theirs=body(plan=theirs), mine=sent(plan=mine))

    assert said(found)["plan"] == expected
    assert found.pairs == []


def test_what_both_worded_differently_stands_twice_with_what_it_rests_on():
    theirs, mine = "a Rest a day.|b Drink.|c Come back.", "a Rest a week.|b Drink.|c Come back."

    found = merging.merge(base=body(plan=BASE), theirs=body(plan=theirs), mine=sent(plan=mine))

    first, second, *_rest = found.body["sections"][1]["sentences"]
    assert (first["text"], second["text"]) == ("Rest a day.", "Rest a week.")
    assert (first["flags"], second["flags"], second["variant_of"]) == (["conflict"], ["conflict"], "a")
    assert second["evidence"] == ["s1"]
    assert found.pairs == [("a", second["id"])]


def test_sentence_moves_to_another_section_with_the_words_the_other_gave_it():
    found = merging.merge(
        base=body(subjective="s Pain.", plan=BASE),
        theirs=body(subjective="s Pain in the head.", plan=BASE),
        mine=sent(subjective="", plan=f"s Pain.|{BASE}"),
    )

    assert said(found) == {"subjective": "", "plan": f"s Pain in the head.|{BASE}"}


def test_section_that_was_not_sent_is_as_it_was_seen():
    found = merging.merge(
        base=body(subjective="s Pain.", plan=BASE),
        theirs=body(subjective="s Pain.|t Nausea.", plan=BASE),
        mine=sent(plan="a Rest.|b Drink."),
    )

    assert said(found) == {"subjective": "s Pain.|t Nausea.", "plan": "a Rest.|b Drink."}


def test_conflict_is_over_when_one_of_the_variants_is_taken_out():
    base = body(plan="a Rest a day.")
    both = merging.merge(base=body(plan="a Rest."), theirs=base, mine=sent(plan="a Rest a week.")).body
    variant = both["sections"][1]["sentences"][1]["id"]

    found = merging.merge(base=both, theirs=both, mine=sent(plan=f"{variant} Rest a week."))

    (left,) = found.body["sections"][1]["sentences"]
    assert (left["text"], left["flags"], left["variant_of"]) == ("Rest a week.", [], "")


def test_third_wording_stands_against_the_same_sentence():
    base = body(plan="a Rest a day.")
    both = merging.merge(base=body(plan="a Rest."), theirs=base, mine=sent(plan="a Rest a week.")).body
    variant = both["sections"][1]["sentences"][1]["id"]
    edited = merging.merge(base=both, theirs=both, mine=sent(plan=f"a Rest a day.|{variant} Rest a month.")).body

    found = merging.merge(base=both, theirs=edited, mine=sent(plan=f"a Rest a day.|{variant} Rest a year."))

    sentences = found.body["sections"][1]["sentences"]
    assert [one["text"] for one in sentences] == ["Rest a day.", "Rest a month.", "Rest a year."]
    assert [one["variant_of"] for one in sentences] == ["", "a", "a"]


@pytest.mark.django_db
def test_notes_and_diagnoses_follow_a_patient_who_is_merged_and_stay_readable():
    from patients.moving import SealedFollows

    visit = Consultation()
    draft = {"plan": [{"text": "Rest."}]}
    visit.suggest("I10")
    note = signing.sign(visit.draft(draft).pk, seen_version=1, by=visit.dr)
    rule = SealedFollows(Note, Diagnosis)
    pair = Pair(kept=visit.bruno.pk, merged=visit.ana.pk, organization_id=visit.organization.pk)

    moved = rule.move(pair)
    found = Note.objects.get(pk=note.pk)
    followed = (found.patient_id, texts(found, "plan"), found.versions.get(kind="signed").body["recordings"])
    rule.back(pair, moved)

    assert followed == (visit.bruno.pk, ["Rest."], [str(visit.recording)])
    assert Note.objects.get(pk=note.pk).patient_id == visit.ana.pk
    assert Diagnosis.objects.get().words["code"] == "I10"
