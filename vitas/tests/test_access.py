"""Every address × method × role × own, other's and another organization's thing: held against access_table.py."""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from appointments import claims
from appointments.models import Appointment
from appointments.payments import checkout
from appointments.payments.models import Payment
from clinic.models import Absence, StaffPlace
from patients import consent_texts
from patients.models import BreakGlass, CareRelationship, Consent, PatientFile
from records.models import RecordImport
from vitas import testing
from vitas.accounts.models import Passkey, Role, User
from vitas.accounts.rest import ApiView
from vitas.audit.tests.made import make_anomaly, make_export
from vitas.common import limits
from vitas.testing import ApiClient
from vitas.tests.access_table import ROLES, rows
from vitas.tests.clinical_world import (
    File,
    make_code,
    make_diagnosis,
    make_file,
    make_note,
    make_recording,
    make_transcript,
)

WHOSE = ("own", "other", "foreign")
DEMO_CODE = "123456"


def walk(patterns: list[Any], before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern):
            yield address, pattern.callback


def name_of(address: str) -> str:
    """As the table writes it: the two mounts are one."""
    if address.startswith("api/") and re.sub(r"^api/(v1/)?", "api/v1/", address) in ADDRESSES:
        return re.sub(r"^api/(v1/)?", "", address)
    return f"/{address}"


ADDRESSES = dict(walk(get_resolver().url_patterns))
API = {
    name_of(address): view
    for address, view in ADDRESSES.items()
    if isinstance(getattr(view, "view_class", None), type) and issubclass(view.view_class, ApiView)
}
PAGES = {
    name_of(address): view
    for address, view in ADDRESSES.items()
    if not address.startswith(("admin/", "api/")) and name_of(address) not in API
}


def methods(view: Any) -> list[str]:
    return [name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view.view_class, name)]


@dataclass
class World:
    """One organization with two clinics, another organization, and somebody in every role."""

    users: dict[str, Any]
    patients: dict[str, Any]
    doctors: dict[str, Any]
    clinics: dict[str, Any]
    visits: dict[str, Appointment]
    payments: dict[str, Payment]
    absences: dict[str, Absence]
    consents: dict[str, Consent]
    glasses: dict[str, BreakGlass]
    files: dict[str, File]
    cookies: dict[str, str] = field(default_factory=dict)
    clients: dict[str, ApiClient] = field(default_factory=dict)


def make_visit(place: Any, patient: Any) -> Appointment:
    starts_at = timezone.now().replace(second=0, microsecond=0) + timedelta(days=7)
    visit = Appointment.objects.create(
        organization=place.clinic.organization,
        clinic=place.clinic,
        doctor=place.doctor,
        place=place,
        patient=patient,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        status="scheduled",
        firm_at=timezone.now(),
        fee=place.fee,
        currency=place.clinic.currency,
        payment_in_advance=False,
        booked_by_role="patient",
    )
    assert claims.take(claims.of(visit, buffer_before=0, buffer_after=0))
    PatientFile.objects.get_or_create(
        organization=place.clinic.organization, patient=patient, defaults={"number": testing.number()}
    )
    return visit


