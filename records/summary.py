"""A patient at a glance: problems, allergies, and medicines that are being taken; writing them down and ending them.

Whatever a doctor or nurse writes here stays as written; it is ended, or taken back as an error. The same thing noted
twice is noted once.
"""

from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from records import statements
from records.models import AllergyIntolerance, Clinical, Condition, MedicationRequest
from records.permissions import patient_to_read, patient_to_write_for, require_may_take_back
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit import trail
from vitas.common import crypto
from vitas.common.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, Problem

CRITICALITIES: Final = ("low", "high")

_PROBLEM_LENGTHS: Final = {"code": 40, "system": 200, "display": 200, "note": 2000}
_ALLERGY_LENGTHS: Final = {"code": 40, "system": 200, "display": 200, "reaction": 500, "criticality": 4, "note": 2000}
_SNOMED: Final = "http://snomed.info/sct"
_DAY_BEGINS: Final = timedelta(hours=14)  # before it does in UTC, at the earliest


@dataclass(frozen=True, slots=True)
class Summary:
    """Active problems, allergies (the dangerous first), medicines that are being taken; newest first."""

    problems: list[Condition]
    allergies: list[AllergyIntolerance]
    medicines: list[MedicationRequest]


def summary_of(patient_id: UUID, actor: Actor) -> Summary:
    """What every doctor wants to know first. Reading it is noted. Raises NotAllowed, NotFound."""
    patient_id = patient_to_read(actor, patient_id)
    problems = list(problems_of(patient_id, actor).filter(clinical_status=Condition.ClinicalStatus.ACTIVE))
    allergies: list[Any] = list(allergies_of(patient_id, actor).filter(ended_on=None))
    medicines = list(medicines_of(patient_id, actor).filter(_taken()))
    crypto.load_keys({row.words_subject for row in [*problems, *allergies, *medicines]})
    allergies.sort(key=lambda row: row.words.get("criticality") != "high")
    trail.record(
        actor,
        "READ_SUMMARY",
        category=trail.Category.HEALTH_DATA,
        resource="patients",
        resource_id=patient_id,
        patient_id=patient_id,
        problems=len(problems),
        allergies=len(allergies),
        medicines=len(medicines),
    )
    return Summary(problems, allergies, medicines)


def problems_of(patient_id: UUID, actor: Actor) -> QuerySet[Condition]:
    """Also those that are over, but for errors; newest first. Reading is the caller's to note, as of the two below."""
    return _standing(Condition, patient_id, actor).order_by("-created_at", "-id")


def allergies_of(patient_id: UUID, actor: Actor) -> QuerySet[AllergyIntolerance]:
    return _standing(AllergyIntolerance, patient_id, actor).order_by("-created_at", "-id")


def medicines_of(patient_id: UUID, actor: Actor) -> QuerySet[MedicationRequest]:
    rows = _standing(MedicationRequest, patient_id, actor).select_related("record", "doctor")
    return rows.order_by("-starts_on", "-id")


@transaction.atomic
def note_problem(
    *,
    patient_id: UUID,
    display: str,
    by: Actor,
    code: str = "",
    system: str = "",
    onset_on: Date | None = None,
    note: str = "",
) -> Condition:
    """A problem of the patient; an active one of the same code or name is answered as it stands.

    Raises Invalid, NotAllowed, NotFound.
    """
    words = _words(
        {"display": display, "code": code, "system": system, "note": note}, _PROBLEM_LENGTHS, statements.ICD10
    )
    _require_not_ahead("onset_on", onset_on)
    patient_id = _begin(patient_id, by)
    active = problems_of(patient_id, by).filter(clinical_status=Condition.ClinicalStatus.ACTIVE)
    return _same(active, words, by) or _write(
        Condition(doctor_id=by.doctor_id, onset_on=onset_on, **_whose(patient_id, by)), words, by
    )


@transaction.atomic
def resolve_problem(*, problem_id: UUID, by: Actor, on: Date | None = None) -> Condition:
    """The problem is over. Raises Invalid, NotAllowed, NotFound, NotPossibleNow."""
    found: Condition = _held(Condition, problem_id, by)
    if found.clinical_status != Condition.ClinicalStatus.ACTIVE:
        raise NotPossibleNow(_("This problem is resolved already."))
    found.clinical_status = Condition.ClinicalStatus.RESOLVED
    found.resolved_on = _last_day("resolved_on", on, found.onset_on)
    return _changed(found, by, "clinical_status", "resolved_on")


