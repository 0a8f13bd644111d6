"""What is left of a doctor's writing: recordings that failed or are at work, drafts to sign. For the end of the day."""

from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from appointments.models import Appointment
from appointments.views.today import with_local_day
from clinic.pages import for_doctors
from processing import marks
from processing.models import Recording, Stage
from records.notes.models import Note
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common.pages import page

MOST: Final = 100
SIGNED_SHOWN: Final = 10


@for_doctors
@require_safe
def notes(request: HttpRequest) -> HttpResponse:
    """The doctor's own, the oldest first; what was signed last stands below."""
    actor = request.actor  # type: ignore[attr-defined]
    own = Note.objects.visible_to(actor).standing().filter(doctor_id=actor.doctor_id)
    drafts = own.filter(state=Note.State.DRAFT).values_list("appointment_id", flat=True)
    signed = own.filter(state=Note.State.SIGNED).order_by("-signed_at").values_list("appointment_id", flat=True)
    visits = _visits(actor, [*drafts[:MOST], *_unfinished(actor)[:MOST], *signed[:SIGNED_SHOWN]])
    of_state = marks.states(actor, [visit.pk for visit in visits])
    context: dict[str, Any] = {
        "groups": [
            (state, marks.mark(state), [visit for visit in visits if of_state.get(visit.pk) == state])
            for state in (marks.FAILED, marks.AT_WORK, marks.DRAFT)
        ],
        "signed": [visit for visit in reversed(visits) if of_state.get(visit.pk) == marks.SIGNED][:SIGNED_SHOWN],
        "is_done": not any(state in (marks.FAILED, marks.AT_WORK, marks.DRAFT) for state in of_state.values()),
    }
    return page(request, "processing/worklist.html", context, fragments=["worklist"])


def _unfinished(actor: Actor) -> QuerySet[Any]:
    rows = Recording.objects.visible_to(actor).filter(doctor=actor.doctor_id)
    return rows.exclude(stage__in=[Stage.READY, Stage.AWAITING]).values_list("appointment_id", flat=True)


def _visits(actor: Actor, ids: list[Any]) -> list[Appointment]:
    rows = Appointment.objects.visible_to(actor).filter(pk__in=ids).select_related("patient", "clinic")
    found = with_local_day(rows.defer("reason", "notes").order_by("starts_at", "pk"))
    trail.record(
        actor,
        "READ_APPOINTMENTS",
        category=trail.Category.APPOINTMENT,
        resource="appointments",
        count=len(found),
        ids=[str(row.pk) for row in found],
    )
    return found
