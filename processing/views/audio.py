"""The sound of a visit, to be listened to beside its note: to who cares for the patient alone."""

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from clinic.pages import for_doctors
from processing import playing
from processing.models import Recording
from records.files.store import StoreAway
from vitas.common.errors import NotFound


@for_doctors
@require_safe
def audio(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """200, or 206 and 416 for a range; 404 once it was deleted."""
    actor = request.actor  # type: ignore[attr-defined]
    row = get_object_or_404(Recording.objects.visible_to(actor), pk=recording_id)
    try:
        return cast(HttpResponse, playing.answer(request, row, by=actor))
    except NotFound:
        raise Http404 from None
    except StoreAway:
        return HttpResponse(status=503, headers={"Retry-After": "5"})
