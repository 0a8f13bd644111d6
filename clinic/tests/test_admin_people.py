"""An organization's manager edits doctors, places, hours, absences, clinics and staff as people think of them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from clinic.models import Absence, Clinic, Doctor, DoctorPlace, StaffPlace, WeeklyHours
from vitas import testing
from vitas.accounts.models import Membership, Role, User
from vitas.common.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Any:
    return testing.make_place(hours="mon-fri 9-12 14-17")


@pytest.fixture
def manager(house, page) -> Any:
    """A browser that is signed in as the organization's manager."""
    member = testing.make_member(house.clinic.organization, Role.ADMIN)
    member.user.set_password(testing.PASSWORD)
    member.user.save()
    answer = page.post("/admin/login/", {"email": member.user.email, "password": testing.PASSWORD})
    assert answer.status_code == 302
    page.member = member
    return page


def address(model: Any, what: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def rows(prefix: str, given: list[dict[str, Any]], *, initial: int = 0) -> dict[str, Any]:
    """An inline's part of a form."""
    found: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(given), f"{prefix}-INITIAL_FORMS": initial}
    for at, row in enumerate(given):
        found |= {f"{prefix}-{at}-{name}": value for name, value in row.items()}
    return found


def doctor_form(doctor: Doctor, **given: Any) -> dict[str, Any]:
    fields = {"first_name": doctor.first_name, "last_name": doctor.last_name, "specialty": doctor.specialty}
    return fields | {"active": "on"} | rows("places", []) | rows("absences", []) | rows("licences", []) | given


def problems(answer: Any) -> list[str]:
    """What the form says, if there is one."""
    errors = answer.context["errors"] if answer.context and "errors" in answer.context else []
    return [sentence for error in errors for sentence in ([error] if isinstance(error, str) else error)]


def test_lists_are_written_with_commas(house, manager):
    doctor = house.doctor
    answer = manager.post(
        address(Doctor, "change", doctor.pk),
        doctor_form(doctor, languages="Español , English, Español,", insurances="OSDE, Swiss Medical"),
    )

    doctor.refresh_from_db()
    assert answer.status_code == 302, problems(answer)
    assert (doctor.languages, doctor.insurances) == (["Español", "English"], ["OSDE", "Swiss Medical"])
    assert b'value="Espa\xc3\xb1ol, English"' in manager.get(address(Doctor, "change", doctor.pk)).content


def test_a_new_doctor_leads_on_to_the_places(house, manager):
    asked = {"first_name": "Rosa", "last_name": "Quiroga", "specialty": "cardiology", "active": "on"}

    answer = manager.post(address(Doctor, "add"), asked | rows("licences", []))

    doctor = Doctor.objects.get(last_name="Quiroga")
    assert answer.headers["Location"] == address(Doctor, "change", doctor.pk)
    assert doctor.organization_id == house.clinic.organization_id


def test_fees_are_in_major_units_and_one_place_is_the_first(house, manager):
    doctor, second = house.doctor, testing.make_clinic(house.clinic.organization)
    given = [
        {"id": house.pk, "clinic": house.clinic_id, "price": "150.50", "slot_minutes": 30, "active": "on"},
        {"clinic": second.pk, "price": "90", "slot_minutes": 20, "active": "on", "is_primary": "on"},
    ]

    answer = manager.post(address(Doctor, "change", doctor.pk), doctor_form(doctor, **rows("places", given, initial=1)))

    assert answer.status_code == 302, problems(answer)
    found = DoctorPlace.objects.filter(doctor=doctor).order_by("fee").values_list("clinic", "fee", "is_primary")
    assert list(found) == [(second.pk, 9000, True), (house.clinic_id, 15050, False)]


def test_a_fraction_that_the_currency_lacks_is_refused(house, manager):
    Clinic.objects.filter(pk=house.clinic_id).update(currency="CLP")
    asked = {"price": "100.50", "slot_minutes": 30, "active": "on", "is_primary": "on"} | rows("hours", [])

    answer = manager.post(address(DoctorPlace, "change", house.pk), asked)

    assert problems(answer) == ["CLP has no such fraction."]


def hours_form(given: list[dict[str, Any]], *, initial: int = 0) -> dict[str, Any]:
    asked = {"price": "150", "slot_minutes": 30, "active": "on", "is_primary": "on"}
    return asked | rows("hours", given, initial=initial)


def test_a_whole_day_of_hours_is_said_in_words(house, manager):
    house.hours.all().delete()
    house.hours.create(weekday=0, start_minute=0, minutes=1440)

    shown = manager.get(address(DoctorPlace, "changelist")).content.decode()

    assert "Mon All day" in shown


