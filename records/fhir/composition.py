"""Composition: what the bundle holds, in the order in which a doctor reads it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.fhir import systems
from records.fhir.parts import Json, concept, instant, narrative, reference, resource, text, without_empty

_SUMMARY: Final = "60591-5"  # LOINC, Patient summary Document
_EMPTY: Final = "http://terminology.hl7.org/CodeSystem/list-empty-reason"


class Section(NamedTuple):
    """`code` of LOINC where there is one; `needed` sections are there also when empty, as the IPS asks."""

    name: str
    title: str | Promise
    code: str
    needed: bool = False


SECTIONS: Final = (
    Section("problems", gettext_lazy("Problems"), "11450-4", needed=True),
    Section("allergies", gettext_lazy("Allergies"), "48765-2", needed=True),
    Section("medicines", gettext_lazy("Medicines"), "10160-0", needed=True),
    Section("results", gettext_lazy("Results"), "30954-2"),
    Section("records", gettext_lazy("Records"), ""),
    Section("visits", gettext_lazy("Visits"), "46240-8"),
    Section("consents", gettext_lazy("Consents"), "59284-0"),
    Section("files", gettext_lazy("Files"), ""),
)


def composition(
    key: UUID,
    *,
    patient_id: UUID,
    name: str,
    language: str,
    made_at: datetime,
    organizations: Sequence[UUID],
    holds: Mapping[str, Iterable[UUID]],
) -> Json:
    """`holds`: the ids of each section's resources, by its name."""
    sections = [_section(section, holds.get(section.name, ())) for section in SECTIONS]
    return resource(
        "Composition",
        key,
        language=language,
        status="final",
        type=concept(systems.LOINC, _SUMMARY, _("Medical record")),
        subject=reference(patient_id, name),
        date=instant(made_at),
        author=[reference(found) for found in organizations] or [reference(patient_id)],
        title=text(_("Medical record of %(name)s") % {"name": name}),
        confidentiality=systems.CONFIDENTIALITY,
        section=[section for section in sections if section],
    )


def _section(section: Section, held: Iterable[UUID]) -> Json | None:
    entries = [reference(key) for key in held]
    if not entries and not section.needed:
        return None
    empty = {} if entries else {"emptyReason": concept(_EMPTY, "unavailable"), "text": narrative(_("Nothing written."))}
    code = concept(systems.LOINC, section.code) if section.code else None
    return without_empty({"title": str(section.title), "code": code, "entry": entries, **empty})
