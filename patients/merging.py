"""Two patients who are one person become one, and two again if that was wrong.

Each room says how its rows follow (`follow_by`): what is moved is named by key in `PatientMerge.moved`, and undoing
moves exactly that back. Sealed words keep the key that sealed them (decision 0014), so nothing is opened on the way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from patients.models import Patient, PatientFile, PatientIdentifier, PatientMerge
from patients.moving import Moved, Pair, Rule
from vitas.accounts.actor import MERGING, SWEEP, Actor
from vitas.audit import trail
from vitas.common.acting import acting_as
from vitas.common.errors import Conflict, Invalid, NotAllowed, NotFound, NotPossibleNow

LATE: Final = timedelta(days=1)  # who held a token of the merged patient may have acted by it for a while
_FILLED: Final = ("last_name", "birth_date", "phone", "email", "city", "zone")
_FILLED_KEY: Final = "patients.Patient"

_rules: dict[str, Rule] = {}


def follow_by(rule: Rule) -> None:
    """Register how a room's rows follow; called in its `apps.py`."""
    _rules[rule.columns[0]] = rule


def columns() -> set[str]:
    """Every column that a rule speaks for, `app.Model.field`; a test holds them against the models."""
    return {column for rule in _rules.values() for column in rule.columns}


def now_known_as(patient_id: UUID) -> UUID:
    """The patient whom an old address leads to: the kept one, however often it was merged since."""
    seen = {patient_id}
    while into := Patient.objects.filter(pk=patient_id).values_list("merged_into_id", flat=True).first():
        if into in seen:
            break
        seen.add(into)
        patient_id = into
    return patient_id


@acting_as(MERGING)  # what hangs on a patient is more than the desk may see
def once_known_as(patient_id: UUID) -> set[UUID]:
    """This patient, and all who were merged into them: the audit trail tells of whom it was at the time."""
    found, fresh = {patient_id}, {patient_id}
    while fresh := set(Patient.objects.filter(merged_into__in=fresh).values_list("pk", flat=True)) - found:
        found |= fresh
    return found


def merge(*, kept_id: UUID, merged_id: UUID, by: Actor, reason: str) -> PatientMerge:
    """What the merged patient has becomes the kept one's, in one transaction.

    Raises NotAllowed, NotFound, Invalid (no reason, or one and the same), NotPossibleNow (merged before, or known to
    another organization, too), Conflict (both have a visit at the same time).
    """
    if not reason.strip():
        raise Invalid.field("reason", _("Write down why these are one person."))
    with _judged(), transaction.atomic():
        kept, merged = _both(kept_id, merged_id, by=by)
        pair = _require_mergeable(kept, merged, by=by)
        moved = {name: found for name, rule in _rules.items() if (found := rule.move(pair))}
        moved[_FILLED_KEY] = {"filled": _fill(kept, merged)}
        row = _write(pair, moved, reason=reason.strip(), by=by)
        Patient.objects.filter(pk=merged.pk).update(merged_into=kept, updated_at=timezone.now())
        _note(by, "MERGE_PATIENT", row)
    return row


@acting_as(MERGING)
def undo(*, merge_id: UUID, by: Actor) -> PatientMerge:
    """Everything that was moved goes back; what came since stays. Raises NotAllowed, NotFound, NotPossibleNow."""
    if not by.is_desk:
        raise NotAllowed()
    with _judged(), transaction.atomic():
        asked = PatientMerge.objects.visible_to(by).filter(pk=merge_id).first()
        if asked is None:
            raise NotFound(_("There is no such merge."))
        _locked(asked.kept_id, asked.merged_id)
        standing = PatientMerge.objects.standing().filter(kept=asked.kept_id, merged=asked.merged_id)
        rows = list(standing.select_for_update().order_by("-merged_at", "-pk"))
        if asked not in rows:
            raise NotPossibleNow(_("This merge has been undone already."))
        if asked.kept.merged_into_id is not None:
            raise NotPossibleNow(
                _("%(name)s was merged into another patient since. Undo that first.") % _named(asked.kept)
            )
        for row in rows:
            _take_back(row, by=by)
        Patient.objects.filter(pk=asked.merged_id, merged_into=asked.kept_id).update(
            merged_into=None, updated_at=timezone.now()
        )
        asked.refresh_from_db()
        _note(by, "UNDO_PATIENT_MERGE", asked)
    return asked


@acting_as(MERGING)
def gather_late(*, limit: int = 200) -> int:
    """The sweep: what was written for a merged patient by a request that had begun before follows, too."""
    recent = PatientMerge.objects.standing().filter(merged_at__gte=timezone.now() - LATE)
    pairs = {(row.kept_id, row.merged_id): row for row in recent.order_by("-merged_at")[:limit]}
    return sum(_gather(row) for row in pairs.values())


@transaction.atomic
def _gather(row: PatientMerge) -> bool:
    _locked(row.kept_id, row.merged_id)
    if not PatientMerge.objects.standing().filter(pk=row.pk).exists():
        return False
    pair = Pair(kept=now_known_as(row.kept_id), merged=row.merged_id, organization_id=row.organization_id)
    try:
        with transaction.atomic():
            moved = {name: found for name, rule in _rules.items() if (found := rule.move(pair))}
    except IntegrityError:
        return False  # both have a visit at that time: the desk sees it, and the next sweep tries again
    if not moved:
        return False
    _note(SWEEP, "MERGE_PATIENT", _write(pair, moved, reason=str(row.reason), by=SWEEP))
    return True