@transaction.atomic
def note_allergy(
    *,
    patient_id: UUID,
    display: str,
    by: Actor,
    reaction: str = "",
    criticality: str = "",
    code: str = "",
    system: str = "",
    note: str = "",
) -> AllergyIntolerance:
    """An allergy or intolerance; one that is noted already is answered. Raises Invalid, NotAllowed, NotFound."""
    given = {"display": display, "reaction": reaction, "criticality": criticality, "code": code, "system": system}
    words = _words({**given, "note": note}, _ALLERGY_LENGTHS, _SNOMED)
    if words["criticality"] not in ("", *CRITICALITIES):
        raise Invalid.field("criticality", _("This must be one of: %(choices)s.") % {"choices": "low, high"})
    patient_id = _begin(patient_id, by)
    live = allergies_of(patient_id, by).filter(ended_on=None)
    return _same(live, words, by) or _write(
        AllergyIntolerance(doctor_id=by.doctor_id, **_whose(patient_id, by)), words, by
    )


@transaction.atomic
def end_allergy(*, allergy_id: UUID, by: Actor, on: Date | None = None) -> AllergyIntolerance:
    """The patient has it no more. Raises Invalid, NotAllowed, NotFound, NotPossibleNow."""
    found: AllergyIntolerance = _held(AllergyIntolerance, allergy_id, by)
    if found.ended_on:
        raise NotPossibleNow(_("This allergy has ended already."))
    found.ended_on = _last_day("ended_on", on, None)
    return _changed(found, by, "ended_on")


@transaction.atomic
def note_medicine(
    *, patient_id: UUID, by: Actor, starts_on: Date | None = None, ends_on: Date | None = None, **given: str
) -> MedicationRequest:
    """What the patient says they take: `display`, and as far as they know `dose`, `route`, `frequency`, `duration`,
    `quantity`, `instructions`, `code`, `system`. Raises Invalid, NotAllowed, NotFound.
    """
    checked = statements.medicine(given, ordered=False)
    if checked.problems:
        raise Invalid(problems=checked.problems)
    _require_not_ahead("starts_on", starts_on)
    starts_on = starts_on or timezone.now().date()
    ends_on = ends_on or statements.ends_on(checked["duration"], starts_on)
    if ends_on and ends_on < starts_on:
        raise Invalid.field("ends_on", _("It ends before it begins."))
    patient_id = _begin(patient_id, by)
    told = medicines_of(patient_id, by).filter(_taken(), intent=MedicationRequest.Intent.REPORTED)
    fresh = MedicationRequest(
        doctor_id=by.doctor_id,
        intent=MedicationRequest.Intent.REPORTED,
        starts_on=starts_on,
        ends_on=ends_on,
        **_whose(patient_id, by),
    )
    return _same(told, checked.words, by) or _write(fresh, checked.words, by)


@transaction.atomic
def stop_medicine(*, medicine_id: UUID, by: Actor) -> MedicationRequest:
    """It is not taken any more; what was prescribed a doctor stops. Raises NotAllowed, NotFound, NotPossibleNow."""
    found: MedicationRequest = _held(MedicationRequest, medicine_id, by)
    if found.intent == MedicationRequest.Intent.ORDER and by.role != Role.DOCTOR:
        raise NotAllowed(_("What was prescribed, a doctor stops."))
    if found.stopped_at:
        raise NotPossibleNow(_("This medicine was stopped already."))
    found.stopped_at = timezone.now()
    return _changed(found, by, "stopped_at")


@transaction.atomic
def take_back(*, model: type[Clinical], row_id: UUID, by: Actor) -> Clinical:
    """A problem, an allergy or a told medicine was entered in error. What hangs on a record goes with the record.

    Raises NotAllowed, NotFound, NotPossibleNow.
    """
    found = _held(model, row_id, by, need=require_may_take_back)
    if getattr(found, "record_id", None):
        raise NotPossibleNow(_("Mark the prescription it stands in as an error."))
    found.status = Clinical.Status.ENTERED_IN_ERROR
    return _changed(found, by, "status")


