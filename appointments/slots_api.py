"""Free times over the API: S4's availability, S0's slots, S3's available slots. One statement a request."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from appointments import slots
from clinic.models import DoctorPlace, VisitType
from vitas.accounts.permissions import PUBLIC, SIGNED_IN
from vitas.accounts.rest import ApiView
from vitas.common import wall_time
from vitas.common.api.fields import DateField
from vitas.common.api.parsers import snake
from vitas.common.errors import Invalid, NotFound, Problem

_ID = "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d22"
_SLOT = {"time": "09:00 AM", "startsAt": "2027-01-15T14:00:00Z", "endsAt": "2027-01-15T14:30:00Z"}


_DAY = {"date": "2027-01-15", "doctorId": _ID, "timeZone": "America/New_York"}


class SlotsQuery(serializers.Serializer[Any]):
    """For the documentation; `_Query` reads it."""

    date = DateField(help_text="A day on the clinic's calendar, YYYY-MM-DD.")
    duration = serializers.IntegerField(
        required=False,
        min_value=slots.LEAST_MINUTES,
        max_value=slots.MOST_MINUTES,
        help_text="Minutes; else the length of the type of visit, else 30.",
    )
    type = serializers.ChoiceField(
        VisitType.choices, required=False, help_text="Type of visit, consultation by default."
    )
    clinicId = serializers.UUIDField(
        required=False, help_text="At which of the doctor's clinics; else the primary one."
    )


class AvailabilityQuery(SlotsQuery):
    days = serializers.IntegerField(
        required=False, min_value=1, max_value=slots.MOST_DAYS, help_text="So many days from `date`: answers `days`."
    )
    endDate = DateField(required=False, help_text="Or the last day of the span.")


class DoctorSlotsQuery(SlotsQuery):
    doctorId = serializers.UUIDField()


class SlotOut(serializers.Serializer[Any]):
    time = serializers.CharField(help_text="On the clinic's clock.")
    startsAt = serializers.DateTimeField()
    endsAt = serializers.DateTimeField()


class DayOut(serializers.Serializer[Any]):
    date = DateField()
    slots = SlotOut(many=True)


class AvailabilityOut(serializers.Serializer[Any]):
    date = DateField()
    doctorId = serializers.UUIDField()
    timeZone = serializers.CharField()
    slots = SlotOut(many=True, required=False, help_text="Of the one day.")
    days = DayOut(many=True, required=False, help_text="In place of `slots`, when a span is asked for.")


class AvailableSlotsOut(serializers.Serializer[Any]):
    date = DateField()
    providerId = serializers.UUIDField()
    slots = serializers.ListField(child=serializers.CharField())


_Value = TypeVar("_Value")


class _Query:
    """The query string, read by hand: a serializer would cost this path as much as its statement."""

    def __init__(self, request: Request) -> None:
        self.given = {snake(name): value for name, value in request.query_params.dict().items()}
        self.problems: list[Problem] = []

    def read(self, name: str, parse: Callable[[str], _Value | None], message: str) -> _Value | None:
        """The value under `name`; None when it is not given, and noted as a problem when it is wrong."""
        text = self.given.get(name, "")
        value = parse(text) if text else None
        if text and value is None:
            self.problems.append(Problem(name, message))
        return value

    def need(self, name: str, parse: Callable[[str], _Value | None], message: str) -> _Value | None:
        if not self.given.get(name):
            self.problems.append(Problem(name, message))
        return self.read(name, parse, message)

    def day(self) -> date | None:
        return self.need("date", wall_time.parse_date, _("Write the date as YYYY-MM-DD."))

    def last(self, first: date | None) -> date | None:
        """The end of the span that is asked for, None for one day."""
        days = self.read("days", _whole, _("This must be a whole number from 1."))
        last = self.read("end_date", wall_time.parse_date, _("Write the date as YYYY-MM-DD."))
        if first is None or (days is None and last is None):
            return None
        if days is not None:
            if not 1 <= days <= slots.MOST_DAYS:
                self.problems.append(Problem("days", _("Ask for at most 62 days at once.")))
                return None
            last = first + timedelta(days=min(days - 1, (date.max - first).days))
        if last is not None and last < first:
            self.problems.append(Problem("end_date", _("The last day cannot be before the first.")))
        return last


class FreeTimeView(ApiView):
    """Addresses that list free times; none is about a patient, so a browser may keep the answer for a minute."""

    cache_control = "private, max-age=60"

    def openings(
        self, query: _Query, doctor_id: UUID | None, first: date | None, last: date | None = None
    ) -> slots.Openings:
        """Raises Invalid, and NotFound for a doctor who is not listed."""
        minutes = query.read("duration", _whole, _("A visit takes from 5 to 480 minutes."))
        type = query.read("type", _visit_type, _("There is no such type of visit."))
        clinic_id = query.read("clinic_id", _uuid, _("This is not an identifier."))
        if query.problems or doctor_id is None or first is None:
            raise Invalid(problems=query.problems)
        found = slots.doctors_slots(
            doctor_id,
            first,
            last or first,
            clinic_id=clinic_id,
            type=type or VisitType.CONSULTATION,
            minutes=minutes,
            now=timezone.now(),
        )
        if found is None:
            if clinic_id and DoctorPlace.objects.filter(doctor_id=doctor_id, listed=True).exists():
                raise Invalid.field("clinic_id", _("The doctor does not see patients at this clinic."))
            raise NotFound(_("There is no such doctor."))
        return found


class Availability(FreeTimeView):
    access: ClassVar = {"GET": PUBLIC}

    @extend_schema(
        summary="A doctor's free times",
        parameters=[AvailabilityQuery],
        responses={200: AvailabilityOut},
        examples=[OpenApiExample("A day", value=_DAY | {"slots": [_SLOT]}, response_only=True)],
        tags=["doctors"],
    )
    def get(self, request: Request, doctor_id: UUID) -> Response:
        """Of one day; or with `days` or `endDate` of a span: `days`, each with `date` and `slots`, for `slots`."""
        query = _Query(request)
        first = query.day()
        last = query.last(first)
        found = self.openings(query, doctor_id, first, last)
        answer: dict[str, Any] = {"date": first, "doctor_id": doctor_id, "time_zone": found.zone}
        if first is None or last is None:
            return Response(answer | {"slots": _slots(found)})
        return Response(answer | {"days": _days(found, first, last)})


class Slots(FreeTimeView):
    access: ClassVar = {"GET": PUBLIC}

    @extend_schema(
        summary="A doctor's free times, a bare list",
        parameters=[DoctorSlotsQuery],
        responses={200: SlotOut(many=True)},
        examples=[OpenApiExample("A day", value=_SLOT, response_only=True)],
        tags=["appointments"],
    )
    def get(self, request: Request) -> Response:
        """S0's list; the same times as `doctors/:id/availability`."""
        query = _Query(request)
        doctor_id = query.need("doctor_id", _uuid, _("Say which doctor, by the identifier."))
        return Response(_slots(self.openings(query, doctor_id, query.day())))


