"""The desk writes a patient down: known at once, and not twice."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from patients.models import Patient, PatientFile, PatientIdentifier
from patients.registering import Document, DocumentTaken, MayBeKnown, register_at_desk
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common.errors import Invalid, NotAllowed
from vitas.testing import make_organization, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def desk():
    organization = make_organization(country="AR", language="es", currency="ARS")
    return Actor(role=Role.RECEPTIONIST, organization_id=organization.pk)


@pytest.fixture
def elsewhere():
    return Actor(role=Role.RECEPTIONIST, organization_id=make_organization(country="AR", language="es").pk)


ROSA = {"first_name": " Rosa ", "last_name": "Quiroga", "birth_date": date(1960, 2, 29)}


def test_a_patient_is_written_down_and_known_at_once(desk):
    patient = register_at_desk(by=desk, **ROSA, phone="011 4555-0101", document=Document(number="30.111.137"))

    patient.refresh_from_db()
    number = patient.identifiers.get()
    assert (patient.full_name, patient.phone, patient.language) == ("Rosa Quiroga", "+541145550101", "es")
    assert patient.status == Patient.Status.REGISTERED_AT_DESK
    assert (number.country, number.kind, number.number) == ("AR", "dni", "30111137")
    assert (patient.files.get().organization_id, patient.files.get().number) == (desk.organization_id, 1)
    assert AuditEntry.objects.get(action="CREATE_PATIENT").patient_id == patient.pk


def test_files_are_numbered_one_after_the_other(desk):
    for name in ("Ana", "Bruno", "Clara"):
        register_at_desk(by=desk, first_name=name)

    assert [file.number for file in PatientFile.objects.order_by("number")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"first_name": "  "}, "first_name"),
        ({"phone": "12"}, "phone"),
        ({"phone": "call her son"}, "phone"),
        ({"birth_date": date(1800, 1, 1)}, "birth_date"),
        ({"birth_date": timezone.now().date() + timedelta(days=2)}, "birth_date"),
        ({"document": Document(number=".-.")}, "document"),
    ],
)
def test_what_cannot_be_is_refused_on_its_field(desk, given, field):
    with pytest.raises(Invalid) as refused:
        register_at_desk(by=desk, **(ROSA | given))

    assert [problem.field for problem in refused.value.problems] == [field]
    assert not Patient.objects.exists()


def test_a_document_that_is_taken_says_whose_it_is(desk):
    known = register_at_desk(by=desk, **ROSA, document=Document(number="30111137"))

    with pytest.raises(DocumentTaken) as refused:
        register_at_desk(by=desk, first_name="Rosita", document=Document(number="30.111.137"))

    assert refused.value.patient == known
    assert str(refused.value.message) == "This document belongs to Rosa Quiroga."


def test_a_document_of_another_clinics_patient_tells_nothing(desk, elsewhere):
    register_at_desk(by=elsewhere, **ROSA, document=Document(number="30111137"))

    with pytest.raises(DocumentTaken) as refused:
        register_at_desk(by=desk, first_name="Rosa", document=Document(number="30111137"))

    assert refused.value.patient is None
    assert "Quiroga" not in str(refused.value.message)
    assert not PatientFile.objects.filter(organization_id=desk.organization_id).exists()


def test_document_and_birth_date_open_the_file_of_whom_others_know(desk, elsewhere):
    known = register_at_desk(by=elsewhere, **ROSA, document=Document(number="30111137"))

    found = register_at_desk(by=desk, **(ROSA | {"first_name": "Rosita"}), document=Document(number="30111137"))

    assert found == known
    assert known.files.count() == 2
    assert AuditEntry.objects.get(action="OPEN_PATIENT_FILE").organization_id == desk.organization_id


def test_a_document_written_with_dots_long_ago_is_the_same(desk):
    old = make_patient()
    PatientIdentifier.objects.create(patient=old, country="AR", kind="dni", number="30.111.137")

    with pytest.raises(DocumentTaken):
        register_at_desk(by=desk, **ROSA, document=Document(number="30111137"))


def test_the_same_person_twice_is_asked_about_first(desk):
    known = register_at_desk(by=desk, **ROSA)

    with pytest.raises(MayBeKnown) as refused:
        register_at_desk(by=desk, **(ROSA | {"first_name": "ROSA"}))
    another = register_at_desk(by=desk, **ROSA, is_another=True)

    assert refused.value.patients == [known]
    assert another != known


def test_a_family_shares_a_phone(desk):
    register_at_desk(by=desk, first_name="Rosa", phone="+541145550101")

    child = register_at_desk(by=desk, first_name="Leo", phone="+541145550101")

    assert child.files.count() == 1


@pytest.mark.parametrize("role", [Role.PATIENT, Role.DOCTOR, Role.NURSE, None])
def test_only_the_desk_writes_patients_down(desk, role):
    with pytest.raises(NotAllowed):
        register_at_desk(by=Actor(role=role, organization_id=desk.organization_id), **ROSA)
