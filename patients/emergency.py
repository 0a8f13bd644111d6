"""Emergency access: a doctor opens a patient of the organization whom they do not care for, for an hour, with a reason.

The patient is told at once, and an administrator reviews it (docs/access.md).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from patients.merging import now_known_as
from patients.models import BreakGlass, CareRelationship, PatientFile
from patients.permissions import MAY_BREAK_GLASS, MAY_REVIEW
from vitas.accounts.actor import Actor
from vitas.audit import reading, trail
from vitas.audit.models import AuditEntry
from vitas.common import events
from vitas.common.errors import Invalid, NotAllowed, NotFound, NotPossibleNow
from vitas.common.ids import first_id_at

OPEN_FOR: Final = timedelta(hours=1)
REVIEW_WITHIN: Final = timedelta(days=1)  # after its end; then administrators are reminded, every day
FEWEST_LETTERS: Final = 10
LONGEST: Final = 500

Verdict = BreakGlass.Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Something the doctor did with the patient's data within the hour, `times` often; no clinical word."""

    what: str
    at: datetime
    times: int


@transaction.atomic
def break_glass(*, patient_id: UUID, reason: str, by: Actor) -> BreakGlass:
    """The doctor sees the patient for an hour. Again within the hour it is the same one.

    Raises NotAllowed (no doctor), Invalid (no reason), NotFound (not of the organization), NotPossibleNow (in care).
    """
    if by.role not in MAY_BREAK_GLASS or by.doctor_id is None or by.organization_id is None or by.user_id is None:
        raise NotAllowed()
    words = _require_reason(reason)
    patient_id = now_known_as(patient_id)
    known = PatientFile.objects.filter(organization_id=by.organization_id, patient_id=patient_id)
    if not known.select_for_update(no_key=True).exists():  # a double click waits here
        raise NotFound(_("There is no such patient in this organization."))
    if CareRelationship.objects.filter(doctor_id=by.doctor_id, patient_id=patient_id, ended_at=None).exists():
        raise NotPossibleNow(_("This patient is in your care: open their page."))
    standing = BreakGlass.objects.filter(doctor_id=by.doctor_id, patient_id=patient_id).open().first()
    if standing is not None:
        return standing
    now = timezone.now()
    row = BreakGlass.objects.create(
        organization_id=by.organization_id,
        doctor_id=by.doctor_id,
        user_id=by.user_id,
        patient_id=patient_id,
        reason=words,
        opened_at=now,
        ends_at=now + OPEN_FOR,
    )
    _note(by, "BREAK_GLASS", row)
    events.record(events.GlassBroken(row.pk))
    return row


@transaction.atomic
def end_early(*, id: UUID, by: Actor) -> BreakGlass:
    """The doctor needs it no longer. Twice is once. Raises NotAllowed, NotFound."""
    if by.role not in MAY_BREAK_GLASS:
        raise NotAllowed()
    row = _locked(id, by)
    now = timezone.now()
    if row.ends_at > now:
        row.ends_at = max(now, row.opened_at)
        row.save(update_fields=["ends_at"])
        _note(by, "END_BREAK_GLASS", row)
    return row


@transaction.atomic
def review(*, id: UUID, verdict: str, note: str, by: Actor) -> BreakGlass:
    """An administrator closes it, once its time is over. A verdict against it says why.

    Raises NotAllowed (also of one's own), NotFound, Invalid, NotPossibleNow (still open, or reviewed).
    """
    if by.role not in MAY_REVIEW:
        raise NotAllowed()
    row = _locked(id, by)
    if row.user_id == by.user_id:
        raise NotAllowed(_("Nobody reviews their own access: ask another administrator."))
    if verdict not in Verdict.values:
        raise Invalid.field("verdict", _("Say whether it was justified."))
    if verdict == Verdict.NOT_JUSTIFIED and not note.strip():
        raise Invalid.field("note", _("Write down why it was not justified."))
    if row.ends_at > timezone.now():
        raise NotPossibleNow(_("It is still open. Review it when it is over."))
    if row.reviewed_at is not None:
        raise NotPossibleNow(_("It has been reviewed already."))
    row.verdict, row.review = verdict, note.strip()[:LONGEST]
    row.reviewed_at, row.reviewed_by = timezone.now(), by.user_id
    row.save(update_fields=["verdict", "review", "reviewed_at", "reviewed_by"])
    _note(by, "REVIEW_BREAK_GLASS", row, verdict=verdict)
    events.record(events.GlassReviewed(row.pk))
    return row


def used(row: BreakGlass) -> list[Used]:
    """What the doctor did with the patient's data meanwhile, by the audit trail; the oldest first."""
    since, until = first_id_at(row.opened_at), first_id_at(row.ends_at + timedelta(milliseconds=1))
    rows = AuditEntry.objects.filter(id__gte=since, id__lt=until, user_id=row.user_id, patient_id=row.patient_id)
    found = rows.exclude(category=AuditEntry.Category.BREAK_GLASS).order_by("id")[:1000]
    alike = sorted(found, key=lambda entry: (entry.action, entry.id))
    told = []
    for _action, same in groupby(alike, key=lambda entry: entry.action):
        entries = list(same)
        what = reading.words(entries[0].action, entries[0].category)
        told.append(Used(what=what, at=entries[0].at, times=len(entries)))
    return sorted(told, key=lambda each: each.at)


def opened_by(actor: Actor, patient_id: UUID) -> BreakGlass | None:
    """The emergency access by which this doctor sees the patient just now, if that is why they do."""
    if actor.doctor_id is None:
        return None
    return BreakGlass.objects.visible_to(actor).open().filter(patient_id=patient_id).first()


def waiting(actor: Actor) -> int:
    """How many emergency accesses are over and wait for a review that this administrator may make."""
    rows = BreakGlass.objects.visible_to(actor).filter(reviewed_at=None, ends_at__lte=timezone.now())
    return rows.exclude(user_id__in=[actor.user_id]).count()


def _require_reason(reason: str) -> str:
    words = reason.strip()
    if len(re.findall(r"[^\W\d_]", words)) < FEWEST_LETTERS:
        raise Invalid.field("reason", _("Write down why, in at least 10 letters."))
    if len(words) > LONGEST:
        raise Invalid.field("reason", _("At most 500 letters."))
    return words


def _locked(id: UUID, by: Actor) -> BreakGlass:
    row = BreakGlass.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=id).first()
    if row is None:
        raise NotFound(_("There is no such emergency access."))
    return row


def _note(by: Actor, action: str, row: BreakGlass, **details: str) -> None:
    trail.record(
        by,
        action,
        category=trail.Category.BREAK_GLASS,
        resource="break_glass",
        resource_id=row.pk,
        patient_id=row.patient_id,
        organization_id=row.organization_id,
        **details,
    )
