"""One record as its page shows it, to the patient and to those who care alike."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from records import attachments, reading, results
from records.check_codes import spelled
from records.forms import AddendumForm, ErrorForm, FileForm
from records.models import Attachment, Clinical, MedicalRecord
from records.notes import printed
from records.permissions import MAY_WRITE, Type
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.common.errors import NotFound
from vitas.common.page_headers import policy
from vitas.common.pages import page

PICTURES: Final = ("image/png", "image/jpeg", "image/webp")
PDF: Final = "application/pdf"

_BECAUSE: Final = {
    "damaged": _("The file did not arrive whole. Attach it again."),
}


@dataclass(frozen=True, slots=True)
class File:
    """An attachment, and how it can be looked at on the page."""

    row: Attachment

    @property
    def preview(self) -> str:
        if self.row.state != Attachment.State.CLEAN:
            return ""
        return "picture" if self.row.file_type in PICTURES else ("pdf" if self.row.file_type == PDF else "")

    @property
    def because(self) -> str | Promise:
        """Why a file was not taken after its check."""
        return _BECAUSE.get(self.row.refused_because, _("The virus scanner found something in it. It was removed."))


def shown(request: HttpRequest, record_id: UUID, template: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a record; `more` stands over what it shows by itself. Raises Http404."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        row = reading.detail(record_id, actor)
    except NotFound:
        raise Http404 from None
    reading.opened(row, actor)
    response = page(request, template, {**of(row, actor), **more}, fragments=["files"], status=status)
    # Of all pages this one alone frames something: a PDF of its own.
    response.headers["Content-Security-Policy"] = f"{policy(request.csp_nonce)}; frame-src 'self'"  # type: ignore[attr-defined]
    return response


def of(row: MedicalRecord, actor: Actor) -> dict[str, Any]:
    found: dict[str, Any] = {
        "record": row,
        "patient": row.patient,
        "of_other": row.patient if row.patient_id != actor.patient_id else None,
        "is_error": row.status == Clinical.Status.ENTERED_IN_ERROR,
        "results": [results.of(one) for one in row.observations.all()],
        "medicines": list(row.medications.all()),
        "addenda": list(row.addenda.all()),
        "files": files_of(row, actor),
        "check_code": spelled(row.check_code) if row.check_code else "",
    }
    if row.type == Type.VISIT_NOTE:
        found["note"] = printed.of_record(row.pk, actor)
    return found if actor.is_patient else found | _to_write(row, actor)


def files_of(row: MedicalRecord, actor: Actor) -> list[File]:
    return [File(file) for file in attachments.seen_by(list(row.attachments.all()), actor)]


def may_add(actor: Actor, row: MedicalRecord) -> bool:
    """Whether the page offers it; whether it is done, the act asks again (permissions.py)."""
    stands = row.status == Clinical.Status.CURRENT and row.organization_id == actor.organization_id
    return actor.role in MAY_WRITE and stands and (row.type != Type.PRESCRIPTION or actor.role == Role.DOCTOR)


def _to_write(row: MedicalRecord, actor: Actor) -> dict[str, Any]:
    adds = may_add(actor, row)
    return {
        "may_add": adds,
        "may_take_back": adds and (actor.role == Role.DOCTOR or row.written_by == actor.user_id),
        "addendum_form": AddendumForm(prefix="addendum"),
        "error_form": ErrorForm(prefix="error"),
        "file_form": FileForm(),
    }
