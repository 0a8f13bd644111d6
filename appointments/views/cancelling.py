"""Cancelling a visit: the refund rule beside the button, a reason in one tap."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from appointments import booking, patients_may
from appointments.models import Appointment, Status
from appointments.payments import standing
from appointments.views.seen import note_read, seen_visit
from appointments.views.visits import refund_rule
from patients.pages import for_patients
from vitas.common.errors import Refused
from vitas.common.page_forms import PageForm
from vitas.common.pages import page
from vitas.common.shown import money_text

OTHER: Final = "other"
# Each is a reason as the rule wants one, of ten characters and more (S3 1.1).
REASONS: Final = (
    ("busy", _("I have something else at that time")),
    ("better", _("I no longer need the visit")),
    ("elsewhere", _("I found another time or doctor")),
    ("mistake", _("I booked it by mistake")),
    (OTHER, _("Another reason")),
)
SHORTEST: Final = 10


class CancelForm(PageForm):
    why = forms.ChoiceField(
        label=_("Why do you cancel?"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    words = forms.CharField(
        label=_("In your own words"),
        max_length=450,
        required=False,
        help_text=_("Only needed for another reason; at least 10 characters. The clinic reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("why") == OTHER and len(found.get("words", "").strip()) < SHORTEST:
            self.add_error("words", gettext("Say why in at least 10 characters."))
        return found

    @property
    def reason(self) -> str:
        """The reason as it is kept, in the patient's language."""
        why, words = self.cleaned_data["why"], self.cleaned_data["words"].strip()
        if why == OTHER:
            return str(words)
        return ". ".join(part for part in (str(dict(REASONS)[why]), words) if part)


@for_patients
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    row = seen_visit(request, visit_id)
    form = CancelForm(request.POST if request.method == "POST" else None)
    now = timezone.now()
    may = patients_may.for_patient(row, now)
    if request.method == "GET":
        note_read(request, row)
        return _page(request, row, form, may)
    if may.cancel and not form.is_valid():
        return _page(request, row, form, may, status=422)
    money = standing.of(row, now)
    due = refund_rule(row, money, now)["due"]
    try:
        reason = form.reason if form.is_valid() else ""
        booking.cancel(appointment_id=row.pk, reason=reason, by=request.actor)  # type: ignore[attr-defined]
    except Refused as refusal:
        if row.status == Status.CANCELLED:  # a second click, or somebody of the family was quicker
            return redirect("visit", visit_id=row.pk)
        form.is_valid()
        form.refuse(refusal)
        return _page(request, row, form, may, status=refusal.status)
    messages.success(request, _said(row, due))
    return redirect("visit", visit_id=row.pk)


def _page(
    request: HttpRequest, row: Appointment, form: CancelForm, may: patients_may.May, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    money = standing.of(row, now)
    context = {
        "visit": row,
        "form": form,
        "may": may,
        "money": money,
        "refund": refund_rule(row, money, now),
        "lapsed": patients_may.has_lapsed(row, now),
    }
    return page(request, "appointments/cancel.html", context, status=status)


def _said(row: Appointment, due: int) -> str:
    if not due:
        return gettext("The visit is cancelled.")
    amount = money_text(due, row.currency)
    return gettext("The visit is cancelled. %(amount)s goes back to you.") % {"amount": amount}
