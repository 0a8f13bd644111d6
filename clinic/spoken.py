"""Languages that doctors speak: `Español`, `Spanish` and `espanhol` are one, whoever wrote it down."""

from functools import cache
from typing import Final

from django.utils.translation import gettext_lazy as _

from vitas.common.search_key import search_key

# What patients may choose, and the names under which doctors show the language (as search reads them).
LANGUAGES: Final = {
    "es": (_("Spanish"), ("espanol", "spanish", "espanhol", "castellano")),
    "pt": (_("Portuguese"), ("portugues", "portuguese")),
    "en": (_("English"), ("english", "ingles")),
    "fr": (_("French"), ("francais", "french", "frances")),
    "it": (_("Italian"), ("italiano", "italian")),
    "de": (_("German"), ("deutsch", "german", "aleman", "alemao")),
    "zh": (_("Chinese"), ("chinese", "chino", "chines", "mandarin")),
    "gn": (_("Guarani"), ("guarani", "avane'e")),
    "qu": (_("Quechua"), ("quechua", "runasimi")),
    "ay": (_("Aymara"), ("aymara", "aimara")),
}


def names_of(text: str) -> tuple[str, ...]:
    """Every name, as search reads it, of the language that `text` names or is the code of; empty if it is none."""
    return _by_name().get(search_key(text), ())


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    return {name: names for code, (_shown, names) in LANGUAGES.items() for name in (code, *names)}
