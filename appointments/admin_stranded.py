"""What the admin says when hours or absences were changed under visits that are booked: which, and to move them."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import ngettext

from appointments import stranded
from appointments.admin_pages import actor_of
from appointments.models import Appointment
from clinic.models import Doctor
from vitas.common.shown import when_text
from vitas.common.visible_admin import StaffSite

MOST_ASKED: Final = 50  # doctors; a holiday changes everybody's time
MOST_TOLD: Final = 5  # doctors with such visits: what is said travels in a cookie
MOST_NAMED: Final = 3  # visits of a doctor


def tell(request: HttpRequest, doctor_ids: Collection[UUID], *, site: StaffSite) -> None:
    """A warning for each of these doctors with coming visits outside the hours, to who may move them."""
    actor = actor_of(request)
    if not site.allows(request, Appointment, "step"):
        return
    rows = Appointment.objects.visible_to(actor).select_related("patient", "clinic")
    doctors = Doctor.objects.visible_to(actor).filter(pk__in=doctor_ids).order_by("last_name", "pk")[:MOST_ASKED]
    outside = [(doctor, ids) for doctor in doctors if (ids := stranded.outside(doctor.pk, timezone.now()))]
    for doctor, ids in outside[:MOST_TOLD]:
        visits = list(
            rows.filter(pk__in=ids).defer("reason", "notes", "cancellation_reason").order_by("starts_at")[:MOST_NAMED]
        )
        site.note(request, Appointment, "READ", details={"count": len(visits), "ids": [str(row.pk) for row in visits]})
        sentence = ngettext(
            "%(doctor)s: one visit is outside the hours now. It stays booked until you move it:",
            "%(doctor)s: %(count)d visits are outside the hours now. They stay booked until you move them:",
            len(ids),
        )
        links = format_html_join(
            " · ", '<a href="{}">{}, {}</a>', ((_move(row), row.patient, _when(row)) for row in visits)
        )
        messages.warning(request, format_html("{} {}", sentence % {"doctor": str(doctor), "count": len(ids)}, links))


def _move(visit: Appointment) -> str:
    return reverse("admin:day-move", args=[visit.pk])


def _when(visit: Appointment) -> str:
    return when_text(visit.starts_at, visit.clinic.zone)