@pytest.fixture
def world(db: None) -> World:
    home, away = testing.make_organization(), testing.make_organization()
    clinics = {
        "own": testing.make_clinic(home),
        "other": testing.make_clinic(home),
        "foreign": testing.make_clinic(away),
    }
    doctors = {whose: testing.make_doctor(clinics[whose].organization) for whose in WHOSE}
    places = {whose: testing.make_place(clinics[whose], doctors[whose], hours="always") for whose in WHOSE}
    # One patient each, for a visit of one's own at another organization would be one's own.
    patients = {whose: testing.make_patient() for whose in WHOSE}
    visits = {whose: make_visit(places[whose], patients[whose]) for whose in WHOSE}
    users = {"patient": testing.user_of(patients["own"]), "doctor": doctors["own"].membership.user}
    for role in (Role.NURSE, Role.RECEPTIONIST, Role.ADMIN):
        member = testing.make_member(home, role)
        users[role.value] = member.user
        if role != Role.ADMIN:
            StaffPlace.objects.create(membership=member, clinic=clinics["own"])
    users["operator"] = testing.make_user(is_operator=True)
    CareRelationship.objects.bulk_create(
        CareRelationship(organization=visit.organization, doctor=visit.doctor, patient=visit.patient, because="visit")
        for visit in visits.values()
    )
    payments = {whose: checkout.payment_for(visit) for whose, visit in visits.items()}
    later = timezone.now() + timedelta(days=90)
    absences = {
        whose: Absence.objects.create(doctor=doctors[whose], starts_at=later, ends_at=later + timedelta(days=1))
        for whose in WHOSE
    }
    consents = {
        whose: Consent.objects.create(
            patient=visits[whose].patient,
            organization=visits[whose].organization,
            kind="research",
            version="1",
            language="en",
            text="I allow it.",
            given_by=testing.user_of(visits[whose].patient).pk,
        )
        for whose in WHOSE
    }
    before = timezone.now() - timedelta(hours=2)
    glasses = {
        whose: BreakGlass.objects.create(
            patient=visits[whose].patient,
            organization=visits[whose].organization,
            doctor=doctors[whose],
            user_id=doctors[whose].membership.user_id,
            reason="Nobody knew the medicines",
            opened_at=before,
            ends_at=before + timedelta(hours=1),
        )
        for whose in WHOSE
    }
    files = {whose: make_file(visits[whose]) for whose in WHOSE}
    return World(users, patients, doctors, clinics, visits, payments, absences, consents, glasses, files)


def client(world: World, role: str) -> ApiClient:
    """One of a role: signing in is not what is tested."""
    if role not in world.clients:
        world.clients[role] = ApiClient(world.users.get(role))
    found = world.clients[role]
    found.cookies.clear()
    return found


def browser(world: World, role: str) -> Client:
    """A browser that is signed in to pages, as if it had just been."""
    found = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    if role in world.users:
        if role not in world.cookies:
            patient = world.patients["own"] if role == "patient" else None
            signed_in = testing.browser(world.users[role], act_for=patient)
            world.cookies[role] = signed_in.cookies["sessionid"].value
        found.cookies[settings.SESSION_COOKIE_NAME] = world.cookies[role]
    return found


def on_the_day(world: World, role: str) -> None:
    """A nurse has the visits of today: hers, and those that are not, are today's when she asks."""
    for visit in world.visits.values():
        starts_at = timezone.now() if role == "nurse" else visit.starts_at
        rows = Appointment.objects.filter(pk=visit.pk)
        rows.update(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))


def make_passkey(user: User) -> Passkey:
    return Passkey.objects.create(user=user, name="A key", credential_id=uuid.uuid4().hex, public_key=b"")


def make_import(world: World, key: str) -> RecordImport:
    """What the doctor brought in for the patient; there is nothing in it."""
    return RecordImport.objects.create(
        organization=world.clinics[key].organization,
        kind="csv",
        sha256="0" * 64,
        made_by=world.doctors[key].membership.user_id,
        report={"patients": [str(world.patients[key].pk)]},
    )


