"""Who opened what of a patient, and when, in plain words: for the patient.

The rooms above name people as patients know them (`name_people`) and say what their acts mean (`tell`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vitas.accounts.models import Organization, Role, User
from vitas.audit.models import AuditEntry
from vitas.common.errors import Sentence

ENTRIES_A_PAGE: Final = 200

Names = Callable[[Collection[UUID]], Mapping[UUID, str]]

_namers: list[Names] = []
_words: dict[str, Sentence] = {
    "READ_PATIENT": gettext_lazy("opened your file"),
    "READ_PATIENTS": gettext_lazy("saw you in a list of patients"),
    "CREATE_PATIENT": gettext_lazy("registered you"),
    "UPDATE_PATIENT": gettext_lazy("changed your personal details"),
    "CHANGE_PATIENT_PHONE": gettext_lazy("changed your phone number"),
    "OPEN_PATIENT_FILE": gettext_lazy("opened a file for you"),
    "MERGE_PATIENT": gettext_lazy("put two of your files together"),
    "UNDO_PATIENT_MERGE": gettext_lazy("separated files that had been put together"),
    "READ_APPOINTMENT": gettext_lazy("opened one of your visits"),
    "READ_APPOINTMENTS": gettext_lazy("saw the list of your visits"),
    "READ_AGENDA": gettext_lazy("saw your visit in the calendar"),
    "READ_DAY": gettext_lazy("saw your visit in the list of the day"),
    "READ_QUEUE": gettext_lazy("saw you in the waiting list of the day"),
    "CREATE_APPOINTMENT": gettext_lazy("booked a visit"),
    "UPDATE_APPOINTMENT": gettext_lazy("changed the state of a visit"),
    "CONFIRM_APPOINTMENT": gettext_lazy("confirmed a visit"),
    "RESCHEDULE_APPOINTMENT": gettext_lazy("moved a visit"),
    "CANCEL_APPOINTMENT": gettext_lazy("cancelled a visit"),
    "READ_PAYMENTS": gettext_lazy("saw your payments"),
    "CREATE_PAYMENT": gettext_lazy("asked for a payment"),
    "UPDATE_PAYMENT": gettext_lazy("changed a payment"),
    "READ_CALENDAR_FEED": gettext_lazy("fetched your calendar"),
    "SIGN_IN": gettext_lazy("signed in"),
    "SIGN_OUT": gettext_lazy("signed out"),
    "CHOOSE_PROFILE": gettext_lazy("switched to this profile"),
    "QUERY_AUDIT_TRAIL": gettext_lazy("checked who had opened your data"),
    "REPORT_AUDIT_TRAIL": gettext_lazy("made a report of who had opened your data"),
    "EXPORT_AUDIT_TRAIL": gettext_lazy("saved a list of who had opened your data"),
}
_KINDS: Final = {
    AuditEntry.Category.HEALTH_DATA: gettext_lazy("used your health data"),
    AuditEntry.Category.APPOINTMENT: gettext_lazy("used data of your visits"),
    AuditEntry.Category.PAYMENT: gettext_lazy("used data of your payments"),
    AuditEntry.Category.PERMISSION: gettext_lazy("changed who may see your data"),
    AuditEntry.Category.EXPORT: gettext_lazy("saved a copy of your data"),
    AuditEntry.Category.BREAK_GLASS: gettext_lazy("opened your data in an emergency"),
    AuditEntry.Category.LOCK: gettext_lazy("worked on your data"),
    AuditEntry.Category.CONSENT: gettext_lazy("recorded what you agreed to"),
    AuditEntry.Category.RETENTION: gettext_lazy("removed or kept data as the law asks"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Somebody did the same thing on one day, `times` often; `at` is the newest, `first_at` the first time."""

    who: str
    role: str
    organization: str
    what: str
    at: datetime
    first_at: datetime
    times: int
    action: str
    category: str
    by_oneself: bool
    refused: bool
    user_id: UUID | None = None

    @property
    def emergency(self) -> bool:
        return self.category == AuditEntry.Category.BREAK_GLASS


