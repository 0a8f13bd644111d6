"""Writing a record, adding to it, and marking it as a mistake. A second click does no harm: the form has a key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.pages import for_carers
from patients.models import Patient
from records import writing
from records.forms import ROWS_MORE, AddendumForm, ErrorForm, MedicineRows, RecordForm, ResultRows, Rows, say
from records.models import MedicalRecord
from records.permissions import Type
from records.views import record_page
from records.views.file import patient_of
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.common.errors import NotFound, Refused
from vitas.common.pages import page
from vitas.common.shown import known_zone
from vitas.common.shown_context import ZONE_COOKIE

_KINDS = {
    Type.PRESCRIPTION: ("medications", MedicineRows, 1),
    Type.LAB_RESULT: ("observations", ResultRows, 3),
    Type.VISIT_NOTE: ("observations", ResultRows, 1),
    Type.IMAGING: ("observations", ResultRows, 1),
}


@dataclass
class Sheet:
    """The form of one type of record, with its rows where it has some."""

    type: Type
    form: RecordForm
    rows: Rows | None

    @property
    def group(self) -> str:
        return _KINDS[self.type][0] if self.type in _KINDS else ""

    def is_valid(self) -> bool:
        return bool(self.form.is_valid() & (self.rows is None or self.rows.is_valid()))


@for_carers
@require_http_methods(["GET", "POST"])
def new_record(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """`?type=` is what is written, `?visit=` the visit that it is of. `more` in the form asks for more rows."""
    actor = request.actor  # type: ignore[attr-defined]
    patient = patient_of(actor, patient_id)
    kind = _type(actor, request.GET.get("type", ""))
    if request.method == "GET":
        return _sheet_page(request, patient, _blank(request, kind))
    if "more" in request.POST:
        return _sheet_page(request, patient, _with_more_rows(request, kind))
    sheet = Sheet(kind, RecordForm(request.POST), _rows(kind, request.POST))
    if not sheet.is_valid():
        return _sheet_page(request, patient, sheet, status=422)
    try:
        record = _write(sheet, patient, actor)
    except Refused as refusal:
        return _sheet_page(request, patient, sheet, status=422 if refusal.status == 400 else refusal.status)
    messages.success(request, _("It is written. The patient sees it now."))
    return redirect("patient-record", record_id=record.pk)


@for_carers
@require_POST
def add(request: HttpRequest, record_id: UUID) -> HttpResponse:
    form = AddendumForm(request.POST, prefix="addendum")
    status = 422
    if form.is_valid():
        try:
            key = str(form.cleaned_data["key"] or "")
            writing.addend(record_id=record_id, text=form.cleaned_data["text"], by=request.actor, key=key)  # type: ignore[attr-defined]
            messages.success(request, _("It is added."))
            return redirect("patient-record", record_id=record_id)
        except NotFound:
            raise Http404 from None
        except Refused as refusal:
            form.refuse(refusal)
            status = 422 if refusal.status == 400 else refusal.status
    return record_page.shown(request, record_id, "records/patient_record.html", status=status, addendum_form=form)


@for_carers
@require_POST
def mark_error(request: HttpRequest, record_id: UUID) -> HttpResponse:
    form = ErrorForm(request.POST, prefix="error")
    status = 422
    if form.is_valid():
        try:
            writing.mark_error(record_id=record_id, reason=form.cleaned_data["reason"], by=request.actor)  # type: ignore[attr-defined]
            messages.success(request, _("It is marked as a mistake, and stays for all to see."))
            return redirect("patient-record", record_id=record_id)
        except NotFound:
            raise Http404 from None
        except Refused as refusal:
            form.refuse(refusal)
            status = 422 if refusal.status == 400 else refusal.status
    return record_page.shown(request, record_id, "records/patient_record.html", status=status, error_form=form)


def _write(sheet: Sheet, patient: Patient, actor: Actor) -> MedicalRecord:
    """Raises Refused, once it stands in the form."""
    given, places = sheet.rows.given() if sheet.rows is not None else ([], [])
    found = sheet.form.cleaned_data
    rows: dict[str, Any] = {sheet.group: given} if sheet.group else {}
    try:
        return writing.write_once(
            patient_id=patient.pk,
            type=sheet.type,
            date=found["date"],
            title=found["title"],
            description=found["description"],
            appointment_id=found["visit"],
            key=str(found["key"] or ""),
            by=actor,
            **rows,
        ).record
    except Refused as refusal:
        say(refusal, sheet.form, sheet.rows, places)
        raise


def _blank(request: HttpRequest, kind: Type) -> Sheet:
    initial = {
        "date": _today(request),
        "title": capfirst(str(kind.label)) if kind == Type.PRESCRIPTION else "",
        "visit": request.GET.get("visit", ""),
    }
    return Sheet(kind, RecordForm(initial=initial), _rows(kind, None))


def _with_more_rows(request: HttpRequest, kind: Type) -> Sheet:
    """What was typed stays, and nothing is wrong yet."""
    typed = request.POST.copy()
    rows = _rows(kind, typed)
    if rows is not None:
        typed[f"{rows.prefix}-TOTAL_FORMS"] = str(rows.total_form_count() + ROWS_MORE)
        rows = _rows(kind, typed)
    names = [name for name in RecordForm.base_fields if name in typed]
    return Sheet(kind, RecordForm(initial={name: typed[name] for name in names}), rows)


def _rows(kind: Type, typed: Any) -> Rows | None:
    if kind not in _KINDS:
        return None
    _group, made, first = _KINDS[kind]
    found: Any = made(typed, prefix="rows", initial=None)
    found.extra = first
    return found


def _sheet_page(request: HttpRequest, patient: Patient, sheet: Sheet, status: int = 200) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    context = {
        "patient": patient,
        "sheet": sheet,
        "form": sheet.form,
        "rows": sheet.rows,
        "types": [(kind.value, kind.label) for kind in _types(actor)],
        "visit": sheet.form["visit"].value() or "",
    }
    return page(request, "records/new_record.html", context, status=status)


def _types(actor: Actor) -> list[Type]:
    """What this person may write; a note first, for it is what is written most."""
    order = [Type.VISIT_NOTE, Type.PRESCRIPTION, Type.LAB_RESULT, Type.IMAGING, Type.REFERRAL]
    return [kind for kind in order if kind != Type.PRESCRIPTION or actor.role == Role.DOCTOR]


def _type(actor: Actor, text: str) -> Type:
    may = _types(actor)
    return Type(text) if text in may else may[0]


def _today(request: HttpRequest) -> Any:
    """The day it is where the person writes."""
    zone = known_zone(unquote(request.COOKIES.get(ZONE_COOKIE, ""))) or "UTC"
    now: datetime = timezone.now()
    return now.astimezone(ZoneInfo(zone)).date()