def filled(address: str, world: World, whose: str) -> str:
    """The address with the thing's id."""
    key = "own" if whose == "-" else whose
    ids = {
        "appointment_id": world.visits[key].pk,
        "payment_id": world.payments[key].pk,
        "doctor_id": world.doctors[key].pk,
        "patient_id": world.patients[key].pk,
        "visit_id": world.visits[key].pk,
        "place_id": world.visits[key].place_id,
        "absence_id": world.absences[key].pk,
        "consent_id": world.consents[key].pk,
        "glass_id": world.glasses[key].pk,
        "record_id": world.files[key].record.pk,
        "import_id": make_import(world, key).pk if "import_id" in address else None,
        "observation_id": world.files[key].observation.pk,
        "attachment_id": world.files[key].attachment.pk,
        "condition_id": world.files[key].condition.pk,
        "allergy_id": world.files[key].allergy.pk,
        "medication_id": world.files[key].medication.pk,
        "row_id": world.files[key].row_of(address).pk,
        "session_id": testing.make_session(world.patients[key].access.earliest("pk").user).pk
        if "session_id" in address
        else None,
        "anomaly_id": make_anomaly(world.clinics[key].organization_id).pk if "anomaly_id" in address else None,
        "export_id": make_export(world.clinics[key].organization_id).pk if "export_id" in address else None,
        "passkey_id": make_passkey(world.doctors[key].membership.user).pk if "passkey_id" in address else None,
        "recording_id": make_recording(world.visits[key]).pk if "recording_id" in address else None,
        "transcript_id": make_transcript(world.visits[key]).pk if "transcript_id" in address else None,
        "number": 0,
        "note_id": make_note(world.visits[key], signed=address.endswith("/paper")).pk if "note_id" in address else None,
        "diagnosis_id": make_diagnosis(world.visits[key]).pk if "diagnosis_id" in address else None,
        "sentence_id": "a",
        "way": "success",
        "token": "of-nobody",
        "code": "0000-0000-0000",
        "key": "0" * 32,
    }
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(ids[found[1]]), re.sub(r"[\^$]|/\?", "", address))
    return path if path.startswith("/") else f"/api/v1/{path}"


