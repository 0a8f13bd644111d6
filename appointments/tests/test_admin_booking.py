"""Booking at the desk: the patient is found or written down, a doctor chosen, a free time taken."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import Appointment, Status
from appointments.tests.cast import Cast
from appointments.tests.test_admin_day import text
from patients.files import open_file
from patients.models import Patient, PatientIdentifier
from vitas import testing
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common.ids import new_id

pytestmark = pytest.mark.django_db

BOOK = reverse("admin:day-book")


@pytest.fixture
def cast() -> Cast:
    cast = Cast()
    open_file(organization_id=cast.organization.pk, patient=cast.ana)
    return cast


@pytest.fixture
def desk(cast: Cast) -> Client:
    return testing.browser(cast.staff(Role.RECEPTIONIST))


def asked(cast: Cast, **given: Any) -> dict[str, Any]:
    starts = cast.at(9).isoformat()
    fields = {"patient": cast.ana.pk, "place": cast.place.pk, "type": "consultation", "at": starts, "id": new_id()}
    return {**fields, "reason": "", **given}


def test_patient_is_found_by_name_phone_document_and_file_number(cast, desk):
    PatientIdentifier.objects.create(patient=cast.ana, country="US", kind="id", number="30111222")
    number = cast.ana.files.get().number
    terms = [cast.ana.first_name, cast.ana.phone[-4:], "30.111.222", str(number)]

    found = [cast.ana.full_name in text(desk.get(reverse("admin:day-patients"), {"q": term})) for term in terms]

    assert found == [True] * 4
    assert str(cast.ana.pk) in AuditEntry.objects.filter(action="READ_PATIENT").latest("at").details["ids"]


def test_found_patients_come_as_a_fragment_and_lead_on_with_what_was_chosen(cast, desk):
    asked_for = {"q": "Ana", "place": cast.place.pk}

    answer = desk.get(reverse("admin:day-patients"), asked_for, headers={"HX-Request": "true", "HX-Target": "found"})

    assert text(answer).strip().startswith('<div id="found"')
    assert f"?patient={cast.ana.pk}&amp;place={cast.place.pk}" in text(answer)


def test_nobody_whom_only_others_know_is_found_or_can_be_booked(cast, desk):
    found = desk.get(reverse("admin:day-patients"), {"q": cast.bruno.last_name})
    shown = desk.get(BOOK, {"patient": cast.bruno.pk})
    booked = desk.post(BOOK, asked(cast, patient=cast.bruno.pk))

    assert [cast.bruno.phone in text(answer) for answer in (found, shown, booked)] == [False] * 3
    assert not Appointment.objects.exists()


def test_page_grows_from_patient_to_doctor_to_times(cast, desk):
    nobody = text(desk.get(BOOK))
    chosen = text(desk.get(BOOK, {"patient": cast.ana.pk}))
    with_times = text(desk.get(BOOK, {"patient": cast.ana.pk, "place": cast.place.pk, "from": cast.monday}))

    assert ("patient-search" in nobody, "step-whom" in nobody) == (True, False)
    assert (str(cast.doctor) in chosen, 'name="at"' in chosen) == (True, False)
    assert f'value="{cast.at(9):%Y-%m-%dT%H:%M:%S}Z"' in with_times


def test_desk_books_and_comes_back_to_the_day_of_the_visit(cast, desk):
    answer = desk.post(BOOK, asked(cast, reason="Fever since yesterday"))

    visit = Appointment.objects.get()
    assert answer.headers["Location"] == f"/admin/?on={cast.monday}#visit-{visit.pk}"
    assert (visit.patient, visit.starts_at, visit.status) == (cast.ana, cast.at(9), Status.SCHEDULED)
    assert (visit.reason, visit.booked_by_role) == ("Fever since yesterday", "receptionist")


def test_second_click_books_nothing_more(cast, desk):
    form = asked(cast)

    first, second = desk.post(BOOK, form), desk.post(BOOK, form)

    assert first.headers["Location"] == second.headers["Location"]
    assert Appointment.objects.count() == 1


def test_visit_to_be_paid_first_leads_to_taking_the_money():
    cast = Cast(paid=True)
    open_file(organization_id=cast.organization.pk, patient=cast.ana)
    desk = testing.browser(cast.staff(Role.RECEPTIONIST))

    answer = desk.post(BOOK, asked(cast))

    visit = Appointment.objects.get()
    assert visit.status == Status.PENDING
    assert answer.headers["Location"].startswith(reverse("admin:day-act", args=[visit.pk, "cash"]))


@pytest.mark.parametrize(
    ("given", "status", "sentence"),
    [
        ({"at": ""}, 422, "Choose one of the free times."),
        ({"at": "2020-01-06T14:00:00Z"}, 400, "Choose a time later than now."),
    ],
    ids=["no time", "past"],
)
def test_refused_booking_says_why_and_keeps_what_was_written(cast, desk, given, status, sentence):
    answer = desk.post(BOOK, asked(cast, reason="Fever since yesterday", **given))

    assert (answer.status_code, sentence in text(answer)) == (status, True)
    assert "Fever since yesterday" in text(answer)
    assert not Appointment.objects.exists()


def test_a_time_that_was_just_taken_is_told(cast, desk):
    cast.book(cast.bruno, cast.at(9))

    answer = desk.post(BOOK, asked(cast))

    assert (answer.status_code, "already taken" in text(answer)) == (409, True)


def test_receptionist_books_at_her_own_clinics_only_and_an_administrator_at_all(cast, desk):
    clinic = testing.make_clinic(cast.organization)
    away = testing.make_place(clinic, testing.make_doctor(cast.organization))
    administrator = testing.browser(cast.staff(Role.ADMIN, at_clinic=False))

    hers = desk.post(BOOK, asked(cast, place=away.pk))
    theirs = administrator.post(BOOK, asked(cast, place=away.pk))

    assert (hers.status_code, theirs.status_code) == (422, 302)
    assert Appointment.objects.get().clinic_id == clinic.pk


def test_new_patient_is_written_down_and_the_booking_goes_on(cast, desk):
    new = {"first_name": "Rosa", "last_name": "Quiroga", "phone": "(617) 555-0199", "birth_date": "1980-02-03"}

    answer = desk.post(reverse("admin:day-new-patient"), {**new, "place": cast.place.pk})

    patient = Patient.objects.get(last_name="Quiroga")
    assert answer.headers["Location"] == f"{BOOK}?place={cast.place.pk}&patient={patient.pk}"
    assert (patient.phone, patient.files.get().organization) == ("+16175550199", cast.organization)


def test_somebody_known_already_is_offered_before_another_is_written_down(cast, desk):
    same = {"first_name": "Ana", "last_name": cast.ana.last_name, "phone": cast.ana.phone}

    asked_back = desk.post(reverse("admin:day-new-patient"), same)
    desk.post(reverse("admin:day-new-patient"), {**same, "is_another": "on"})

    assert asked_back.status_code == 409
    assert f"?patient={cast.ana.pk}" in text(asked_back)
    assert Patient.objects.filter(last_name=cast.ana.last_name).count() == 2


def test_what_is_wrong_with_a_new_patient_stands_at_its_field(cast, desk):
    answer = desk.post(reverse("admin:day-new-patient"), {"first_name": "Rosa", "phone": "12"})

    assert (answer.status_code, "This is no phone number." in text(answer)) == (400, True)
    assert 'value="Rosa"' in text(answer)
