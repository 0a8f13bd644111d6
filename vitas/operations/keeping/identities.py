"""Taking a person's name away: of the patient, and of whoever signs in only for them.

Works on the connection that is named, inside the caller's transaction: forgetting is done by the application, erasing
by the owner.
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from appointments.models import CalendarFeed
from patients.models import Patient, PatientAccess, PatientIdentifier
from vitas.accounts.models import (
    Membership,
    OneTimeCode,
    Passkey,
    PasswordLink,
    RecoveryCode,
    RefreshToken,
    Session,
    SignInStep,
    TotpDevice,
    User,
)
from vitas.common.search_key import search_key
from vitas.messaging.models import OutboxMessage

NOBODY: Final = "—"  # the name of who was forgotten
_OF_A_USER: Final = (CalendarFeed, Passkey, TotpDevice, RecoveryCode, SignInStep, PasswordLink)


def with_merged(patient_id: UUID, *, using: str) -> list[UUID]:
    """The patient, and all who were merged into them."""
    found, fresh = [patient_id], [patient_id]
    while fresh:
        rows = Patient.objects.using(using).filter(merged_into__in=fresh).exclude(pk__in=found)
        fresh = list(rows.values_list("pk", flat=True))
        found += fresh
    return found


def told(ids: Collection[UUID], *, using: str) -> dict[str, Any]:
    """Who these patients are: what is put under seal before it is taken away."""
    people = Patient.objects.using(using).filter(pk__in=ids).order_by("pk")
    documents = PatientIdentifier.objects.using(using).filter(patient__in=ids).order_by("pk")
    return {
        "people": [
            {
                "id": str(row.pk),
                "name": row.full_name,
                "birth_date": row.birth_date.isoformat() if row.birth_date else "",
                "phone": row.phone,
                "email": row.email,
                "city": row.city,
            }
            for row in people
        ],
        "documents": [list(row) for row in documents.values_list("country", "kind", "number")],
    }


def replace(ids: Collection[UUID], *, using: str, keep_year: bool) -> list[UUID]:
    """Patients without name and contacts; their sign-in goes where it was theirs alone.

    `keep_year` leaves the end of the year of birth, by which the law's time of a child is counted. Answers with the
    sessions that end.
    """
    addresses = _addresses(ids, using=using)
    for patient in Patient.objects.using(using).filter(pk__in=ids):
        born = patient.birth_date
        Patient.objects.using(using).filter(pk=patient.pk).update(
            first_name=NOBODY,
            last_name="",
            name_key=search_key(NOBODY),
            birth_date=born.replace(month=12, day=31) if born and keep_year else None,
            phone="",
            email="",
            city="",
            zone="",
            updated_at=timezone.now(),
        )
    PatientIdentifier.objects.using(using).filter(patient__in=ids).delete()
    sessions = _take_access(ids, using=using)
    _empty_messages(addresses, using=using)
    return sessions


def _addresses(ids: Collection[UUID], *, using: str) -> set[str]:
    patients = Patient.objects.using(using).filter(pk__in=ids).values_list("phone", "email")
    users = _users(ids, using=using).values_list("phone", "email")
    return {address for pair in [*patients, *users] for address in pair if address}


def _users(ids: Collection[UUID], *, using: str) -> QuerySet[User]:
    """Those who sign in for these patients alone, and are nothing else here."""
    access = PatientAccess.objects.using(using).filter(user=OuterRef("pk"))
    staff = Membership.objects.using(using).filter(user=OuterRef("pk"))
    return User.objects.using(using).filter(
        Exists(access.filter(patient__in=ids, ended_at=None)),
        ~Exists(access.filter(ended_at=None).exclude(patient__in=ids)),
        ~Exists(staff),
        is_operator=False,
    )


def _take_access(ids: Collection[UUID], *, using: str) -> list[UUID]:
    now = timezone.now()
    people = list(_users(ids, using=using).values_list("pk", flat=True))
    PatientAccess.objects.using(using).filter(patient__in=ids, ended_at=None).update(ended_at=now)
    sessions = Session.objects.using(using).filter(Q(user__in=people) | Q(acting_patient_id__in=ids))
    ended = list(sessions.values_list("pk", flat=True))
    sessions.filter(revoked_at=None).update(revoked_at=now)
    sessions.filter(user__in=people).update(address=None, agent="")
    RefreshToken.objects.using(using).filter(session__in=ended).delete()
    for model in _OF_A_USER:
        model._default_manager.using(using).filter(user__in=people).delete()
    for user_id in people:
        User.objects.using(using).filter(pk=user_id).update(
            email=f"{user_id}@forgotten.invalid",  # a person who signs in has an address; nobody reads this one
            phone=None,
            full_name="",
            firebase_uid=None,
            password=make_password(None),
            is_active=False,
        )
    return ended


def _empty_messages(addresses: set[str], *, using: str) -> None:
    """What was written to them, unless somebody else of the family is reached there."""
    alone = {address for address in addresses if not _still_used(address, using=using)}
    OneTimeCode.objects.using(using).filter(phone__in=alone).delete()
    messages = OutboxMessage.objects.using(using).filter(address__in=alone)
    waiting = messages.filter(state__in=[OutboxMessage.State.WAITING, OutboxMessage.State.SENDING])
    waiting.update(state=OutboxMessage.State.WITHDRAWN, withdrawn_at=timezone.now())
    messages.update(address="", variables=b"")


def _still_used(address: str, *, using: str) -> bool:
    reached = Q(phone=address) | Q(email=address)
    return Patient.objects.using(using).filter(reached).exists() or User.objects.using(using).filter(reached).exists()
