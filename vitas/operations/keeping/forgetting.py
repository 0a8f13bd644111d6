"""A patient asks to be forgotten (LGPD art. 18 VI, Ley 25.326 art. 16, GDPR art. 17).

Where no law keeps the records any more, they are erased (erasing.py). Until then the law stands before the wish (LGPD
art. 16 I, GDPR art. 17(3)(b)): records stay, and nobody sees whose they are. Who it was lies sealed under the patient's
own key, for a court that asks; the key is destroyed at the law's end.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments.models import FIRM, Appointment, Status
from patients.models import Patient, PatientFile
from vitas.accounts import signing
from vitas.accounts.actor import OPERATIONS, Actor
from vitas.accounts.models import Role
from vitas.audit import trail
from vitas.common.acting import acting_as
from vitas.common.errors import NotAllowed, NotFound, NotPossibleNow
from vitas.operations.keeping import holds, identities
from vitas.operations.models import Forgetting


def forget(*, patient_id: UUID, by: Actor) -> Forgetting:
    """Take the patient's name, contacts and sign-in away; doing it twice changes nothing.

    By a command, or by the administrator of the only organization that knows them. Raises NotAllowed, NotFound, Held,
    NotPossibleNow (visits are still to come).
    """
    with acting_as(OPERATIONS), transaction.atomic():
        _require_may(patient_id, by)
        patient = Patient.objects.select_for_update().filter(pk=patient_id, merged_into=None).first()
        if patient is None:
            raise NotFound(_("There is no such patient."))
        done = Forgetting.objects.filter(patient=patient).first()
        if done is not None:
            return done
        return _forget(identities.with_merged(patient_id, using="default"), by)


def _forget(ids: list[UUID], by: Actor) -> Forgetting:
    holds.require_none(ids)
    coming = Appointment.objects.filter(patient__in=ids, ends_at__gt=timezone.now(), status__in=[*FIRM, Status.PENDING])
    if coming.exists():
        raise NotPossibleNow(_("Visits are still to come. Cancel them first."))
    identity = identities.told(ids, using="default")
    made = Forgetting.objects.create(patient_id=ids[0], identity=identity, forgotten_by=by.user_id)
    sessions = identities.replace(ids, using="default", keep_year=True)
    if sessions:
        transaction.on_commit(lambda: signing.mark_revoked(*sessions), robust=True)
    trail.record(
        by,
        "FORGET_PATIENT",
        category=trail.Category.RETENTION,
        resource="patient",
        resource_id=ids[0],
        patient_id=ids[0],
        sessions=len(sessions),
    )
    return made


@transaction.atomic
def sealed_identity(*, patient_id: UUID, by: Actor) -> dict[str, Any]:
    """Who a forgotten patient was, for an authority that may ask; by command alone. Raises NotAllowed, NotFound."""
    if not by.system:
        raise NotAllowed()
    found = Forgetting.objects.filter(patient=patient_id, erased_at=None).first()
    if found is None:
        raise NotFound(_("Nothing is kept of this patient."))
    trail.record(
        by,
        "OPEN_SEALED_IDENTITY",
        category=trail.Category.RETENTION,
        resource="patient",
        resource_id=patient_id,
        patient_id=patient_id,
    )
    identity: Any = found.identity  # what the JSON says
    return dict(identity)


def forgotten_since(moment: datetime) -> list[UUID]:
    """Whom to forget again in a database that was restored from a backup of that moment."""
    rows = Forgetting.objects.filter(forgotten_at__gte=moment).order_by("forgotten_at")
    return list(rows.values_list("patient_id", flat=True))


def _require_may(patient_id: UUID, by: Actor) -> None:
    if by.system:
        return
    files = PatientFile.objects.filter(patient=patient_id)
    own = files.filter(organization_id=by.organization_id).exists()
    if by.role != Role.ADMIN or (own and files.exclude(organization_id=by.organization_id).exists()):
        raise NotAllowed()
    if not own:
        raise NotFound(_("There is no such patient in this organization."))