def _taken() -> Q:
    """Begun, not stopped, not over; by the calendar of the latest zone, so that no last day is cut short."""
    now = timezone.now()
    over = (now - timedelta(hours=12)).date()
    return Q(stopped_at=None) & (Q(ends_on=None) | Q(ends_on__gte=over)) & Q(starts_on__lte=(now + _DAY_BEGINS).date())


def _standing(model: Any, patient_id: UUID, actor: Actor) -> QuerySet[Any]:
    found: QuerySet[Any] = model.objects.visible_to(actor).filter(patient=patient_id, status=Clinical.Status.CURRENT)
    return found


def _words(given: dict[str, str], lengths: dict[str, int], system: str) -> statements.Words:
    checked = statements.Checked(given, lengths)
    checked.require("display")
    checked.coded(system)
    if checked.problems:
        raise Invalid(problems=checked.problems)
    return checked.words


def _require_not_ahead(field: str, day: Date | None) -> None:
    if day and day > (timezone.now() + _DAY_BEGINS).date():
        raise Invalid(problems=[Problem(field, _("This day is yet to come."))])


def _last_day(field: str, on: Date | None, first: Date | None) -> Date:
    """The day it ended: today unless said otherwise, neither ahead nor before it began. Raises Invalid."""
    _require_not_ahead(field, on)
    if on and first and on < first:
        raise Invalid.field(field, _("It ends before it begins."))
    return on or max(timezone.now().date(), first or Date.min)


def _begin(patient_id: UUID, by: Actor) -> UUID:
    """Whom it is noted for; of two who note for one patient at once, the second waits."""
    patient_id = patient_to_write_for(by, patient_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"summary:{patient_id}"])
    return patient_id


def _whose(patient_id: UUID, by: Actor) -> dict[str, Any]:
    return {"patient_id": patient_id, "organization_id": by.organization_id, "written_by": by.user_id}


def _same(rows: QuerySet[Any], words: statements.Words, by: Actor) -> Any:
    """The row of this organization that says the same: by its code, else by its name."""
    own = list(rows.filter(organization_id=by.organization_id))
    crypto.load_keys({row.words_subject for row in own})
    for row in own:
        if words["code"] and (row.words.get("code"), row.words.get("system")) == (words["code"], words["system"]):
            return row
        if row.words.get("display", "").casefold() == words["display"].casefold():
            return row
    return None


def _write(row: Any, words: statements.Words, by: Actor) -> Any:
    row.words = words
    row.save(force_insert=True)
    _note(by, "CREATE", row)
    return row


def _held(model: Any, row_id: UUID, by: Actor, need: Any = None) -> Any:
    """The row, held, of the own organization and a patient in care. Raises NotFound, NotAllowed, NotPossibleNow."""
    row = model.objects.visible_to(by).select_for_update(of=("self",), no_key=True).filter(pk=row_id).first()
    if row is None:
        raise NotFound()
    if need:
        need(by, row)
    elif row.organization_id != by.organization_id:
        raise NotAllowed(_("Another organization keeps this record: it is only shared with you."))
    else:
        patient_to_write_for(by, row.patient_id)
    if row.status != Clinical.Status.CURRENT:
        raise NotPossibleNow(_("This was entered in error."))
    return row


def _changed(row: Any, by: Actor, *fields: str) -> Any:
    row.updated_at = timezone.now()
    row.save(update_fields=[*fields, "updated_at"])
    _note(by, "UPDATE", row)
    return row


_NAMES: Final = {Condition: "PROBLEM", AllergyIntolerance: "ALLERGY", MedicationRequest: "MEDICINE"}


def _note(by: Actor, act: str, row: Any) -> None:
    trail.record(
        by,
        f"{act}_{_NAMES[type(row)]}",
        category=trail.Category.HEALTH_DATA,
        resource=f"{_NAMES[type(row)].lower()}s".replace("ys", "ies"),
        resource_id=row.pk,
        patient_id=row.patient_id,
        organization_id=row.organization_id,
    )
