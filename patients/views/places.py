"""What clinics sent to a patient."""

import json
from typing import Any, Final

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from patients.models import PatientAccess
from patients.pages import for_patients
from vitas.common.pages import page
from vitas.messaging import templates
from vitas.messaging.models import OutboxMessage

_SHOWN: Final = 50


@for_patients
@require_safe
def sent_messages(request: HttpRequest) -> HttpResponse:
    """What clinics sent to this phone since the person acts for this profile: before, it was another's perhaps."""
    actor = request.actor  # type: ignore[attr-defined]
    access = PatientAccess.objects.filter(user_id=actor.user_id, patient_id=actor.patient_id, ended_at=None)
    since = access.aggregate(Max("verified_at"))["verified_at__max"]
    rows = OutboxMessage.objects.visible_to(actor).filter(created_at__gte=since).order_by("-created_at")[:_SHOWN]
    return page(request, "patients/messages.html", {"sent": [_shown(row) for row in rows]})


def _shown(row: OutboxMessage) -> dict[str, Any]:
    body = templates.named(row.template).render(json.loads(str(row.variables)), row.language)
    return {"body": body, "at": row.sent_at or row.created_at, "language": row.language}
