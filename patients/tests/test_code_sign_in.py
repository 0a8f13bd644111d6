"""One-time codes over S0's addresses: sending, verifying, and the patient that a right code makes or finds."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from patients.models import Patient, PatientAccess
from vitas import testing
from vitas.accounts import attempts, codes
from vitas.accounts.models import OneTimeCode, Session, User
from vitas.audit.models import AuditEntry
from vitas.messaging.models import OutboxMessage

pytestmark = pytest.mark.django_db

JOAO = "+5511999999999"


def send(client: Any, phone: str = JOAO, path: str = "/otp/send", **more: Any) -> Any:
    return client.send("POST", path, {"phoneNumber": phone, **more})


def sent_code(phone: str = JOAO) -> str:
    message = OutboxMessage.objects.filter(address=phone).latest("created_at")
    return json.loads(str(message.variables))["code"]


def verify(client: Any, code: str | None = None, phone: str = JOAO, path: str = "/otp/verify", **more: Any) -> Any:
    return client.send("POST", path, {"phoneNumber": phone, "otpCode": code or sent_code(phone), **more})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@pytest.mark.parametrize("mount", ["", "/api/v1", "/api"])
def test_unknown_phone_becomes_a_patient(api, mount):
    sent = send(api(), path=f"{mount}/otp/send", patientName="João da Silva")
    answer = verify(api(), path=f"{mount}/otp/verify")

    assert (sent.status_code, sent.json()) == (200, {"success": True, "message": "OTP sent"})
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {
        *("token", "patient", "profiles"),
        *("accessToken", "refreshToken", "expiresIn", "csrfToken", "user"),
    }
    patient = Patient.objects.get()
    assert body["patient"] == {
        "patient_id": str(patient.pk),
        "patient_name": "João da Silva",
        "first_name": "João",
        "last_name": "da Silva",
        "phone_number": JOAO,
        "email": None,
        "birth_date": None,
        "city": None,
        "language": "en",
        "status": "registered_via_whatsapp",
        "created_at": body["patient"]["created_at"],
    }
    assert body["patient"]["created_at"].endswith("Z")
    claims = jwt.decode(body["token"], settings.JWT_SECRET, algorithms=["HS256"])
    assert (claims["patientId"], claims["phoneNumber"], claims["role"]) == (str(patient.pk), JOAO, "patient")
    assert body["token"] == body["accessToken"]
    assert answer.cookies["authToken"]["httponly"]


def test_known_phone_finds_its_patient(api):
    patient = testing.make_patient(phone=JOAO)

    send(api(), patientName="Somebody Else")
    body = verify(api()).json()

    assert body["patient"]["patient_id"] == str(patient.pk)
    assert Patient.objects.count() == 1


def test_message_waits_in_the_outbox_and_goes_stale_with_the_code(api):
    send(api(language="pt-BR"))

    message, row = OutboxMessage.objects.get(), OneTimeCode.objects.get()
    assert (message.key, message.channel, message.address) == (f"code:{row.pk}", "whatsapp", JOAO)
    assert (message.template, message.language) == ("sign_in_code", "pt-br")
    assert message.stale_after == row.expires_at == row.created_at + timedelta(minutes=5)
    assert len(sent_code()) == 6


def test_code_is_stored_as_a_keyed_hash_only(api):
    send(api(), patientName="João Silva")

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM accounts_onetimecode t")
        stored = cursor.fetchone()[0]

    assert sent_code() not in stored
    assert "Jo" not in stored.replace(JOAO, "")
    assert len(OneTimeCode.objects.get().code_hash) == 64


def test_known_and_unknown_number_are_answered_alike(api):
    testing.make_patient(phone=JOAO)

    known, unknown = send(api(), JOAO), send(api(), "+5491155550101")

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


def test_phone_is_normalised(api):
    send(api(), "+55 (11) 99999-9999", patientName="João")

    assert OneTimeCode.objects.get().phone == JOAO
    assert verify(api(), sent_code(), phone="+55 11 99999 9999").status_code == 200


@pytest.mark.parametrize("phone", ["", "11999999999", "+999", "+55", "tomorrow", 5511999999999, None, "+1" * 50])
def test_wrong_phone_names_its_field(api, phone):
    answer = send(api(), phone)

    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()["error"]["details"]] == ["phoneNumber"]


@pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", "１２３４５６", "", None, ["1"], 123456])
def test_code_that_is_none_names_its_field(api, code):
    answer = api().send("POST", "/otp/verify", {"phoneNumber": JOAO, "otpCode": code})

    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()["error"]["details"]] == ["otpCode"]


def test_name_may_come_with_the_verification(api):
    send(api())

    without, with_it = verify(api()), verify(api(), patientName="João Silva")

    assert without.status_code == 400
    assert [problem["field"] for problem in without.json()["error"]["details"]] == ["patientName"]
    assert with_it.json()["patient"]["patient_name"] == "João Silva"


def test_missing_name_is_not_told_before_the_code_is_right(api):
    send(api())

    assert verify(api(), wrong(sent_code())).status_code == 401


def test_code_is_used_once(api):
    send(api(), patientName="João")

    assert [verify(api()).status_code for _ in range(2)] == [200, 401]


def test_code_dies_after_five_tries(api):
    send(api(), patientName="João")
    code = sent_code()

    tries = [verify(api(), wrong(code)).status_code for _ in range(5)]

    assert tries == [401] * 5
    assert verify(api(), code).status_code == 401
    assert OneTimeCode.objects.get().tries == 5


def test_fifth_try_may_be_right(api):
    send(api(), patientName="João")
    for _ in range(4):
        verify(api(), wrong(sent_code()))

    assert verify(api()).status_code == 200


def test_code_dies_after_five_minutes(api):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        send(api(), patientName="João")
        clock.shift(301)

        assert verify(api()).status_code == 401


def test_latest_code_counts(api):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        send(api(), patientName="João")
        first = sent_code()
        clock.shift(1)
        codes.attempts.limits.server().flushdb()
        send(api(), patientName="João")

        old, new = verify(api(), first), verify(api())

    assert (old.status_code if first != sent_code() else 401, new.status_code) == (401, 200)


def test_code_of_another_phone_opens_nothing(api):
    send(api(), patientName="João")
    send(api(), "+5491155550101", patientName="María")

    foreign = sent_code("+5491155550101")

    answer = verify(api(), foreign if foreign != sent_code() else wrong(foreign))

    assert answer.status_code == 401


@pytest.mark.django_db(transaction=True)
def test_two_requests_with_one_code_make_one_sign_in(api):
    send(api(), patientName="João")
    code, together = sent_code(), Barrier(2)

    def request(_at: int) -> int:
        together.wait(timeout=5)
        try:
            return verify(api(), code).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(request, range(2)))

    assert answers == [200, 401]
    assert (Session.objects.count(), Patient.objects.count(), User.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_all_count(api):
    row = codes.send(phone=JOAO)
    code, together = sent_code(), Barrier(8)

    def guess(_at: int) -> bool:
        together.wait(timeout=5)
        try:
            codes.check(phone=JOAO, code=wrong(code))
        except codes.WrongCode:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        guesses = list(pool.map(guess, range(8)))

    row.refresh_from_db()
    assert (guesses, row.tries) == ([False] * 8, 5)


def test_one_send_a_minute_and_three_an_hour(api):
    with time_machine.travel(timezone.now(), tick=False):
        first, at_once = send(api()), send(api())
    for _ in range(2):  # as if a minute had passed: Redis has a clock of its own
        attempts.limits.forget(f"code:{attempts._hashed(JOAO)}:minute")
        assert send(api()).status_code == 200
    attempts.limits.forget(f"code:{attempts._hashed(JOAO)}:minute")
    fourth = send(api())

    assert (first.status_code, at_once.status_code, fourth.status_code) == (200, 429, 429)
    assert 0 < int(at_once["Retry-After"]) <= 60 < int(fourth["Retry-After"]) <= 3600
    assert at_once.json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"
    assert OneTimeCode.objects.count() == 3


def test_twenty_sends_an_hour_for_an_address(api):
    answers = [send(api(), f"+1617555{at:04d}").status_code for at in range(21)]
    elsewhere = send(api(REMOTE_ADDR="203.0.113.9"), "+16175550020")

    assert answers == [200] * 20 + [429]
    assert elsewhere.status_code == 200  # the refused send used up nothing of that number


def test_without_redis_codes_are_closed(api):
    with testing.without_redis():
        answers = [send(api()), verify(api(), "123456")]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert not OneTimeCode.objects.exists()


def test_closed_account_is_refused(api):
    testing.user_of(testing.make_patient(phone=JOAO))
    User.objects.filter(patient_access__patient__phone=JOAO).update(phone=JOAO, is_active=False)

    send(api())

    assert verify(api()).status_code == 403


def test_code_makes_nobody_an_operator(api):
    testing.make_user(phone=JOAO, is_operator=True)

    send(api(), patientName="João")
    claims = jwt.decode(verify(api()).json()["token"], settings.JWT_SECRET, algorithms=["HS256"])

    assert (claims["role"], claims.get("operator")) == ("patient", None)


def test_member_of_staff_who_signs_in_by_code_is_a_patient(api):
    doctor = testing.make_doctor()
    User.objects.filter(pk=doctor.membership.user_id).update(phone=JOAO)

    send(api(), patientName="Ana Ruiz")
    claims = jwt.decode(verify(api()).json()["token"], settings.JWT_SECRET, algorithms=["HS256"])

    assert (claims["role"], claims.get("organizationId")) == ("patient", None)


def test_code_sign_ins_are_in_the_trail(api):
    send(api(), patientName="João")
    verify(api(), wrong(sent_code()))
    verify(api())

    patient, user = Patient.objects.get().pk, User.objects.get().pk
    trail = list(AuditEntry.objects.order_by("id").values_list("action", "outcome", "user_id", "patient_id"))
    assert trail == [
        ("SIGN_IN_FAILED", "refused", None, None),
        ("SIGN_IN", "success", user, patient),
        ("CREATE_PATIENT", "success", user, patient),
    ]


def test_verified_access_is_to_oneself(api):
    send(api(), patientName="João")
    verify(api())

    access = PatientAccess.objects.get()
    assert (access.relation, access.verified_at is not None, access.ended_at) == ("self", True, None)