def warnings(kept: Patient, merged: Patient) -> list[str]:
    """What should make whoever merges look twice."""
    found = []
    if kept.birth_date and merged.birth_date and kept.birth_date != merged.birth_date:
        found.append(_("Their birth dates differ."))
    if _documents_differ(kept, merged):
        found.append(_("They have different documents of the same kind."))
    if _who_signs_in(kept) and _who_signs_in(merged) - _who_signs_in(kept):
        found.append(_("Different people sign in for them. Each of them will see everything of both."))
    return found


@acting_as(MERGING)
def counted(patient_id: UUID) -> list[tuple[str, int]]:
    """What hangs on a patient, in the words of each room."""
    return [found for rule in _rules.values() if (found := rule.counted(patient_id))]


@acting_as(MERGING)
def refusal(*, kept_id: UUID, merged_id: UUID, by: Actor) -> str:
    """Why these two cannot be merged; empty if they can. Nothing is changed. Raises NotAllowed, NotFound, Invalid."""
    try:
        with transaction.atomic():
            _require_mergeable(*_both(kept_id, merged_id, by=by), by=by)
    except (NotPossibleNow, Conflict) as found:
        return str(found.message)
    return ""


def _both(kept_id: UUID, merged_id: UUID, *, by: Actor) -> tuple[Patient, Patient]:
    """Locked, in the order of their ids. Raises NotAllowed, Invalid, NotFound."""
    if not by.is_desk or by.organization_id is None:
        raise NotAllowed()
    if kept_id == merged_id:
        raise Invalid(_("Choose two different patients."))
    known = Patient.objects.visible_to(by).filter(pk__in=[kept_id, merged_id])
    if known.count() != 2:
        raise NotFound(_("There is no such patient in this organization."))
    found = _locked(kept_id, merged_id)
    return found[kept_id], found[merged_id]


def _locked(*ids: UUID) -> dict[UUID, Patient]:
    rows = Patient.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows}


def _require_mergeable(kept: Patient, merged: Patient, *, by: Actor) -> Pair:
    for patient in (kept, merged):
        if patient.merged_into_id is not None:
            raise NotPossibleNow(_("%(name)s was merged into another patient already.") % _named(patient))
    if PatientFile.objects.filter(patient=merged).exclude(organization_id=by.organization_id).exists():
        raise NotPossibleNow(
            _("Another organization also knows %(name)s, and only it can move what is its own. Keep this patient.")
            % _named(merged)
        )
    assert by.organization_id is not None
    pair = Pair(kept=kept.pk, merged=merged.pk, organization_id=by.organization_id)
    for rule in _rules.values():
        rule.require(pair)
    return pair


@contextmanager
def _judged() -> Iterator[None]:
    """What the database refuses after all: somebody booked at this very moment."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(_("Something of these patients has just changed. Look again.")) from error


def _fill(kept: Patient, merged: Patient) -> list[str]:
    """What only the merged one has is written down for the kept one; names of fields, for undoing."""
    filled = [name for name in _FILLED if not getattr(kept, name) and getattr(merged, name)]
    for name in filled:
        setattr(kept, name, getattr(merged, name))
    if filled:
        kept.save()
    return filled


def _empty(kept: Patient, merged: Patient, names: list[str]) -> None:
    for name in names:
        if getattr(kept, name) == getattr(merged, name):
            setattr(kept, name, None if name == "birth_date" else "")
    if names:
        kept.save()


def _write(pair: Pair, moved: dict[str, Moved], *, reason: str, by: Actor) -> PatientMerge:
    return PatientMerge.objects.create(
        organization_id=pair.organization_id,
        kept_id=pair.kept,
        merged_id=pair.merged,
        reason=reason,
        moved=moved,
        merged_by=by.user_id,
    )


def _take_back(row: PatientMerge, *, by: Actor) -> None:
    pair = Pair(kept=row.kept_id, merged=row.merged_id, organization_id=row.organization_id)
    for name, moved in row.moved.items():
        if name in _rules:
            _rules[name].back(pair, moved)
    kept, merged = Patient.objects.get(pk=pair.kept), Patient.objects.get(pk=pair.merged)
    _empty(kept, merged, row.moved.get(_FILLED_KEY, {}).get("filled", []))
    PatientMerge.objects.filter(pk=row.pk).update(undone_at=timezone.now(), undone_by=by.user_id)


def _documents_differ(kept: Patient, merged: Patient) -> bool:
    numbers: dict[tuple[str, str], set[str]] = {}
    for row in PatientIdentifier.objects.filter(patient__in=[kept, merged]):
        numbers.setdefault((row.country, row.kind), set()).add(row.number)
    return any(len(found) > 1 for found in numbers.values())


def _who_signs_in(patient: Patient) -> set[UUID]:
    return set(patient.access.filter(ended_at=None, verified_at__isnull=False).values_list("user_id", flat=True))


def _named(patient: Patient) -> dict[str, str]:
    return {"name": patient.full_name}


def _note(by: Actor, action: str, row: PatientMerge) -> None:
    trail.record(
        by,
        action,
        category=trail.Category.HEALTH_DATA,
        resource="patients",
        resource_id=row.pk,
        patient_id=row.kept_id,
        organization_id=row.organization_id,
        merged=str(row.merged_id),
    )
