"""One record as its page shows it, to the patient and to those who care alike."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from records import reading, results, timeline
from records.check_codes import spelled
from records.models import Attachment, Clinical, MedicalRecord, MedicationRequest
from records.results import Result
from vitas.common.errors import NotFound
from vitas.common.page_headers import policy
from vitas.common.pages import page

PICTURES: Final = ("image/png", "image/jpeg", "image/webp", "image/gif")
PDF: Final = "application/pdf"


@dataclass(frozen=True, slots=True)
class File:
    """An attachment, and how it can be looked at on the page."""

    row: Attachment

    @property
    def preview(self) -> str:
        if self.row.state != Attachment.State.CLEAN:
            return ""
        return "picture" if self.row.file_type in PICTURES else ("pdf" if self.row.file_type == PDF else "")


def shown(request: HttpRequest, record_id: UUID, template: str, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    try:
        row = reading.detail(record_id, actor)
    except NotFound:
        raise Http404 from None
    reading.opened(row, actor)
    context = {**of(row), "of_other": row.patient if row.patient_id != actor.patient_id else None, **more}
    response = page(request, template, context, fragments=["files"], status=status)
    # Of all pages this one alone frames something: a PDF of its own.
    response.headers["Content-Security-Policy"] = f"{policy(request.csp_nonce)}; frame-src 'self'"  # type: ignore[attr-defined]
    return response


def of(row: MedicalRecord) -> dict[str, Any]:
    return {
        "record": row,
        "icon": timeline.ICONS[MedicalRecord.Type(row.type)],
        "is_error": row.status == Clinical.Status.ENTERED_IN_ERROR,
        "results": _results(row),
        "medicines": _medicines(row),
        "addenda": list(row.addenda.all()),
        "files": [File(file) for file in row.attachments.all()],
        "check_code": spelled(row.check_code) if row.check_code else "",
    }


def _results(row: MedicalRecord) -> list[Result]:
    """As they were written down: first what was entered first."""
    return [results.of(one) for one in row.observations.all()]


def _medicines(row: MedicalRecord) -> list[MedicationRequest]:
    return list(row.medications.all())
