"""Taking an import back: all of its rows are marked as entered in error, or none."""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from records.incoming import STATEMENTS
from records.models import Clinical, MedicalRecord, MedicationRequest, Observation, RecordImport
from records.permissions import patient_to_write_for
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common import crypto
from vitas.common.errors import Conflict, NotFound

CURRENT: Final = Clinical.Status.CURRENT
WRONG: Final = Clinical.Status.ENTERED_IN_ERROR
MOST_NAMED: Final = 50


class AddedTo(Conflict):
    """409: somebody wrote on since, so that taking back would take their words along. `extra` names the rows."""


@dataclass(slots=True)
class Undone:
    """`before` says that it had been taken back earlier: then nothing was done."""

    batch: RecordImport
    before: bool = False
    rows: dict[str, int] = field(default_factory=dict)


@transaction.atomic
def undo(*, import_id: UUID, by: Actor) -> Undone:
    """Of two at once, one does it. Raises NotFound, NotAllowed, AddedTo."""
    batch = RecordImport.objects.visible_to(by).select_for_update(no_key=True).filter(pk=import_id).first()
    if batch is None:
        raise NotFound(_("There is no such import."))
    if batch.undone_at:
        return Undone(batch, before=True)
    for patient in batch.report.get("patients", []):
        if not by.system:
            patient_to_write_for(by, UUID(patient))
    _require_untouched(batch)
    found = Undone(batch, rows=_marked(batch))
    batch.undone_at, batch.undone_by = timezone.now(), by.user_id
    batch.save(update_fields=["undone_at", "undone_by"])
    _note(found, by)
    return found


def _require_untouched(batch: RecordImport) -> None:
    """Raises AddedTo where a row was changed, a word or file added, or something else hung on it."""
    touched: list[dict[str, str]] = []
    for model in (MedicalRecord, *STATEMENTS.values()):
        rows = _rows(model, batch).filter(updated_at__gt=batch.made_at)
        touched += _named(model, rows)
    for model in (Observation, MedicationRequest):
        hanging = model.objects.filter(record__imported=batch, status=CURRENT).exclude(imported=batch)
        touched += _named(model, hanging)
    if touched:
        raise AddedTo(
            _("Somebody wrote on since: %(count)d entries. Take these back one by one.") % {"count": len(touched)},
            extra={"rows": touched[:MOST_NAMED]},
        )


def _marked(batch: RecordImport) -> dict[str, int]:
    now = timezone.now()
    found: dict[str, int] = {}
    records = list(_rows(MedicalRecord, batch).select_for_update(no_key=True))
    crypto.load_keys({record.words_subject for record in records})
    for record in records:  # one by one, for the reason is sealed under each patient's key
        record.status, record.error_reason, record.updated_at = WRONG, _("The import was taken back."), now
        record.save(update_fields=["status", "error_reason", "updated_at"])
    found["record"] = len(records)
    for kind, model in STATEMENTS.items():
        found[kind.value] = _rows(model, batch).update(status=WRONG, updated_at=now)
    return {name: count for name, count in found.items() if count}


def _rows(model: Any, batch: RecordImport) -> Any:
    """What stands of it; what was marked as an error by hand stays marked."""
    return model.objects.filter(imported=batch, organization=batch.organization_id, status=CURRENT)


def _named(model: Any, rows: Any) -> list[dict[str, str]]:
    return [{"kind": model.__name__, "id": str(key)} for key in rows.order_by("pk").values_list("pk", flat=True)]


def _note(found: Undone, by: Actor) -> None:
    trail.record_each(
        by,
        "UNDO_IMPORT",
        patient_ids=[UUID(key) for key in found.batch.report.get("patients", [])],
        category=trail.Category.HEALTH_DATA,
        resource="record_imports",
        resource_id=found.batch.pk,
        organization_id=found.batch.organization_id,
        rows=found.rows,
    )
