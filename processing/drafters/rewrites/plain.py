"""Any other language: what was said, as it was said."""

FORM_WORDS: frozenset[str] = frozenset()


def rewrite(text: str, *, speaker: str, part: str, question: str | None = None, gender: str | None = None) -> str:
    """Only the spaces and the full stop are ours: an answer without its question would say nothing."""
    said = " ".join(f"{question or ''} {text}".split())
    return said if not said or said[-1] in ".!?" else f"{said}."