@dataclass(frozen=True, slots=True)
class Openings:
    """Newest first; `before` asks for what is older, and is None at the end."""

    rows: list[Opening]
    before: UUID | None


def name_people(names: Names) -> None:
    """Register how users are called ("Dra. Ana Ruiz"); the last one registered wins. Called in an `apps.py`."""
    if names not in _namers:
        _namers.append(names)


def tell(action: str, what: Sentence) -> None:
    """Register the plain words of an act, as they follow the person's name. Called in an `apps.py`."""
    _words[action] = what


def entries_of(patient_ids: Collection[UUID]) -> QuerySet[AuditEntry]:
    """What tells of this patient (and of whom they were merged from), newest first. The caller checked who asks."""
    return AuditEntry.objects.filter(patient_id__in=patient_ids).order_by("-id")


def openings(
    *,
    patient_ids: Collection[UUID],
    own_users: Collection[UUID] = (),
    others_only: bool = False,
    zone: ZoneInfo,
    since: UUID | None = None,
    before: UUID | None = None,
) -> Openings:
    """Who did what with the data of these, in plain words; a day of the clock of `zone` makes one line of the same.

    `since` and `before` are ids of entries, or of moments (`first_id_at`): from the one on, and earlier than the other.
    """
    rows = entries_of(patient_ids)
    if since:
        rows = rows.filter(id__gte=since)
    if others_only:
        rows = rows.exclude(user_id__in=own_users).exclude(user_role=Role.PATIENT)
    found = list((rows.filter(id__lt=before) if before else rows)[:ENTRIES_A_PAGE])
    names, houses = people({row.user_id for row in found}), _organizations({row.organization_id for row in found})
    days = groupby(found, key=lambda row: row.at.astimezone(zone).date())
    told = [
        _opening(same, names=names, houses=houses, own_users=own_users)
        for _day, of_day in days
        for same in _alike(of_day)
    ]
    return Openings(told, found[-1].pk if len(found) == ENTRIES_A_PAGE else None)


def people(user_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """What these users are called."""
    wanted = {user_id for user_id in user_ids if user_id}
    found = dict(User.objects.filter(pk__in=wanted).values_list("pk", "full_name")) if wanted else {}
    for names in _namers:
        found |= names(wanted) if wanted else {}
    return found


def words(action: str, category: str) -> str:
    """What somebody did, as it follows their name."""
    return str(_words.get(action) or _KINDS.get(category) or _("used your data"))  # type: ignore[call-overload]


def role(name: str) -> str:
    """`doctor`, `operator`, `system:sweep` for a person to read."""
    if name.startswith("system:"):
        return _("Vitas, by itself")
    return str(dict(Role.choices).get(name) or (_("operator of the platform") if name == "operator" else name))


def _alike(entries: Iterable[AuditEntry]) -> list[list[AuditEntry]]:
    """The entries of a day by person and act, in the order of the newest of each."""
    same: dict[Any, list[AuditEntry]] = {}
    for row in entries:
        same.setdefault((row.user_id, row.user_role, row.action, row.outcome, row.organization_id), []).append(row)
    return list(same.values())


def _opening(
    same: list[AuditEntry], *, names: Mapping[UUID, str], houses: Mapping[UUID, str], own_users: Collection[UUID]
) -> Opening:
    newest = same[0]
    oneself = newest.user_id in own_users
    called = _("You") if oneself else names.get(newest.user_id, "") if newest.user_id else ""
    return Opening(
        who=called or role(newest.user_role) or _("Somebody who was not signed in"),
        role=role(newest.user_role) if called and not oneself else "",
        organization=houses.get(newest.organization_id, "") if newest.organization_id else "",
        what=words(newest.action, newest.category),
        at=newest.at,
        first_at=same[-1].at,
        times=len(same),
        action=newest.action,
        category=newest.category,
        by_oneself=oneself,
        refused=newest.outcome != AuditEntry.Outcome.SUCCESS,
        user_id=newest.user_id,
    )


def _organizations(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {organization_id for organization_id in ids if organization_id}
    return dict(Organization.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
