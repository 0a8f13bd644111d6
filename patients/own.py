"""What a person changes of a profile's data by themselves. Name and birth date prove who somebody is: the desk's."""

from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from patients import profiles
from patients.models import Patient, PatientFile
from vitas.accounts.actor import Actor
from vitas.accounts.models import User
from vitas.audit import trail
from vitas.common.errors import NotAllowed
from vitas.common.seen import require_seen
from vitas.common.shown import known_zone

_FREE: Final = ("email", "city", "language", "zone")


def of(actor: Actor) -> Patient:
    """The profile that the person acts for. Raises Patient.DoesNotExist."""
    found: Patient = Patient.objects.visible_to(actor).get(pk=actor.patient_id)
    return found


def may_change_name(patient: Patient) -> bool:
    """Until a clinic has opened a file: from then on people are called by it."""
    return not PatientFile.objects.filter(patient=patient).exists()


@transaction.atomic
def change(*, by: Actor, seen: str = "", **wanted: Any) -> Patient:
    """Write down what is wanted: `email`, `city`, `language`, `zone`; name and birth date where they are free.

    `seen` is `seen_of` what the person was shown: the desk may have changed it meanwhile.
    Raises NotAllowed, Invalid, SavedMeanwhile.
    """
    patient = Patient.objects.visible_to(by).select_for_update(of=("self",)).get(pk=by.patient_id)
    require_seen(seen, now={name: getattr(patient, name) for name in wanted}, wanted=wanted)
    changed = [name for name, value in wanted.items() if getattr(patient, name) != value]
    _require_free(patient, {name: wanted[name] for name in changed})
    for name in changed:
        setattr(patient, name, wanted[name])
    if not changed:
        return patient
    patient.save(update_fields=[*changed, "name_key", "updated_at"])
    if "language" in changed:
        User.objects.filter(pk=by.user_id).update(language=patient.language)
    trail.record(
        by,
        "UPDATE_PATIENT",
        category=trail.Category.HEALTH_DATA,
        resource="patients",
        resource_id=patient.pk,
        patient_id=patient.pk,
        fields=sorted(changed),
    )
    return patient


def _require_free(patient: Patient, changed: dict[str, Any]) -> None:
    named = {"first_name", "last_name"} & set(changed)
    if named and not may_change_name(patient):
        raise NotAllowed(_("The front desk changes the name: bring a document."))
    if "birth_date" in changed:
        if patient.birth_date is not None:
            raise NotAllowed(_("The front desk changes the birth date: bring a document."))
        profiles.require_birth_date(changed["birth_date"])
    if changed.get("zone") and not known_zone(changed["zone"]):
        raise NotAllowed()
    if unknown := set(changed) - {*_FREE, "first_name", "last_name", "birth_date"}:
        raise ValueError(f"Nobody changes {sorted(unknown)} by themselves.")