def asked(method: str, address: str, role: str, world: World, whose: str) -> tuple[str, Any]:
    """Query and body of a request that is right but for who asks."""
    if address in ("diagnoses", "diagnoses/codes"):
        make_code()
    key = "own" if whose == "-" else whose
    doctor, visit, patient = world.doctors[key], world.visits[key], world.patients[key]
    soon = (timezone.now() + timedelta(days=9)).date().isoformat()
    who = {"patientId": str(patient.pk)}
    bodies: dict[tuple[str, str], Any] = {
        ("POST", "appointments"): {
            "providerId": str(doctor.pk),
            "date": soon,
            "time": "10:00 AM",
            "type": "consultation",
            "reason": "A reason of ten letters",
            **who,
        },
        ("POST", "appointments/book"): {"doctorId": str(doctor.pk), "date": soon, "timeSlot": "10:00 AM", **who},
        ("PUT", "appointments/<uuid:appointment_id>"): {"status": "confirmed"},
        ("PUT", "appointments/<uuid:appointment_id>/reschedule"): {"date": soon, "time": "11:00 AM"},
        ("DELETE", "appointments/<uuid:appointment_id>/cancel"): {"reason": "I am travelling that day"},
        ("POST", "payments"): {
            "appointmentId": str(visit.pk),
            "method": "gateway" if role == "patient" else "cash",
        },
        ("PUT", "payments/<str:payment_id>/status"): {"status": "COMPLETED"},
        ("POST", "audit-trail/compliance-report"): {"report_type": "security_overview"},
        ("POST", "audit-trail/anomalies/<uuid:anomaly_id>/review"): {"verdict": "explained"},
        ("POST", "audit-trail/export"): {"format": "csv"},
        ("PATCH", "auth/mfa/passkeys/<uuid:passkey_id>"): {"name": "Another name"},
        ("POST", "auth/profile"): who,
        ("POST", "consents"): {
            "organizationId": str(visit.organization_id),
            "kind": "messages",
            "version": consent_texts.VERSION["messages"],
            "language": "en",
            **who,
        },
        ("POST", "medical-records"): {"type": "referral", "date": "2026-01-10", "title": "To cardiology", **who},
        ("POST", "medical-records/<uuid:record_id>/addenda"): {"text": "Not fasting"},
        ("POST", "medical-records/<uuid:record_id>/entered-in-error"): {"reason": "Of another patient"},
        ("POST", "notes"): {"appointmentId": str(visit.pk)},
        ("PATCH", "notes/<uuid:note_id>"): {"version": 1, "sections": [{"key": "plan", "sentences": []}]},
        ("PATCH", "notes/<uuid:note_id>/sentences/<slug:sentence_id>"): {"kept": True},
        ("POST", "notes/<uuid:note_id>/sign"): {"version": 1},
        ("POST", "audio-to-s3-presigned-url"): {
            "appointmentId": str(visit.pk),
            "doctorId": str(doctor.pk),
            "fileName": "visit.mp3",
            **who,
        },
        ("PATCH", "diagnoses/<uuid:diagnosis_id>"): {"state": "accepted"},
        ("POST", "diagnoses"): {"appointmentId": str(visit.pk), "code": "I10", "table": "test"},
        ("POST", "patients/<uuid:patient_id>/conditions"): {"display": "Otitis"},
        ("POST", "patients/<uuid:patient_id>/allergy-intolerances"): {"display": "Milk"},
        ("POST", "patients/<uuid:patient_id>/medications"): {"display": "Ibuprofen"},
        ("PUT", "conditions/<uuid:condition_id>"): {"status": "resolved"},
        ("PUT", "allergy-intolerances/<uuid:allergy_id>"): {"status": "ended"},
        ("PUT", "medications/<uuid:medication_id>"): {"status": "stopped"},
        ("POST", "break-glass/<uuid:glass_id>/review"): {"verdict": "justified"},
        ("POST", "patients/<uuid:patient_id>/break-glass"): {"reason": "Nobody knows the medicines"},
        ("POST", "distributed-locks/acquire"): {"lock_name": f"doctor:{doctor.pk}"},
        ("POST", "distributed-locks/release"): {"lock_id": str(uuid.uuid4())},
        ("POST", "distributed-locks/renew"): {"lock_id": str(uuid.uuid4())},
        ("POST", "auth/profiles"): {"patientName": "Ana Silva", "relation": "child", "birthDate": "2019-03-02"},
        ("POST", "auth/phone"): {"phoneNumber": "+5511988888888", "otpCode": DEMO_CODE},
    }
    queries = {
        "appointments/slots": f"?doctorId={doctor.pk}&date={soon}",
        "processing-webhook": f"?doctorId={doctor.pk}" if whose != "-" else "",
        "doctors/<uuid:doctor_id>/availability": f"?date={soon}",
        "providers/<uuid:doctor_id>/available-slots": f"?date={soon}",
        "medical-records": f"?patientId={patient.pk}" if whose != "-" else "",
        **dict.fromkeys(("get-consultation-details", "notes", "diagnoses"), f"?appointmentId={visit.pk}"),
        "diagnoses/codes": "?q=I10",
        "consents/text": f"?organizationId={visit.organization_id}&kind=messages&patientId={patient.pk}",
        "receptionists/queue": f"?clinicId={world.clinics[key].pk}" if whose != "-" else "",
    }
    return queries.get(address, "") if method == "GET" else "", bodies.get((method, address), {})


class Undone(Exception):
    """Takes back what a request did."""


def status(
    world: World, who: str, method: str, address: str, whose: str, *, role: str = "", headers: Any = None
) -> int:
    """What somebody gets: a role, or another person of `world.users` with that role."""
    limits.server().flushdb()
    role = role or who
    somebody = browser(world, who) if address in PAGES else client(world, who)
    answer = None
    try:
        with transaction.atomic():
            if role == "nurse":
                on_the_day(world, role)
            query, body = asked(method, address, role, world, whose)
            path = filled(address, world, whose) + query
            if isinstance(somebody, ApiClient):
                answer = somebody.send(method, path, None if method == "GET" else body)
            else:
                answer = somebody.generic(method, path, headers=headers)
            raise Undone
    except Undone:
        pass
    assert answer is not None
    return answer.status_code