def test_hours_are_written_from_when_to_when(house, manager):
    WeeklyHours.objects.all().delete()
    given = [
        {"weekday": 0, "begins": "09:00", "ends": "12:30"},
        {"weekday": 5, "begins": "22:00", "ends": "06:00"},
        {"weekday": 2, "begins": "00:00", "ends": "00:00"},
    ]

    answer = manager.post(address(DoctorPlace, "change", house.pk), hours_form(given))

    assert answer.status_code == 302, problems(answer)
    found = WeeklyHours.objects.order_by("weekday").values_list("weekday", "start_minute", "minutes")
    assert list(found) == [(0, 540, 210), (2, 0, 1440), (5, 1320, 480)]
    assert Event.objects.filter(kind="TimeChanged", payload__doctor_id=str(house.doctor_id)).exists()
    page = manager.get(address(DoctorPlace, "change", house.pk)).content.decode()
    assert 'value="22:00"' in page
    assert 'value="06:00"' in page


def test_two_spans_may_change_places(house, manager):
    own = list(house.hours.filter(weekday=0).order_by("start_minute"))
    house.hours.exclude(weekday=0).delete()
    given = [
        {"id": own[0].pk, "weekday": 0, "begins": "14:00", "ends": "17:00"},
        {"id": own[1].pk, "weekday": 0, "begins": "09:00", "ends": "12:00"},
    ]

    answer = manager.post(address(DoctorPlace, "change", house.pk), hours_form(given, initial=2))

    assert answer.status_code == 302, problems(answer)
    assert house.hours.count() == 2


def test_spans_over_each_other_are_refused(house, manager):
    WeeklyHours.objects.all().delete()
    given = [
        {"weekday": 0, "begins": "09:00", "ends": "12:00"},
        {"weekday": 0, "begins": "11:00", "ends": "13:00"},
    ]

    answer = manager.post(address(DoctorPlace, "change", house.pk), hours_form(given))

    assert problems(answer) == ["Two spans lie over each other: the one from 09:00 and the one from 11:00."]
    assert not house.hours.exists()


def test_one_span_alone_is_judged_with_the_others(house, manager):
    asked = {"place": house.pk, "weekday": 0, "begins": "11:00", "ends": "13:00"}

    refused = manager.post(address(WeeklyHours, "add"), asked)
    taken = manager.post(address(WeeklyHours, "add"), asked | {"weekday": 6})

    assert len(problems(refused)) == 1
    assert taken.status_code == 302


def test_an_absence_is_on_the_clinics_clock(house, manager):
    given = [{"begins": "2030-01-07T09:00", "ends": "2030-01-08T18:00", "reason": "Congress"}]

    answer = manager.post(
        address(Doctor, "change", house.doctor_id), doctor_form(house.doctor, **rows("absences", given))
    )

    absence = Absence.objects.get()
    assert answer.status_code == 302, problems(answer)
    assert absence.starts_at == datetime(2030, 1, 7, 14, tzinfo=UTC)  # Boston in winter
    assert b'value="2030-01-07T09:00"' in manager.get(address(Absence, "change", absence.pk)).content


def test_an_absence_ends_after_it_begins(house, manager):
    asked = {"doctor": house.doctor_id, "begins": "2030-01-07T09:00", "ends": "2030-01-07T08:00"}

    answer = manager.post(address(Absence, "add"), asked)

    assert problems(answer) == ["The end must be later than the beginning."]


def test_a_member_is_made_with_places_and_let_go(house, manager):
    second = testing.make_clinic(house.clinic.organization)
    foreign = testing.make_clinic()
    asked = {"email": "New@example.test", "full_name": "New Nurse", "role": "nurse", "password": "a-first-long-word"}

    refused = manager.post(address(Membership, "add"), asked | {"clinics": [foreign.pk]})
    made = manager.post(address(Membership, "add"), asked | {"clinics": [house.clinic_id, second.pk]})

    member = Membership.objects.get(user__email="new@example.test")
    assert (refused.status_code, made.status_code) == (200, 302)
    assert set(member.places.values_list("clinic", flat=True)) == {house.clinic_id, second.pk}
    manager.post(address(Membership, "change", member.pk), {"active": "on", "clinics": [second.pk]})
    assert list(member.places.values_list("clinic", flat=True)) == [second.pk]
    manager.post(address(Membership, "changelist"), {"action": "let_go", "_selected_action": [member.pk]})
    member.refresh_from_db()
    assert member.active is False


def test_a_manager_does_not_let_herself_go(house, manager):
    own = manager.member

    manager.post(address(Membership, "changelist"), {"action": "let_go", "_selected_action": [own.pk]})
    manager.post(address(Membership, "change", own.pk), {})

    own.refresh_from_db()
    assert own.active is True


def test_the_list_of_doctors_costs_as_much_for_many_as_for_few(house, manager, django_assert_max_num_queries):
    for _at in range(5):
        testing.make_place(house.clinic)

    with django_assert_max_num_queries(9):
        assert manager.get(address(Doctor, "changelist")).status_code == 200
    with django_assert_max_num_queries(10):
        assert manager.get(address(DoctorPlace, "changelist")).status_code == 200
    assert StaffPlace.objects.count() == 0
    assert User.objects.filter(is_operator=True).count() == 0
