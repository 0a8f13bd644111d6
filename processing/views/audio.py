"""The sound of a visit, to be listened to beside its note: streamed in ranges, to who cares for the patient alone."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from clinic.pages import for_doctors
from processing import audio_store
from processing.models import Recording
from records.files import giving
from records.files.store import StoreAway
from vitas.audit import trail


@for_doctors
@require_safe
def audio(request: HttpRequest, recording_id: UUID) -> HttpResponseBase:
    """200, or 206 and 416 for a range; 404 once it was deleted."""
    actor = request.actor  # type: ignore[attr-defined]
    row = get_object_or_404(
        Recording.objects.visible_to(actor), pk=recording_id, audio_deleted_at=None, uploaded_at__isnull=False
    )
    etag = f'"{row.sha256 or row.pk}"'
    try:
        part = giving.asked_part(request, row.size, etag)
    except giving.Unsatisfiable:
        return _dressed(HttpResponse(status=416, headers={"Content-Range": f"bytes */{row.size}"}), etag)
    if giving.begins_anew(request):
        _note(request, row)
    try:
        file = audio_store.opened(row.key)
    except FileNotFoundError:
        raise Http404 from None
    except StoreAway:
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    first, last = part or (0, row.size - 1)
    response = StreamingHttpResponse(
        giving.pieces(request, file, first, last - first + 1),
        status=206 if part else 200,
        content_type=row.content_type.partition(";")[0],
    )
    response["Content-Length"] = str(last - first + 1)
    if part:
        response["Content-Range"] = f"bytes {first}-{last}/{row.size}"
    return _dressed(response, etag)


def _dressed(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _note(request: HttpRequest, row: Recording) -> None:
    trail.record(
        request.actor,  # type: ignore[attr-defined]
        "READ_RECORDING",
        category=trail.Category.HEALTH_DATA,
        resource="recordings",
        resource_id=row.pk,
        patient_id=row.patient_id,
        organization_id=row.organization_id,
    )
