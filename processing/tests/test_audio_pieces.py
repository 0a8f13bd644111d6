"""Long recordings come in pieces, cut where nobody speaks; and the detector hears pieces as it hears the whole."""

from pathlib import Path

import numpy as np

from processing.audio import decoding
from processing.audio.pieces import pieces
from processing.audio.voice import VoiceDetector, stretches
from processing.tests import sounds


def test_pieces_are_cut_in_the_silence_and_lose_nothing(tmp_path: Path) -> None:
    said = sounds.speech(seconds=4)
    whole = np.concatenate([said, sounds.silence(2), said, sounds.silence(2), said])
    file = sounds.write(tmp_path / "a.wav", whole)

    found = list(pieces(file, longest=7))

    assert np.array_equal(np.concatenate([piece.samples for piece in found]), whole)
    assert all(piece.seconds <= 7 for piece in found)
    assert 4 < found[0].seconds < 6.2
    assert [piece.start for piece in found[:2]] == [0.0, found[0].seconds]


def test_the_detector_hears_pieces_as_it_hears_the_whole() -> None:
    said = sounds.speech(seconds=6)
    whole, parts = VoiceDetector(), VoiceDetector()

    together = np.concatenate([whole.hear(said), whole.finish()])
    apart = np.concatenate([*(parts.hear(said[at : at + 7001]) for at in range(0, len(said), 7001)), parts.finish()])

    assert np.allclose(together, apart, atol=1e-3)


def test_speech_is_found_with_a_little_silence_around() -> None:
    heard = np.array([0.0] * 200 + [0.9] * 50 + [0.0] * 200 + [0.9] * 50, np.float32)

    assert stretches(heard) == [(188, 262), (438, 500)]
    assert stretches(np.zeros(100, np.float32)) == []


def test_two_channels_keep_their_levels(tmp_path: Path) -> None:
    said = sounds.speech(seconds=4)
    both = np.stack([np.concatenate([said, said * 0]), np.concatenate([said * 0, said])])
    file = sounds.write(tmp_path / "a.wav", both)

    (piece,) = pieces(file)

    half = len(piece.heard) // 2
    assert decoding.channels_of(file) == 2
    assert piece.sides is not None
    assert piece.sides[:half, 1].max() == piece.sides[half + 1 :, 0].max() == 0
