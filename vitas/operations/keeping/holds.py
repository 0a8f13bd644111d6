"""Legal holds: while one stands, nothing that it covers is erased or forgotten."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.models import Patient, PatientFile
from vitas.accounts.actor import Actor
from vitas.accounts.models import Organization, Role
from vitas.audit import trail
from vitas.common.errors import Invalid, NotAllowed, NotFound, NotPossibleNow
from vitas.operations.models import LegalHold


class Held(NotPossibleNow):
    """422: a legal hold stops it."""

    sentence = gettext_lazy("A legal hold stands: nothing may be forgotten until it is released.")


@transaction.atomic
def place(*, organization_id: UUID, patient_id: UUID | None, reason: str, by: Actor) -> LegalHold:
    """Keep everything of a patient of the organization, or of all of its patients.

    An administrator for the own organization; the operator for a whole one alone. Raises NotAllowed, NotFound, Invalid.
    """
    _require_may(by, organization_id, whole=patient_id is None)
    if not reason.strip():
        raise Invalid.field("reason", _("Write down who asks for it, and why."))
    # Whoever is just erasing something of them is waited for, and later finds the hold.
    if not Organization.objects.select_for_update(no_key=True).filter(pk=organization_id).exists():
        raise NotFound(_("There is no such organization."))
    if patient_id is not None:
        _lock_known(organization_id, patient_id)
    hold = LegalHold.objects.create(
        organization_id=organization_id, patient_id=patient_id, reason=reason.strip(), set_by=by.user_id
    )
    _note(by, "PLACE_LEGAL_HOLD", hold)
    return hold


@transaction.atomic
def release(*, hold_id: UUID, reason: str, by: Actor) -> LegalHold:
    """End a hold. Raises NotAllowed, NotFound, Invalid, NotPossibleNow (it was released before)."""
    hold = LegalHold.objects.visible_to(by).select_for_update().filter(pk=hold_id).first()
    if hold is None:
        raise NotFound(_("There is no such hold."))
    _require_may(by, hold.organization_id, whole=hold.patient_id is None)
    if not reason.strip():
        raise Invalid.field("reason", _("Write down why it ends."))
    if hold.released_at is not None:
        raise NotPossibleNow(_("This hold was released before."))
    hold.released_at, hold.released_by, hold.released_because = timezone.now(), by.user_id, reason.strip()
    hold.save(update_fields=["released_at", "released_by", "released_because"])
    _note(by, "RELEASE_LEGAL_HOLD", hold)
    return hold


def held(patient: str, *, using: str = "default") -> Exists:
    """That the patient at this path of a query is held, by name or with a whole organization that knows them."""
    live = LegalHold.objects.using(using).live()
    files = PatientFile.objects.using(using).filter(patient_id=OuterRef(OuterRef(patient)))
    knows = Exists(files.filter(organization_id=OuterRef("organization_id")))
    return Exists(live.filter(Q(patient_id=OuterRef(patient)) | Q(patient=None) & knows))


def require_none(patient_ids: Collection[UUID]) -> None:
    """Raises Held if one of these patients is held."""
    if Patient.objects.filter(pk__in=patient_ids).filter(held("pk")).exists():
        raise Held()


def _require_may(by: Actor, organization_id: UUID, *, whole: bool) -> None:
    own = by.role == Role.ADMIN and by.organization_id == organization_id
    if not (by.system or own or (by.is_operator and whole)):
        raise NotAllowed()


def _lock_known(organization_id: UUID, patient_id: UUID) -> None:
    known = PatientFile.objects.filter(organization_id=organization_id, patient_id=patient_id)
    locked = Patient.objects.select_for_update(no_key=True).filter(pk=patient_id, pk__in=known.values("patient_id"))
    if not locked.exists():
        raise NotFound(_("There is no such patient in this organization."))


def _note(by: Actor, action: str, hold: LegalHold) -> None:
    trail.record(
        by,
        action,
        category=trail.Category.RETENTION,
        resource="legal_hold",
        resource_id=hold.pk,
        patient_id=hold.patient_id,
        organization_id=hold.organization_id,
    )
