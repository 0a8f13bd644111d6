"""Whose rows a person sees, and where one books."""

import pytest

from clinic import directory
from clinic.models import Absence, Clinic, Doctor, DoctorPlace, Holiday, StaffPlace, VisitKind, WeeklyHours
from vitas import testing
from vitas.accounts.actor import BOOKING, NOBODY, Actor
from vitas.accounts.models import Role
from vitas.common.errors import NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    """Two organizations; each with a doctor who is listed and one who is not. The first is the asking one's own."""
    made = []
    for _ in range(2):
        organization = testing.make_organization()
        listed = testing.make_place(testing.make_clinic(organization))
        hidden = testing.make_place(testing.make_clinic(organization), testing.make_doctor(organization, active=False))
        made.append((listed, hidden))
    return made


def actor(role, organization=None, **given):
    return Actor(
        role=role, user_id=organization and organization.pk, organization_id=organization and organization.pk, **given
    )


@pytest.mark.parametrize("role", [Role.ADMIN, Role.RECEPTIONIST, Role.DOCTOR, Role.NURSE])
def test_staff_see_their_own_organization_alone(two, role):
    (listed, hidden), _others = two
    by = actor(role, listed.clinic.organization)

    assert set(DoctorPlace.objects.visible_to(by)) == {listed, hidden}
    assert set(Doctor.objects.visible_to(by)) == {listed.doctor, hidden.doctor}
    assert set(Clinic.objects.visible_to(by)) == {listed.clinic, hidden.clinic}
    assert {row.place for row in WeeklyHours.objects.visible_to(by)} == {listed, hidden}


@pytest.mark.parametrize("by", [NOBODY, actor(Role.PATIENT)])
def test_patients_and_strangers_see_what_is_listed(two, by):
    (mine, _hidden), (other, _other_hidden) = two

    assert set(DoctorPlace.objects.visible_to(by)) == {mine, other}
    assert set(Doctor.objects.visible_to(by)) == {mine.doctor, other.doctor}
    assert Clinic.objects.visible_to(by).count() == 4
    assert {row.place for row in WeeklyHours.objects.visible_to(by)} == {mine, other}


@pytest.mark.parametrize("by", [Actor(is_operator=True), BOOKING])
def test_operator_and_the_platform_see_all(two, by):
    assert DoctorPlace.objects.visible_to(by).count() == Doctor.objects.visible_to(by).count() == 4


def test_reasons_of_absence_and_staff_places_are_the_organizations_own(two):
    (mine, _), (other, _) = two
    for place in (mine, other):
        organization = place.clinic.organization
        Absence.objects.create(
            doctor=place.doctor, starts_at="2027-01-04T00:00Z", ends_at="2027-01-05T00:00Z", reason="Surgery"
        )
        StaffPlace.objects.create(membership=place.doctor.membership, clinic=place.clinic)
        Holiday.objects.create(organization=organization, date="2027-01-01", name="New Year")
        VisitKind.objects.create(organization=organization, type="consultation", minutes=30)

    staff, patient = actor(Role.RECEPTIONIST, mine.clinic.organization), actor(Role.PATIENT)
    counts = {
        model.__name__: (model.objects.visible_to(staff).count(), model.objects.visible_to(patient).count())
        for model in (Absence, StaffPlace, Holiday, VisitKind)
    }

    assert counts == {"Absence": (1, 0), "StaffPlace": (1, 0), "Holiday": (1, 2), "VisitKind": (1, 2)}


def test_one_books_at_the_primary_place_or_at_the_clinic_that_is_named(django_assert_num_queries):
    organization = testing.make_organization()
    doctor = testing.make_doctor(organization)
    second = testing.make_place(testing.make_clinic(organization), doctor, is_primary=False)
    first = testing.make_place(testing.make_clinic(organization), doctor, is_primary=True)

    with django_assert_num_queries(2):
        found = directory.place_for_booking(doctor.pk)
        named = directory.place_for_booking(doctor.pk, second.clinic_id)
        assert (found.clinic.pk, found.doctor_id) == (first.clinic_id, doctor.pk)

    assert (found, named) == (first, second)


def test_one_books_at_another_place_while_the_primary_one_is_closed():
    organization = testing.make_organization()
    doctor = testing.make_doctor(organization)
    primary = testing.make_place(testing.make_clinic(organization), doctor)
    second = testing.make_place(testing.make_clinic(organization), doctor, is_primary=False)
    Clinic.objects.filter(pk=primary.clinic_id).update(active=False)

    assert directory.place_for_booking(doctor.pk) == second
    assert directory.place_for_booking(doctor.pk, primary.clinic_id) is None


def test_nobody_books_who_is_not_listed():
    place = testing.make_place(doctor=testing.make_doctor(active=False))

    with pytest.raises(NotFound):
        directory.card_of(place.doctor_id)

    assert directory.place_for_booking(place.doctor_id) is None
