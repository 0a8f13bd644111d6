"""How many statements each address of the API sends to PostgreSQL, as the table says; the same for 1 row and for 100.

Measured as a warm process meets it: the same request was answered just before, so statements are prepared and keys
remembered. Counted are the verbs that the database carries out: a statement's own, and that of each CTE in it (`WITH
row0 AS (INSERT …), row1 AS (INSERT …) SELECT …` is two INSERTs and a SELECT); not BEGIN, SAVEPOINT and their like, nor
the one that tells who acts (vitas/common/postgres).
Who: the roles that the access table lets in; `everyone` is all seven, `signed-in` all but nobody.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from psycopg.types.range import TimestamptzRange

from appointments.models import Appointment, TimeClaim
from appointments.payments.gateways import signature
from appointments.payments.models import Payment
from patients.models import PatientAccess
from vitas import testing
from vitas.accounts import codes, refresh_tokens
from vitas.accounts.models import Session
from vitas.accounts.tests.test_firebase import key_server as key_server
from vitas.accounts.tests.test_firebase import token as firebase_token
from vitas.common import limits
from vitas.live.models import LiveEvent
from vitas.messaging.models import OutboxMessage
from vitas.operations import health
from vitas.testing import ApiClient
from vitas.tests import access_table, second_steps, test_access
from vitas.tests.access_table import ROLES
from vitas.tests.clinical_world import make_more
from vitas.tests.test_access import API, Undone, World, asked, filled, methods, on_the_day

world = test_access.world
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE")
EVERYONE = set(ROLES)
SIGNED_IN = EVERYONE - {"nobody"}

TABLE = """
# method, address                                     who                                       SEL  INS  UPD  DEL
GET    appointments                                   patient                                     2    1    0    0
GET    appointments                                   doctor,nurse,receptionist,admin             3    1    0    0
POST   appointments                                   patient                                     7    5    0    0
POST   appointments                                   receptionist                                9    5    0    0
POST   appointments                                   admin                                       8    5    0    0
GET    appointments/<uuid:appointment_id>             patient,doctor,nurse,receptionist,admin     2    1    0    0
PUT    appointments/<uuid:appointment_id>             doctor,admin                                3    4    1    0
PUT    appointments/<uuid:appointment_id>             receptionist                                4    4    1    0
DELETE appointments/<uuid:appointment_id>/cancel      patient,doctor,admin                        2    3    2    1
DELETE appointments/<uuid:appointment_id>/cancel      receptionist                                3    3    2    1
PUT    appointments/<uuid:appointment_id>/reschedule  patient,admin                               7    5    1    1
PUT    appointments/<uuid:appointment_id>/reschedule  receptionist                                8    5    1    1
POST   appointments/book                              patient                                     6    5    0    0
POST   appointments/book                              receptionist                                8    5    0    0
POST   appointments/book                              admin                                       7    5    0    0
POST   appointments/search-providers                  signed-in                                   4    0    0    0
GET    appointments/slots                             everyone                                    3    0    0    0
POST   audit-trail/query                              admin,operator                              5    1    0    0
POST   audit-trail/compliance-report                  admin                                       6    1    0    0
POST   audit-trail/compliance-report                  operator                                    5    1    0    0
GET    audit-trail/anomalies                          admin,operator                              1    0    0    0
POST   audit-trail/anomalies/<uuid:anomaly_id>/review admin,operator                              3    2    1    0
POST   audit-trail/export                             admin,operator                              2    2    0    0
GET    audit-trail/exports/<uuid:export_id>           admin                                       1    1    0    0
POST   auth/firebase                                  nobody                                      5    3    1    0
POST   auth/login                                     nobody                                      5    3    0    0
POST   auth/logout                                    signed-in                                   1    1    1    0
GET    auth/mfa                                       doctor,nurse,receptionist,admin,operator    4    0    0    0
POST   auth/mfa/confirm                               doctor                                      1    1    1    0
POST   auth/mfa/confirm/options                       doctor,nurse,receptionist,admin,operator    2    1    0    0
POST   auth/mfa/passkeys                              doctor                                      8    5    2    1
DELETE auth/mfa/passkeys/<uuid:passkey_id>            doctor                                     10    4    0    2
PATCH  auth/mfa/passkeys/<uuid:passkey_id>            doctor                                      2    1    1    0
POST   auth/mfa/passkeys/options                      everyone                                    0    1    0    0
POST   auth/mfa/passkeys/registration                 doctor,nurse,receptionist,admin,operator    2    1    0    0
POST   auth/mfa/recovery-codes                        doctor                                      4    3    0    1
POST   auth/mfa/setup                                 doctor,nurse,receptionist,admin,operator    4    2    0    1
POST   auth/mfa/setup/confirm                         doctor                                      6    3    2    2
DELETE auth/mfa/totp                                  doctor                                      8    2    0    2
POST   auth/mfa/verify                                nobody                                      5    5    3    0
POST   auth/phone                                     patient                                    10    2    4    0
POST   auth/profile                                   patient                                     9    1    2    0
GET    auth/profiles                                  patient                                     4    0    0    0
POST   auth/profiles                                  patient                                     9    4    2    0
POST   auth/refresh                                   nobody                                      3    1    2    0
POST   auth/session-heartbeat                         signed-in                                   1    0    1    0
DELETE auth/sessions                                  signed-in                                   2    0    0    0
GET    auth/sessions                                  signed-in                                   3    0    0    0
DELETE auth/sessions/<uuid:session_id>                patient                                     5    2    1    0
POST   auth/signin                                    nobody                                      5    3    0    0
POST   distributed-locks/acquire                      doctor,admin,operator                       2    1    0    0
POST   distributed-locks/release                      admin                                       0    1    0    0
POST   distributed-locks/renew                        admin                                       1    0    0    0
GET    break-glass                                    patient                                   2    0    0    0
GET    break-glass                                    doctor,admin                              2    1    0    0
POST   break-glass/<uuid:glass_id>/end                doctor                                    2    0    0    0
POST   break-glass/<uuid:glass_id>/review             admin                                     2    2    1    0
GET    consents                                       patient,doctor,nurse,receptionist,admin   2    1    0    0
POST   consents                                       patient                                   4    2    0    0
POST   consents/<uuid:consent_id>/revoke              patient                                   2    1    1    0
GET    consents/text                                  patient                                   2    0    0    0
GET    doctors                                        everyone                                    4    0    0    0
GET    doctors/<uuid:doctor_id>                       everyone                                    1    0    0    0
GET    doctors/<uuid:doctor_id>/availability          everyone                                    3    0    0    0
GET    doctors/search                                 everyone                                    4    0    0    0
GET    diagnoses                                      patient,doctor,nurse                      2    0    0    0
GET    diagnoses/codes                                doctor,nurse                              4    0    0    0
POST   diagnoses                                      doctor                                    5    2    0    0
PATCH  diagnoses/<uuid:diagnosis_id>                  doctor                                    4    1    1    0
GET    get-consultation-details                       patient,doctor,nurse                      4    1    0    0
GET    notes                                          patient,doctor,nurse                      2    0    0    0
POST   notes                                          doctor                                    7    4    0    0
GET    notes/<uuid:note_id>                           doctor                                    2    1    0    0
GET    notes/<uuid:note_id>                           nurse                                     1    1    0    0
PATCH  notes/<uuid:note_id>                           doctor                                    7    2    1    0
DELETE notes/<uuid:note_id>                           doctor                                    5    2    2    0
GET    notes/<uuid:note_id>/paper                     patient,doctor,nurse                      4    1    0    0
PATCH  notes/<uuid:note_id>/sentences/<slug:sentence_id> doctor                                    7    2    1    0
GET    notes/<uuid:note_id>/versions                  doctor,nurse                              2    1    0    0
GET    medical-records                                patient                                   3    1    0    0
GET    medical-records                                doctor,nurse                              4    1    0    0
POST   medical-records                                doctor,nurse                              6    4    0    0
GET    medical-records/<uuid:record_id>               patient                                   5    2    0    0
GET    medical-records/<uuid:record_id>               doctor,nurse                              5    1    0    0
POST   medical-records/<uuid:record_id>/addenda       doctor                                    3    2    1    0
POST   medical-records/<uuid:record_id>/entered-in-error doctor                                    7    2    3    0
GET    medical-records/export                         patient                                 47    1    0    0
GET    medical-records/imports                        doctor                                  1    0    0    0
POST   medical-records/imports/<uuid:import_id>/undo  doctor                                  10    2    5    0
GET    medical-records/<uuid:record_id>/paper         patient                                   7    3    0    0
GET    medical-records/<uuid:record_id>/paper         doctor,nurse                              7    2    0    0
GET    patients/<uuid:patient_id>/allergy-intolerances patient                                   1    1    0    0
GET    patients/<uuid:patient_id>/allergy-intolerances doctor,nurse                              2    1    0    0
POST   patients/<uuid:patient_id>/allergy-intolerances doctor,nurse                              3    2    0    0
GET    patients/<uuid:patient_id>/conditions          patient                                   1    1    0    0
GET    patients/<uuid:patient_id>/conditions          doctor,nurse                              2    1    0    0
POST   patients/<uuid:patient_id>/conditions          doctor,nurse                              3    2    0    0
GET    patients/<uuid:patient_id>/medications         patient                                   1    1    0    0
GET    patients/<uuid:patient_id>/medications         doctor,nurse                              2    1    0    0
POST   patients/<uuid:patient_id>/medications         doctor,nurse                              3    2    0    0
GET    patients/<uuid:patient_id>/observations        patient                                   1    1    0    0
GET    patients/<uuid:patient_id>/observations        doctor,nurse                              2    1    0    0
GET    patients/<uuid:patient_id>/summary             patient                                   3    1    0    0
GET    patients/<uuid:patient_id>/summary             doctor,nurse                              4    1    0    0
PUT    allergy-intolerances/<uuid:allergy_id>         doctor,nurse                              3    1    1    0
PUT    conditions/<uuid:condition_id>                 doctor,nurse                              3    1    1    0
PUT    medications/<uuid:medication_id>               doctor                                    3    1    1    0
GET    notifications                                  patient                                     5    0    0    0
GET    notifications                                  doctor,nurse,receptionist,admin             4    0    0    0
GET    notifications                                  operator                                    3    0    0    0
POST   notifications/read                             patient                                     2    1    0    0
POST   notifications/read                             doctor,nurse,receptionist,admin,operator    1    1    0    0
POST   otp/send                                       nobody                                      3    3    0    0
POST   otp/verify                                     nobody                                     10    3    3    0
POST   patients/<uuid:patient_id>/break-glass         doctor                                    5    3    0    0
GET    payments                                       patient,doctor,receptionist,admin           2    1    0    0
POST   payments                                       patient                                     5    0    1    0
POST   payments                                       receptionist,admin                          5    3    1    0
PUT    payments/<str:payment_id>/status               receptionist,admin                          4    3    1    0
GET    providers/<uuid:doctor_id>                     signed-in                                   1    0    0    0
GET    providers/<uuid:doctor_id>/available-slots     signed-in                                   3    0    0    0
GET    receptionists/queue                            receptionist,admin                          2    1    0    0
GET    receptionists/stats                            receptionist,admin                          3    1    0    0
POST   signin                                         nobody                                      5    3    0    0
GET    transcripts/<uuid:transcript_id>               doctor                                    1    1    0    0
GET    transcripts/<uuid:transcript_id>/srt           doctor                                    1    1    0    0
GET    transcripts/<uuid:transcript_id>/text          doctor                                    1    1    0    0
GET    users/me                                       patient                                     5    0    0    0
GET    users/me                                       doctor                                      2    0    0    0
GET    users/me                                       nurse,receptionist,admin,operator           1    0    0    0
POST   audio-to-s3-presigned-url                      doctor                                      5    4    0    0
GET    recordings                                     doctor                                      2    1    0    0
GET    recordings/<uuid:recording_id>                 doctor                                      1    0    0    0
POST   recordings/<uuid:recording_id>/uploaded        doctor                                      3    0    0    0
GET    processing-webhook                             doctor                                      0    1    0    0
GET    /api/docs                                      everyone                                    0    0    0    0
GET    /api/schema                                    everyone                                    0    0    0    0
POST   /auth/signin                                   nobody                                      5    3    0    0
POST   /confirm-pay                                   nobody                                      0    1    0    0
GET    /health                                        everyone                                    1    0    0    0
POST   /otp/send                                      nobody                                      3    3    0    0
POST   /otp/verify                                    nobody                                     10    3    3    0
"""

# Addresses that the access table calls with an empty body; here they get a right one. The others: from nobody.
# With a file in the form or in the store: records/tests measures them.
CALLED_RIGHTLY_BY = {
    "medical-records/import": set(),
    "medical-records/<uuid:record_id>/attachments": set(),
    "medical-records/<uuid:record_id>/attachments/<uuid:attachment_id>/download": set(),
    "notes/<uuid:note_id>/sign": set(),  # of a visit that has begun
    "recordings/<uuid:recording_id>/audio": set(),
    "recordings/upload/<str:token>": set(),
    "recordings/<uuid:recording_id>/retry": set(),  # of one that failed
    "processing-webhook": set(),  # signed by a service outside
    "audit-trail/exports/<uuid:export_id>/download": set(),  # of a file, which the sweep makes first
    "patients/<uuid:patient_id>/break-glass": {"doctor"},
    **{address: {"doctor"} for address in second_steps.CALLED_BY_THE_DOCTOR},
    "auth/phone": {"patient"},
    "notifications/read": SIGNED_IN,
    "distributed-locks/release": {"admin"},
    "distributed-locks/renew": {"admin"},
}

OF_ANOTHER = {"patients/<uuid:patient_id>/break-glass"}  # an emergency is of somebody who is not in care


def rows() -> dict[tuple[str, str, str], tuple[int, ...]]:
    """`{(method, address, role): (SELECT, INSERT, UPDATE, DELETE)}`"""
    found: dict[tuple[str, str, str], tuple[int, ...]] = {}
    for line in TABLE.splitlines():
        if line and not line.startswith("#"):
            method, address, who, *numbers = line.split()
            roles = {"everyone": EVERYONE, "signed-in": SIGNED_IN}.get(who) or set(who.split(","))
            assert not {(method, address, role) for role in roles} & set(found), f"twice in the table: {line}"
            found |= {(method, address, role): tuple(map(int, numbers)) for role in roles}
    return found


def let_in() -> set[tuple[str, str, str]]:
    """Every address and method, with the roles for whom it does something to what is their own."""
    found = set()
    statuses = {row[:2]: by_role for row, by_role in access_table.rows().items() if row[2] in ("own", "-")}
    for address, view in API.items():
        for method in methods(view):
            roles = {role for role, status in statuses[method, address].items() if status in (200, 201, 202)}
            roles = roles or CALLED_RIGHTLY_BY.get(address, {"nobody"})
            found |= {(method, address, role) for role in roles}
    return found


def verbs(sql: str) -> list[str]:
    """The verb of a statement and of each of its CTEs; none of what only tells the server who acts."""
    if "set_config('vitas." in sql:
        return []
    plain = re.sub(r"'[^']*'|\"[^\"]*\"", "x", sql)
    found = re.findall(r"\bAS\s*(?:(?:NOT\s+)?MATERIALIZED\s*)?\(\s*(SELECT|INSERT|UPDATE|DELETE)\b", plain, re.I)
    while (flat := re.sub(r"\([^()]*\)", "", plain)) != plain:
        plain = flat
    own = re.search(r"\b(SELECT|INSERT|UPDATE|DELETE|MERGE|COPY|CALL)\b", plain, re.I)
    return [verb.upper() for verb in (*found, *(own.groups() if own else ()))]


@contextmanager
def counted() -> Iterator[list[str]]:
    """What goes through psycopg meanwhile, whoever's connection it is."""
    found: list[str] = []
    execute = psycopg.Cursor.execute

    def note(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        found.extend(verbs(str(query)))
        return execute(self, query, *arguments, **options)

    with mock.patch.object(psycopg.Cursor, "execute", note):
        yield found


def with_rows(world: World, how_many: int) -> list[LiveEvent]:
    """So many more of everything that is listed; answers with the live events.

    19 profiles, for a person has 20 at most and one is added; 20 taken times, for a day of half hours has 48.
    """
    now, visit, clinic = timezone.now(), world.visits["own"], world.clinics["own"]
    fields = {name: getattr(visit, name) for name in ("organization", "clinic", "doctor", "place", "patient", "fee")}
    fields |= {"currency": "USD", "payment_in_advance": False, "booked_by_role": "patient", "firm_at": now}
    fields |= {"starts_at": now, "ends_at": now + timedelta(minutes=30), "status": "checked_in", "check_in_time": now}
    visits = Appointment.objects.bulk_create(
        Appointment(**fields, reason="A reason of ten letters") for _ in range(how_many)
    )
    owed = {"organization": clinic.organization, "patient": visit.patient, "amount": 15_000, "currency": "USD"}
    Payment.objects.bulk_create(Payment(appointment=row, **owed) for row in visits)
    busy = (now + timedelta(days=9)).replace(hour=17, minute=0, second=0, microsecond=0)
    for at in range(min(how_many, 20)):
        span = TimestamptzRange(busy + timedelta(minutes=30 * at), busy + timedelta(minutes=30 * at + 30))
        TimeClaim.objects.create(resource=visit.doctor_id, span=span, appointment=visit)
    for _ in range(min(how_many, 19) - 1):
        PatientAccess.objects.create(
            user=world.users["patient"], patient=testing.make_patient(), relation="child", verified_at=now
        )
    for _ in range(how_many - 1):
        testing.make_place(clinic, testing.make_doctor(clinic.organization, sign_in=False))
    make_more(visit, how_many)
    return LiveEvent.objects.bulk_create(
        LiveEvent(key=str(row.pk), topic=f"user:{user.pk}", event="appointment:update", ids=ids)
        for row in visits
        for ids in [{"appointment": str(row.pk), "status": "CONFIRMED"}]
        for user in world.users.values()
    )


def body_of(method: str, address: str, role: str, world: World, happened: list[LiveEvent]) -> tuple[str, Any]:
    """Query and body of a request that does what the address is for."""
    query, body = asked(method, address, role, world, "own")
    doctor, patient = world.users["doctor"], world.patients["own"]
    match address.rpartition("/")[2]:
        case "doctors" | "search" | "search-providers" | "appointments" | "payments" | "notifications":
            query = "?limit=100"
        case "signin" | "login":
            body = {"email": doctor.email, "password": testing.PASSWORD}
        case "refresh":
            body = {"refreshToken": refresh_tokens.issue(testing.make_session(doctor))}
        case "firebase":
            body = {"idToken": firebase_token(email=doctor.email)}
        case "send":
            body = {"phoneNumber": patient.phone}
        case "verify":
            body = {"phoneNumber": patient.phone, "otpCode": code_for(patient.phone)}
        case "phone":
            body |= {"otpCode": code_for(body["phoneNumber"])}
            Session.objects.update(method=Session.Method.CODE)
        case "read":
            body = {"ids": [str(row.pk) for row in happened if row.topic == f"user:{world.users[role].pk}"][:100]}
        case "confirm-pay":
            query = f"?data.id={world.payments['own'].pk}&type=payment"
    return query, body


def code_for(phone: str) -> str:
    codes.send(phone=phone)
    message = OutboxMessage.objects.filter(address=phone).latest("created_at")
    return str(json.loads(str(message.variables))["code"])


def headers_of(address: str, world: World) -> dict[str, str]:
    if address != "/confirm-pay":
        return {}
    signed = {"subject_id": str(world.payments["own"].pk), "request_id": "a-request", "ts": "1700000000"}
    return {"x_request_id": "a-request", "x_signature": signature.sign(secret=settings.MP_WEBHOOK_SECRET, **signed)}


def statements_of(world: World, row: tuple[str, str, str], happened: list[LiveEvent]) -> tuple[int, ...]:
    """What the second of two like requests sends. What changes something is taken back, so that it can be repeated."""
    method, address, role = row
    found: list[str] = []
    for _ in range(2):
        limits.server().flushdb()
        health.forget()
        try:
            with transaction.atomic():
                somebody = ApiClient(world.users.get(role))
                on_the_day(world, role)
                query, body = body_of(method, address, role, world, happened)
                body = (
                    body
                    if (right := second_steps.body_for(address, somebody, world.users["doctor"])) is None
                    else right
                )
                if address in ("distributed-locks/renew", "distributed-locks/release"):
                    lock = asked("POST", "distributed-locks/acquire", role, world, "own")[1]
                    body = {
                        "lock_id": somebody.send("POST", "/api/v1/distributed-locks/acquire", lock).json()["lock_id"]
                    }
                whose = "other" if address in OF_ANOTHER else "own"
                # A note is made before the counting begins; other things are a statement, and counted.
                made = (
                    filled(address, world, whose)
                    if re.search("note_id|diagnosis_id|recording_id|transcript_id", address)
                    else ""
                )
                with counted() as found:
                    answer = somebody.send(
                        method,
                        (made or filled(address, world, whose)) + query,
                        None if method == "GET" else body,
                        **headers_of(address, world),
                    )
                assert answer.status_code in (200, 201, 202), f"{row}: {answer.status_code} {answer.content[:300]!r}"
                raise Undone
        except Undone:
            pass
    return tuple(found.count(verb) for verb in VERBS)


@pytest.mark.parametrize("how_many", [1, 100])
def test_addresses_send_what_the_table_says(world: World, key_server: Any, how_many: int) -> None:
    happened = with_rows(world, how_many)
    world.users["doctor"].set_password(testing.PASSWORD)
    world.users["doctor"].save()

    found = {row: statements_of(world, row, happened) for row in sorted(let_in())}

    assert {row: sent for row, sent in found.items() if sent != rows().get(row)} == {}


def test_every_address_has_its_row() -> None:
    assert set(rows()) ^ let_in() == set()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT a FROM b WHERE EXISTS (SELECT FROM c) FOR NO KEY UPDATE", ["SELECT"]),
        ('INSERT INTO "b" ("deleted") VALUES (%s) ON CONFLICT (a) DO UPDATE SET a = 1', ["INSERT"]),
        (
            "WITH row0 AS (INSERT INTO a VALUES (1)), row1 AS (INSERT INTO b VALUES (2)) SELECT 1",
            ["INSERT", "INSERT", "SELECT"],
        ),
        ("UPDATE a SET b = 'DELETE' WHERE c IN (SELECT 1)", ["UPDATE"]),
        ('SAVEPOINT "s1"', []),
    ],
)
def test_statements_are_counted_by_their_verbs(sql: str, expected: list[str]) -> None:
    assert verbs(sql) == expected
