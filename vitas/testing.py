"""Factories for tests: plain functions that make one row and what it stands on. What is not given has a default."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.test import Client, override_settings
from django.utils import timezone

from vitas.accounts import page_sessions, tokens
from vitas.accounts.models import Membership, Organization, Role, Session, User

_numbers = itertools.count(1)

PASSWORD = "a-long-test-password"


def number() -> int:
    return next(_numbers)


def make_organization(**given: Any) -> Organization:
    at = number()
    fields = {"slug": f"org-{at}", "name": f"Organization {at}", "country": "US", "language": "en", "currency": "USD"}
    return Organization.objects.create(**(fields | given))


def make_user(**given: Any) -> User:
    at = number()
    fields = {"email": f"person{at}@example.test", "full_name": f"Person {at}"}
    return User.objects.create(**(fields | given))


def make_member(organization: Organization, role: str, **given: Any) -> Membership:
    return Membership.objects.create(user=make_user(**given), organization=organization, role=role)


def make_session(user: User, *, patient_id: Any = None) -> Session:
    """A live session, as signing in makes it: of the first membership, or of a patient."""
    now = timezone.now()
    return Session.objects.create(
        user=user,
        membership=user.memberships.filter(active=True).first(),
        acting_patient_id=patient_id,
        method=Session.Method.PASSWORD,
        idle_ends_at=now + timedelta(days=7),
        ends_at=now + timedelta(days=7),
    )


def make_clinic(organization: Organization | None = None, **given: Any) -> Any:
    from clinic.models import Clinic

    at = number()
    fields: dict[str, Any] = {
        "organization": organization or make_organization(),
        "name": f"Clinic {at}",
        "address": "123 Main St",
        "city": "Boston",
        "state": "MA",
        "zip_code": "02101",
        "country": "US",
        "latitude": 42.36,
        "longitude": -71.06,
        "zone": "America/New_York",
        "currency": "USD",
    }
    return Clinic.objects.create(**(fields | given))


def make_doctor(organization: Organization | None = None, *, sign_in: bool = True, **given: Any) -> Any:
    """A doctor with a membership (and so a user) at the organization."""
    from clinic.models import Doctor

    organization = organization or make_organization()
    fields = {"first_name": "Ana", "last_name": f"Doctor{number()}", "title": "MD", "specialty": "family_medicine"}
    membership = make_member(organization, Role.DOCTOR) if sign_in else None
    return Doctor.objects.create(organization=organization, membership=membership, **(fields | given))


def make_place(clinic: Any = None, doctor: Any = None, *, hours: str = "mon-fri 9-12 14-17", **given: Any) -> Any:
    """A doctor's place with weekly hours: `mon-fri 9-12 14-17`, `always`, or empty for none."""
    from clinic.models import DoctorPlace, WeeklyHours

    clinic = clinic or make_clinic(doctor.organization if doctor else None)
    doctor = doctor or make_doctor(clinic.organization)
    place = DoctorPlace.objects.create(doctor=doctor, clinic=clinic, **({"fee": 15_000} | given))
    if hours == "always":
        rows = [(day, 0, 1440) for day in range(7)]
    else:
        rows = [
            (day, int(start) * 60, (int(end) - int(start)) * 60)
            for day in range(5 if hours else 0)
            for start, end in (span.split("-") for span in hours.split()[1:])
        ]
    WeeklyHours.objects.bulk_create(
        WeeklyHours(place=place, weekday=day, start_minute=start, minutes=minutes) for day, start, minutes in rows
    )
    place.refresh_from_db()
    return place


def make_patient(*, user: User | None = None, **given: Any) -> Any:
    """A patient, and a user with a phone who may act for them (`patient.access.get().user`)."""
    from patients.models import Patient, PatientAccess

    phone = given.get("phone") or f"+1617{5_550_000 + number()}"
    fields = {"first_name": "João", "last_name": f"Silva{number()}", "phone": phone, "language": "en"}
    patient = Patient.objects.create(**(fields | given))
    user = user or User.objects.create(phone=phone, full_name=patient.full_name)
    PatientAccess.objects.create(user=user, patient=patient, verified_at=timezone.now())
    return patient


def user_of(patient: Any) -> User:
    return patient.access.get().user


@contextmanager
def without_redis() -> Iterator[None]:
    """As if Redis were down: nobody listens at its port."""
    from vitas.common import limits

    def forget() -> None:
        limits.server.cache_clear()
        limits._script.cache_clear()
        limits._rests_until = 0.0

    forget()
    try:
        with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
            yield
    finally:
        forget()


def next_weekday(weekday: int, *, weeks: int = 1) -> date:
    """A coming date with this weekday (0 Monday), at least a day away."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1 + 7 * (weeks - 1))


def browser(user: User | None = None, *, act_for: Any = None, language: str = "en", **defaults: Any) -> Client:
    """A browser that is signed in to pages as `user`; a patient acts for `act_for`, else for their first profile."""
    from django.contrib.sessions.backends.signed_cookies import SessionStore
    from django.http import HttpRequest

    found = Client(headers={"accept-language": language}, **defaults)
    if user is not None:
        if act_for is None and not user.memberships.exists():
            access = user.patient_access.filter(ended_at=None).first()
            act_for = access.patient if access else None
        request = HttpRequest()
        request.session = SessionStore()
        page_sessions.sign_in_page(request, make_session(user, patient_id=act_for.pk if act_for else None))
        request.session.save()
        found.cookies["sessionid"] = request.session.session_key or ""
    return found


class ApiClient(Client):
    """A JSON client, signed in as `user` by a bearer token; `act_for` names the patient's profile that is chosen."""

    def __init__(self, user: User | None = None, *, act_for: Any = None, language: str = "en", **defaults: Any) -> None:
        super().__init__(raise_request_exception=False, headers={"accept-language": language}, **defaults)
        if user is not None:
            if act_for is None and not user.memberships.exists():
                access = user.patient_access.filter(ended_at=None).first()
                act_for = access.patient if access else None
            self.session_row = make_session(user, patient_id=act_for.pk if act_for else None)
            self.defaults["HTTP_AUTHORIZATION"] = f"Bearer {tokens.access_token(self.session_row)}"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Any method, body as JSON; header names with underscores (`idempotency_key="…"`)."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        content = b"" if body is None else json.dumps(body).encode()
        return self.generic(method.upper(), path, content, "application/json", headers=given)
