"""A patient is found by what somebody at a desk has at hand, and only where they are known."""

import pytest

from patients.finding import find_patients, matching
from patients.models import PatientFile, PatientIdentifier
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.testing import make_organization, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Actor(role=Role.RECEPTIONIST, organization_id=make_organization().pk)


def known(desk, number, **given):
    patient = make_patient(**given)
    PatientFile.objects.create(organization_id=desk.organization_id, patient=patient, number=number)
    return patient


@pytest.fixture
def maria(desk):
    patient = known(desk, 1207, first_name="María José", last_name="González", phone="+5491155550101")
    PatientIdentifier.objects.create(patient=patient, country="AR", kind="dni", number="30.111.137")
    PatientIdentifier.objects.create(patient=patient, country="AR", kind="passport", number="AAB 123456")
    return patient


@pytest.fixture
def others(desk):
    """Whom the same organization knows, and nobody looks for."""
    return [known(desk, 2, first_name="Bruno", last_name="Díaz", phone="+5491144442222")]


@pytest.mark.parametrize(
    "text",
    [
        "maría josé gonzález",
        "GONZALEZ MARIA",
        "gonz",
        "mar gon",
        "go ma",
        "gonsalez",
        "maria gonzlez",
        "+54 9 11 5555-0101",
        "011 5555-0101".replace("011 ", "011"),
        "0101",
        "5555 01",
        "30111137",
        "30.111.137",
        "30-111",
        "aab123456",
        "AAB-123",
        "1207",
        "#1207",
        "maria 0101",
    ],
)
def test_a_patient_is_found_by_what_is_typed(desk, maria, others, text):
    assert find_patients(desk, text) == [maria]


@pytest.mark.parametrize("text", ["", "   ", "-", "101", "zzz", "bruna gonzalez 0101", "7" * 60, "%%%", "' OR 1=1"])
def test_nobody_is_found_by_what_fits_nobody(desk, maria, others, text):
    assert find_patients(desk, text) == []


def test_a_patient_whom_only_another_organization_knows_is_not_found(desk, maria):
    elsewhere = Actor(role=Role.RECEPTIONIST, organization_id=make_organization().pk)

    found = [find_patients(elsewhere, text) for text in ("maria", "5555", "30111137", "1207", "gonsalez")]

    assert found == [[]] * 5


def test_a_patient_who_was_merged_is_not_found(desk, maria, others):
    maria.merged_into = others[0]
    maria.save()

    assert find_patients(desk, "maria") == []
    assert find_patients(desk, "1207") == others


def test_likeliest_come_first(desk):
    within = known(desk, 1, first_name="Mariana", last_name="Luz", phone="+5491100000001")
    whole = known(desk, 2, first_name="Ana", last_name="", phone="+5491100000002")
    begins = known(desk, 3, first_name="Ana Clara", last_name="Sosa", phone="+5491100000003")
    last_name = known(desk, 4, first_name="Luz", last_name="Anaya", phone="+5491100000004")

    assert find_patients(desk, "ana") == [whole, begins, last_name, within]


def test_file_number_comes_before_a_document_and_a_document_before_a_phone(desk):
    phone = known(desk, 1, phone="+5491130111137")
    document = known(desk, 2, phone="+5491100000001")
    PatientIdentifier.objects.create(patient=document, country="AR", kind="dni", number="30.111.137")
    file = known(desk, 30111137, phone="+5491100000002")

    assert find_patients(desk, "30111137") == [file, document, phone]


def test_who_is_found_carries_file_number_and_document(desk, maria):
    [found] = find_patients(desk, "gonzalez")

    assert (found.number_here, found.document) == (1207, "30.111.137")


def test_no_more_than_asked_for_are_found(desk):
    made = [known(desk, at, first_name="Rosa", phone=f"+54911555512{at}") for at in range(10, 15)]

    assert len(find_patients(desk, "rosa", limit=3)) == len(find_patients(desk, "5512", limit=3)) == 3
    assert set(matching(desk, "rosa")) == {patient.pk for patient in made}


def test_a_search_costs_at_most_six_queries(desk, maria, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        find_patients(desk, "maria 0101")
