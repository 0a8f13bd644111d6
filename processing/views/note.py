"""The note of a visit beside what was said: the page that doctors work on."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clinic.pages import for_doctors
from processing.views import room


@for_doctors
@require_safe
def note(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """`?recording=` is the one that stands beside the note; without it the last one that was written down."""
    return room.shown(request, room.visit_of(request, visit_id))
