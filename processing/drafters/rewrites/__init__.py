"""Set what was said in the note's voice: third person, no fillers, a question and its answer as one statement.

Each language is a module here (`en`, `es`, `pt`) with two names:

- `rewrite(text, *, speaker, part, question, gender) -> str`, as below without the language;
- `FORM_WORDS`, the lower-case words it may add although nobody said them ("patient", "reports", "denies"): the note's
  form, function words apart. A rewrite adds no other word of content, and no other number, ever.
"""

from importlib import import_module
from types import ModuleType

LANGUAGES = ("en", "es", "pt")


def rewrite(
    text: str, *, speaker: str, part: str, language: str, question: str | None = None, gender: str | None = None
) -> str:
    """The sentence for the note, or "" where nothing is left to note ("okay, thank you").

    `text`: one sentence or clause as it was said. `speaker`: doctor, patient or other. `part`: one of engines.PARTS.
    `question`: what the doctor asked, where `text` is the answer to it: "any fever?" and "no" are "Denies fever."
    `gender`: "female" or "male" where it was said in the visit, else None.
    """
    return _voice(language).rewrite(text, speaker=speaker, part=part, question=question, gender=gender)


def form_words(language: str) -> frozenset[str]:
    """The words that rewriting may add in this language."""
    return _voice(language).FORM_WORDS


def _voice(language: str) -> ModuleType:
    short = language[:2].lower()
    return import_module(f"{__name__}.{short if short in LANGUAGES else 'plain'}")
