"""Families share phones and numbers are recycled (api.md "Identity by phone")."""

import json
from datetime import date, timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.utils import timezone

from patients import profiles, sign_in
from patients.models import Patient, PatientAccess, PatientIdentifier
from vitas import testing
from vitas.accounts import codes, signing, tokens
from vitas.accounts.models import Session, User
from vitas.audit.models import AuditEntry
from vitas.messaging.models import OutboxMessage

pytestmark = pytest.mark.django_db

PHONE = "+5511999999999"
LONG_AGO = timezone.now() - timedelta(days=181)


@pytest.fixture
def joao() -> User:
    return User.objects.create(phone=PHONE)


def profile_of(user: User, name: str, *, used: Any = None, **given: Any) -> Patient:
    """An open profile of the person, last used `used`."""
    patient = testing.make_patient(user=user, first_name=name, last_name="Silva", phone="", **given)
    PatientAccess.objects.filter(patient=patient).update(verified_at=used or timezone.now())
    return patient


def desk_made(name: str = "Ana", **given: Any) -> Patient:
    """A patient that the desk wrote down under this phone; nobody has access."""
    return Patient.objects.create(first_name=name, last_name="Silva", phone=PHONE, **given)


def signed_in(user: User) -> testing.ApiClient:
    client = testing.ApiClient()
    session = signing.begin(user=user, method=Session.Method.CODE, patient_id=profiles.default_patient(user))
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {tokens.access_token(session)}"
    client.session_row = session
    return client


def choose(client: testing.ApiClient, patient: Patient, **proof: Any) -> Any:
    return client.send("POST", "/api/v1/auth/profile", {"patientId": str(patient.pk), **proof})


def test_one_used_last_is_chosen_and_all_are_shown(joao):
    older = profile_of(joao, "Ana", used=timezone.now() - timedelta(days=9))
    newer = profile_of(joao, "João", used=timezone.now() - timedelta(days=2))

    body = signed_in(joao).send("GET", "/api/users/me").json()

    assert body["patientId"] == str(newer.pk)
    assert body["profiles"] == [
        {"id": str(newer.pk), "name": "João Silva", "relation": "self", "needs": None},
        {"id": str(older.pk), "name": "Ana Silva", "relation": "self", "needs": None},
    ]


def test_open_profile_is_chosen_and_the_new_token_acts_for_it(joao):
    profile_of(joao, "João")
    child = profile_of(joao, "Ana", used=timezone.now() - timedelta(days=30))
    client = signed_in(joao)

    answer = choose(client, child)

    body = answer.json()
    assert answer.status_code == 200
    assert body["patient"]["patient_id"] == str(child.pk)
    claims = jwt.decode(body["accessToken"], settings.JWT_SECRET, algorithms=["HS256"])
    assert (claims["patientId"], claims["sid"]) == (str(child.pk), str(client.session_row.pk))
    assert answer.cookies["authToken"].value == body["token"]
    child.refresh_from_db()
    assert child.last_used_at is not None
    entry = AuditEntry.objects.get(action="CHOOSE_PROFILE")
    assert (entry.patient_id, entry.user_id) == (child.pk, joao.pk)


def test_profile_used_through_another_phone_only_is_closed(joao):
    """The number's old owner has moved on; their records are not the next owner's."""
    patient = profile_of(joao, "João", used=LONG_AGO, last_used_at=timezone.now())

    assert [(found.is_open, found.shown_name) for found in profiles.of(joao)] == [(False, "J. S.")]
    assert profiles.default_patient(joao) is None
    assert patient.last_used_at is not None


def test_session_of_this_person_keeps_a_profile_open(joao):
    patient = profile_of(joao, "João", used=LONG_AGO)
    testing.make_session(joao, patient_id=patient.pk)

    assert profiles.default_patient(joao) == patient.pk


def test_desk_made_profile_shows_initials_and_needs_proof(joao):
    patient = desk_made(birth_date=date(1990, 5, 17))
    client = signed_in(joao)

    shown = client.send("GET", "/api/auth/profiles").json()["data"]
    without = choose(client, patient)

    assert shown == [{"id": str(patient.pk), "name": "A. S.", "relation": "self", "needs": "birth_date_or_document"}]
    assert without.status_code == 400
    assert [problem["field"] for problem in without.json()["error"]["details"]] == ["birthDate"]


@pytest.mark.parametrize(
    "proof",
    [{"birthDate": "1990-05-17"}, {"document": "12.345.678-x"}, {"birthDate": "1999-01-01", "document": "12345678X"}],
)
def test_birth_date_or_document_opens_a_profile_for_good(joao, proof):
    patient = desk_made(birth_date=date(1990, 5, 17))
    PatientIdentifier.objects.create(patient=patient, country="BR", kind="cpf", number="12345678-X")

    answer = choose(signed_in(joao), patient, **proof)

    assert answer.status_code == 200
    assert answer.json()["patient"]["patient_name"] == "Ana Silva"
    assert profiles.default_patient(joao) == patient.pk
    assert joao.patient_access.get().verified_at is not None


