"""Patient, Practitioner, Organization."""

from collections.abc import Iterable

from clinic.models import Doctor
from patients.models import Patient, PatientFile, PatientIdentifier
from records.fhir import systems
from records.fhir.parts import Json, concept, day, identifier, instant, reference, resource, text
from vitas.accounts.models import Organization

_BCP47 = "urn:ietf:bcp:47"
_TONGUES = {"es": "es", "pt-br": "pt-BR", "en": "en"}


def patient(row: Patient, *, documents: Iterable[PatientIdentifier], files: Iterable[PatientFile]) -> Json:
    """The person. `documents` and `files` are those the reader may see."""
    return resource(
        "Patient",
        row.pk,
        meta=_meta(row.updated_at),
        identifier=[
            identifier(systems.PATIENT, row.pk, use="usual"),
            *(_document(found) for found in documents),
            *(_file(found) for found in files),
        ],
        active=row.merged_into_id is None,
        name=[_name(row.first_name, row.last_name, row.full_name)],
        telecom=[*_telecom("phone", row.phone), *_telecom("email", row.email)],
        birthDate=day(row.birth_date),
        address=[{"city": text(row.city)}] if text(row.city) else [],
        communication=[{"language": concept(_BCP47, tongue(row.language)), "preferred": True}],
    )


def practitioner(row: Doctor) -> Json:
    """A doctor as patients know them: name, licences, field, the phone of the practice."""
    return resource(
        "Practitioner",
        row.pk,
        meta=_meta(row.updated_at),
        identifier=[_licence(found.country, found.kind, found.number) for found in row.licences.all()],
        active=row.active,
        name=[{**_name(row.first_name, row.last_name, str(row)), **_title(row.title)}],
        telecom=_telecom("phone", row.phone),
        qualification=[{"code": {"text": str(row.get_specialty_display())}}],
    )


def organization(row: Organization) -> Json:
    return resource(
        "Organization",
        row.pk,
        identifier=[identifier(systems.ORGANIZATION, row.slug)],
        active=row.active,
        name=text(row.name) or row.slug,
        address=[{"country": row.country}] if row.country else [],
    )


def tongue(language: str) -> str:
    """As BCP 47 writes it: `pt-br` → `pt-BR`."""
    return _TONGUES.get(language, language)


def _meta(changed: object) -> Json:
    return {"lastUpdated": instant(changed)}  # type: ignore[arg-type]


def _name(first: str, last: str, whole: str) -> Json:
    given = [text(name) for name in first.split() if text(name)]
    found: Json = {"use": "official", "text": text(whole) or "-"}
    if text(last):
        found["family"] = text(last)
    return {**found, "given": given} if given else found


def _title(title: str) -> Json:
    if not text(title):
        return {}
    return {"prefix" if title.endswith(".") else "suffix": [text(title)]}


def _telecom(system: str, value: str) -> list[Json]:
    return [{"system": system, "value": text(value)}] if text(value) else []


def _document(row: PatientIdentifier) -> Json:
    system, kind = systems.of_document(row.country, row.kind)
    return identifier(system, row.number, kind=kind, said=row.kind.upper(), use="official")


def _licence(country: str, kind: str, number: str) -> Json:
    system, code = systems.of_licence(country, kind)
    return identifier(system, number, kind=code, said=kind.upper(), use="official")


def _file(row: PatientFile) -> Json:
    """The number of the file that an organization keeps."""
    found = identifier(f"{systems.ORGANIZATION}:{row.organization.slug}:file", row.number, kind="MR", use="secondary")
    return {**found, "assigner": reference(row.organization_id, row.organization.name)}
