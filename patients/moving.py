"""How rows follow a patient who is merged into another: a rule for every column that names a patient."""

import abc
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, UUIDField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from patients.models import BreakGlass, CareRelationship, Consent, PatientAccess, PatientIdentifier
from vitas.accounts.models import Session
from vitas.live import topics
from vitas.live.models import LiveEvent

Moved = dict[str, list[Any]]  # keys of rows, by what was done to them; nothing if there was nothing to do


@dataclass(frozen=True, slots=True)
class Pair:
    """Ids: the patient who stays, the one who goes into them, and the organization whose desk says so."""

    kept: UUID
    merged: UUID
    organization_id: UUID


class Rule(abc.ABC):
    """`columns`, as `app.Model.field`, are what the rule speaks for. All is done inside the caller's transaction."""

    columns: tuple[str, ...]

    def require(self, pair: Pair) -> None:  # noqa: B027 (most rows can always follow)
        """Raises NotPossibleNow or Conflict where the rows cannot follow."""

    def counted(self, patient_id: UUID) -> tuple[str, int] | None:
        """What the desk is shown of a patient before it merges: a word and how many; None for nothing."""
        return None

    @abc.abstractmethod
    def move(self, pair: Pair) -> Moved: ...

    @abc.abstractmethod
    def back(self, pair: Pair, moved: Moved) -> None:
        """Undo `move`, leaving alone what changed since."""


class Stays(Rule):
    """These rows go on naming the merged patient, `because`."""

    def __init__(self, *columns: str, because: str) -> None:
        self.columns = columns
        self.because = because

    def move(self, pair: Pair) -> Moved:
        return {}

    def back(self, pair: Pair, moved: Moved) -> None:
        """There is nothing to undo."""


class Follows(Rule):
    """Every row of a model follows, as it is."""

    def __init__(self, model: type[models.Model], field: str) -> None:
        self.columns = (f"{model._meta.label}.{field}",)
        self.rows = model._default_manager
        self.field = field

    def move(self, pair: Pair) -> Moved:
        return moved_rows(self.rows.filter(**{self.field: pair.merged}), {self.field: pair.kept})

    def back(self, pair: Pair, moved: Moved) -> None:
        rows = self.rows.filter(pk__in=moved.get("rows", []), **{self.field: pair.kept})
        rows.update(**{self.field: pair.merged})


class SealedFollows(Rule):
    """Rows with sealed words follow; they remember whose key sealed them (`sealed_for`), so nothing is opened."""

    def __init__(self, *tables: type[models.Model]) -> None:
        self.columns = tuple(f"{table._meta.label}.{field}" for table in tables for field in ("patient", "sealed_for"))
        self.tables = tables

    def move(self, pair: Pair) -> Moved:
        sealed = Coalesce(F("sealed_for"), F("patient_id"))
        found = {
            table._meta.label: moved_rows(
                table._default_manager.filter(patient=pair.merged), {"sealed_for": sealed, "patient": pair.kept}
            ).get("rows", [])
            for table in self.tables
        }
        return _some(**found)

    def back(self, pair: Pair, moved: Moved) -> None:
        own = NullIf(F("sealed_for"), Value(pair.merged, output_field=UUIDField()))
        for table in self.tables:
            rows = table._default_manager.filter(pk__in=moved.get(table._meta.label, []), patient=pair.kept)
            rows.update(sealed_for=own, patient=pair.merged)


class ConsentsFollow(Rule):
    """Of what both decided, the last decision stands: what was taken back later is not given again by a merge.

    A consent that gives way is ended by nobody (`revoked_by` is empty).
    """

    columns = ("patients.Consent.patient",)

    def move(self, pair: Pair) -> Moved:
        if not Consent.objects.filter(patient=pair.merged).exists():
            return {}
        same: dict[Any, list[Consent]] = {}
        for row in Consent.objects.filter(patient__in=[pair.kept, pair.merged]):
            same.setdefault((row.organization_id, row.kind, row.recipient_id), []).append(row)
        ended = [key for rows in same.values() for key in self._end_but_the_last(rows)]
        moved = moved_rows(Consent.objects.filter(patient=pair.merged), {"patient": pair.kept})
        return moved | _some(ended=[str(key) for key in ended])

    def back(self, pair: Pair, moved: Moved) -> None:
        rows = Consent.objects.all()
        rows.filter(pk__in=moved.get("rows", []), patient=pair.kept).update(patient=pair.merged)
        for row in rows.filter(pk__in=moved.get("ended", []), revoked_by=None):
            live = rows.live().filter(patient=row.patient_id, organization=row.organization_id, kind=row.kind)
            if not live.filter(recipient=row.recipient_id).exists():
                rows.filter(pk=row.pk).update(revoked_at=None)

    def _end_but_the_last(self, rows: list[Consent]) -> list[UUID]:
        last = max(rows, key=lambda row: (row.revoked_at or row.given_at, row.revoked_at is None))
        ended = [row.pk for row in rows if row.revoked_at is None and row is not last]
        Consent.objects.filter(pk__in=ended).update(revoked_at=last.revoked_at or last.given_at)
        return ended


