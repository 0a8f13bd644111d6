"""A patient's records as a timeline: filtered, page by page, by month, the newest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q

from clinic.models import Doctor
from records import reading
from records.models import Attachment, MedicalRecord
from records.querysets import MedicalRecordQuerySet
from vitas.common.ids import new_id

SHOWN: Final = 20  # records a page

ICONS: Final = {
    MedicalRecord.Type.LAB_RESULT: "flask",
    MedicalRecord.Type.VISIT_NOTE: "notes",
    MedicalRecord.Type.PRESCRIPTION: "pill",
    MedicalRecord.Type.IMAGING: "photo",
    MedicalRecord.Type.REFERRAL: "arrow-forward-up",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked to see; what an address says wrongly is as if it were not said."""

    type: str = ""
    doctor_id: UUID | None = None
    first: date | None = None
    last: date | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Filter":
        kind = query.get("type", "")
        return cls(
            type=kind if kind in MedicalRecord.Type.values else "",
            doctor_id=_uuid(query.get("doctor", "")),
            first=_day(query.get("from", "")),
            last=_day(query.get("to", "")),
        )

    @property
    def is_set(self) -> bool:
        return self != Filter()

    @property
    def query(self) -> str:
        """As it stands in an address, without the question mark."""
        said = {"type": self.type, "doctor": self.doctor_id, "from": self.first, "to": self.last}
        return urlencode({name: str(value) for name, value in said.items() if value})

    def of(self, rows: MedicalRecordQuerySet) -> MedicalRecordQuerySet:
        if self.type:
            rows = rows.filter(type=self.type)
        if self.doctor_id:
            rows = rows.filter(doctor_id=self.doctor_id)
        return rows.between(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    rows: list[MedicalRecord]
    goes_on: bool  # the page before ended in the same month


@dataclass(frozen=True, slots=True)
class Page:
    months: list[Month]
    rows: list[MedicalRecord]
    older_than: UUID | None  # where the next page begins; None at the end


def page_of(rows: MedicalRecordQuerySet, wanted: Filter, *, before: str = "", most: int = SHOWN) -> Page:
    """The page that follows the record `before`. Each row knows whether it `is_new`."""
    found = wanted.of(rows)
    after = rows.filter(pk=_uuid(before) or new_id()).values_list("date", "pk").first() if before else None
    if after:
        found = found.filter(Q(date__lt=after[0]) | Q(date=after[0], pk__lt=after[1]))
    shown = list(reading.for_list(found).select_related("organization").order_by("-date", "-pk")[: most + 1])
    more, shown = len(shown) > most, shown[:most]
    for row in shown:
        row.is_new = reading.is_new(row)
        row.files = [file for file in row.attachments.all() if file.state != Attachment.State.REFUSED]
    return Page(list(_months(shown, after[0] if after else None)), shown, shown[-1].pk if more else None)


def writers(rows: MedicalRecordQuerySet) -> list[Doctor]:
    """Whose records there are, for the filter."""
    return list(Doctor.objects.filter(pk__in=rows.values("doctor_id")).order_by("last_name", "first_name"))


def _months(rows: Sequence[MedicalRecord], before: date | None) -> Iterable[Month]:
    for first, found in groupby(rows, key=lambda row: row.date.replace(day=1)):
        yield Month(first, list(found), goes_on=bool(before and before.replace(day=1) == first))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