class AvailableSlots(FreeTimeView):
    access: ClassVar = {"GET": SIGNED_IN}

    @extend_schema(
        summary="A provider's free times of a day",
        parameters=[SlotsQuery],
        responses={200: AvailableSlotsOut},
        examples=[
            OpenApiExample(
                "A day",
                value={"date": "2027-01-15", "providerId": _ID, "slots": ["09:00 AM", "09:30 AM"]},
                response_only=True,
            )
        ],
        tags=["providers"],
    )
    def get(self, request: Request, doctor_id: UUID) -> Response:
        """S3 1.2: times alone, on the clinic's clock."""
        query = _Query(request)
        first = query.day()
        found = self.openings(query, doctor_id, first)
        times = [wall_time.spoken(wall) for wall in found.walls]
        return Response({"date": first, "provider_id": doctor_id, "slots": times})


def _slots(found: slots.Openings) -> list[dict[str, Any]]:
    length = timedelta(minutes=found.minutes)
    return [
        {"time": wall_time.spoken(wall), "starts_at": start, "ends_at": start + length}
        for start, wall in zip(found.starts, found.walls, strict=True)
    ]


def _days(found: slots.Openings, first: date, last: date) -> list[dict[str, Any]]:
    """Every day of the span, also those with nothing free."""
    of_day: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for wall, slot in zip(found.walls, _slots(found), strict=True):
        of_day[wall.date()].append(slot)
    days = (first + timedelta(days=nth) for nth in range((last - first).days + 1))
    return [{"date": day, "slots": of_day[day]} for day in days]


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _visit_type(text: str) -> str | None:
    return text if text in VisitType.values else None
