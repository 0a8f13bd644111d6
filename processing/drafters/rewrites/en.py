"""English: from how it is said to how it is noted."""

import re

# The words a rewrite may add that nobody said: the note's form, never a fact.
FORM_WORDS = frozenset({"patient", "reports", "denies"})


def rewrite(text: str, *, speaker: str, part: str, question: str | None = None, gender: str | None = None) -> str:
    """See `rewrites.rewrite`."""
    return re.sub(r"\s+", " ", text).strip()
