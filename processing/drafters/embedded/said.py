"""What was said, cut into statements: a sentence or a clause of its own, with the question it answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from processing.drafters.embedded.breaks import RUN_ON, cut
from processing.engines import Segment

LONGEST = 28  # words; what runs on without a full stop is cut where a new thought begins

TOKENIZED = [
    (re.compile(r"<(?:UNIN|INAUDIBLE)[^>]*>|</?UNSURE>", re.I), " "),
    (
        re.compile(
            r"\b(do|does|did|is|was|are|were|have|has|had|wo|would|could|should|ca|must|need|might) n't\b", re.I
        ),
        r"\1n't",
    ),
    (re.compile(r"\b(gon|wan) na\b", re.I), r"\1na"),
    (re.compile(r"\bgot ta\b", re.I), "gotta"),
    (re.compile(r"\s+('(?:s|re|ve|ll|d|m)\b)", re.I), r"\1"),
    (re.compile(r"\s+([.,;:?!%])"), r"\1"),
    (re.compile(r"[\u2018\u2019]"), "'"),
    (re.compile(r"[\[\]{}]|\.\.\.+|--+"), " , "),
    (re.compile(r"\s+([,])"), r"\1"),
    (re.compile(r"\s+"), " "),
]
ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|dra|sr|sra|vs|st|no|approx|p\.m|a\.m|i\.e|e\.g|b\.i\.d)|\b[a-z])\.$", re.I
)
STOP = re.compile(r"(?<=[.?!;])\s+")
# Where a new thought begins in speech written down without full stops.
TURNING = re.compile(
    r"\s(?=(?:(?:okay|alright|all right|great|um|uh|well)\s+(?:so|and|then|let|now|i|you)"
    r"|(?:and then|and so|but|because|so|now|also|do you|have you|are you|did you|any other|how (?:is|are|have"
    r"|long|about)"
    r"|what (?:is|are|about|brings)|when (?:did|was)|y (?:luego|también|además)|pero|porque|entonces|además|tiene"
    r"|e (?:depois|também)|mas|então|porque|também)\s))",
    re.I,
)
# A question that a recogniser wrote without its mark.
ASKED = re.compile(
    r"^(?:(?:okay|ok|alright|all right|and|so|now|well|then|um|uh|but|right|great|good)[, ]+)*"
    r"(?:(?:do|did|does|are|is|was|were|have|has|can|could|would) (?:you|it|they|that|there|this|your|the|he|she)\b"
    r"|any \w+|how (?:long|many|much|often|about|are|is|have|did|do|bad)\b|what (?:about|kind|is|are|do|did"
    r"|brings|medications?)\b"
    r"|when (?:did|was|do|is)\b|where (?:is|do|does|did)\b|which (?:one|side|knee|arm|leg)\b|who (?:is|do)\b)",
    re.I,
)
COMMA = re.compile(r",\s+(?=(?:and|but|so|because|which|although|pero|y|porque|mas|e|que)\s)", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One statement. `answers`: the question before it, with `asked_in`, where somebody else put it."""

    text: str
    speaker: str
    segment: str
    place: float  # 0 at the beginning of the visit, 1 at its end
    is_question: bool = False
    answers: str | None = None
    asked_in: str | None = None

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, (self.asked_in, self.segment))))


def statements(segments: Sequence[Segment], weights: np.ndarray | None = None) -> list[Said]:
    """All that was said, in its order. `weights`: of breaks.py, for a language that has them."""
    pieces = [(segment, sentence) for segment in segments for sentence in sentences(segment.text, weights)]
    said: list[Said] = []
    asked: tuple[str, str, str] | None = None  # the last open question: who, in which segment, what
    for number, (segment, sentence) in enumerate(pieces):
        asks = sentence.rstrip().endswith("?") or (bool(ASKED.match(sentence)) and not sentence.rstrip().endswith("."))
        answers = asked if asked and not asks and asked[0] != segment.speaker else None
        said.append(
            Said(
                text=sentence,
                speaker=segment.speaker,
                segment=segment.id,
                place=number / max(1, len(pieces) - 1),
                is_question=asks,
                answers=answers[2] if answers else None,
                asked_in=answers[1] if answers else None,
            )
        )
        asked = (segment.speaker, segment.id, sentence) if asks else None
    return said


def plain(text: str) -> str:
    """As it would be typed: "do n't" and "fine ." of a tokenized transcript put right, marks of the writer removed."""
    for pattern, instead in TOKENIZED:
        text = pattern.sub(instead, text)
    return text.strip(" ,")


def sentences(text: str, weights: np.ndarray | None = None) -> list[str]:
    """The sentences of a turn; the long ones in clauses."""
    whole: list[str] = []
    for piece in STOP.split(plain(text)):
        if whole and ABBREVIATION.search(whole[-1]):
            whole[-1] += f" {piece}"
        else:
            whole.append(piece)
    clauses = [clause for sentence in whole for clause in _clauses(sentence, weights)]
    return [clause for clause in clauses if re.search(r"\w", clause)]


def _clauses(sentence: str, weights: np.ndarray | None) -> list[str]:
    words = sentence.split()
    if weights is not None and len(words) > RUN_ON and sentence.count(",") * RUN_ON < len(words):
        return [piece.strip(" ,") for piece in cut(words, weights)]
    if len(sentence.split()) <= LONGEST:
        return [sentence.strip(" ,")]
    for where in (COMMA, TURNING):
        pieces = [piece for piece in where.split(sentence) if piece.strip()]
        if len(pieces) > 1:
            return [clause for joined in _joined(pieces) for clause in _clauses_of(joined, where)]
    return [sentence.strip(" ,")]


def _clauses_of(text: str, tried: re.Pattern[str]) -> list[str]:
    if len(text.split()) <= LONGEST or tried is TURNING:
        return [text.strip(" ,")]
    return [joined.strip(" ,") for joined in _joined([piece for piece in TURNING.split(text) if piece.strip()])]


def _joined(pieces: list[str], least: int = 5) -> list[str]:
    """Pieces too short to say something stay with the one before."""
    joined: list[str] = []
    for piece in pieces:
        if joined and (len(joined[-1].split()) < least or len(piece.split()) < least):
            joined[-1] += f" {piece}"
        else:
            joined.append(piece)
    return joined
