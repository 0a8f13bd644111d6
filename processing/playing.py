"""The answer that carries the sound of a visit: streamed, in ranges, kept by no cache, and noted in the audit trail."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from processing import audio_store, recordable
from processing.models import Recording
from records.files import giving
from vitas.accounts.actor import Actor
from vitas.common.errors import NotFound


class NoSound(NotFound):
    """404: it has not come yet, or was deleted when its time was over."""

    sentence = _("There is no sound of this recording, or no longer.")


def answer(request: HttpRequest, recording: Recording, *, by: Actor) -> HttpResponseBase:
    """200, or 206 and 416 for a range. Whoever asks may hear it: the caller has asked. Raises NoSound, StoreAway."""
    if recording.uploaded_at is None or recording.audio_deleted_at is not None or recording.size is None:
        raise NoSound()
    size, etag = recording.size, f'"{recording.sha256 or recording.pk}"'
    try:
        part = giving.asked_part(request, size, etag)
    except giving.Unsatisfiable:
        return _dressed(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}), etag)
    try:
        file = audio_store.opened(recording.key)
    except FileNotFoundError:
        raise NoSound() from None
    if giving.begins_anew(request):
        recordable.note(by, "READ_RECORDING", recording)
    first, last = part or (0, size - 1)
    response = StreamingHttpResponse(
        giving.pieces(request, file, first, last - first + 1),
        status=206 if part else 200,
        content_type=recording.content_type,
    )
    response["Content-Length"] = str(last - first + 1)
    if part:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _dressed(response, etag)


def _dressed(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
