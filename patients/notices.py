"""Who is told of emergency access: the patient at once, the administrators who review it, the doctor of the verdict.

Receivers of domain events, harmless when called twice. A message says that and when, never why: phones are shared.
"""

from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic
from patients.emergency import REVIEW_WITHIN
from patients.models import BreakGlass, Patient, PatientAccess
from vitas.accounts.models import Membership, Role
from vitas.common import events
from vitas.common.shown import when_text, zone_text
from vitas.live import topics
from vitas.live.publish import publish
from vitas.messaging import outbox, templates

templates.define(
    "emergency_opened",
    ("patient", "organization", "when", "link"),
    _(
        "Hello %(patient)s, a doctor of %(organization)s who is not treating you opened your file in an emergency, on"
        " %(when)s. It is being reviewed. Who it was: %(link)s"
    ),
)

# What acts are called where a patient reads who did what, as it follows the name.
PLAINLY: Final = {
    "FIND_PATIENT": _("found you by your name or number in an emergency"),
    "BREAK_GLASS": _("opened your file in an emergency"),
    "END_BREAK_GLASS": _("closed your file again after an emergency"),
    "REVIEW_BREAK_GLASS": _("reviewed whether an emergency access was justified"),
    "READ_BREAKGLASS": _("looked at an emergency access to your file"),
    "GIVE_CONSENT": _("allowed something"),
    "REVOKE_CONSENT": _("took back what was allowed"),
    "READ_CONSENTS": _("saw what you allow"),
}


def on_glass_broken(event: events.GlassBroken) -> None:
    """The patient hears of it on the page and by a message, the administrators that there is something to review."""
    row = BreakGlass.objects.select_related("patient", "organization").get(pk=event.break_glass_id)
    _publish("emergency:opened", row, [topics.patient(row.patient_id), *_administrators(row)], by=str(row.user_id))
    phone = _phone(row.patient)
    if phone:
        language = row.patient.language
        outbox.put(
            key=f"emergency_opened:{row.pk}",
            address=phone,
            template="emergency_opened",
            language=language,
            variables={
                "patient": row.patient.first_name,
                "organization": row.organization.name,
                "when": _when(row, language),
                "link": settings.PUBLIC_URL.rstrip("/") + reverse("who-opened"),
            },
            organization_id=row.organization_id,
        )


def on_glass_reviewed(event: events.GlassReviewed) -> None:
    """Whether it was justified: the patient and the doctor hear of it."""
    row = BreakGlass.objects.get(pk=event.break_glass_id)
    heard_by = [topics.patient(row.patient_id), topics.doctor(row.doctor_id)]
    _publish("emergency:reviewed", row, heard_by, by=str(row.reviewed_by))


def remind_of_reviews() -> int:
    """The sweep: administrators are reminded, once a day, of what nobody has reviewed in time; how many there are."""
    now = timezone.now()
    overdue = BreakGlass.objects.filter(reviewed_at=None, ends_at__lte=now - REVIEW_WITHIN)
    count = 0
    for row in overdue.order_by("opened_at")[:500]:
        _publish("emergency:overdue", row, _administrators(row), once=now.date().isoformat())
        count += 1
    return count


def _publish(event: str, row: BreakGlass, heard_by: list[str], *, by: str = "", once: str = "") -> None:
    key = f"{event}:{row.pk}:{once}".rstrip(":")
    publish(event, key=key, topics=heard_by, ids={"glass": str(row.pk), "by": by})


def _administrators(row: BreakGlass) -> list[str]:
    """Each by themselves: the desk's topic is also the receptionists'."""
    staff = Membership.objects.filter(organization_id=row.organization_id, role=Role.ADMIN, active=True)
    return [topics.user(user_id) for user_id in staff.exclude(user_id=row.user_id).values_list("user_id", flat=True)]


def _phone(patient: Patient) -> str:
    """The patient's own; without one, that of who acts for them."""
    if patient.phone:
        return patient.phone
    acting = PatientAccess.objects.filter(patient=patient, ended_at=None, verified_at__isnull=False)
    phones = acting.exclude(user__phone=None).order_by("created_at").values_list("user__phone", flat=True)
    return phones.first() or ""


def _when(row: BreakGlass, language: str) -> str:
    """On the clock of the patient, else of a clinic of the organization; the zone is named."""
    zones = Clinic.objects.filter(organization_id=row.organization_id).order_by("pk").values_list("zone", flat=True)
    zone = row.patient.zone or zones.first() or "UTC"
    with translation.override(language):
        return f"{when_text(row.opened_at, zone, long=True)} ({zone_text(zone)})"