class AccessFollows(Rule):
    """Who acts for the one acts for both. Who did for both keeps one access, which is open if either was."""

    columns = ("patients.PatientAccess.patient",)

    def move(self, pair: Pair) -> Moved:
        kept = {row.user_id: row for row in PatientAccess.objects.filter(patient=pair.kept, ended_at=None)}
        own = PatientAccess.objects.filter(patient=pair.merged)
        twice = list(own.filter(ended_at=None, user__in=kept))
        opened = [kept[row.user_id].pk for row in twice if row.verified_at and not kept[row.user_id].verified_at]
        PatientAccess.objects.filter(pk__in=opened).update(verified_at=timezone.now())
        ended = [row.pk for row in twice]
        PatientAccess.objects.filter(pk__in=ended).update(ended_at=timezone.now())
        # Once ended, such a row stays behind: the sweep must not take it along.
        rest = own.exclude(user__in=kept) if kept else own
        return moved_rows(rest, {"patient": pair.kept}) | _some(ended=ended, opened=opened)

    def back(self, pair: Pair, moved: Moved) -> None:
        rows = PatientAccess.objects.all()
        rows.filter(pk__in=moved.get("rows", []), patient=pair.kept).update(patient=pair.merged)
        rows.filter(pk__in=moved.get("opened", [])).update(verified_at=None)
        live = rows.filter(patient=pair.merged, ended_at=None).values("user_id")
        rows.filter(pk__in=moved.get("ended", []), patient=pair.merged).exclude(user__in=live).update(ended_at=None)


class CareFollows(Rule):
    """A doctor who cared for both cares for the kept one; the other relationship ends."""

    columns = ("patients.CareRelationship.patient",)

    def move(self, pair: Pair) -> Moved:
        kept = CareRelationship.objects.filter(patient=pair.kept, ended_at=None).values_list("doctor_id", flat=True)
        own = CareRelationship.objects.filter(patient=pair.merged)
        twice = own.filter(ended_at=None, doctor__in=list(kept))
        ended = list(twice.values_list("pk", flat=True))
        twice.update(ended_at=timezone.now())
        rest = own.exclude(doctor__in=list(kept))
        return moved_rows(rest, {"patient": pair.kept}) | _some(ended=ended)

    def back(self, pair: Pair, moved: Moved) -> None:
        rows = CareRelationship.objects.all()
        rows.filter(pk__in=moved.get("rows", []), patient=pair.kept).update(patient=pair.merged)
        live = rows.filter(patient=pair.merged, ended_at=None).values("doctor_id")
        rows.filter(pk__in=moved.get("ended", []), patient=pair.merged).exclude(doctor__in=live).update(ended_at=None)


class SessionsFollow(Follows):
    """Whoever is signed in as the merged patient goes on as the kept one."""

    def __init__(self) -> None:
        super().__init__(Session, "acting_patient_id")


class NoticesFollow(Rule):
    """What the person has not read yet is read as the kept one."""

    columns = ("live.LiveEvent.topic",)

    def move(self, pair: Pair) -> Moved:
        waiting = LiveEvent.objects.filter(topic=topics.patient(pair.merged))
        return moved_rows(waiting, {"topic": topics.patient(pair.kept)})

    def back(self, pair: Pair, moved: Moved) -> None:
        rows = LiveEvent.objects.filter(pk__in=moved.get("rows", []), topic=topics.patient(pair.kept))
        rows.update(topic=topics.patient(pair.merged))


def rules() -> list[Rule]:
    """Those of this room and of the rooms below it."""
    return [
        AccessFollows(),
        CareFollows(),
        Follows(PatientIdentifier, "patient"),
        SessionsFollow(),
        NoticesFollow(),
        ConsentsFollow(),
        SealedFollows(BreakGlass),
        Stays("patients.PatientFile.patient", because="the number leads to the kept one, and is not given twice"),
        Stays("patients.Patient.merged_into", because="whoever was merged before is found over this one"),
        Stays("patients.PatientMerge.kept", "patients.PatientMerge.merged", because="it tells what was done"),
        Stays(
            "audit.AuditEntry.patient_id",
            "audit.Anomaly.patient_id",
            because="the trail tells of whom it was at the time",
        ),
    ]


def moved_rows(rows: models.QuerySet[Any], fresh: dict[str, Any]) -> Moved:
    """Update these rows, and name them."""
    keys = list(rows.values_list("pk", flat=True))
    rows.model._default_manager.filter(pk__in=keys).update(**fresh)
    return _some(rows=[str(key) if isinstance(key, UUID) else key for key in keys])


def _some(**lists: list[Any]) -> Moved:
    return {name: keys for name, keys in lists.items() if keys}
