"""Files of records: taken out, looked at within a page, and put in."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.pages import for_carers
from records import attachments, paper
from records.files import giving
from records.files.checking import MOST_BYTES, FileTooLarge
from records.forms import FileForm
from records.models import Attachment, MedicalRecord
from records.notes import paper as note_paper
from records.views import record_page
from records.views.readers import back_to, for_readers
from vitas.common.errors import Invalid, NotFound, Refused
from vitas.common.pages import page
from vitas.common.uploads import takes_at_most, was_too_large

LOOKS: Final = 10


@for_readers
@require_safe
def download(request: HttpRequest, record_id: UUID, attachment_id: UUID) -> HttpResponseBase:
    """The file; with `?inline=1` to be shown within a page of ours."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        given = attachments.give(
            record_id=record_id, attachment_id=attachment_id, by=actor, anew=giving.begins_anew(request)
        )
    except NotFound:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return back_to(actor, record_id)
    return giving.answer(request, given, inline="inline" in request.GET)


@for_readers
@require_safe
def prescription(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """The prescription on paper."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        found = paper.paper_of(record_id=record_id, by=actor)
    except NotFound:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return back_to(actor, record_id)
    return paper.answer(found, inline="inline" in request.GET)


@for_readers
@require_safe
def note(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """The signed note of a visit on paper."""
    try:
        found = note_paper.of_record(record_id=record_id, by=request.actor)  # type: ignore[attr-defined]
    except NotFound:
        raise Http404 from None
    return paper.answer(found, inline="inline" in request.GET)


@for_readers
@require_safe
def listed(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """The files of a record as they stand now: what the page asks while one is being checked. `?look=` counts down."""
    actor = request.actor  # type: ignore[attr-defined]
    record = MedicalRecord.objects.visible_to(actor).prefetch_related("attachments").filter(pk=record_id).first()
    if record is None:
        raise Http404
    left = request.GET.get("look", "")
    context = {
        "record": record,
        "files": record_page.files_of(record, actor),
        "file_form": FileForm(),
        "may_add": record_page.may_add(actor, record),
        "looks": max(0, min(int(left), LOOKS) - 1) if left.isdigit() else 0,
    }
    return page(request, "records/files_part.html", context)


@for_carers
@require_POST
@takes_at_most(MOST_BYTES)
def attach(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Without scripts the whole page comes back; with them, the files."""
    form = FileForm(request.POST, request.FILES)
    try:
        _attach(request, record_id)
    except NotFound:
        raise Http404 from None
    except Refused as refusal:
        form.is_valid()
        form.refuse(refusal)
        status = 422 if refusal.status == 400 else refusal.status
        return _again(request, record_id, form, status)
    messages.success(request, _("The file is attached. It can be read once it has been checked."))
    if request.htmx:  # type: ignore[attr-defined]
        return _again(request, record_id, FileForm(), 200)
    return redirect(f"{reverse('patient-record', args=[record_id])}#files")


def _attach(request: HttpRequest, record_id: UUID) -> Attachment:
    if was_too_large(request):
        raise FileTooLarge()
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid.field("file", _("Choose a file first."))
    return attachments.attach(
        record_id=record_id,
        file_name=upload.name or "",
        content=upload,
        by=request.actor,  # type: ignore[attr-defined]
    )


def _again(request: HttpRequest, record_id: UUID, form: FileForm, status: int) -> HttpResponse:
    return record_page.shown(
        request, record_id, "records/patient_record.html", status=status, file_form=form, looks=LOOKS
    )