def test_wrong_proof_opens_nothing_and_five_are_the_end(joao):
    patient = desk_made(birth_date=date(1990, 5, 17))
    client = signed_in(joao)

    tries = [choose(client, patient, birthDate="1990-05-18").status_code for _ in range(5)]
    right = choose(client, patient, birthDate="1990-05-17")

    assert tries == [403] * 5
    assert right.status_code == 429
    assert not joao.patient_access.exists()
    assert AuditEntry.objects.filter(action="CHOOSE_PROFILE_FAILED", patient_id=patient.pk).count() == 5


def test_profile_about_which_nothing_is_known_does_not_open(joao):
    patient = desk_made()

    answers = [choose(signed_in(joao), patient, **proof) for proof in ({"birthDate": "1990-05-17"}, {"document": "--"})]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_anothers_profile_is_404(joao):
    stranger = testing.make_patient(birth_date=date(1990, 5, 17))

    assert choose(signed_in(joao), stranger, birthDate="1990-05-17").status_code == 404


def test_ended_access_finds_no_way_back(joao):
    child = profile_of(joao, "Ana", birth_date=date(2008, 1, 2))
    Patient.objects.filter(pk=child.pk).update(phone=PHONE)
    client = signed_in(joao)
    PatientAccess.objects.filter(patient=child).update(ended_at=timezone.now())

    assert choose(client, child, birthDate="2008-01-02").status_code == 404
    assert "patientId" not in tokens.claims_of(Session.objects.select_related("user").get())


def test_merged_patient_is_no_profile(joao):
    kept = profile_of(joao, "João")
    Patient.objects.create(first_name="Joao", phone=PHONE, merged_into=kept)

    assert [found.patient for found in profiles.of(joao)] == [kept]


def test_without_redis_no_profile_opens_by_proof(joao):
    patient = desk_made(birth_date=date(1990, 5, 17))
    session = signed_in(joao).session_row

    with testing.without_redis(), pytest.raises(Exception, match="not available"):
        profiles.choose(session=session, patient_id=patient.pk, birth_date=date(1990, 5, 17))


def test_staff_have_no_profiles(api):
    doctor = testing.make_doctor()

    assert api(doctor.membership.user).send("GET", "/api/auth/profiles").status_code == 403
    assert api().send("GET", "/api/auth/profiles").status_code == 401


def test_child_is_added_and_acted_for(joao):
    profile_of(joao, "João")
    client = signed_in(joao)

    answer = client.send(
        "POST", "/api/auth/profiles", {"patientName": "Ana Silva", "relation": "child", "birthDate": "2019-03-02"}
    )

    body = answer.json()
    assert answer.status_code == 201
    assert (body["patient"]["patient_name"], body["patient"]["birth_date"]) == ("Ana Silva", "2019-03-02")
    assert body["user"]["patientId"] == body["patient"]["patient_id"]
    assert [found["relation"] for found in body["profiles"]] == ["child", "self"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "patientName"),
        ({"patientName": "x" * 101}, "patientName"),
        ({"patientName": "Ana", "relation": "boss"}, "relation"),
        ({"patientName": "Ana", "birthDate": "2999-01-01"}, "birthDate"),
    ],
)
def test_wrong_profile_names_its_field(joao, body, field):
    answer = signed_in(joao).send("POST", "/api/auth/profiles", body)

    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()["error"]["details"]] == [field]


def test_profiles_have_an_end(joao, monkeypatch):
    monkeypatch.setattr(profiles, "MOST", 1)
    profile_of(joao, "João")

    answer = signed_in(joao).send("POST", "/api/auth/profiles", {"patientName": "Ana"})

    assert answer.status_code == 422


def redeemed(name: str = "") -> Session:
    codes.send(phone=PHONE, patient_name=name)
    message = OutboxMessage.objects.get(address=PHONE)
    return sign_in.sign_in_with_code(phone=PHONE, code=json.loads(str(message.variables))["code"])


def test_next_owner_of_a_number_begins_anew():
    desk_made("Ana")

    session = redeemed("Bruno Costa")

    assert Patient.objects.get(pk=session.acting_patient_id).full_name == "Bruno Costa"
    assert Patient.objects.count() == 2


def test_who_is_known_by_the_desk_is_not_made_twice():
    desk_made("Ana")

    session = redeemed("ana silva")

    assert (session.acting_patient_id, Patient.objects.count()) == (None, 1)


def test_person_with_several_profiles_reads_them_in_three_queries(joao, django_assert_num_queries):
    for at in range(5):
        profile_of(joao, f"Child{at}")

    with django_assert_num_queries(3):
        assert len(profiles.of(joao)) == 5
