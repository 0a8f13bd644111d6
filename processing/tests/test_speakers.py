"""Who speaks: told apart by channel or voice, and named by what is said."""

import numpy as np
import pytest

from processing.audio import voices
from processing.audio.pieces import Piece
from processing.engines import Word
from processing.speakers import Speakers, telling
from processing.speakers.roles import leaning, roles
from processing.speakers.utterances import cut, joined
from processing.tests import sounds


def words(text: str, *, start: float = 0.0, each: float = 0.4) -> list[Word]:
    return [Word(start + at * each, start + (at + 1) * each, part, 0.9) for at, part in enumerate(text.split())]


def test_words_are_cut_at_sentences_and_pauses_but_not_after_a_title() -> None:
    said = [*words("Buenos días, Dr. Pérez. ¿Cómo está?"), *words("Me duele", start=10), *words("la nuca.", start=11.3)]

    assert [utterance.text for utterance in cut(said)] == [
        "Buenos días, Dr. Pérez.",
        "¿Cómo está?",
        "Me duele",
        "la nuca.",
    ]


def test_a_segment_is_a_sentence_of_one_speaker() -> None:
    said = cut([*words("Tengo"), *words("tos.", start=0.8), *words("¿Fiebre? No.", start=3)])

    found = joined(said, ["patient", "patient", "doctor", "patient"])

    assert [(one.id, one.speaker, one.text) for one in found] == [
        ("s0", "patient", "Tengo tos."),
        ("s1", "doctor", "¿Fiebre?"),
        ("s2", "patient", "No."),
    ]
    assert (found[0].start, found[0].end, found[0].confidence) == (0.0, 1.2000000000000002, 0.9)


@pytest.mark.parametrize(
    ("language", "doctor", "patient"),
    [
        ("es", "¿Desde cuándo le duele? Voy a tomarle la presión.", "Me duele la cabeza, doctora."),
        ("pt", "O senhor tem febre? Vou examinar e peço um exame.", "Estou com dor nas costas, doutor."),
        ("en", "What brings you in today? Let me check your lungs.", "I've had a cough, doctor. Is it serious?"),
    ],
)
def test_the_doctor_is_known_by_what_is_said(language: str, doctor: str, patient: str) -> None:
    assert leaning(doctor, language) > 1 > -1 > leaning(patient, language)


def test_roles_go_to_the_voices_and_one_voice_alone_is_the_doctor() -> None:
    assert roles([-3.0, 2.0, -1.0, 0.0], [0, 1, 0, 2]) == {0: "patient", 1: "doctor", 2: "other"}
    assert roles([0.0, -1.0], [0, 0]) == {0: "doctor"}


def test_each_side_its_speaker_only_where_both_are_louder_at_times() -> None:
    turns = np.array([[9.0, 1.0]] * 50 + [[1.0, 9.0]] * 50, np.float32)
    room = np.array([[9.0, 8.0]] * 100, np.float32)

    assert telling.apart_by_side(turns)
    assert not telling.apart_by_side(room)
    assert telling.by_side(turns[[0, 99]]) == [0, 1]


def test_two_channels_are_told_apart_and_named() -> None:
    one, other = np.full(16_000 * 4, 8000, np.int16), np.zeros(16_000 * 4, np.int16)
    heard = np.ones(250, np.float32)
    sides = np.array([[100.0, 1.0]] * 125 + [[1.0, 100.0]] * 125, np.float32)
    piece = Piece(start=60.0, samples=np.concatenate([one, other]), heard=heard, sides=sides)
    speakers = Speakers()

    speakers.hear(piece, [*words("Me duele, doctora.", start=61), *words("Voy a examinar.", start=65)])

    assert [(one.speaker, one.text) for one in speakers.segments("es")] == [
        ("patient", "Me duele, doctora."),
        ("doctor", "Voy a examinar."),
    ]


def test_one_voice_is_near_itself_and_far_from_another() -> None:
    parts = [(1.7, 3.4), (6.1, 8.2), (8.2, 10.4)]  # of demo/consulta-es: the doctor, the patient, the patient
    found = voices.vectors([sounds.speech("consulta-es", start=a, seconds=b - a) / np.float32(32768) for a, b in parts])

    assert found[1] @ found[2] > 0.8 > 0.75 > found[0] @ found[1]
    assert not voices.vectors([np.zeros(1000, np.float32)]).any()


def test_a_short_word_between_goes_to_who_speaks() -> None:
    said = cut(words("Voy a examinar. Ajá. Respire hondo y profundo."))
    near, far = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)
    vectors = np.stack([near, near * 0.6 + far * 0.7, near])

    assert telling.smoothed(said, vectors, np.stack([near, far]), [[0.0, 0.0]] * 3) == [0, 0, 0]
