"""How emergency access is told behind the bell and to sockets: to the patient, the doctor, the administrators."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import BreakGlass
from vitas.accounts.actor import Actor
from vitas.common.wall_time import iso
from vitas.live.news import Said
from vitas.live.presenting import Ids

Rows = Mapping[UUID, BreakGlass]


def opened(actor: Actor, asked: Sequence[Ids]) -> list[Said | None]:
    """To the patient: that it happened. To an administrator: that there is something to review."""
    return _told(actor, asked, lambda row: _yours(row) if actor.is_patient else _to_review(row))


def overdue(actor: Actor, asked: Sequence[Ids]) -> list[Said | None]:
    """A review that waits; nothing once it is done."""
    return _told(actor, asked, lambda row: None if row.reviewed_at else _to_review(row))


def reviewed(actor: Actor, asked: Sequence[Ids]) -> list[Said | None]:
    """The verdict, to the patient and the doctor."""
    return _told(actor, asked, lambda row: _verdict(actor, row))


def payload(actor: Actor, asked: Sequence[Ids]) -> list[dict[str, Any] | None]:
    """What a socket gets of each of these events: ids and moments."""
    rows = _visible(actor, asked)
    return [
        {
            "breakGlassId": str(row.pk),
            "patientId": str(row.patient_id),
            "openedAt": iso(row.opened_at),
            "endsAt": iso(row.ends_at),
            "verdict": row.verdict or None,
        }
        if (row := rows.get(UUID(ids["glass"])))
        else None
        for ids in asked
    ]


def _told(actor: Actor, asked: Sequence[Ids], said: Callable[[BreakGlass], Said | None]) -> list[Said | None]:
    rows = _visible(actor, asked)
    return [said(row) if (row := rows.get(UUID(ids["glass"]))) else None for ids in asked]


def _yours(row: BreakGlass) -> Said:
    return Said(
        sentence=_("A doctor opened your file in an emergency."),
        about=f"{row.patient.first_name} · {row.doctor} · {row.organization}",
        address=reverse("who-opened"),
        icon="urgent",
        colour="amber",
    )


def _to_review(row: BreakGlass) -> Said:
    return Said(
        sentence=_("Emergency access to review: %(patient)s") % {"patient": row.patient.full_name},
        about=str(row.doctor),
        address=reverse("admin:patients_breakglass_change", args=[row.pk]),
        icon="urgent",
        colour="amber",
    )


def _verdict(actor: Actor, row: BreakGlass) -> Said | None:
    if not row.verdict:
        return None
    good = row.verdict == BreakGlass.Verdict.JUSTIFIED
    if actor.is_patient:
        sentence = (
            _("The emergency access to your file was reviewed: it was justified.")
            if good
            else _("The emergency access to your file was reviewed: it was not justified.")
        )
    else:
        sentence = (
            _("Your emergency access was reviewed: it was justified.")
            if good
            else _("Your emergency access was reviewed: it was not justified.")
        )
    return Said(
        sentence=sentence,
        about=str(row.doctor) if actor.is_patient else row.patient.full_name,
        address=reverse("who-opened") if actor.is_patient else reverse("break-glass"),
        icon="shield-check" if good else "alert-triangle",
        colour="green" if good else "red",
    )


def _visible(actor: Actor, asked: Sequence[Ids]) -> Rows:
    rows = BreakGlass.objects.visible_to(actor).select_related("patient", "doctor", "organization")
    found: Rows = rows.defer("reason", "review").in_bulk([ids["glass"] for ids in asked])
    return found
