"""Which table an organization codes by: its own choice, else its country's custom, else what is loaded."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from records.codes.models import CodeSystem
from vitas.accounts.models import Organization

_COUNTRY: Final = {"ES": ("cie-10-es",), "US": ("icd-10-cm",), "BR": ("cid-10",)}
_LANGUAGE: Final = {"es": ("cie-10", "cie-10-es"), "pt": ("cid-10", "icd-10"), "en": ("icd-10", "icd-10-cm")}
_ELSE: Final = ("icd-10", "cie-10", "icd-10-cm", "cie-10-es")

# A higher room keeps what an organization chose; it says so here.
_choices: list[Callable[[UUID], str | None]] = []


def register_choice(chosen: Callable[[UUID], str | None]) -> None:
    """`chosen(organization id)`: the key of the table that the organization set, if it did."""
    if chosen not in _choices:
        _choices.append(chosen)


def table_for(organization_id: UUID) -> CodeSystem | None:
    """None where no table is loaded."""
    loaded = {row.pk: row for row in CodeSystem.objects.order_by("key")}
    if not loaded:
        return None
    chosen = next((key for each in _choices if (key := each(organization_id))), None)
    if chosen in loaded:
        return loaded[chosen]
    language, country = Organization.objects.values_list("language", "country").get(pk=organization_id)
    wanted = (*_COUNTRY.get(country, ()), *_LANGUAGE.get(language[:2], ()), *_ELSE)
    return next((loaded[key] for key in wanted if key in loaded), next(iter(loaded.values())))
