"""A changed number and a lost phone have safe ways of their own."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from patients import numbers, profiles
from patients.models import Patient
from vitas import testing
from vitas.accounts import codes, signing, tokens
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role, Session, User
from vitas.audit.models import AuditEntry
from vitas.messaging.models import OutboxMessage

pytestmark = pytest.mark.django_db

OLD, NEW = "+5511999999999", "+5511988888888"


@pytest.fixture
def joao() -> Patient:
    return testing.make_patient(phone=OLD, birth_date=date(1990, 5, 17))


@pytest.fixture
def session(joao: Patient) -> Session:
    return signing.begin(user=testing.user_of(joao), method=Session.Method.CODE, patient_id=joao.pk)


def change(session: Session, **given: Any) -> Any:
    codes.send(phone=NEW)
    code = json.loads(str(OutboxMessage.objects.get(address=NEW).variables))["code"]
    client = testing.ApiClient()
    body = {"phoneNumber": NEW, "otpCode": code} | given
    bearer = f"Bearer {tokens.access_token(session)}"
    return client.send("POST", "/api/v1/auth/phone", body, authorization=bearer)


def test_number_is_changed_by_a_code_to_the_new_one(joao, session):
    other = testing.make_session(session.user, patient_id=joao.pk)

    answer = change(session)

    assert answer.status_code == 200
    assert (answer.json()["user"]["phoneNumber"], answer.json()["patient"]["phone_number"]) == (NEW, NEW)
    assert User.objects.get().phone == NEW
    assert list(Session.objects.filter(revoked_at=None)) == [session]
    assert other.pk != session.pk
    assert OutboxMessage.objects.get(address=OLD).template == "number_changed"
    assert AuditEntry.objects.filter(action="CHANGE_PHONE", user_id=session.user_id).count() == 1


def test_old_sign_in_is_not_enough(session):
    Session.objects.filter(pk=session.pk).update(created_at=timezone.now() - timedelta(minutes=16))

    assert change(session).status_code == 403
    assert User.objects.get().phone == OLD


def test_wrong_code_changes_nothing(session):
    assert change(session, otpCode="12345x").status_code == 400
    assert User.objects.get().phone == OLD


def test_number_of_another_account_is_409(session):
    testing.make_patient(phone=NEW)

    answer = change(session)

    assert answer.status_code == 409
    assert User.objects.get(pk=session.user_id).phone == OLD


def test_lost_phone_opens_nothing_and_the_new_one_after_the_birth_date(joao, session):
    desk = testing.make_member(testing.make_organization(), Role.RECEPTIONIST)

    numbers.give(patient=joao, phone=NEW, by=Actor(role=Role.RECEPTIONIST, user_id=desk.user_id))

    session.refresh_from_db()
    assert session.revoked_at is not None
    assert profiles.of(session.user) == []
    finder = User.objects.create(phone=NEW)
    assert [(found.patient, found.is_open) for found in profiles.of(finder)] == [(joao, False)]
    assert AuditEntry.objects.get(action="CHANGE_PATIENT_PHONE").patient_id == joao.pk
    opened = signing.begin(user=finder, method=Session.Method.CODE)
    profiles.choose(session=opened, patient_id=joao.pk, birth_date=date(1990, 5, 17))
    assert profiles.default_patient(finder) == joao.pk


def test_lost_phone_does_not_shut_out_a_guardian(joao):
    mother = testing.make_user()
    joao.access.create(user=mother, relation="child", verified_at=timezone.now())

    numbers.give(patient=joao, phone=NEW, by=Actor(system="desk"))

    assert profiles.default_patient(mother) == joao.pk
