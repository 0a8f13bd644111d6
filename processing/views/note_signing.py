"""The last look at a note, and the signature: who signs proves once more who they are."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments.models import Appointment
from clinic.pages import for_doctors
from processing import sheet
from processing.views import room
from records import paper as papers
from records.notes import paper, reading, signing
from records.notes.models import Diagnosis, Note
from vitas.accounts import page_sessions
from vitas.accounts.mfa import confirming, forms
from vitas.accounts.models import Session
from vitas.common.errors import NotFound, Refused
from vitas.common.page_forms import PageForm
from vitas.common.pages import page

_FORMS = {"password": forms.PasswordForm, "totp": forms.CodeForm, "passkey": forms.PasskeyForm}


@for_doctors
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """`?by=` is how the person proves who they are; nothing is asked within ten minutes of the last time."""
    actor = request.actor  # type: ignore[attr-defined]
    visit = room.visit_of(request, visit_id)
    row = reading.of_visit(visit.pk, actor)
    if row is None:
        raise Http404
    if row.state == Note.State.SIGNED:
        return redirect("doctor-visit-note", visit_id=visit.pk)
    session = page_sessions.row_of(request)
    by = _way(request, session)
    form = _FORMS[by](request.POST if request.method == "POST" and by else None) if by else PageForm()
    if request.method == "GET":
        return _page(request, visit, row, form, by, session)
    if by and not form.is_valid():
        return _page(request, visit, row, form, by, session, status=422)
    try:
        if by:
            confirming.confirm(session=session, **form.cleaned_data)
        signing.sign(row.pk, seen_version=_version(request), by=actor)
    except Refused as refusal:
        return _refused(request, visit, row, by, session, refusal)
    messages.success(request, _("The note is signed. It stands in the patient's records."))
    return redirect("doctor-visit-note", visit_id=visit.pk)


@for_doctors
@require_safe
def pdf(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The signed note on paper."""
    visit = room.visit_of(request, visit_id)
    row = Note.objects.visible_to(request.actor).standing().filter(appointment=visit).first()  # type: ignore[attr-defined]
    if row is None:
        raise Http404
    try:
        return papers.answer(paper.paper_of(note_id=row.pk, by=request.actor))  # type: ignore[attr-defined]
    except NotFound:
        raise Http404 from None


def _way(request: HttpRequest, session: Session) -> str:
    """`password`, `totp` or `passkey`; nothing where the person has just proven it."""
    if confirming.is_recent(session):
        return ""
    methods = confirming.methods(session)
    asked = request.POST.get("by") or request.GET.get("by", "")
    return asked if asked in methods else next(iter(methods), "password")


def _refused(
    request: HttpRequest, visit: Appointment, row: Note, by: str, session: Session, refusal: Refused
) -> HttpResponse:
    """Said over the form, or on the field that is wrong; a password that was right is not asked for again."""
    session.refresh_from_db()
    by = "" if confirming.is_recent(session) else by
    form: Any = _FORMS[by](request.POST) if by else PageForm(request.POST)
    form.is_valid()
    form.refuse(refusal)
    fresh = reading.of_visit(visit.pk, request.actor) or row  # type: ignore[attr-defined]
    return _page(request, visit, fresh, form, by, session, status=422 if refusal.status == 400 else refusal.status)


def _page(
    request: HttpRequest, visit: Appointment, row: Note, form: Any, by: str, session: Session, *, status: int = 200
) -> HttpResponse:
    diagnoses = reading.diagnoses(visit.pk, request.actor)  # type: ignore[attr-defined]
    context = {
        "visit": visit,
        "patient": visit.patient,
        "sheet": sheet.of(row, [], recording=""),
        "accepted": [each for each in diagnoses if each.state == Diagnosis.State.ACCEPTED],
        "undecided": sum(each.state == Diagnosis.State.SUGGESTED for each in diagnoses),
        "hindrances": signing.hindrances(row),
        "form": form,
        "by": by,
        "methods": confirming.methods(session) if by else [],
    }
    return page(request, "processing/note_sign.html", context, status=status)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0
