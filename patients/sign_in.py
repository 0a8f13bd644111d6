"""Signing in by phone: a right code makes or finds the patient (S0, api.md "Identity by phone")."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from patients import profiles
from patients.models import Patient
from vitas.accounts import attempts, codes, signing, tokens
from vitas.accounts.models import Session, User
from vitas.audit import trail
from vitas.common.errors import Invalid, NotAllowed


def sign_in_with_code(*, phone: str, code: str, patient_name: str = "") -> Session:
    """A session for whoever holds the phone, acting for the open profile used last, if there is one.

    An unknown phone becomes a person and a patient; the name was sent with the code's request or comes now. Raises
    codes.WrongCode, Invalid (no name), NotAllowed, TooMany, Unavailable.
    """
    attempt = attempts.begin()
    with attempt.being_judged():
        try:
            row = codes.check(phone=phone, code=code)
            session = _begin(row, patient_name or str(row.patient_name))
        except codes.WrongCode:
            signing.fail(method=Session.Method.CODE, user=User.objects.filter(phone=phone).first())
            raise
    attempt.forgive()
    return session


@transaction.atomic
def _begin(row: codes.OneTimeCode, name: str) -> Session:
    codes.use(row)
    user, _made = User.objects.get_or_create(phone=row.phone, defaults={"full_name": name})
    if not user.is_active:
        raise NotAllowed(_("This account is closed. Ask the front desk."))
    known = profiles.of(user)
    patient = next((profile.patient for profile in known if profile.is_open), None)
    if patient is None and not known and not name:
        raise Invalid.field("patient_name", _("Write the patient's name."))
    made = patient is None and bool(name) and not profiles.names_one_of(name, known)
    if made:
        patient = profiles.add(user=user, name=name)
    session = signing.begin(user=user, method=Session.Method.CODE, patient_id=patient.pk if patient else None)
    if made and patient:
        note_made(session, patient)
    elif patient:
        Patient.objects.filter(pk=patient.pk).update(last_used_at=session.created_at)
    return session


@transaction.atomic
def add_profile(*, session: Session, name: str, relation: str, birth_date: object = None) -> Session:
    """A further profile of the person, and the session acts for it. Raises NotPossibleNow."""
    User.objects.select_for_update().get(pk=session.user_id)  # so that two at once cannot pass the limit
    patient = profiles.add(user=session.user, name=name, relation=relation, birth_date=birth_date)  # type: ignore[arg-type]
    note_made(session, patient)
    return profiles.act_for(session, patient)


@transaction.atomic
def add_dependent(*, session: Session, first_name: str, last_name: str, relation: str, birth_date: date) -> Session:
    """A child or another minor in the person's care; the session acts for them. Raises Invalid, Conflict.

    Raises NotPossibleNow where there are too many profiles.
    """
    User.objects.select_for_update().get(pk=session.user_id)
    name = f"{first_name} {last_name}".strip()
    profiles.require_dependent(user=session.user, name=name, birth_date=birth_date)
    patient = profiles.add(
        user=session.user, name=first_name, last_name=last_name, relation=relation, birth_date=birth_date
    )
    note_made(session, patient)
    return profiles.act_for(session, patient)


def note_made(session: Session, patient: Patient) -> None:
    trail.record(
        tokens.actor_of(tokens.claims_of(session)),
        "CREATE_PATIENT",
        category=trail.Category.HEALTH_DATA,
        resource="patients",
        resource_id=patient.pk,
        patient_id=patient.pk,
    )
