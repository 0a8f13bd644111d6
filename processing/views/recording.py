"""The page on which a visit is recorded, or a recording of it uploaded; and what its script sends, piece by piece."""

import functools
import json
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appointments.models import Appointment
from clinic.pages import for_doctors
from patients import consents
from processing import pieces, recordable, sound_types, uploads
from processing.audio_store import MOST_BYTES
from processing.models import Recording, Stage
from vitas.common.errors import Invalid, NotFound, NotSignedIn, Refused
from vitas.common.page_forms import PageForm
from vitas.common.pages import page
from vitas.common.uploads import takes_at_most, was_too_large

_PIECE_SECONDS: Final = 5


class UploadForm(PageForm):
    """A recording that is a file already."""

    agrees = forms.BooleanField(
        required=False, label=gettext_lazy("The patient agrees that this visit is recorded: I have just asked.")
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("mp3, m4a, ogg, webm, wav or flac, at most 500 MB."),
        widget=forms.FileInput(attrs={"accept": sound_types.ACCEPTED}),
    )


@for_doctors
@require_http_methods(["GET", "HEAD", "POST"])
@takes_at_most(MOST_BYTES)
def record(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """GET: record or upload. POST: a file, as a form without scripts sends it too."""
    visit = _visit(request, visit_id)
    if request.method != "POST":
        return _page(request, visit, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    try:
        _take_in(request, visit)
    except Refused as refusal:
        form.is_valid()
        form.errors.pop("file", None)
        form.refuse(refusal)
        return _page(request, visit, form, status=422 if refusal.status == 400 else refusal.status)
    messages.success(request, _("The recording is uploaded. The draft stands here in a few minutes."))
    return redirect("doctor-visit-note", visit_id=visit.pk)


def _take_in(request: HttpRequest, visit: Appointment) -> None:
    """Raises Refused."""
    if was_too_large(request):
        raise uploads.TooLarge()
    upload = request.FILES.get("file")
    if upload is None or not upload.size:
        raise Invalid.field("file", _("Choose a recording first."))
    kind = sound_types.named(upload.name or "") or sound_types.known(upload.content_type or "")
    if not kind:
        raise Invalid.field("file", _("Choose an mp3, m4a, ogg, webm, wav or flac file: this is none."))
    uploads.take_in_form(
        visit=visit,
        content_type=kind,
        agrees="agrees" in request.POST,
        read=upload.read,
        length=upload.size,
        by=request.actor,  # type: ignore[attr-defined]
    )


def _page(request: HttpRequest, visit: Appointment, form: UploadForm, *, status: int = 200) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    heard = Recording.objects.visible_to(actor).filter(appointment_id=visit.pk).that_came()
    under_way = pieces.under_way(visit.pk, by=actor)
    context = {
        "visit": visit,
        "patient": visit.patient,
        "consent": consents.recording_of(visit.patient_id, visit.organization_id),
        "consent_text": consents.recording_text(visit.organization, language=str(visit.patient.language)),
        "under_way": under_way,
        "under_way_minutes": max(1, round(under_way.count * _PIECE_SECONDS / 60)) if under_way else 0,
        "before": heard.exclude(stage=Stage.FAILED).exists(),
        "form": form,
    }
    return page(request, "processing/record.html", context, status=status)


def _visit(request: HttpRequest, visit_id: UUID) -> Appointment:
    """Raises Http404, also for a visit that is not recorded: nothing leads there."""
    try:
        return recordable.visit_of(visit_id, by=request.actor)  # type: ignore[attr-defined]
    except Refused:
        raise Http404 from None


View = Callable[..., HttpResponse]


def for_script(view: View) -> View:
    """What a script asks: answers are JSON, refusals too. Who is signed out is told so instead of being led away."""

    @functools.wraps(view)
    @never_cache
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.actor.doctor_id is None:  # type: ignore[attr-defined]
                raise NotSignedIn()
            return view(request, *args, **kwargs)
        except Refused as refusal:
            sentence = refusal.problems[0].message if refusal.problems else refusal.message
            told = {"code": refusal.code, "message": str(sentence), **refusal.extra}
            return JsonResponse({"error": told}, status=refusal.status)

    return answered


def for_script_or_form(view: View) -> View:
    """The same for a form that works without scripts: it is led away, and told of a refusal where it comes to."""

    @functools.wraps(view)
    def formed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            raise Http404 from None
        except Refused as refusal:
            messages.error(request, str(refusal.message))
            return redirect("doctor-today")

    for_a_script, for_a_form = for_script(view), for_doctors(formed)

    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return (for_a_script if _is_script(request) else for_a_form)(request, *args, **kwargs)

    return answered


@for_script
@require_POST
def begin(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """`{contentType, agrees}` begins a recording in pieces."""
    asked = _body(request)
    made = pieces.begin(
        appointment_id=visit_id,
        content_type=str(asked.get("contentType", "")),
        agrees=asked.get("agrees") is True,
        by=request.actor,  # type: ignore[attr-defined]
    )
    return JsonResponse({"id": str(made.pk)}, status=201)


@for_script
@require_safe
def here(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Which pieces have arrived, and whether more are taken."""
    rows = Recording.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    found = rows.filter(pk=recording_id, source=Recording.Source.RECORDED).first()
    if found is None:
        raise NotFound()
    return JsonResponse({"numbers": pieces.numbers_of(found), "open": pieces.is_open(found)})


@for_script
@require_http_methods(["PUT"])
def piece(request: HttpRequest, recording_id: UUID, number: int) -> HttpResponse:
    """One piece as the body, its SHA-256 in `X-Content-SHA256`. 201, or 200 for one that was here."""
    content = request.read(pieces.MOST_PIECE + 1)
    fresh = pieces.keep(
        recording_id=recording_id,
        number=number,
        content=content,
        sha256=request.headers.get("X-Content-SHA256", "").lower(),
        by=request.actor,  # type: ignore[attr-defined]
    )
    return JsonResponse({"number": number}, status=201 if fresh else 200)


@for_script_or_form
@require_POST
def finish(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """`pieces` says how many there are; without it what is here is the whole. A form leads on to the note."""
    count = request.POST.get("pieces", "")
    number = int(count) if count.isdigit() and len(count) < 9 else 0
    found = pieces.finish(recording_id=recording_id, count=number, by=request.actor)  # type: ignore[attr-defined]
    if _is_script(request):
        return JsonResponse({"id": str(found.pk)})
    messages.success(request, _("The recording is complete. The draft stands here in a few minutes."))
    return redirect("doctor-visit-note", visit_id=found.appointment_id)


@for_script_or_form
@require_POST
def discard(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Give up what was not finished."""
    found = pieces.discard(recording_id=recording_id, by=request.actor)  # type: ignore[attr-defined]
    if _is_script(request):
        return JsonResponse({"id": str(found.pk)})
    messages.success(request, _("The recording is deleted."))
    return redirect("record-visit", visit_id=found.appointment_id)


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Invalid(_("The body must be a JSON object."))
    return found
