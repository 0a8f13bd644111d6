"""The cast of the records tests: a doctor who cares for Ana, one who does not, a nurse, somebody from elsewhere."""

from datetime import UTC, datetime, timedelta
from typing import Any

from appointments.models import Appointment, Status
from appointments.tests.cast import Cast
from clinic.models import StaffPlace
from patients.models import BreakGlass, CareRelationship, PatientFile
from records import writing
from records.models import MedicalRecord
from vitas import testing
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role

GLUCOSE = {"code": "2345-7", "display": "Glucose", "value": "104", "unit": "mg/dL", "low": "70", "high": "99"}
AMOXICILLIN = {
    "display": "Amoxicillin 500 mg",
    "dose": "500 mg",
    "route": "oral",
    "frequency": "every 8 hours",
    "duration": "7 days",
}


class Room(Cast):
    """Ana is cared for by `doctor`, and known to the organization; Bruno is only known to it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for number, patient in enumerate((self.ana, self.bruno), start=1):
            PatientFile.objects.create(organization=self.organization, patient=patient, number=number)
        CareRelationship.objects.create(
            organization=self.organization, doctor=self.doctor, patient=self.ana, because="appointment"
        )
        self.dr = self.staff_actor(self.doctor_user)
        self.me = self.patient_actor(self.ana)

    def nurse(self) -> Actor:
        member = testing.make_member(self.organization, Role.NURSE)
        StaffPlace.objects.create(membership=member, clinic=self.clinic)
        return self.staff_actor(member.user)

    def other_doctor(self) -> Actor:
        """Of the same organization; cares for nobody."""
        return self.staff_actor(testing.make_doctor(self.organization).membership.user)

    def visit_now(self, patient: Any) -> Appointment:
        """A visit of today, on the clinic's calendar."""
        now = datetime.now(UTC)
        return Appointment.objects.create(
            organization=self.organization,
            clinic=self.clinic,
            doctor=self.doctor,
            place=self.place,
            patient=patient,
            starts_at=now,
            ends_at=now + timedelta(minutes=30),
            type="consultation",
            status=Status.CHECKED_IN,
            firm_at=now,
            check_in_time=now,
            fee=0,
            payment_in_advance=False,
            currency="USD",
            booked_by=self.dr.user_id,
            booked_by_role=Role.PATIENT,
        )

    def break_glass(self, doctor: Actor, patient: Any) -> BreakGlass:
        now = datetime.now(UTC)
        return BreakGlass.objects.create(
            organization=self.organization,
            doctor_id=doctor.doctor_id,
            user_id=doctor.user_id,
            patient=patient,
            reason="unconscious",
            opened_at=now,
            ends_at=now + timedelta(hours=1),
        )

    def write(self, **given: Any) -> MedicalRecord:
        asked = {
            "patient_id": self.ana.pk,
            "type": "lab_result",
            "date": datetime.now(UTC).date(),
            "title": "Annual Blood Work",
            "by": self.dr,
        }
        return writing.write(**(asked | given))

    def prescribe(self, **given: Any) -> MedicalRecord:
        return self.write(**({"type": "prescription", "title": "Prescription", "medications": [AMOXICILLIN]} | given))
