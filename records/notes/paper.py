"""The signed note of a visit on paper: a PDF in the note's own language. The same note gives the same bytes."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import formats, translation
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.units import mm
from reportlab.platypus import HRFlowable, KeepTogether, SimpleDocTemplate, Spacer

from records import paper
from records.models import Addendum, Clinical
from records.notes import bodies, printed, reading, saves
from records.notes.models import Note
from records.verifying import licences_of
from vitas.accounts.actor import Actor
from vitas.common.errors import NotFound


@transaction.atomic
def paper_of(*, note_id: UUID, by: Actor) -> paper.PrescriptionPaper:
    """The signed note as PDF, for who may read it; reading it is noted. Raises NotFound (also of a draft)."""
    note = reading.seen(note_id, by)
    if note.record is None:  # a draft
        raise NotFound(_("There is no such note."))
    saves.tell(by, "READ_NOTE_PAPER", note)
    with translation.override(printed.locale_of(note.language)):
        name = _("note-%(date)s.pdf") % {"date": note.record.date.isoformat()}
        return paper.PrescriptionPaper(drawn(note), name)


def of_record(*, record_id: UUID, by: Actor) -> paper.PrescriptionPaper:
    """As `paper_of`, by the record that the note stands in."""
    found = Note.objects.visible_to(by).filter(record=record_id).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(_("There is no such note."))
    return paper_of(note_id=found, by=by)


def drawn(note: Note) -> bytes:
    """The bytes of the PDF, in the active language. The note with its record, doctor, organization and patient."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=LETTER if note.organization.country in paper._LETTER_SIZED else A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=16 * mm,
        bottomMargin=18 * mm,
        title=printed.title(),
        author=str(note.doctor),
        lang=note.language,
        invariant=1,
    )
    paper._fonts()
    story = [*_head(note), *_sections(note), *_diagnoses(note), *_foot(note), *_addenda(note)]
    document.build(story, onFirstPage=_number, onLaterPages=_number)
    return out.getvalue()


def _head(note: Note) -> Iterator[Any]:
    clinic = note.appointment.clinic
    where = ", ".join(part for part in (clinic.name, clinic.address, clinic.city) if part)
    yield paper._said(note.organization.name, "house")
    yield paper._said(" · ".join(part for part in (where, clinic.phone) if part), "soft")
    yield _rule()
    yield paper._said(printed.title(), "title")
    if note.status == Clinical.Status.ENTERED_IN_ERROR:
        yield paper._said(_("This note was entered in error. Do not rely on it."), "warning")
    if settings.DEMO:
        yield paper._said(_("Demo data: this is no real note."), "warning")
    patient = note.patient
    born = _("born on %(day)s") % {"day": paper._day(patient.birth_date)} if patient.birth_date else ""
    name = f"<b>{paper._safe(patient.full_name)}</b>"
    yield paper._said(" · ".join(filter(None, [name, paper._safe(born)])), "text", safe=True)
    yield paper._said(_("Visit on %(moment)s") % {"moment": _moment(note, note.appointment.starts_at)}, "soft")
    yield paper._said(str(note.doctor), "soft")
    yield Spacer(0, 4 * mm)


def _sections(note: Note) -> Iterator[Any]:
    for section in note.body["sections"]:
        if said := bodies.text_of(section):
            title = paper._said(f"<b>{paper._safe(bodies.title_of(section))}</b>", "line", safe=True)
            yield KeepTogether([title, paper._said(said, "text"), Spacer(0, 3 * mm)])


def _diagnoses(note: Note) -> Iterator[Any]:
    """Those that were accepted when it was signed, and no others."""
    found = [printed.diagnosis(words) for words in note.body.get("diagnoses", ())]
    if found:
        title = paper._said(f"<b>{paper._safe(printed.diagnoses_title())}</b>", "line", safe=True)
        yield KeepTogether([title, *(paper._said(said, "text") for said in found)])


def _foot(note: Note) -> Iterator[Any]:
    doctor, licences = note.doctor, licences_of(note.record) if note.record else []
    signed = {"moment": _moment(note, note.signed_at), "doctor": str(doctor)}
    yield KeepTogether(
        [
            Spacer(0, 8 * mm),
            paper._said(f"<b>{paper._safe(str(doctor))}</b>", "text", safe=True),
            paper._said(" · ".join([str(doctor.get_specialty_display()), *licences]), "soft"),
            paper._said(_("Signed electronically at %(moment)s by %(doctor)s.") % signed, "small"),
        ]
    )


def _addenda(note: Note) -> Iterator[Any]:
    rows = Addendum.objects.filter(record=note.record).select_related("doctor").order_by("created_at", "id")
    for row in rows:
        row.record = note.record
        who = " · ".join(filter(None, [_moment(note, row.created_at), str(row.doctor or "")]))
        yield KeepTogether(
            [_rule(), paper._said(_("Addendum"), "line"), paper._said(who, "soft"), paper._said(row.text, "text")]
        )


def _moment(note: Note, moment: Any) -> str:
    """On the clinic's clock."""
    zone = note.appointment.clinic.zone
    return f"{formats.date_format(moment.astimezone(ZoneInfo(zone)), 'DATETIME_FORMAT')} ({zone})"


def _rule() -> Any:
    return HRFlowable(width="100%", color=paper._SOFT, thickness=0.6, spaceBefore=6, spaceAfter=8)


def _number(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont("Vera", 8)
    canvas.drawRightString(document.pagesize[0] - 20 * mm, 10 * mm, str(document.page))
    canvas.restoreState()
