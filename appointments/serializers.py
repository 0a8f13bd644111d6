"""What requests about visits may hold, and how answers are documented."""

from datetime import MAXYEAR, MINYEAR, date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from appointments.models import Status
from clinic.models import VisitType
from vitas.common.api.fields import DateField, PlainTextField, WallTimeField
from vitas.common.api.pagination import PaginationOut


class _When(serializers.Serializer[Any]):
    """A start: `date` and `time` on the clinic's clock, or the instant `startsAt`."""

    date = DateField(required=False)
    time = WallTimeField(required=False)
    starts_at = serializers.DateTimeField(
        required=False, help_text="In place of date and time: the instant, also in the hour that happens twice."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        starts_at: datetime | None = attrs.get("starts_at")
        missing = [] if starts_at else [name for name in ("date", "time") if name not in attrs]
        if missing:
            raise serializers.ValidationError({name: _("This field is required.") for name in missing})
        if starts_at and (starts_at.second or starts_at.microsecond):
            raise serializers.ValidationError({"starts_at": _("Give the time to the minute, without seconds.")})
        for name in ("date", "starts_at"):
            if name in attrs:
                _require_countable(name, attrs[name])
        return attrs


def _require_countable(name: str, day: date) -> None:
    """At the ends of the calendar a clinic's clock may show a year that cannot be written."""
    if day.year == MAXYEAR:
        raise serializers.ValidationError({name: _("Choose a date within the next six months.")})
    if day.year == MINYEAR:
        raise serializers.ValidationError({name: _("Choose a time later than now.")})


class CreateAppointment(_When):
    """S3 4.1."""

    provider_id = serializers.UUIDField()
    clinic_id = serializers.UUIDField(
        required=False, help_text="Which of the doctor's places; the main one without it."
    )
    patient_id = serializers.UUIDField(required=False, help_text="A profile you may act for; staff must name it.")
    appointment_id = serializers.UUIDField(required=False, help_text="Your own id: the same request twice books once.")
    type = serializers.ChoiceField(choices=VisitType.choices)
    reason = PlainTextField(min_length=10, max_length=500)
    notes = PlainTextField(max_length=1000, required=False, allow_blank=True, default="")
    is_virtual = serializers.BooleanField(required=False, default=False)
    duration = serializers.IntegerField(required=False, min_value=5, max_value=480, help_text="Minutes")


class BookAppointment(_When):
    """S0, patient portal 1. `timeSlot` is S0's word for `time`."""

    doctor_id = serializers.UUIDField()
    clinic_id = serializers.UUIDField(required=False)
    patient_id = serializers.UUIDField(required=False)
    appointment_id = serializers.UUIDField(required=False)
    time_slot = WallTimeField(required=False)
    type = serializers.ChoiceField(choices=VisitType.choices, required=False, default=VisitType.CONSULTATION)
    reason = PlainTextField(max_length=500, required=False, allow_blank=True, default="")
    notes = PlainTextField(max_length=1000, required=False, allow_blank=True, default="")
    is_virtual = serializers.BooleanField(required=False, default=False)
    duration = serializers.IntegerField(required=False, min_value=5, max_value=480)

    def to_internal_value(self, data: Any) -> Any:
        """S0 says `timeSlot`, S3 `time`: either is taken, and a wrong one is named as it was sent."""
        if isinstance(data, dict) and "time_slot" not in data and "time" in data:
            data = {**data, "time_slot": data["time"]}
            data.pop("time")
            try:
                return super().to_internal_value(data)
            except serializers.ValidationError as error:
                detail: Any = dict(error.detail)  # type: ignore[arg-type]
                if "time_slot" in detail:
                    detail["time"] = detail.pop("time_slot")
                raise serializers.ValidationError(detail) from error
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        time_slot = attrs.pop("time_slot", None)
        if time_slot is not None:
            attrs["time"] = time_slot
        elif "starts_at" not in attrs:
            raise serializers.ValidationError({"time_slot": _("This field is required.")})
        return super().validate(attrs)


class Reschedule(_When):
    clinic_id = serializers.UUIDField(required=False, help_text="Another place of the same doctor.")
    reason = PlainTextField(max_length=500, required=False, allow_blank=True, default="")


class PatientCancels(serializers.Serializer[Any]):
    """S3 4.3."""

    reason = PlainTextField(min_length=10, max_length=500)


class StaffCancels(serializers.Serializer[Any]):
    reason = PlainTextField(max_length=500, required=False, allow_blank=True, default="")


class Step(serializers.Serializer[Any]):
    """Accept (`confirmed`), reject (`cancelled`), and the day's steps; a reason where a step is taken back."""

    status = serializers.CharField(max_length=20)
    reason = PlainTextField(max_length=500, required=False, allow_blank=True, default="")

    def validate_status(self, value: str) -> str:
        status = value.strip().lower()
        if status not in Status.values:
            raise serializers.ValidationError(_("This is not a status of an appointment."))
        return status


class ListQuery(serializers.Serializer[Any]):
    status = serializers.CharField(required=False, max_length=200, help_text="One status, or several with commas.")
    start_date = DateField(required=False)
    end_date = DateField(required=False)
    provider_id = serializers.UUIDField(required=False)
    patient_id = serializers.UUIDField(required=False)
    clinic_id = serializers.UUIDField(required=False)
    page = serializers.IntegerField(required=False, min_value=1)
    limit = serializers.IntegerField(required=False, min_value=1, help_text="At most 100 are given.")

    def validate_status(self, value: str) -> list[str]:
        wanted = [part.strip().lower() for part in value.split(",") if part.strip()]
        if not wanted or set(wanted) - set(Status.values):
            raise serializers.ValidationError(_("This is not a status of an appointment."))
        return wanted


class QueueQuery(serializers.Serializer[Any]):
    clinic_id = serializers.UUIDField(required=False)


# How answers look; they are written plainly (answers.py), these document them.


class ProviderOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    title = serializers.CharField()
    specialty = serializers.CharField()
    npi = serializers.CharField(allow_null=True)
    photo_url = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)


class AppointmentOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    patient_name = serializers.CharField()
    provider_id = serializers.UUIDField()
    provider = ProviderOut()
    date = serializers.DateField()
    time = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    time_zone = serializers.CharField()
    duration = serializers.IntegerField()
    type = serializers.ChoiceField(choices=VisitType.choices)
    status = serializers.ChoiceField(choices=Status.choices)
    hold_ends_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_null=True, help_text="null to the desk and administrators.")
    notes = serializers.CharField(allow_null=True)
    is_virtual = serializers.BooleanField()
    virtual_meeting_url = serializers.CharField(allow_null=True)
    clinic_id = serializers.UUIDField()
    clinic_name = serializers.CharField()
    location = serializers.CharField()
    fee = serializers.FloatField()
    currency = serializers.CharField()
    payment_in_advance = serializers.BooleanField()
    check_in_time = serializers.DateTimeField(allow_null=True)
    check_out_time = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CreatedOut(AppointmentOut):
    payment_url = serializers.CharField(allow_null=True)


class AppointmentsOut(serializers.Serializer[Any]):
    data = AppointmentOut(many=True)  # type: ignore[assignment]  # DRF has an attribute of that name
    pagination = PaginationOut()


class BookedOut(serializers.Serializer[Any]):
    appointment_id = serializers.UUIDField()
    payment_url = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=Status.choices)
    hold_ends_at = serializers.DateTimeField(allow_null=True)


class CancelledOut(serializers.Serializer[Any]):
    message = serializers.CharField()
    id = serializers.UUIDField()
    status = serializers.CharField()
    cancelled_at = serializers.DateTimeField()
    cancellation_reason = serializers.CharField(allow_blank=True)


class StatsOut(serializers.Serializer[Any]):
    date = serializers.DateField()
    total_booked = serializers.IntegerField()
    completed = serializers.IntegerField()
    waiting = serializers.IntegerField()
    in_progress = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    no_show = serializers.IntegerField()
    appointments = AppointmentOut(many=True)


class QueueRowOut(serializers.Serializer[Any]):
    appointment_id = serializers.UUIDField()
    clinic_id = serializers.UUIDField()
    number = serializers.IntegerField()
    patient_name = serializers.CharField()
    status = serializers.CharField()
    checked_in_at = serializers.DateTimeField()
    position = serializers.IntegerField()
    expected_wait_minutes = serializers.IntegerField()


class QueueOut(serializers.Serializer[Any]):
    clinic_id = serializers.UUIDField(allow_null=True)
    data = QueueRowOut(many=True)  # type: ignore[assignment]  # DRF has an attribute of that name
