"""The profiles of a person who signs in: oneself, children, people in one's care (api.md "Identity by phone").

Families share phones, and numbers are recycled: a profile that the desk made, or that this person did not use for 180
days, opens only after birth date or document.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from patients.documents import bare
from patients.models import Patient, PatientAccess, PatientIdentifier
from patients.querysets import UNUSED_AFTER
from vitas.accounts import attempts, signing
from vitas.accounts.models import Language, Session, User
from vitas.common.errors import Conflict, Invalid, NotAllowed, NotFound, NotPossibleNow
from vitas.common.search_key import search_key

MOST: Final = 20  # profiles of one person
OF_AGE: Final = 18  # years
OLDEST: Final = timedelta(days=130 * 365)
PROOF: Final = "birth_date_or_document"


@dataclass(frozen=True, slots=True)
class Profile:
    """A patient for whom the person may act, or could after proving who they are."""

    patient: Patient
    relation: str
    used_at: datetime | None
    is_open: bool

    @property
    def shown_name(self) -> str:
        """A closed profile may be a stranger's, who had this number before: initials are enough to know one's own."""
        if self.is_open:
            return self.patient.full_name
        return " ".join(f"{word[0].upper()}." for word in self.patient.full_name.split())

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.patient.pk,
            "name": self.shown_name,
            "relation": self.relation,
            "needs": None if self.is_open else PROOF,
        }


def of(user: User) -> list[Profile]:
    """All of a person's profiles, the open ones first, the one used last at the top."""
    own = PatientAccess.objects.filter(user=user)
    live = list(own.filter(ended_at=None, patient__merged_into=None).select_related("patient")[:MOST])
    used = _last_used(user, [access.patient_id for access in live])
    found = [_profile(access, used.get(access.patient_id)) for access in live]
    if user.phone:
        # What the desk wrote down under this number. Whose access was ended does not find a way back in by it.
        by_desk = Patient.objects.filter(phone=user.phone, merged_into=None).exclude(pk__in=own.values("patient_id"))
        found += [
            Profile(patient=patient, relation=PatientAccess.Relation.SELF, used_at=None, is_open=False)
            for patient in by_desk.order_by("-pk")[:MOST]
        ]
    oldest = datetime.min.replace(tzinfo=timezone.now().tzinfo)
    return sorted(found, key=lambda profile: (profile.is_open, profile.used_at or oldest), reverse=True)


def default_patient(user: User) -> UUID | None:
    """Whom a new session acts for: the open profile used last."""
    return next((profile.patient.pk for profile in of(user) if profile.is_open), None)


def add(
    *,
    user: User,
    name: str,
    last_name: str = "",
    relation: str = PatientAccess.Relation.SELF,
    birth_date: date | None = None,
) -> Patient:
    """A new patient for whom the person acts. Raises NotPossibleNow when there are too many.

    `name` is the whole one, unless `last_name` is given.
    """
    if PatientAccess.objects.filter(user=user, ended_at=None).count() >= MOST:
        raise NotPossibleNow(_("There are too many profiles. Ask the front desk to tidy them up."))
    first, last = (name, last_name) if last_name else (name.partition(" ")[0], name.partition(" ")[2])
    now = timezone.now()
    patient = Patient.objects.create(
        first_name=first[:100],
        last_name=last.strip()[:100],
        birth_date=birth_date,
        phone=(user.phone or "") if relation == PatientAccess.Relation.SELF else "",
        language=_language(),
        last_used_at=now,
    )
    PatientAccess.objects.create(user=user, patient=patient, relation=relation, verified_at=now)
    return patient


def choose(*, session: Session, patient_id: UUID, birth_date: date | None = None, document: str = "") -> Session:
    """The session acts for this profile. Raises NotFound, Invalid, NotAllowed, TooMany, Unavailable."""
    profile = next((found for found in of(session.user) if found.patient.pk == patient_id), None)
    if profile is None:
        raise NotFound(_("There is no such profile."))
    if not profile.is_open:
        _require_proof(session, profile, birth_date, document)
    return act_for(session, profile.patient, verified=not profile.is_open)


