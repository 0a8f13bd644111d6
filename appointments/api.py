"""Visits over the API: S3 1.1, S0's booking, S4's steps and front desk."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from appointments import answers, asking, booking, desk, limited
from appointments import serializers as shapes
from appointments.models import Appointment, Status
from appointments.payments import checkout
from appointments.permissions import MAY_BOOK, MAY_CANCEL, MAY_LIST, MAY_MOVE, MAY_STEP, require_own_clinic
from vitas.accounts.models import Role
from vitas.accounts.permissions import DESK
from vitas.accounts.rest import ApiView
from vitas.audit import trail
from vitas.common import wall_time
from vitas.common.api.pagination import listed_by_key
from vitas.common.errors import NotFound

_EXAMPLE_ID = "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d20"
_EXAMPLE_VISIT: dict[str, Any] = {
    "id": _EXAMPLE_ID,
    "patientId": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d21",
    "patientName": "João Silva",
    "providerId": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d22",
    "provider": {
        "id": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d22",
        "firstName": "Sarah",
        "lastName": "Johnson",
        "title": "MD",
        "specialty": "Family Medicine",
        "npi": "1234567890",
        "photoUrl": None,
        "phone": "555-0123",
        "email": "provider@example.com",
    },
    "date": "2027-01-15",
    "time": "10:00 AM",
    "startsAt": "2027-01-15T15:00:00Z",
    "endsAt": "2027-01-15T15:30:00Z",
    "timeZone": "America/New_York",
    "duration": 30,
    "type": "routine_checkup",
    "status": "scheduled",
    "holdEndsAt": None,
    "reason": "Annual physical examination",
    "notes": "",
    "isVirtual": False,
    "virtualMeetingUrl": None,
    "clinicId": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d23",
    "clinicName": "Harbor Downtown",
    "location": "123 Main St, Boston, MA",
    "fee": 150,
    "currency": "USD",
    "paymentInAdvance": False,
    "checkInTime": None,
    "checkOutTime": None,
    "cancelledAt": None,
    "createdAt": "2027-01-10T14:30:00Z",
    "updatedAt": "2027-01-10T14:30:00Z",
}
_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key twice makes one appointment."
)


def _one(value: Any) -> list[OpenApiExample]:
    return [OpenApiExample("answer", value=value, response_only=True)]


class _BookingView(ApiView):
    """What both ways of booking share."""

    def booked(self, asked: dict[str, Any], *, doctor_field: str) -> tuple[booking.Booked, str | None]:
        """Book, then ask the gateway where the visit must be paid. The count of bookings is given back on a refusal."""
        by = self.actor
        place = asking.place_asked_for(asked[doctor_field], asked.get("clinic_id"), field=doctor_field, by=by)
        wanted = booking.Request(
            place=place,
            patient=asking.patient_asked_for(asked.get("patient_id"), by=by),
            starts_at=asking.start_asked_for(asked, place),
            type=asked["type"],
            reason=asked["reason"],
            notes=asked["notes"],
            is_virtual=asked["is_virtual"],
            minutes=asked.get("duration"),
            id=asked.get("appointment_id"),
        )
        made = limited.book(wanted, by=by, key=self.request.headers.get("Idempotency-Key", ""))
        held = made.appointment
        payable = held.status == Status.PENDING and held.hold_ends_at is not None and held.hold_ends_at > timezone.now()
        return made, checkout.open_checkout(held.pk) if payable else None


class Appointments(_BookingView):
    access = {"GET": MAY_LIST, "POST": MAY_BOOK}

    @extend_schema(
        summary="List appointments",
        description="A patient's own, newest first; staff see those of their doctor, clinic or organization.",
        parameters=[shapes.ListQuery],
        responses=shapes.AppointmentsOut,
        examples=_one({"data": [_EXAMPLE_VISIT], "pagination": {"page": 1, "limit": 20, "total": 1, "totalPages": 1}}),
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(shapes.ListQuery)
        rows = Appointment.objects.visible_to(self.actor)
        same = {
            "provider_id": "doctor_id",
            "patient_id": "patient_id",
            "clinic_id": "clinic_id",
            "status": "status__in",
        }
        rows = rows.filter(**{column: asked[name] for name, column in same.items() if name in asked})
        if "start_date" in asked:
            rows = rows.from_day(asked["start_date"])
        if "end_date" in asked:
            rows = rows.until_day(asked["end_date"])
        answer = listed_by_key(
            request,
            rows.order_by("-starts_at", "-id"),
            lambda ids: answers.appointments(ids, actor=self.actor),
            exact=self.actor.is_patient,
        )
        _audit_list(self, "READ_APPOINTMENTS", [row["id"] for row in answer.data["data"]])
        return answer

    @extend_schema(
        summary="Book an appointment",
        description="Books at once where the doctor asks for no payment in advance, else holds for 15 minutes.",
        parameters=[_IDEMPOTENCY_KEY],
        request=shapes.CreateAppointment,
        responses={201: shapes.CreatedOut, 200: shapes.CreatedOut},
        examples=[
            OpenApiExample(
                "request",
                value={
                    "providerId": _EXAMPLE_VISIT["providerId"],
                    "date": "2027-01-15",
                    "time": "10:00 AM",
                    "type": "routine_checkup",
                    "reason": "Annual physical examination",
                },
                request_only=True,
            ),
            OpenApiExample("answer", value={**_EXAMPLE_VISIT, "paymentUrl": None}, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        made, payment_url = self.booked(self.read(shapes.CreateAppointment), doctor_field="provider_id")
        body = answers.appointment(made.appointment.pk, actor=self.actor)
        body["paymentUrl"] = payment_url
        return Response(body, status=201 if made.fresh else 200)


class Book(_BookingView):
    access = {"POST": MAY_BOOK}

    @extend_schema(
        summary="Hold a time and get the address to pay at",
        description="S0's way: `paymentUrl` is null where nothing is to be paid in advance.",
        parameters=[_IDEMPOTENCY_KEY],
        request=shapes.BookAppointment,
        responses={201: shapes.BookedOut, 200: shapes.BookedOut},
        examples=[
            OpenApiExample(
                "request",
                value={
                    "doctorId": _EXAMPLE_VISIT["providerId"],
                    "patientId": _EXAMPLE_VISIT["patientId"],
                    "date": "2027-01-15",
                    "timeSlot": "10:00 AM",
                    "appointmentId": _EXAMPLE_ID,
                },
                request_only=True,
            ),
            OpenApiExample(
                "answer",
                value={
                    "appointmentId": _EXAMPLE_ID,
                    "paymentUrl": "https://www.mercadopago.com/checkout/v1/redirect?pref_id=1",
                    "status": "pending",
                    "holdEndsAt": "2027-01-10T14:45:00Z",
                },
                response_only=True,
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        made, payment_url = self.booked(self.read(shapes.BookAppointment), doctor_field="doctor_id")
        body = {
            "appointment_id": made.appointment.pk,
            "payment_url": payment_url,
            "status": made.appointment.status,
            "hold_ends_at": wall_time.iso(made.appointment.hold_ends_at),
        }
        return Response(body, status=201 if made.fresh else 200)


class OneAppointment(ApiView):
    access = {"GET": MAY_LIST, "PUT": MAY_STEP}

    @extend_schema(summary="Read an appointment", responses=shapes.AppointmentOut, examples=_one(_EXAMPLE_VISIT))
    def get(self, request: Request, appointment_id: UUID) -> Response:
        row = _visible(self, appointment_id)
        trail.record(
            self.actor,
            "READ_APPOINTMENT",
            category=trail.Category.APPOINTMENT,
            resource="appointments",
            resource_id=row.pk,
            patient_id=row.patient_id,
            organization_id=row.organization_id,
        )
        return Response(answers.appointment(row.pk, actor=self.actor))

    @extend_schema(
        summary="Accept, reject or take a step of the day",
        request=shapes.Step,
        responses=shapes.AppointmentOut,
        examples=[
            OpenApiExample("request", value={"status": "confirmed"}, request_only=True),
            OpenApiExample("answer", value={**_EXAMPLE_VISIT, "status": "confirmed"}, response_only=True),
        ],
    )
    def put(self, request: Request, appointment_id: UUID) -> Response:
        row = _visible(self, appointment_id)
        asked = self.read(shapes.Step)
        require_own_clinic(self.actor, row.clinic_id)
        booking.step(appointment_id=row.pk, to=asked["status"], reason=asked["reason"], by=self.actor)
        return Response(answers.appointment(row.pk, actor=self.actor))


class Reschedule(ApiView):
    access = {"PUT": MAY_MOVE}

    @extend_schema(
        summary="Move an appointment to another time",
        request=shapes.Reschedule,
        responses=shapes.AppointmentOut,
        examples=[
            OpenApiExample("request", value={"date": "2027-01-20", "time": "02:00 PM"}, request_only=True),
            OpenApiExample("answer", value=_EXAMPLE_VISIT, response_only=True),
        ],
    )
    def put(self, request: Request, appointment_id: UUID) -> Response:
        row = _visible(self, appointment_id)
        asked = self.read(shapes.Reschedule)
        require_own_clinic(self.actor, row.clinic_id)
        place = (
            asking.place_asked_for(row.doctor_id, asked["clinic_id"], field="clinic_id", by=self.actor)
            if "clinic_id" in asked
            else row.place
        )
        booking.reschedule(
            appointment_id=row.pk,
            starts_at=asking.start_asked_for(asked, place),
            reason=asked["reason"],
            by=self.actor,
            place=place,
        )
        return Response(answers.appointment(row.pk, actor=self.actor))


class Cancel(ApiView):
    access = {"DELETE": MAY_CANCEL}

    @extend_schema(
        summary="Cancel an appointment",
        description="Patients give a reason of at least 10 characters; staff may leave it out.",
        request=shapes.PatientCancels,
        responses={200: shapes.CancelledOut},
        examples=[
            OpenApiExample("request", value={"reason": "I am travelling that day"}, request_only=True),
            *_one(
                {
                    "message": "Appointment cancelled successfully",
                    "id": _EXAMPLE_ID,
                    "status": "cancelled",
                    "cancelledAt": "2027-01-10T15:00:00Z",
                    "cancellationReason": "I am travelling that day",
                }
            ),
        ],
    )
    def delete(self, request: Request, appointment_id: UUID) -> Response:
        row = _visible(self, appointment_id)
        asked = self.read(shapes.PatientCancels if self.actor.is_patient else shapes.StaffCancels)
        require_own_clinic(self.actor, row.clinic_id)
        done = booking.cancel(appointment_id=row.pk, reason=asked["reason"], by=self.actor)
        return Response({"message": _("Appointment cancelled successfully"), **answers.cancelled(done)})


class Stats(ApiView):
    access = {"GET": DESK}

    @extend_schema(
        summary="Today at the front desk, in numbers",
        responses=shapes.StatsOut,
        examples=_one(
            {
                "date": "2027-01-15",
                "totalBooked": 12,
                "completed": 4,
                "waiting": 2,
                "inProgress": 1,
                "cancelled": 1,
                "noShow": 0,
                "appointments": [_EXAMPLE_VISIT],
            }
        ),
    )
    def get(self, request: Request) -> Response:
        rows = list(desk.todays(self.actor).order_by("starts_at", "id"))
        _audit_list(self, "READ_DAY", [row.pk for row in rows])
        today = timezone.now().astimezone(desk.zone_of(self.actor)).date()
        shown = answers.appointments([row.pk for row in rows], actor=self.actor)
        return Response({"date": today.isoformat(), **desk.counts(rows), "appointments": shown})


class Queue(ApiView):
    access = {"GET": DESK}

    @extend_schema(
        summary="Who waits now",
        parameters=[shapes.QueueQuery],
        responses=shapes.QueueOut,
        examples=_one(
            {
                "clinicId": _EXAMPLE_VISIT["clinicId"],
                "data": [
                    {
                        "appointmentId": _EXAMPLE_ID,
                        "clinicId": _EXAMPLE_VISIT["clinicId"],
                        "number": 7,
                        "patientName": "João Silva",
                        "status": "checked_in",
                        "checkedInAt": "2027-01-15T14:50:00Z",
                        "position": 1,
                        "expectedWaitMinutes": 15,
                    }
                ],
            }
        ),
    )
    def get(self, request: Request) -> Response:
        clinic_id = self.read_query(shapes.QueueQuery).get("clinic_id")
        if clinic_id:
            desk.require_clinic(self.actor, clinic_id)
        rows = list(desk.todays(self.actor, clinic_id=clinic_id).select_related("patient", "clinic"))
        shown = desk.queue(rows, now=timezone.now())
        _audit_list(self, "READ_QUEUE", [row["appointmentId"] for row in shown])
        return Response({"clinic_id": clinic_id, "data": shown})


def _visible(view: ApiView, appointment_id: UUID) -> Appointment:
    """The visit, where the caller may know that it exists. Raises NotFound."""
    rows = Appointment.objects.visible_to(view.actor).select_related("place__clinic")
    row = rows.filter(pk=appointment_id).first()
    if row is None:
        raise NotFound(_("There is no such appointment."))
    return row


def _audit_list(view: ApiView, action: str, ids: list[UUID]) -> None:
    """One entry a list; of staff it also says whose visits were read."""
    actor = view.actor
    details: dict[str, Any] = {"count": len(ids)}
    if actor.role != Role.PATIENT:
        details["ids"] = [str(found) for found in ids]
    trail.record(
        actor,
        action,
        category=trail.Category.APPOINTMENT,
        resource="appointments",
        patient_id=actor.patient_id,
        **details,
    )
