"""The demo's facts, on which documentation and tests rely."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Count, Q, Sum
from django.utils import timezone, translation

from appointments.models import FIRM, Appointment, AppointmentStep, Status, TimeClaim
from appointments.payments.models import LedgerEntry, Payment
from clinic.models import Clinic, Doctor, DoctorDay, DoctorPlace, Specialty
from patients.models import CareRelationship, Patient, PatientFile
from vitas.accounts.models import Membership, Organization, User
from vitas.operations import demo
from vitas.testing import make_organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded() -> None:
    call_command("demo_data", verbosity=0)


def test_organizations_have_two_clinics_each_and_their_language_and_currency(loaded):
    found = Organization.objects.annotate(places=Count("clinics")).order_by("slug")

    assert [(row.slug, row.name, row.language, row.currency, row.places) for row in found] == [
        ("boavida", "Clínica Boa Vida", "pt-br", "BRL", 2),
        ("harbor", "Harbor Family Clinic", "en", "USD", 2),
        ("vitas", "Clínica Vitas", "es", "ARS", 2),
    ]
    assert not Clinic.objects.filter(latitude=0).exists()


def test_doctors_cover_all_specialties(loaded):
    assert Doctor.objects.count() >= 24
    assert set(Doctor.objects.values_list("specialty", flat=True)) == set(Specialty.values)


def test_sample_doctor_is_as_the_contract_shows_her(loaded):
    sarah = Doctor.objects.get(membership__user__email="sarah.johnson@demo.vitas.test")
    place = sarah.places.get()

    assert (sarah.first_name, sarah.last_name, sarah.title, sarah.specialty) == (
        "Sarah",
        "Johnson",
        "MD",
        "family_medicine",
    )
    assert sarah.specialties == ["Family Medicine", "Preventive Medicine"]
    assert (float(sarah.rating), sarah.review_count, sarah.years_of_experience) == (4.8, 245, 15)
    assert sarah.licences.get(kind="npi").number == "1234567890"
    assert sarah.languages == ["English", "Spanish"]
    assert (sarah.organization.slug, place.payment_in_advance, place.accepts_new_patients) == ("harbor", False, True)


def test_working_hours_are_mornings_and_afternoons_of_the_week(loaded):
    ana = DoctorPlace.objects.get(doctor__email="ana.ruiz@demo.vitas.test")
    guardia = DoctorPlace.objects.get(doctor__email="guardia@demo.vitas.test")

    assert (ana.fee, ana.clinic.currency, ana.payment_in_advance) == (3_000_000, "ARS", True)
    assert sorted(ana.hours.values_list("weekday", "start_minute", "minutes")) == sorted(
        (day, start, 180) for day in range(5) for start in (540, 840)
    )
    assert sorted(guardia.hours.values_list("weekday", "minutes")) == [(day, 1440) for day in range(7)]


def test_staff_sign_in_with_the_demo_password(loaded):
    roles = dict(Membership.objects.exclude(role="doctor").values_list("user__email", "role"))
    operator = User.objects.get(email="admin@demo.vitas.test")

    assert roles == {
        "recepcion@demo.vitas.test": "receptionist",
        "frontdesk@demo.vitas.test": "receptionist",
        "nurse@demo.vitas.test": "nurse",
        "manager@demo.vitas.test": "admin",
    }
    assert operator.is_operator
    assert operator.check_password("vitas-demo")


@pytest.mark.parametrize(
    ("phone", "name", "organizations"),
    [
        ("+5511999999999", "João Silva", {"boavida", "vitas"}),
        ("+5491155550101", "María González", {"vitas"}),
        ("+16175550102", "John Miller", {"harbor"}),
    ],
)
def test_named_patients_have_past_and_coming_visits_where_they_are_known(loaded, phone, name, organizations):
    patient = Patient.objects.get(phone=phone)
    visits = patient.appointments.select_related("organization")

    assert patient.full_name == name
    assert {visit.organization.slug for visit in visits} == organizations
    assert {visit.organization.slug for visit in visits.filter(status=Status.COMPLETED)} == organizations
    assert {visit.organization.slug for visit in visits.filter(status__in=FIRM)} == organizations
    assert {file.organization.slug for file in patient.files.all()} == organizations
    assert patient.access.get().verified_at is not None


def test_every_patient_has_visits_behind_and_ahead(loaded):
    now = timezone.now()
    counted = Patient.objects.annotate(
        past=Count("appointments", filter=Q(appointments__starts_at__lt=now)),
        ahead=Count("appointments", filter=Q(appointments__starts_at__gt=now)),
    )

    assert len(counted) >= 30
    assert min(patient.past for patient in counted) >= 3
    assert min(patient.ahead for patient in counted) >= 1
    assert PatientFile.objects.values("patient").distinct().count() == len(counted)


@pytest.mark.parametrize("hour", [0, 3, 12, 17, 23])
def test_the_doctor_on_call_has_a_day_in_full_swing_at_any_hour(hour):
    moment = datetime(2026, 11, 21, hour, 10, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires"))
    with time_machine.travel(moment, tick=False):
        call_command("demo_data", verbosity=0)
        call_command("demo_data", verbosity=0)
        found = Appointment.objects.filter(doctor__email="guardia@demo.vitas.test")
        statuses = list(found.order_by("starts_at").values_list("status", flat=True))

    assert 4 <= len(statuses) <= 14
    assert statuses.count(Status.IN_PROGRESS) == 1
    assert statuses == sorted(statuses, key=lambda status: status not in (Status.COMPLETED, Status.NO_SHOW))
    assert statuses.count(Status.CHECKED_IN) == (2 if hour < 23 else 1)


def test_todays_visits_have_their_moments_and_steps(loaded):
    for visit in Appointment.objects.filter(doctor__email="guardia@demo.vitas.test"):
        steps = list(visit.steps.order_by("at", "id").values_list("after", flat=True))

        assert steps[-1] == visit.status
        assert (visit.check_in_time is not None) is (Status.CHECKED_IN in steps)
        assert (visit.started_at is not None) is (Status.IN_PROGRESS in steps)
        assert not visit.check_in_time or visit.check_in_time < timezone.now()


def test_a_family_shares_one_phone(loaded):
    user = User.objects.get(phone="+5491155550120")

    assert sorted(access.relation for access in user.patient_access.all()) == ["child", "self", "ward"]


def test_visits_have_their_steps_claims_and_care(loaded):
    live = Appointment.objects.filter(status__in=FIRM)
    last = {step.appointment_id: step.after for step in AppointmentStep.objects.order_by("id")}

    assert all(last[visit.pk] == visit.status for visit in Appointment.objects.all())
    assert TimeClaim.objects.count() == 2 * live.count()
    assert CareRelationship.objects.filter(patient__phone="+16175550102").exists()
    assert all(visit.reason for visit in live)


def test_money_is_in_the_ledger_on_both_sides(loaded):
    paid = Payment.objects.filter(status="COMPLETED")
    sums = paid.annotate(total=Sum("ledger__amount"), sides=Count("ledger"))

    assert paid.filter(appointment__payment_in_advance=True, method="gateway").exists()
    assert {(payment.total, payment.sides) for payment in sums} == {(0, 2)}
    assert LedgerEntry.objects.filter(account="income").count() == paid.count()


def test_visits_lie_within_working_hours(loaded):
    for visit in Appointment.objects.select_related("clinic").exclude(doctor__email="guardia@demo.vitas.test"):
        local = visit.starts_at.astimezone(ZoneInfo(visit.clinic.zone))
        assert local.weekday() < 5
        assert 9 <= local.hour < 17


def test_search_knows_the_free_days(loaded):
    days = DoctorDay.objects.filter(free_count__gt=0)

    assert days.values("place").distinct().count() == DoctorPlace.objects.count()


def test_loading_twice_changes_nothing(loaded):
    before = Appointment.objects.count(), Payment.objects.count(), User.objects.count()

    assert demo.load() is False

    assert (Appointment.objects.count(), Payment.objects.count(), User.objects.count()) == before


def test_loading_again_weeks_later_gives_new_coming_visits(loaded):
    later = timezone.now() + timedelta(days=60)

    with time_machine.travel(later, tick=False):
        demo.load()

        ahead = Appointment.objects.filter(starts_at__gt=later, status__in=FIRM)
        assert ahead.values("patient").distinct().count() == Patient.objects.count()


@pytest.mark.parametrize("hour", [12, 14, 17, 20])
def test_loading_again_on_a_working_day_gives_nobody_two_visits_at_once(loaded, hour):
    """Two doctors of an organization have a full day then."""
    later = timezone.now() + timedelta(days=60)
    wednesday = later + timedelta(days=(2 - later.weekday()) % 7)

    with time_machine.travel(wednesday.replace(hour=hour, minute=20), tick=False):
        demo.load()

        for email in ("ana.ruiz@demo.vitas.test", "guardia@demo.vitas.test"):
            assert Appointment.objects.filter(doctor__email=email, starts_at__date=wednesday.date()).count() >= 3


def test_a_database_that_holds_anything_else_is_refused(db):
    make_organization(slug="somebody-else")

    with translation.override("en"), pytest.raises(CommandError, match="other data"):
        call_command("demo_data")

    assert list(Organization.objects.values_list("slug", flat=True)) == ["somebody-else"]
