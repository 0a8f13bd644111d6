"""A draft as one text, its parts under headings: for batch use and for comparing with notes that people wrote."""

from processing.engines import PARTS, Drafted

HEADINGS = {
    "en": ("HISTORY OF PRESENT ILLNESS", "PHYSICAL EXAM AND RESULTS", "ASSESSMENT", "PLAN"),
    "es": ("SUBJETIVO", "OBJETIVO", "EVALUACIÓN", "PLAN"),
    "pt": ("SUBJETIVO", "OBJETIVO", "AVALIAÇÃO", "PLANO"),
}


def note(drafted: Drafted, *, language: str) -> str:
    """A sentence a line; a part of which nothing was said has no heading."""
    headings = HEADINGS.get(language[:2].lower(), HEADINGS["en"])
    parts = [(heading, part(drafted, name)) for heading, name in zip(headings, PARTS, strict=True)]
    return "\n\n".join(f"{heading}\n\n{text}" for heading, text in parts if text)


def part(drafted: Drafted, name: str) -> str:
    return "\n".join(sentence.text for sentence in drafted.sections[name])
