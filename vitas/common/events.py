"""Domain events: what a lower room tells a higher one.

An event is a row written in the act's own transaction (`record`), delivered after commit and again by a sweep until
every receiver has taken it. Receivers are registered in each app's `apps.py` (`receive`), harmless when called twice.
Payloads hold ids and codes only.
"""

import dataclasses
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from vitas.common.acting import acting_as_system, room_of
from vitas.common.after_commit import soon
from vitas.common.inserts import insert
from vitas.common.models import Event

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class DomainEvent:
    """Base of the events below."""


@dataclasses.dataclass(frozen=True)
class AppointmentHeld(DomainEvent):
    """A time is held for 15 minutes, unpaid."""

    appointment_id: UUID


@dataclasses.dataclass(frozen=True)
class AppointmentFirm(DomainEvent):
    """A visit stands: booked without payment in advance, or paid."""

    appointment_id: UUID


@dataclasses.dataclass(frozen=True)
class AppointmentMoved(DomainEvent):
    """A visit has another time."""

    appointment_id: UUID


@dataclasses.dataclass(frozen=True)
class AppointmentStepped(DomainEvent):
    """A visit's status changed from `before` to `after`; `step_id` names the AppointmentStep."""

    appointment_id: UUID
    before: str
    after: str
    by_role: str
    step_id: int


@dataclasses.dataclass(frozen=True)
class TimeChanged(DomainEvent):
    """A doctor's free time changed at these instants (ISO 8601), so that DoctorDay must be counted again."""

    doctor_id: UUID
    starts_at: str
    ends_at: str


@dataclasses.dataclass(frozen=True)
class PaymentChanged(DomainEvent):
    """A payment has another status, since `at` (ISO 8601): it may fail, be tried again, and fail again."""

    payment_id: UUID
    status: str
    at: str = ""


@dataclasses.dataclass(frozen=True)
class PaidTooLate(DomainEvent):
    """Money came after the time was gone; it goes back, and the patient is shown other times."""

    appointment_id: UUID
    payment_id: UUID


@dataclasses.dataclass(frozen=True)
class DoctorJoined(DomainEvent):
    """A doctor became findable."""

    doctor_id: UUID


@dataclasses.dataclass(frozen=True)
class RecordWritten(DomainEvent):
    """A medical record was written for a patient."""

    record_id: UUID


@dataclasses.dataclass(frozen=True)
class NoteSigned(DomainEvent):
    """A doctor signed the note of a visit."""

    note_id: UUID


@dataclasses.dataclass(frozen=True)
class GlassBroken(DomainEvent):
    """A doctor opened a patient in an emergency."""

    break_glass_id: UUID


@dataclasses.dataclass(frozen=True)
class GlassReviewed(DomainEvent):
    """An administrator closed an emergency access with a verdict."""

    break_glass_id: UUID


@dataclasses.dataclass(frozen=True)
class AnomalyFound(DomainEvent):
    """The audit trail holds something that somebody should look at."""

    anomaly_id: UUID


KINDS: dict[str, type[DomainEvent]] = {kind.__name__: kind for kind in DomainEvent.__subclasses__()}

Receiver = Callable[[Any], None]
_receivers: dict[str, dict[str, Receiver]] = {kind: {} for kind in KINDS}


def receive(kind: type[DomainEvent], receiver: Receiver) -> None:
    """Register `receiver` for a kind of event, under its dotted name."""
    _receivers[kind.__name__][f"{receiver.__module__}.{receiver.__qualname__}"] = receiver


def record(event: DomainEvent) -> None:
    """Write the event in the current transaction and deliver it soon after commit."""
    insert(row_of(event))


def row_of(event: DomainEvent) -> Event:
    """The event's row, to be inserted in the current transaction; it is delivered soon after commit."""
    from vitas.common.tasks import deliver_events

    soon(deliver_events)
    return Event(kind=type(event).__name__, payload=_payload(event))


def deliver_due(*, limit: int = 500) -> int:
    """Hand every due event to the receivers that have not taken it, also what these record; how many were settled."""
    settled, seen = 0, set[UUID]()
    while fresh := [event_id for event_id in _due(limit) if event_id not in seen]:
        seen.update(fresh)
        settled += sum(_deliver(event_id) for event_id in fresh)
        if len(seen) >= limit:
            break
    return settled


def _due(limit: int) -> list[UUID]:
    due = Event.objects.filter(settled_at=None, next_try_at__lte=timezone.now())
    return list(due.order_by("id").values_list("id", flat=True)[:limit])


def _deliver(event_id: UUID) -> bool:
    """One event to each receiver. One that fails keeps the event unsettled, and no other from hearing of it."""
    row = Event.objects.filter(pk=event_id, settled_at=None).first()
    if row is None:
        return False
    if row.kind not in _receivers:
        # Recorded by a newer release: its own workers know what to do.
        log.warning("an event of an unknown kind waits", extra={"event_id": str(event_id), "kind": row.kind})
        _try_later(event_id)
        return False
    names = [name for name in _receivers[row.kind] if name not in row.taken_by]
    outcomes = {_hand_over(event_id, name) for name in names}
    if False in outcomes:
        _try_later(event_id)
        return False
    if None in outcomes:
        return False
    return bool(Event.objects.filter(pk=event_id, settled_at=None).update(settled_at=timezone.now()))


def _hand_over(event_id: UUID, name: str) -> bool | None:
    """One receiver in a transaction of its own, with the event's row locked. None: another deliverer has it in hand."""
    try:
        with transaction.atomic():
            row = Event.objects.select_for_update(skip_locked=True).filter(pk=event_id, settled_at=None).first()
            if row is None:
                return None
            if name not in row.taken_by:
                with acting_as_system(room_of(name)):
                    _receivers[row.kind][name](_event(row))
                row.taken_by.append(name)
                row.save(update_fields=["taken_by"])
            return True
    except Exception:
        log.exception("an event was not taken", extra={"event_id": str(event_id), "receiver": name})
        return False


def _try_later(event_id: UUID) -> None:
    """After 2, 4, 8 … seconds, at most an hour."""
    with transaction.atomic():
        row = Event.objects.select_for_update().get(pk=event_id)
        row.tries = min(row.tries + 1, 1000)
        row.next_try_at = timezone.now() + timedelta(seconds=min(2 ** min(row.tries, 12), 3600))
        row.save(update_fields=["tries", "next_try_at"])


def _payload(event: DomainEvent) -> dict[str, Any]:
    fields = dataclasses.asdict(event)
    return {name: str(value) if isinstance(value, UUID) else value for name, value in fields.items()}


def _event(row: Event) -> DomainEvent:
    kind = KINDS[row.kind]
    types = {field.name: field.type for field in dataclasses.fields(kind)}
    return kind(**{name: UUID(value) if types[name] is UUID else value for name, value in row.payload.items()})
