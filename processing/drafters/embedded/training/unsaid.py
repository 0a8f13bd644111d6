"""Words of a draft that nobody said, counted strictly: English, and by the letter. evidence.py weighs them for all."""

import re
from collections.abc import Sequence

from processing.drafters.embedded.said import plain
from processing.drafters.rewrites import form_words
from processing.drafters.rewrites.en_numbers import as_noted
from processing.drafters.rewrites.en_person import unfolded
from processing.drafters.rewrites.en_words import words_of
from processing.engines import Drafted, Segment

# Words without content of their own: grammar may put them where they were not said.
FUNCTION = words_of(
    "the a an and or but of to in on at for with by from as is are was were be been am do does did has have "
    "had will would can could should not no she he her his him hers they their them it its that this there we "
    "our us i who which s herself himself themselves "
)


def words(drafted: Drafted, segments: Sequence[Segment]) -> list[str]:
    """Of each sentence, the words that the segments it names do not hold: not as said, not in the note's spelling."""
    said = {segment.id: _heard(segment.text) for segment in segments}
    allowed = FUNCTION | form_words("en")
    found: list[str] = []
    for sentence in (each for part in drafted.sections.values() for each in part):
        heard = set().union(*(said[name] for name in sentence.evidence))
        found += [word for word in _tokens(sentence.text) if word not in allowed and not _holds(heard, word)]
    return found


def _heard(text: str) -> set[str]:
    spoken = plain(text)
    full = unfolded(spoken)
    return {word for form in (spoken, full, as_noted(spoken), as_noted(full)) for word in _tokens(form)}


def _holds(heard: set[str], word: str) -> bool:
    """The third person's s is grammar: "take" was said where the note has "takes"."""
    base = (word, word[:-1], word[:-2], f"{word[:-3]}y")
    return word in heard or (word.endswith("s") and any(form in heard for form in base if form))


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())
