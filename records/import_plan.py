"""Which rows of a file are new here, which are known, and which say something else by now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from clinic.models import DoctorLicence
from patients.documents import bare
from patients.models import Patient
from records.incoming import STATEMENTS, Document, Item, Kind, Skipped
from records.models import Clinical, Condition, MedicalRecord


@dataclass(slots=True)
class Plan:
    """Of one patient. `known_records` are the keys of records that are here already, by source id."""

    patient: Patient
    fresh: list[Item] = field(default_factory=list)
    known: list[Item] = field(default_factory=list)
    changed: list[Item] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    known_records: dict[str, UUID] = field(default_factory=dict)

    def of_kind(self, kind: Kind) -> list[Item]:
        return [item for item in self.fresh if item.kind == kind]


def plan(items: Sequence[Item], patient: Patient, organization_id: UUID) -> Plan:
    """Reads only. The same source id twice in one file is one row."""
    found = Plan(patient)
    here = _Here(items, patient, organization_id)
    seen: set[tuple[Kind, str]] = set()
    for item in items:
        if (item.kind, item.source_id) in seen:
            found.known.append(item)
            continue
        seen.add((item.kind, item.source_id))
        _sort(item, here, found)
    return found


def _sort(item: Item, here: "_Here", found: Plan) -> None:
    if item.kind == Kind.ADDENDUM:
        if any(item.of == record.source_id for record in found.of_kind(Kind.RECORD)):
            found.fresh.append(item)
        elif item.of in found.known_records:
            (found.known if here.has_addendum(item, found.known_records[item.of]) else found.changed).append(item)
        else:
            found.skipped.append(Skipped(item.where, "no_record"))
        return
    row = here.row(item)
    if row is None:
        (found.known if here.says_the_same(item) else found.fresh).append(item)
        return
    (found.known if _same(item, row) else found.changed).append(item)
    if item.kind == Kind.RECORD:
        found.known_records[item.source_id] = row.pk


class _Here:
    """What the organization already has of the patient, as far as the file speaks of it."""

    def __init__(self, items: Sequence[Item], patient: Patient, organization_id: UUID) -> None:
        self.mine: dict[str, Any] = {"patient": patient, "organization_id": organization_id}
        self.rows = {
            kind: self._rows(model, [item.source_id for item in items if item.kind == kind])
            for kind, model in {Kind.RECORD: MedicalRecord, **STATEMENTS}.items()
        }
        self.told = {kind: self._told(kind) for kind in (Kind.PROBLEM, Kind.ALLERGY)}

    def row(self, item: Item) -> Any:
        return self.rows[item.kind].get(item.source_id)

    def says_the_same(self, item: Item) -> bool:
        """A problem or an allergy that is noted already is noted once."""
        if item.kind not in self.told or not _is_live(item):
            return False
        names = _names(item.fields["words"])
        same = bool(names & self.told[item.kind])
        self.told[item.kind] |= names
        return same

    def has_addendum(self, item: Item, record_id: UUID) -> bool:
        record = next(row for row in self.rows[Kind.RECORD].values() if row.pk == record_id)
        return any(found.text == item.fields["text"] for found in record.addenda.all())

    def _rows(self, model: Any, sources: list[str]) -> dict[str, Any]:
        """By source id: what was brought in before and stands, and what was written here itself."""
        own = {source: key for source in sources if (key := _own_key(source))}
        found: dict[str, Any] = {}
        for begin in range(0, len(sources), 1000):
            rows = model.objects.filter(
                **self.mine, source_id__in=sources[begin : begin + 1000], status=Clinical.Status.CURRENT
            )
            found |= {row.source_id: row for row in rows}
        here = model.objects.filter(**self.mine).in_bulk(list(own.values())) if own else {}
        return found | {source: here[key] for source, key in own.items() if key in here}

    def _told(self, kind: Kind) -> set[tuple[str, str]]:
        rows: Iterable[Any] = STATEMENTS[kind].objects.filter(**self.mine, status=Clinical.Status.CURRENT)
        return {name for row in rows if _is_live(row) for name in _names(row.words)}


def doctors_here(items: Iterable[Item], organization_id: UUID) -> dict[str, UUID]:
    """The organization's own doctors among those who wrote the rows, by the row's source id; known by their licence."""
    rows = DoctorLicence.objects.filter(doctor__organization_id=organization_id)
    licences = {
        Document(country, kind.lower(), bare(number)): doctor
        for country, kind, number, doctor in rows.values_list("country", "kind", "number", "doctor")
    }
    found = {}
    for item in items:
        for licence in item.licences:
            key = licences.get(Document(licence.country, licence.kind.lower(), bare(licence.number)))
            if key:
                found[item.source_id] = key
    return found


def _is_live(found: Any) -> bool:
    """Of an item or a row: whether the problem or allergy stands."""
    fields = found.fields if isinstance(found, Item) else vars(found)
    return fields.get("clinical_status", Condition.ClinicalStatus.ACTIVE) == Condition.ClinicalStatus.ACTIVE and not (
        fields.get("ended_on")
    )


def _names(words: dict[str, str]) -> set[tuple[str, str]]:
    named = {("", words.get("display", "").casefold())}
    if words.get("code"):
        named.add((words.get("system", ""), words["code"]))
    return named


def _own_key(source: str) -> UUID | None:
    """`Observation/<uuid>`: a row of ours, if it is here."""
    try:
        return UUID(source.rpartition("/")[2])
    except ValueError:
        return None


def _same(item: Item, row: Clinical) -> bool:
    if isinstance(row, MedicalRecord):
        return (row.title, row.description) == (item.fields["title"], item.fields["description"])
    words: dict[str, str] = row.words  # type: ignore[attr-defined]
    given: dict[str, str] = item.fields["words"]
    return {name: said for name, said in words.items() if said} == {name: said for name, said in given.items() if said}
