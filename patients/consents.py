"""What a patient allows an organization, and takes back: dated rows with the text that was shown.

Nothing is cached: who reads asks the live rows, so that a revoked consent closes at the next request.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from patients import consent_texts
from patients.consent_texts import Shown
from patients.models import Consent, Patient, PatientFile
from patients.permissions import open_access
from vitas.accounts.actor import Actor
from vitas.accounts.models import Organization
from vitas.audit import trail
from vitas.common.errors import Conflict, Invalid, NotAllowed, NotFound

Kind = Consent.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be allowed: to whom, of which kind, and for `sharing` who may then read."""

    patient_id: UUID
    organization_id: UUID
    kind: str
    recipient_id: UUID | None = None


def allows(patient_id: UUID, organization_id: UUID, kind: str) -> bool:
    """Whether the patient allows the organization recording, messages or research, at this moment."""
    live = Consent.objects.live().filter(kind=kind, recipient=None)
    return live.filter(patient_id=patient_id, organization_id=organization_id).exists()


def text_of(asked: Asked, *, language: str, by: Actor) -> Shown:
    """What the patient reads before agreeing. Raises NotAllowed, NotFound, Invalid."""
    organization, recipient = _known_houses(asked, by=by)
    return _shown(asked.kind, organization, recipient, language)


@transaction.atomic
def give(asked: Asked, *, version: str, language: str, by: Actor) -> Consent:
    """The patient, or who acts for them, allows it. The same again is the same row; a newer text takes its place.

    `version` and `language` are those of the text that was shown. Raises NotAllowed, NotFound, Invalid, and Conflict
    where the text has another version by now.
    """
    organization, recipient = _known_houses(asked, by=by)
    text = _shown(asked.kind, organization, recipient, language)
    if text.version != version or text.language != language:
        raise Conflict(_("The text has changed since you read it. Read it again, then decide."))
    Patient.objects.select_for_update(no_key=True).get(pk=asked.patient_id)  # a double click waits here
    same = Consent.objects.live().filter(patient_id=asked.patient_id, organization=organization, kind=asked.kind)
    standing = same.filter(recipient=recipient).first()
    if standing is not None and standing.version == version:
        return standing
    now = timezone.now()
    if standing is not None:
        _end(standing, by=by, now=now)
    row = Consent.objects.create(
        patient_id=asked.patient_id,
        organization=organization,
        kind=asked.kind,
        recipient=recipient,
        version=text.version,
        language=text.language,
        text=text.text,
        given_at=now,
        given_by=by.user_id,  # type: ignore[misc]  # _known_houses has asked
    )
    _note(by, "GIVE_CONSENT", row)
    return row


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether visits may be recorded: `live` allows it; else `revoked` is the last one that was taken back, if any."""

    live: Consent | None
    revoked: Consent | None


def recording_of(patient_id: UUID, organization_id: UUID) -> Standing:
    """Where the patient's consent to the recording of visits stands at this moment. One query."""
    rows = Consent.objects.filter(patient_id=patient_id, organization_id=organization_id, kind=Kind.RECORDING)
    latest = rows.order_by(F("revoked_at").desc(nulls_first=True)).first()
    if latest is None or latest.revoked_at is None:
        return Standing(latest, None)
    return Standing(None, latest)


def recording_text(organization: Organization, *, language: str) -> Shown:
    """What a doctor reads to the patient, or puts in their own words, before a visit is recorded."""
    return _shown(Kind.RECORDING, organization, None, language)


@transaction.atomic
def hear_recording(*, patient_id: UUID, organization: Organization, language: str, by: Actor) -> Consent:
    """The patient said to the doctor that the visits may be recorded. What stands already is the same row.

    The patient sees it among their consents, and takes it back there. Raises NotAllowed.
    """
    if by.doctor_id is None or by.user_id is None or by.organization_id != organization.pk:
        raise NotAllowed()
    Patient.objects.select_for_update(no_key=True).get(pk=patient_id)  # a double click waits here
    standing = recording_of(patient_id, organization.pk).live
    if standing is not None:
        return standing
    text = recording_text(organization, language=language)
    row = Consent.objects.create(
        patient_id=patient_id,
        organization=organization,
        kind=Kind.RECORDING,
        version=text.version,
        language=text.language,
        text=text.text,
        given_by=by.user_id,
        in_person=True,
    )
    _note(by, "GIVE_CONSENT", row, in_person=True)
    return row


@transaction.atomic
def revoke(*, consent_id: UUID, by: Actor) -> Consent:
    """The patient takes it back; what it allowed ends at once. Twice is once. Raises NotAllowed, NotFound."""
    if not by.is_patient:
        raise NotAllowed()
    row = Consent.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=consent_id).first()
    if row is None:
        raise NotFound(_("There is no such consent."))
    if row.revoked_at is None:
        _end(row, by=by, now=timezone.now())
        _note(by, "REVOKE_CONSENT", row)
    return row


def houses_of(patient_ids: Iterable[UUID]) -> list[Organization]:
    """The organizations that know these patients: among them a patient chooses who may read what."""
    known = PatientFile.objects.filter(patient_id__in=list(patient_ids)).values("organization_id")
    return list(Organization.objects.filter(pk__in=known).order_by("name", "pk"))


def _known_houses(asked: Asked, *, by: Actor) -> tuple[Organization, Organization | None]:
    """Raises NotAllowed (not theirs to give), NotFound (an organization that does not know the patient), Invalid."""
    if by.user_id is None or not by.is_patient or not open_access(by).filter(patient_id=asked.patient_id).exists():
        raise NotAllowed(_("You cannot act for this patient. Choose one of your profiles."))
    if (asked.kind == Kind.SHARING) != (asked.recipient_id is not None):
        raise Invalid.field("recipient_id", _("Say with whom; of sharing only."))
    if asked.recipient_id == asked.organization_id:
        raise Invalid.field("recipient_id", _("Choose another organization than the one that shares."))
    known = {house.pk: house for house in houses_of([asked.patient_id])}
    wanted = [asked.organization_id, *([asked.recipient_id] if asked.recipient_id else [])]
    if not set(wanted) <= set(known):
        raise NotFound(_("That organization does not know this patient."))
    return known[asked.organization_id], known[asked.recipient_id] if asked.recipient_id else None


def _shown(kind: str, organization: Organization, recipient: Organization | None, language: str) -> Shown:
    return consent_texts.shown(
        kind=kind,
        language=language,
        organization=organization.name,
        country=organization.country,
        recipient=recipient.name if recipient else "",
    )


def _end(row: Consent, *, by: Actor, now: datetime) -> None:
    row.revoked_at, row.revoked_by = now, by.user_id
    row.save(update_fields=["revoked_at", "revoked_by"])


def _note(by: Actor, action: str, row: Consent, **more: bool) -> None:
    trail.record(
        by,
        action,
        category=trail.Category.CONSENT,
        resource="consents",
        resource_id=row.pk,
        patient_id=row.patient_id,
        organization_id=row.organization_id,
        kind=row.kind,
        version=row.version,
        recipient=str(row.recipient_id or ""),
        **more,
    )
