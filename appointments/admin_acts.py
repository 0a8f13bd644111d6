"""What the desk does with a visit on the board: one click where nothing is asked, a small form where something is."""

from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from appointments import admin_board, booking, day_board, possible
from appointments.admin_pages import actor_of, back_of, board_at, for_desk, query_of, say, visit_for
from appointments.day_board import Row
from appointments.models import Appointment, Status
from appointments.payments import desk as payments_desk
from appointments.payments.models import Payment, PaymentStatus
from appointments.permissions import require_own_clinic
from appointments.possible import STEP_OF, Act
from vitas.accounts.actor import Actor
from vitas.common.errors import NotPossibleNow, Refused
from vitas.common.page_forms import PageForm
from vitas.common.pages import go, here, page
from vitas.common.visible_admin import StaffSite

# What is said when it is done; `name` is the patient's.
_DONE: Final[dict[str, Promise]] = {
    Act.CHECK_IN: gettext_lazy("%(name)s is waiting."),
    Act.START: gettext_lazy("%(name)s is with the doctor."),
    Act.COMPLETE: gettext_lazy("The visit of %(name)s is completed."),
    Act.ACCEPT: gettext_lazy("The visit of %(name)s is confirmed."),
    Act.NO_SHOW: gettext_lazy("Noted: %(name)s did not come."),
    Act.CANCEL: gettext_lazy("The visit of %(name)s is cancelled."),
    Act.CASH: gettext_lazy("Cash taken for the visit of %(name)s."),
    Act.REFUND: gettext_lazy("The money for the visit of %(name)s goes back."),
    Act.TAKE_BACK: gettext_lazy("Taken back. The visit of %(name)s stands as before."),
}


class ReasonForm(PageForm):
    """Why, in the desk's words: of a cancellation if there is something to say, of a step taken back always."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, required=False)

    def __init__(self, act: Act, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if act not in (Act.CANCEL, Act.TAKE_BACK):
            del self.fields["reason"]
            return
        self.fields["reason"].required = act == Act.TAKE_BACK
        if act == Act.CANCEL:
            self.fields["reason"].help_text = _("If you like. The patient is told of the cancellation, not of this.")


@for_desk
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, visit_id: UUID, name: str, *, site: StaffSite) -> HttpResponse:
    """One act with one visit. A look says what it means; only the form's answer does it."""
    wanted = _act(name)
    actor = actor_of(request)
    visit = visit_for(actor, visit_id)
    require_own_clinic(actor, visit.clinic_id)
    form = ReasonForm(wanted, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _do(wanted, visit, reason=form.cleaned_data.get("reason", ""), by=actor)
        except Refused as refusal:
            return _refused(request, site, visit, wanted, form, refusal)
        say(request, _DONE[wanted] % {"name": visit.patient.full_name})
        return _back(request, site, visit)
    site.note(request, Appointment, "READ", row=visit, patient_id=visit.patient_id)
    return _shown(request, site, visit, wanted, form, status=422 if form.errors else 200)


def _act(name: str) -> Act:
    if name not in _DONE:
        raise Http404
    return Act(name)


def _do(wanted: Act, visit: Appointment, *, reason: str, by: Actor) -> None:
    match wanted:
        case Act.CASH:
            payments_desk.ask_payment(appointment_id=visit.pk, method=Payment.Method.CASH, by=by)
        case Act.REFUND:
            payment = possible.payments([visit.pk]).get(visit.pk)
            if payment is None:
                raise NotPossibleNow()
            payments_desk.change_status(payment_id=payment.pk, to=PaymentStatus.REFUNDED, by=by)
        case Act.TAKE_BACK:
            to = possible.back_to(visit, by=by, now=timezone.now())
            if not to:
                raise NotPossibleNow(_("A step can be taken back within ten minutes, with a reason."))
            booking.step(appointment_id=visit.pk, to=to, reason=reason, by=by)
        case _:
            booking.step(appointment_id=visit.pk, to=STEP_OF[wanted], reason=reason, by=by)


def _back(request: HttpRequest, site: StaffSite, visit: Appointment) -> HttpResponse:
    asked = back_of(request, actor_of(request))
    if request.htmx and urlsplit(here(request)).path == reverse("admin:index"):  # type: ignore[attr-defined]
        return admin_board.drawn_anew(request, site, asked, focus=visit.pk)
    return go(request, board_at(asked, visit_id=visit.pk))


def _refused(
    request: HttpRequest, site: StaffSite, visit: Appointment, wanted: Act, form: ReasonForm, refusal: Refused
) -> HttpResponse:
    """Said where the person is: in the form, or over the day as it stands by now."""
    if wanted in admin_board.ON_A_PAGE:
        form.refuse(refusal)
        visit.refresh_from_db(fields=["status", "version", "hold_ends_at"])
        return _shown(request, site, visit, wanted, form, status=refusal.status, because=str(refusal.message))
    say(request, f"{visit.patient.full_name}: {refusal.message}", wrong=True)
    return _back(request, site, visit)


def _shown(
    request: HttpRequest,
    site: StaffSite,
    visit: Appointment,
    wanted: Act,
    form: ReasonForm,
    *,
    status: int,
    because: str = "",
) -> HttpResponse:
    actor = actor_of(request)
    row = day_board.row_of(actor, visit, now=timezone.now())
    found = next((offered for offered in row.acts if offered.act == wanted), None)
    why_not = found.why_not if found else because or _("This is not possible now.")
    context = {
        **site.each_context(request),
        "title": wanted.label,
        "row": row,
        "act": wanted,
        "why_not": why_not,
        "form": form,
        "back": query_of(back_of(request, actor)),
        "goes_back": row.payment.amount if wanted == Act.CANCEL and _is_paid(row) and row.payment else None,
        "before": _before(row, actor) if wanted == Act.TAKE_BACK else "",
    }
    return page(request, "admin/day/act.html", context, fragments=["sheet"], status=status)


def _is_paid(row: Row) -> bool:
    return row.payment is not None and row.payment.status == PaymentStatus.COMPLETED


def _before(row: Row, actor: Actor) -> str:
    """The status that taking back leads to, in words."""
    to = possible.back_to(row.visit, by=actor, now=row.now)
    return str(Status(to).label) if to else ""
