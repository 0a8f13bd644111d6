"""Which table an organization codes by: its own choice, else its country's custom, else what is loaded."""

from typing import Final

from records.codes.models import CodeSystem
from vitas.accounts.models import Organization

_COUNTRY: Final = {"ES": "cie-10-es", "US": "icd-10-cm", "BR": "cid-10"}
_LANGUAGE: Final = {"es": ("cie-10", "cie-10-es"), "pt": ("cid-10", "icd-10"), "en": ("icd-10", "icd-10-cm")}
_ELSE: Final = ("icd-10", "cie-10", "icd-10-cm", "cie-10-es")


def table_for(organization: Organization, chosen: str | None = None) -> CodeSystem | None:
    """None where no table is loaded. `chosen`: the key that the organization set, if it did."""
    language = organization.language[:2]
    country = _COUNTRY.get(getattr(organization, "country", "") or "")
    wanted = [chosen, country, *_LANGUAGE.get(language, ()), *_ELSE]
    loaded = CodeSystem.objects.in_bulk()
    known = next((loaded[key] for key in wanted if key in loaded), None)
    return known or next(iter(loaded.values()), None)