@pytest.mark.parametrize("role", ROLES)
def test_the_table_says_who_may(world: World, role: str) -> None:
    wrong = {row: (found, by[role]) for row, by in rows().items() if (found := status(world, role, *row)) != by[role]}

    assert wrong == {}, "address: (found, in the table)"


def test_every_address_and_method_has_its_rows() -> None:
    stand = {(method, address) for method, address, _whose in rows()}
    exist = {(method, address) for address, view in API.items() for method in methods(view)}
    exist |= {(method, address) for address in PAGES for method in ("GET", "POST")}

    assert stand ^ exist == set()


def test_every_thing_has_a_row_for_mine_yours_and_theirs() -> None:
    with_things = {
        (method, address) for method, address, _whose in rows() if "<uuid:" in address or "<str:payment" in address
    }

    lacking = {(*row, whose) for row in with_things for whose in WHOSE} - set(rows())

    assert lacking == set()


def test_every_view_says_who_may_call_each_of_its_methods() -> None:
    silent = {address for address, view in API.items() if set(view.view_class.access) != set(methods(view))}
    others = {address for address in ADDRESSES if address.startswith("api/") and name_of(address) not in API}

    assert silent == set()
    assert others == set(), "an address of the API whose view is no ApiView"


def test_both_mounts_hold_the_same() -> None:
    v1 = {address.removeprefix("api/v1/") for address in ADDRESSES if address.startswith("api/v1/")}
    plain = {address.removeprefix("api/") for address in ADDRESSES if re.match(r"api/(?!v1/)", address)}

    assert plain - v1 == {"schema", "docs"}
    assert v1 - plain == set()


def test_the_admin_opens_to_nobody_who_is_not_signed_in(page: Client, db: None) -> None:
    opened = {}
    for address in ADDRESSES:
        if address.startswith("admin/") and not re.search(r"log(in|out)/|jsi18n|\(\?P", address):
            path = "/" + re.sub(r"<\w+:\w+>", str(uuid.UUID(int=1)), address)
            answer = page.get(path)
            if answer.status_code not in (302, 404) or "login" not in answer.get("Location", "login"):
                opened[address] = answer.status_code

    assert opened == {}


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("patient", {"own"}),
        ("doctor", {"own"}),
        ("nurse", {"own"}),
        ("receptionist", {"own", "other"}),
        ("admin", {"own", "other"}),
    ],
)
@pytest.mark.parametrize("query", ["", "?providerId=", "?patientId="])
def test_a_list_of_visits_shows_ones_own_whatever_is_asked(world: World, role: str, seen: set[str], query: str) -> None:
    of = world.doctors["foreign"] if "provider" in query else world.patients["foreign"]
    asked_for = f"{query}{of.pk}" if query else ""
    on_the_day(world, role)

    answer = client(world, role).get(f"/api/v1/appointments{asked_for}")

    found = {row["id"] for row in json.loads(answer.content).get("data", [])}
    assert found <= {str(world.visits[whose].pk) for whose in seen}
    assert query or len(found) == len(seen)


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("patient", {"own"}),
        ("doctor", {"own"}),
        ("receptionist", {"own", "other"}),
        ("admin", {"own", "other"}),
    ],
)
def test_a_list_of_payments_shows_ones_own(world: World, role: str, seen: set[str]) -> None:
    rows_shown = client(world, role).get("/api/v1/payments").json()["data"]

    assert {row["id"] for row in rows_shown} == {str(world.payments[whose].pk) for whose in seen}


def test_a_tenant_named_in_a_header_grants_nothing(world: World) -> None:
    away = str(world.clinics["foreign"].organization_id)

    answer = client(world, "admin").get("/api/v1/appointments", headers={"x-tenant-id": away})

    assert answer.status_code == 403
