"""Which templates a carrier has approved, as settings name them."""

from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from vitas.messaging import templates


def content_sids(entries: Sequence[str]) -> dict[tuple[str, str], str]:
    """`sign_in_code.es:HX…` → `{("sign_in_code", "es"): "HX…"}`. Raises ImproperlyConfigured with a sentence."""
    languages = [code for code, _name in settings.LANGUAGES]
    found = {}
    for entry in entries:
        name, _colon, sid = entry.partition(":")
        template, _dot, language = name.partition(".")
        if template not in templates.names() or language.lower() not in languages or not sid.startswith("HX"):
            raise ImproperlyConfigured(
                f"TWILIO_TEMPLATES holds {entry!r}; write template.language:HX…, with a template among"
                f" {', '.join(templates.names())} and a language among {', '.join(languages)}."
            )
        found[template, language.lower()] = sid
    return found
