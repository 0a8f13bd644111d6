"""Who sees which patients, and by what relationship. Every `visible_to` that tells of a patient asks here.

Rows of relationships are querysets whose rows have a `patient_id`; a person sees the patients whom any of them names.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from vitas.accounts.actor import Actor
from vitas.accounts.models import Role, Session
from vitas.accounts.permissions import Access

UNUSED_AFTER: Final = timedelta(days=180)  # a number may have another owner by then

MAY_CONSENT: Final[Access] = frozenset({Role.PATIENT})
MAY_READ_CONSENTS: Final[Access] = frozenset({*Role})
MAY_BREAK_GLASS: Final[Access] = frozenset({Role.DOCTOR})
MAY_REVIEW: Final[Access] = frozenset({Role.ADMIN})
MAY_READ_BROKEN_GLASS: Final[Access] = frozenset({Role.PATIENT, Role.DOCTOR, Role.ADMIN})

Relationship = Callable[[Actor], QuerySet[Any]]

_days: list[Relationship] = []


def nurses_see(of_the_day: Relationship) -> None:
    """Register whom a nurse has at her clinics today: the rooms above know visits. Called in an `apps.py`."""
    if of_the_day not in _days:
        _days.append(of_the_day)


def relationships(actor: Actor) -> list[QuerySet[Any]]:
    """Why this person sees a patient at all: identity, and what hangs on it without a clinical word.

    A patient: oneself, and the profiles they may act for. Who cares: `caring`. The desk and the administrator: whom
    their organization knows. The operator, nobody: no one. (A system actor sees all; ask before.)
    """
    match actor.role:
        case Role.PATIENT:
            return [open_access(actor)]
        case Role.RECEPTIONIST | Role.ADMIN if actor.organization_id:
            return [_rows("PatientFile").filter(organization_id=actor.organization_id)]
    return caring(actor)


def caring(actor: Actor) -> list[QuerySet[Any]]:
    """Why this member of staff reads clinical words of a patient; nothing for those who do not care for patients.

    A doctor: while a care relationship stands, and for an hour whom they opened in an emergency. A nurse: the patients
    of her clinics' day.
    """
    match actor.role:
        case Role.DOCTOR if actor.doctor_id:
            care = _rows("CareRelationship").filter(doctor_id=actor.doctor_id, ended_at=None)
            return [care, _rows("BreakGlass").filter(doctor_id=actor.doctor_id).open()]  # type: ignore[attr-defined]
        case Role.NURSE if actor.membership_id:
            return [of_the_day(actor) for of_the_day in _days]
    return []


def open_access(actor: Actor) -> QuerySet[Any]:
    """The profiles a signed-in person may act for: proven, and proven or used by them within 180 days.

    The rule of patients.profiles in one statement: whom a closed profile names, nobody sees before it is opened again.
    """
    since = timezone.now() - UNUSED_AFTER
    used = Session.objects.filter(user=actor.user_id, acting_patient_id=OuterRef("patient_id"), last_seen_at__gt=since)
    live = _rows("PatientAccess").filter(user_id=actor.user_id, verified_at__isnull=False, ended_at=None)
    return live.filter(Q(verified_at__gt=since) | Exists(used))


def among(rows: list[QuerySet[Any]], path: str) -> Q:
    """That one of the relationships names the patient at `path` (`patient_id`); true of no row where there is none."""
    if not rows:
        return Q(pk__in=[])
    if len(rows) == 1:
        return Q(Exists(rows[0].filter(patient_id=OuterRef(path))))
    # EXISTS … OR EXISTS … would have PostgreSQL look at every patient there is.
    first, *others = (relationship.values("patient_id") for relationship in rows)
    return Q(**{f"{path}__in": first.union(*others, all=True)})


def _rows(model: str) -> QuerySet[Any]:
    return apps.get_model("patients", model)._default_manager.all()
