"""A person's own data and account: what they may change by themselves, and where they are signed in."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from patients import own
from patients.forms import OwnDataForm
from patients.models import Patient
from patients.pages import for_patients
from vitas.accounts import own_sessions, page_sessions
from vitas.accounts.models import Session
from vitas.audit import trail
from vitas.common.errors import NotFound, Refused
from vitas.common.pages import page
from vitas.common.seen import SavedMeanwhile, see_anew, seen_of

_FIELDS = ("first_name", "last_name", "birth_date", "email", "city", "language", "zone")


@for_patients
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """The data of the profile that acts, the account's phone, and its sessions."""
    actor = request.actor  # type: ignore[attr-defined]
    patient = get_object_or_404(Patient.objects.visible_to(actor), pk=actor.patient_id)
    closed = _closed(patient)
    initial = {name: getattr(patient, name) for name in _FIELDS}
    now = seen_of({name: value for name, value in initial.items() if name not in closed})
    form = OwnDataForm(
        request.POST if request.method == "POST" else None, initial={**initial, "seen": now}, without=closed
    )
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            own.change(by=actor, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
            status = refusal.status
            if isinstance(refusal, SavedMeanwhile):
                see_anew(form, now)
        else:
            messages.success(request, _("Your data is saved."))
            page_sessions.remember_claims(request, _own_session(request))
            return redirect("me")
    _note(request, patient)
    context = {
        "form": form,
        "patient": patient,
        "closed": closed,
        "sessions": own_sessions.shown(actor.user_id, here=actor.session_id),
    }
    return page(request, "patients/me.html", context, status=status)


@for_patients
@require_POST
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Sign out another browser of one's own."""
    actor = request.actor  # type: ignore[attr-defined]
    if session_id == actor.session_id:
        raise Http404
    try:
        own_sessions.end(actor.user_id, session_id)
    except NotFound as none:
        raise Http404 from none
    messages.success(request, _("That device is signed out."))
    return redirect("me")


@for_patients
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    own_sessions.end_others(actor.user_id, here=actor.session_id)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("me")


def _closed(patient: Patient) -> set[str]:
    """Fields that are the desk's."""
    closed = set() if own.may_change_name(patient) else {"first_name", "last_name"}
    return closed | ({"birth_date"} if patient.birth_date else set())


def _own_session(request: HttpRequest) -> Session:
    rows = Session.objects.select_related("user", "membership__organization")
    found: Session = rows.get(pk=request.actor.session_id)  # type: ignore[attr-defined]
    return found


def _note(request: HttpRequest, patient: Patient) -> None:
    trail.record(
        request.actor,  # type: ignore[attr-defined]
        "READ_PATIENT",
        category=trail.Category.HEALTH_DATA,
        resource="patients",
        resource_id=patient.pk,
        patient_id=patient.pk,
    )
