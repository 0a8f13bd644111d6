"""Row-level security under visits, their steps and the feeds. Time claims hold no names and stay open (docs/data-model.md)."""

from django.db import migrations

from patients.walls import DOCTOR, ROLE, USER, at_own_clinic, in_care, is_role, of_organization, own_patient
from vitas.common.sql import wall

PATIENT, CLINIC = "appointments_appointment.patient_id", "appointments_appointment.clinic_id"
VISIT = f"""{own_patient(PATIENT)}
    OR {of_organization("organization_id", "receptionist", "admin")}
    OR ({of_organization("organization_id", "doctor")} AND (doctor_id = {DOCTOR} OR {in_care(PATIENT)}))
    OR ({of_organization("organization_id", "nurse")} AND {at_own_clinic(CLINIC)})"""
SYSTEMS = ["appointments", "booking", "payments", "patients", "merging", "records", "sweep"]
OF_SEEN_VISIT = (
    "EXISTS (SELECT FROM appointments_appointment visit WHERE visit.id = appointments_appointmentstep.appointment_id)"
)


class Migration(migrations.Migration):
    dependencies = [("appointments", "0006_names"), ("patients", "0006_walls")]

    operations = [
        wall("appointments_appointment", reads=VISIT, writes=VISIT, systems=SYSTEMS),
        # A step is added in the statement that makes its visit, which does not see that row yet.
        wall(
            "appointments_appointmentstep",
            reads=OF_SEEN_VISIT,
            adds=f"{ROLE} IS NOT NULL",
            systems=SYSTEMS,
        ),
        wall(
            "appointments_calendarfeed",
            reads=f"{is_role('patient')} AND user_id = {USER}",
            writes=f"{is_role('patient')} AND user_id = {USER}",
            systems=["appointments"],
        ),
    ]
