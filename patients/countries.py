"""The countries whose numbers people write without a prefix, and which one a visitor's most likely is."""

from typing import Final

import phonenumbers
from django.utils.translation import gettext_lazy as _

NAMES: Final = {
    "AR": _("Argentina"),
    "BO": _("Bolivia"),
    "BR": _("Brazil"),
    "CL": _("Chile"),
    "CO": _("Colombia"),
    "CR": _("Costa Rica"),
    "CU": _("Cuba"),
    "DO": _("Dominican Republic"),
    "EC": _("Ecuador"),
    "SV": _("El Salvador"),
    "ES": _("Spain"),
    "US": _("United States"),
    "GT": _("Guatemala"),
    "HN": _("Honduras"),
    "MX": _("Mexico"),
    "NI": _("Nicaragua"),
    "PA": _("Panama"),
    "PY": _("Paraguay"),
    "PE": _("Peru"),
    "PT": _("Portugal"),
    "PR": _("Puerto Rico"),
    "UY": _("Uruguay"),
    "VE": _("Venezuela"),
}
_OF_LANGUAGE: Final = {"es": "AR", "pt-br": "BR", "en": "US"}


def choices() -> list[tuple[str, str]]:
    """`("AR", "Argentina (+54)")`, by name in the reader's language."""
    named = sorted((str(name), code) for code, name in NAMES.items())
    return [(code, f"{name} (+{phonenumbers.country_code_for_region(code)})") for name, code in named]


def likely(accept_language: str, language: str) -> str:
    """The first region that a browser's languages name (`es-MX`), else the one where most read this language."""
    for entry in accept_language.split(","):
        _tongue, dash, region = entry.split(";")[0].strip().rpartition("-")
        if dash and region.upper() in NAMES:
            return region.upper()
    return _OF_LANGUAGE.get(language, "AR")