@transaction.atomic
def act_for(session: Session, patient: Patient, *, verified: bool = False) -> Session:
    """Write the choice down; `verified` opens the profile for this person from now on."""
    now = timezone.now()
    if verified:
        PatientAccess.objects.update_or_create(
            user=session.user, patient=patient, ended_at=None, defaults={"verified_at": now}
        )
    session.acting_patient_id = patient.pk
    session.save(update_fields=["acting_patient_id"])
    Patient.objects.filter(pk=patient.pk).update(last_used_at=now)
    _tell(signing.What.PROFILE_CHOSEN, session, patient.pk)
    return session


def require_dependent(*, user: User, name: str, birth_date: date | None) -> None:
    """Whether the person may add this one by themselves: a minor whom they do not have yet. Raises Invalid, Conflict.

    An adult decides for themselves who acts for them: the front desk sees both.
    """
    require_birth_date(birth_date)
    if birth_date and age_of(birth_date) >= OF_AGE:
        raise Invalid.field(
            "birth_date", _("An adult is added at the front desk of a clinic, with a document of each of you.")
        )
    if names_one_of(name, of(user)):
        raise Conflict(_("You have a profile of this name already."))


def require_birth_date(birth_date: date | None) -> None:
    """A day that somebody alive can be born on. Raises Invalid."""
    today = timezone.now().date()
    if birth_date is None or not today - OLDEST <= birth_date <= today:
        raise Invalid.field("birth_date", _("Check the birth date."))


def age_of(birth_date: date) -> int:
    """In full years."""
    today = timezone.now().date()
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def names_one_of(name: str, profiles: list[Profile]) -> bool:
    """Whether one of these is called so: then it is opened, and not made a second time."""
    return any(search_key(profile.patient.full_name) == search_key(name) for profile in profiles)


def _profile(access: PatientAccess, used_at: datetime | None) -> Profile:
    """Opened by this person, and used by them since: another's use does not keep it open for a number's next owner."""
    times = [moment for moment in (access.verified_at, used_at) if moment]
    is_open = access.verified_at is not None and max(times) > timezone.now() - UNUSED_AFTER
    used = max(times, default=None)
    return Profile(patient=access.patient, relation=access.relation, used_at=used, is_open=is_open)


def _last_used(user: User, patient_ids: list[UUID]) -> dict[UUID, datetime]:
    sessions = Session.objects.filter(user=user, acting_patient_id__in=patient_ids)
    return dict(sessions.values_list("acting_patient_id").annotate(Max("last_seen_at")))


def _require_proof(session: Session, profile: Profile, birth_date: date | None, document: str) -> None:
    if birth_date is None and not document:
        raise Invalid.field("birth_date", _("Give the birth date or a document number of this person."))
    patient = profile.patient
    attempts.count_profile_try(user_id=session.user_id, patient_id=patient.pk)
    proven = patient.birth_date is not None and birth_date == patient.birth_date
    if not proven and document:
        numbers = PatientIdentifier.objects.filter(patient=patient).values_list("number", flat=True)
        proven = bare(document) in {bare(number) for number in numbers} - {""}
    if not proven:
        with transaction.atomic():
            _tell(signing.What.PROFILE_REFUSED, session, patient.pk)
        raise NotAllowed(_("This is not what the clinic has written down. Check it, or ask the front desk."))


def _tell(what: signing.What, session: Session, patient_id: UUID) -> None:
    signing.tell(
        signing.Happening(what=what, method=session.method, session=session, user=session.user, patient_id=patient_id)
    )


def _language() -> str:
    asked = translation.get_language() or ""
    return next((known for known in Language.values if known[:2] == asked[:2]), Language.SPANISH)
