"""A note in plain words, as it stands in the patient's file, is exported and copied."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from records.notes import bodies


def in_words(body: Mapping[str, Any]) -> str:
    """Sections under their titles, then the diagnoses; in the active language."""
    parts = []
    for section in body["sections"]:
        if said := bodies.text_of(section):
            parts.append(f"{bodies.title_of(section)}\n{said}")
    if body.get("diagnoses"):
        parts.append("\n".join([diagnoses_title(), *(diagnosis(found) for found in body["diagnoses"])]))
    return "\n\n".join(parts)


def diagnosis(words: Mapping[str, Any]) -> str:
    """`K35.80 Acute appendicitis (suspected)`."""
    said = f"{words['code']} {words['display']}"
    return f"{said} ({_('suspected')})" if words.get("suspected") else said


def title() -> str:
    return _("Note of the visit")


def diagnoses_title() -> str:
    return _("Diagnoses")


def locale_of(language: str) -> str:
    """The language of texts for a note's: Portuguese is Brazil's."""
    return "pt-br" if language[:2] == "pt" else language[:2]
