"""A person's phone number changes: by themselves with both phones at hand, or at the desk when the old one is lost."""

from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from patients.models import Patient, PatientAccess
from vitas.accounts import codes, signing
from vitas.accounts.actor import Actor
from vitas.accounts.models import Session, User
from vitas.audit import trail
from vitas.common.errors import Conflict, NotAllowed
from vitas.messaging import outbox, templates

FRESH: Final = timedelta(minutes=15)  # how lately the old phone must have been in the person's hands

templates.define(
    "number_changed",
    (),
    gettext_lazy("Your Vitas account has a new phone number. If this was not you, call your clinic at once."),
)


def is_fresh(session: Session) -> bool:
    """Whether the present phone was in the person's hands a moment ago."""
    return session.method == Session.Method.CODE and timezone.now() - session.created_at <= FRESH


def change(*, session: Session, phone: str, code: str) -> Session:
    """The person's own change: just signed in by the old number, and a code that was sent to the new one.

    Every other session ends, and the old number is told. Raises NotAllowed, codes.WrongCode, Conflict.
    """
    if not is_fresh(session):
        raise NotAllowed(_("Sign in again by a code to your present number, then change it."))
    row = codes.check(phone=phone, code=code)
    with transaction.atomic():
        codes.use(row)
        user = User.objects.select_for_update().get(pk=session.user_id)
        before = user.phone or ""
        _take(user, phone)
        own = PatientAccess.objects.filter(user=user, relation=PatientAccess.Relation.SELF, ended_at=None)
        Patient.objects.filter(pk__in=own.values("patient_id"), phone=before).update(phone=phone)
        signing.end_every_session(user, but=session.pk)
        session.user = user
        signing.tell(
            signing.Happening(what=signing.What.NUMBER_CHANGED, method=session.method, session=session, user=user)
        )
        outbox.put(
            key=f"number-changed:{row.pk}",
            address=before,
            template="number_changed",
            language=get_language() or "",
            variables={},
        )
    return session


@transaction.atomic
def give(*, patient: Patient, phone: str, by: Actor) -> None:
    """The desk has seen who this is and writes down a new number: the lost phone opens the profile no more.

    Whoever holds the new phone opens it by birth date or document. Access of guardians stays.
    """
    lost = PatientAccess.objects.filter(patient=patient, relation=PatientAccess.Relation.SELF, ended_at=None)
    lost = lost.exclude(user__phone=phone)
    users = list(lost.values_list("user_id", flat=True))
    lost.update(ended_at=timezone.now())
    acting = Session.objects.filter(user__in=users, acting_patient_id=patient.pk, revoked_at=None)
    for session in acting.select_related("user", "membership"):
        signing.end_session(session, what=signing.What.REVOKED)
    Patient.objects.filter(pk=patient.pk).update(phone=phone)
    patient.phone = phone
    trail.record(
        by,
        "CHANGE_PATIENT_PHONE",
        category=trail.Category.PERMISSION,
        resource="patients",
        resource_id=patient.pk,
        patient_id=patient.pk,
    )


def _take(user: User, phone: str) -> None:
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(phone=phone)
    except IntegrityError as error:
        raise Conflict(_("This number belongs to another account. Sign in with it, or ask the front desk.")) from error
    user.phone = phone
