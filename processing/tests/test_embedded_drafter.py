"""The embedded drafter: extractive, deterministic, and unwilling to load what was not trained here."""

import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from processing import evidence
from processing.drafters.dialogue import parse
from processing.drafters.embedded import breaks, learned
from processing.drafters.embedded.drafter import EmbeddedDrafter
from processing.drafters.embedded.said import sentences, statements
from processing.drafters.embedded.training import unsaid
from processing.drafters.embedded.training.rouge import rouge_l, rouge_n
from processing.engines import PARTS, Drafted, EngineError

VISIT = """[doctor] hi martha , how are you ?
[patient] i'm doing okay . nice weather .
[doctor] so what brings you in today ?
[patient] i've had pain in my right knee for two weeks . it hurts when i climb stairs .
[doctor] have you had any fever or chills ?
[patient] no .
[doctor] on your exam , there is swelling of the right knee and i don't appreciate any redness .
[doctor] so for your knee pain , i think this is osteoarthritis .
[doctor] i'd like to get an x-ray of the knee . i want you to take ibuprofen 400 milligrams three times a day .
[patient] okay , sounds good ."""


@pytest.fixture(scope="module")
def drafted() -> Drafted:
    return EmbeddedDrafter().draft(parse(VISIT), language="en")


def test_each_sentence_rests_on_what_was_said(drafted: Drafted) -> None:
    segments = parse(VISIT)

    held = evidence.check(drafted, segments, language="en")

    sentences = [sentence for part in PARTS for sentence in held.sections[part]]
    assert len(sentences) > 4
    assert [sentence.text for sentence in sentences if not sentence.evidence] == []
    assert unsaid.words(drafted, segments) == []


def test_a_denial_names_question_and_answer(drafted: Drafted) -> None:
    denial = next(each for each in drafted.sections["subjective"] if each.text.startswith("Denies"))

    assert (denial.text, tuple(denial.evidence)) == ("Denies fever or chills.", ("s4", "s5"))


def test_the_same_visit_gives_the_same_draft(drafted: Drafted) -> None:
    again = EmbeddedDrafter().draft(parse(VISIT), language="en")

    assert again.sections == drafted.sections


def test_small_talk_is_left_out(drafted: Drafted) -> None:
    texts = " ".join(sentence.text for part in PARTS for sentence in drafted.sections[part])

    assert [word for word in ("weather", "sounds good", "martha") if word in texts.lower()] == []


def test_nothing_said_is_told() -> None:
    with pytest.raises(EngineError) as refused:
        EmbeddedDrafter().draft([], language="en")

    assert refused.value.code == "NOTHING_SAID"


def test_a_changed_file_is_not_loaded(tmp_path: Path) -> None:
    changed = tmp_path / "model.npz"
    changed.write_bytes(learned.FILE.read_bytes() + b" ")

    with pytest.raises(EngineError) as refused:
        learned.load(changed, learned.KNOWN)

    assert (refused.value.code, refused.value.temporary) == ("MODEL_CHANGED", False)


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    file, known = tmp_path / "model.npz", tmp_path / "model.sha256"

    learned.current().save(file, known)

    again = learned.load(file, known)
    assert np.array_equal(again.worth, learned.current().worth)
    assert list(again.header_names) == list(learned.current().header_names)


@pytest.mark.parametrize(
    "dialogue",
    [
        "[doctor] any pain ?\n[patient] no .",
        "D: any pain ?\nP: no .",
        "Doctor: any pain ?\nPatient: no .",
        "[doctor] any pain ? [patient] no .",
        "[médico] any pain ?\n[paciente] no .",
    ],
)
def test_dialogues_are_read_however_they_name_who_speaks(dialogue: str) -> None:
    segments = parse(dialogue)

    assert [(each.id, each.speaker, each.text) for each in segments] == [
        ("s0", "doctor", "any pain ?"),
        ("s1", "patient", "no ."),
    ]


def test_an_answer_knows_its_question() -> None:
    said = statements(parse("D: any pain ?\nP: no .\nD: fine ."))

    assert [(each.text, each.answers, each.evidence) for each in said] == [
        ("any pain?", None, ("s0",)),
        ("no.", "any pain?", ("s0", "s1")),
        ("fine.", None, ("s2",)),
    ]


def test_speech_without_full_stops_is_cut() -> None:
    words = (
        "okay alright and have you had any fever or chills no no fever or chills i get headaches pretty often"
        " okay and do you have any pain in your foot"
    )

    pieces = sentences(words, learned.current().breaks)

    assert len(pieces) > 3
    assert " ".join(pieces) == words


def test_no_words_without_weights_are_lost() -> None:
    words = [f"w{number}" for number in range(100)]

    pieces = breaks.cut(words, np.zeros(breaks.BUCKETS))

    assert " ".join(pieces).split() == words


def test_rouge_counts_shared_words() -> None:
    written, reference = "the knee hurts today", "the left knee hurts"

    assert rouge_n(written, reference, 1) == 75.0
    assert round(rouge_n(written, reference, 2), 1) == 33.3
    assert rouge_l(written, reference) == 75.0


def test_draft_notes_writes_a_row_for_each_dialogue(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        json.dumps({"id": "one", "dialogue": VISIT, "language": "en"})
        + "\n"
        + json.dumps({"id": "two", "dialogue": VISIT})
        + "\n"
    )

    call_command(
        "draft_notes",
        "--in", str(source), "--out", str(target), "--quiet",
        "--drafter", "processing.drafters.embedded.drafter.EmbeddedDrafter",
    )  # fmt: skip

    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["id"] for row in rows] == ["one", "two"]
    assert rows[0]["note"] == rows[1]["note"]
    assert {part: len(text.splitlines()) for part, text in rows[0]["sections"].items()} == {
        part: len(found) for part, found in rows[0]["evidence"].items()
    }
