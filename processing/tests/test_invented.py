"""What a recognizer invents over music and silence is left out; what is said stays, however oddly it reads."""

import dataclasses

import pytest

from processing.transcribers.invented import Doubt, Signs

SURE = Signs(text="Me duele la cabeza.", logprob=-0.2, no_speech=0.1, repetition=1.3, heard=0.9)


def test_what_is_said_clearly_stays() -> None:
    assert not Doubt().invented(SURE)
    assert not Doubt().invented(dataclasses.replace(SURE, no_speech=0.8))


@pytest.mark.parametrize(
    "text",
    [
        "Subtítulos realizados por la comunidad de Amara.org",
        "Thanks for watching!",
        "Legendas pela comunidade Amara.org",
        "¡Suscríbete al canal!",
        "Obrigado por assistir.",
    ],
)
def test_a_phrase_of_subtitles_goes_where_it_is_doubtful_and_stays_where_it_was_said(text: str) -> None:
    assert Doubt().invented(dataclasses.replace(SURE, text=text, logprob=-0.7))
    assert Doubt().invented(dataclasses.replace(SURE, text=text, heard=0.2))
    assert not Doubt().invented(dataclasses.replace(SURE, text=text))


@pytest.mark.parametrize("text", ["[Música]", "♪ la la ♪", "(applause)", "...", " "])
def test_signs_without_words_go(text: str) -> None:
    assert Doubt().invented(dataclasses.replace(SURE, text=text))


def test_a_sentence_in_a_loop_goes_from_the_third_time_on() -> None:
    doubt = Doubt()

    assert [doubt.invented(SURE) for _ in range(5)] == [False, False, True, True, True]
    assert not doubt.invented(dataclasses.replace(SURE, text="Otra cosa."))
    assert not doubt.invented(SURE)


def test_a_short_answer_may_come_again_and_again() -> None:
    doubt = Doubt()

    assert [doubt.invented(dataclasses.replace(SURE, text="Sí.")) for _ in range(4)] == [False] * 4


@pytest.mark.parametrize(
    "change",
    [{"logprob": -1.5}, {"logprob": -0.9, "no_speech": 0.7}, {"logprob": -0.9, "heard": 0.1}, {"heard": 0.0},
     {"repetition": 5.0}, {"repetition": 2.6, "logprob": -0.5}],
)  # fmt: skip
def test_what_is_improbable_goes(change: dict[str, float]) -> None:
    assert Doubt().invented(dataclasses.replace(SURE, **change))
