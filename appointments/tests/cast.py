"""The cast of the booking tests: a doctor at a clinic, two patients, the desk, and somebody from elsewhere."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from appointments import booking
from appointments.models import Appointment
from clinic.models import StaffPlace
from vitas import testing
from vitas.accounts.actor import Actor
from vitas.accounts.models import Membership, Role, User
from vitas.testing import user_of


@dataclass
class Cast:
    """One organization at work. `paid` makes the doctor ask for payment in advance."""

    place: Any = None
    paid: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.place = self.place or testing.make_place(payment_in_advance=self.paid, **self.extra)
        self.clinic = self.place.clinic
        self.doctor = self.place.doctor
        self.organization = self.clinic.organization
        self.ana = testing.make_patient(first_name="Ana")
        self.monday = testing.next_weekday(0)
        self.bruno = testing.make_patient(first_name="Bruno")

    def staff(self, role: str, *, at_clinic: bool = True) -> User:
        member = testing.make_member(self.organization, role)
        if at_clinic:
            StaffPlace.objects.create(membership=member, clinic=self.clinic)
        return member.user

    @property
    def doctor_user(self) -> User:
        return self.doctor.membership.user

    def patient_actor(self, patient: Any) -> Actor:
        return Actor(role=Role.PATIENT, user_id=user_of(patient).pk, patient_id=patient.pk)

    def staff_actor(self, user: User) -> Actor:
        member: Membership = user.memberships.get()
        return Actor(
            role=Role(member.role),
            user_id=user.pk,
            membership_id=member.pk,
            organization_id=member.organization_id,
            doctor_id=getattr(getattr(member, "doctor", None), "pk", None),
        )

    def at(self, hour: int, minute: int = 0, *, day: date | None = None) -> datetime:
        """A wall-clock time at the clinic, on the coming Monday unless a day is given."""
        local = datetime.combine(day or self.monday, time(hour, minute), ZoneInfo(self.clinic.zone))
        return local.astimezone(UTC)

    def book(self, patient: Any, starts_at: datetime, **given: Any) -> Appointment:
        asked = booking.Request(
            place=self.place, patient=patient, starts_at=starts_at, **({"type": "consultation"} | given)
        )
        return booking.book(asked, by=self.patient_actor(patient)).appointment
