"""Everything of one patient as one FHIR R4 document bundle: what the person who asks may see, and nothing else."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any, Final
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from records.fhir import consents, documents, notes, people, statements, visits
from records.fhir.composition import composition
from records.fhir.held import Held, held_of, in_pieces
from records.fhir.parts import Json, entry, instant, part_of
from records.files import store
from records.models import Attachment
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common.errors import NotPossibleNow
from vitas.common.ids import new_id

MOST_INLINE: Final = 100 * 1024 * 1024  # bytes of files within a bundle; more than that belongs into a ZIP

Reader = Callable[[Attachment], bytes]


@dataclass(frozen=True)
class Files:
    """What happens to files: `read` puts them into the bundle; `addresses` say where else they lie."""

    read: Reader | None = None
    addresses: Mapping[UUID, str] = field(default_factory=dict)


NO_FILES: Final = Files()


def reader(row: Attachment) -> bytes:
    """The file from the store, checked to its last byte. Raises Damaged, StoreAway."""
    with store.spooled(row.key, row.sha256) as found:
        return found.read()


def bundle_of(patient_id: UUID, actor: Actor, *, files: Files = NO_FILES) -> Json:
    """The whole bundle as one dict (numbers are Decimals). For a file or an answer use `write_bundle`.

    Raises NotAllowed, NotFound; NotPossibleNow where the files asked for are too large for it.
    """
    held = held_of(patient_id, actor)
    with transaction.atomic():
        note_export(held, actor, "fhir")
        return {**_head(), "entry": list(entries(held, files=files))}


def write_bundle(out: IO[bytes], held: Held, *, files: Files = NO_FILES) -> None:
    """The same as JSON, written as it is made: memory holds a piece of it. The caller notes the export."""
    if files.read:
        _require_room(held)
    head = orjson.dumps(_head())
    out.write(head[:-1] + b',"entry":[')
    for nth, made in enumerate(entries(held, files=files)):
        out.write((b",\n" if nth else b"\n") + dumps(made))
    out.write(b"\n]}\n")


def dumps(made: Any) -> bytes:
    """JSON in which `5.40` stays `5.40`."""
    return orjson.dumps(made, default=_exact)


def note_export(held: Held, actor: Actor, form: str, **details: Any) -> None:
    """One entry of the audit trail: who took whose file away, in which form."""
    trail.record(
        actor,
        "EXPORT_MEDICAL_RECORDS",
        category=trail.Category.EXPORT,
        resource="patients",
        resource_id=held.patient.pk,
        patient_id=held.patient.pk,
        format=form,
        records=held.records.count(),
        **details,
    )


def entries(held: Held, *, files: Files = NO_FILES) -> Iterator[Json]:
    """The bundle's entries, the Composition first. Texts are in the language that is active."""
    keepers, signed = held.keepers(), notes.Notes(held)
    yield entry(_composition(held, signed, [found.pk for found in keepers], with_files=files.read is not None))
    yield entry(people.patient(held.patient, documents=held.documents(), files=held.files()))
    yield from (entry(people.organization(found)) for found in keepers)
    yield from (entry(people.practitioner(found)) for found in held.doctors())
    for visit in in_pieces(held.visits):
        yield entry(visits.appointment(visit))
        if visits.took_place(visit):
            yield entry(visits.encounter(visit, signed.of_visit.get(visit.pk, ())))
    for problem in in_pieces(held.conditions):
        yield entry(statements.condition(problem, signed.encounter(signed.visit_of_problem.get(problem.pk))))
    yield from (entry(statements.allergy(row)) for row in in_pieces(held.allergies))
    yield from (entry(statements.medication(row)) for row in in_pieces(held.medications))
    yield from (entry(made) for made in _results(held))
    yield from (entry(made) for made in _records(held, files))
    for note in signed.rows():
        yield from (entry(made) for made in (notes.composition(note, signed), *notes.conditions(note, signed)))
    yield from (entry(consents.consent(row)) for row in in_pieces(held.consents))
    if files.read:
        yield from (entry(made) for made in _binaries(held, files.read))


def _results(held: Held) -> Iterator[Json]:
    """A result's record is seen by whom the result is seen by: both are the same organization's."""
    for row in in_pieces(held.observations.select_related("record")):
        yield statements.observation(row, row.record)


def _records(held: Held, files: Files) -> Iterator[Json]:
    for row in in_pieces(held.with_all()):
        addenda, attached = list(row.addenda.all()), list(row.attachments.all())
        addresses = {key.pk: documents.inside(key.pk) for key in attached} if files.read else files.addresses
        if row.appointment_id not in held.visit_ids:
            row.appointment_id = None
        yield documents.of_record(
            row,
            files=attached,
            statements=[found.pk for found in (*row.observations.all(), *row.medications.all())],
            addresses=addresses,
            has_addenda=bool(addenda),
        )
        for addendum in addenda:
            addendum.record = row
            yield documents.of_addendum(addendum, row)


def _binaries(held: Held, read: Reader) -> Iterator[Json]:
    for row in in_pieces(held.attachments, 10):
        yield documents.binary(row.pk, row.file_type, read(row))


def _composition(held: Held, signed: notes.Notes, keepers: list[UUID], *, with_files: bool) -> Json:
    def ids(rows: Any) -> list[UUID]:
        return list(rows.order_by("pk").values_list("pk", flat=True))

    took_place = held.visits.filter(status__in=["checked_in", "in_progress", "completed"])
    holds = {
        "problems": ids(held.conditions),
        "allergies": ids(held.allergies),
        "medicines": ids(held.medications),
        "results": ids(held.observations),
        "records": ids(held.records) + ids(held.addenda) + signed.ids,
        "visits": sorted(held.visit_ids)
        + [part_of(key, "Encounter") for key in ids(took_place)]
        + signed.own_conditions(),
        "consents": ids(held.consents),
        "files": [part_of(key, "Binary") for key in ids(held.attachments)] if with_files else [],
    }
    return composition(
        new_id(),
        patient_id=held.patient.pk,
        name=held.patient.full_name,
        language=people.tongue(translation.get_language() or held.patient.language),
        made_at=timezone.now(),
        organizations=keepers,
        holds=holds,
    )


def _head() -> Json:
    key, now = new_id(), instant(timezone.now())
    return {
        "resourceType": "Bundle",
        "id": str(key),
        "meta": {"lastUpdated": now},
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{key}"},
        "type": "document",
        "timestamp": now,
    }


def _require_room(held: Held) -> None:
    total = held.attachments.aggregate(total=Sum("file_size"))["total"] or 0
    if total > MOST_INLINE:
        raise NotPossibleNow(_("The files are too large for a bundle. Take the ZIP instead."))


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(type(value).__name__)
