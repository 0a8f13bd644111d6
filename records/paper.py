"""A prescription on paper: a PDF in the organization's language, with a code by which anyone may check that it is real.

The same record gives the same bytes. The font is Bitstream Vera, which comes with reportlab (its licence beside it).
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any, Final
from uuid import UUID
from xml.sax.saxutils import escape  # nosec B406  # writes, and reads nothing

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import formats, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from clinic.models import Clinic, DoctorPlace
from records import reading, writing
from records.check_codes import spelled
from records.models import Clinical, MedicalRecord
from records.verifying import fingerprint, licences_of
from vitas.accounts.actor import Actor
from vitas.common.errors import NotFound

_INK: Final = HexColor("#15202b")
_SOFT: Final = HexColor("#51606e")
_RED: Final = HexColor("#b42318")
_LETTER_SIZED: Final = {"US", "MX", "CL", "CO"}


@dataclass(frozen=True, slots=True)
class PrescriptionPaper:
    content: bytes
    name: str


@transaction.atomic
def paper_of(*, record_id: UUID, by: Actor) -> PrescriptionPaper:
    """The prescription as PDF, for who may read it; reading it is noted. Raises NotFound."""
    record = reading.detail(record_id, by)
    if record.type != MedicalRecord.Type.PRESCRIPTION or not record.check_code:
        raise NotFound(_("There is no such prescription."))
    reading.opened(record, by)
    writing.note(by, "READ_PRESCRIPTION_PAPER", record)
    with translation.override(record.organization.language):
        name = _("prescription-%(date)s.pdf") % {"date": record.date.isoformat()}
        return PrescriptionPaper(drawn(record), name)


def answer(paper: PrescriptionPaper, *, inline: bool = False) -> HttpResponse:
    """The PDF as it leaves: kept by no cache."""
    response = HttpResponse(paper.content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(not inline, paper.name) or "attachment"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    if inline:
        response["X-Frame-Options"] = "SAMEORIGIN"
        response["Content-Security-Policy"] = (
            "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
        )
    return response


def drawn(record: MedicalRecord) -> bytes:
    """The bytes of the PDF, in the active language. `record` as `reading.detail` reads it."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=LETTER if record.organization.country in _LETTER_SIZED else A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        title=_("Prescription"),
        author=str(record.doctor or record.organization.name),
        lang=record.organization.language,
        invariant=1,
    )
    _fonts()
    document.build([*_head(record), *_lines(record), *_foot(record)])
    return out.getvalue()


def verify_address(record: MedicalRecord) -> str:
    """Where anyone may check it."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("verify", args=[record.check_code])


def _head(record: MedicalRecord) -> list[Any]:
    clinic = _clinic(record)
    where = ", ".join(part for part in (clinic.name, clinic.address, clinic.city) if part) if clinic else ""
    phone = clinic.phone if clinic else ""
    patient = record.patient
    born = _("born on %(day)s") % {"day": _day(patient.birth_date)} if patient.birth_date else ""
    parts = [
        _said(record.organization.name, "house"),
        _said(" · ".join(part for part in (where, phone) if part), "soft"),
        HRFlowable(width="100%", color=_SOFT, thickness=0.6, spaceBefore=6, spaceAfter=10),
        _said(_("Prescription"), "title"),
    ]
    if record.status == Clinical.Status.ENTERED_IN_ERROR:
        parts.append(_said(_("WITHDRAWN: this prescription was entered in error. Do not dispense it."), "warning"))
    if settings.DEMO:
        parts.append(_said(_("Demo data: this is no real prescription."), "warning"))
    return [
        *parts,
        _said(" · ".join(filter(None, [f"<b>{_safe(patient.full_name)}</b>", _safe(born)])), "text", safe=True),
        _said(_day(record.date), "soft"),
        Spacer(0, 6 * mm),
    ]


def _lines(record: MedicalRecord) -> list[Any]:
    found: list[Any] = []
    for number, row in enumerate(record.medications.all(), start=1):
        words: Any = row.words
        how = [words.get(name, "") for name in ("dose", "route", "frequency", "duration")]
        parts = [
            _said(f"<b>{number}. {_safe(words.get('display', ''))}</b>", "line", safe=True),
            _said(" · ".join(part for part in how if part), "inner"),
        ]
        if words.get("quantity"):
            parts.append(_said(_("Quantity: %(quantity)s") % {"quantity": words["quantity"]}, "inner"))
        if words.get("instructions"):
            parts.append(_said(words["instructions"], "inner"))
        found.append(KeepTogether([*parts, Spacer(0, 3 * mm)]))
    if record.description:
        found += [Spacer(0, 2 * mm), _said(str(record.description), "text")]
    return found


def _foot(record: MedicalRecord) -> list[Any]:
    doctor = record.doctor
    who = [_said(f"<b>{_safe(str(doctor or ''))}</b>", "text", safe=True)]
    if doctor:
        who.append(_said(" · ".join([str(doctor.get_specialty_display()), *licences_of(record)]), "soft"))
    address = verify_address(record)
    code = _safe(_("Check code: %(code)s") % {"code": spelled(record.check_code or "")})
    print_of_lines = _("Fingerprint: %(fingerprint)s") % {"fingerprint": fingerprint(record)}
    words = [
        _said(_("Anyone may check that this prescription is real:"), "small"),
        _said(f"<b>{_safe(address)}</b>", "small", safe=True),
        _said(f"<b>{code}</b>", "small", safe=True),
        _said(print_of_lines, "small"),
        _said(_("The address shows the same fingerprint, and neither the patient nor the medicines."), "small"),
    ]
    table = Table([[_qr(address), words]], colWidths=[32 * mm, None])
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (0, 0), 0)]))
    rule = HRFlowable(width="100%", color=_SOFT, thickness=0.6, spaceBefore=10, spaceAfter=8)
    return [KeepTogether([Spacer(0, 8 * mm), *who, rule, table])]


def _clinic(record: MedicalRecord) -> Clinic | None:
    """Where the visit was; else where the doctor mostly works."""
    if record.appointment_id:
        return Clinic.objects.filter(appointments=record.appointment_id).first()
    places = DoctorPlace.objects.filter(doctor=record.doctor_id, is_primary=True).select_related("clinic")
    place = places.first()
    return place.clinic if place else None


def _qr(address: str) -> Drawing:
    side = 30 * mm
    code = QrCodeWidget(address, barLevel="M", barWidth=side, barHeight=side)
    drawing = Drawing(side, side)
    drawing.add(code)
    return drawing


def _said(text: str, style: str, *, safe: bool = False) -> Paragraph:
    return Paragraph(text if safe else _safe(text).replace("\n", "<br/>"), _styles()[style])


def _safe(text: str) -> str:
    return escape("".join(letter if ord(letter) in _known_letters() else _other(letter) for letter in text))


def _other(letter: str) -> str:
    """What the font has not is written otherwise, never left out: a dose must not change silently."""
    if letter in "\n\t":
        return letter.replace("\t", " ")
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain or f"[{unicodedata.name(letter, f'U+{ord(letter):04X}').lower()}]"


def _day(day: Any) -> str:
    return formats.date_format(day, "DATE_FORMAT")


@cache
def _known_letters() -> frozenset[int]:
    return frozenset(TTFont("Vera", "Vera.ttf").face.charToGlyph)


@cache
def _fonts() -> None:
    for name, file in (("Vera", "Vera.ttf"), ("Vera-Bold", "VeraBd.ttf")):
        pdfmetrics.registerFont(TTFont(name, file))
    pdfmetrics.registerFontFamily("Vera", normal="Vera", bold="Vera-Bold", italic="Vera", boldItalic="Vera-Bold")


@cache
def _styles() -> dict[str, ParagraphStyle]:
    _fonts()
    text = ParagraphStyle("text", fontName="Vera", fontSize=10, leading=14, textColor=_INK)

    def like(name: str, **more: Any) -> ParagraphStyle:
        return ParagraphStyle(name, parent=text, **more)

    return {
        "text": text,
        "house": like("house", fontName="Vera-Bold", fontSize=14, leading=18),
        "title": like("title", fontName="Vera-Bold", fontSize=18, leading=26),
        "line": like("line", fontSize=11, leading=15),
        "inner": like("inner", leftIndent=6 * mm),
        "soft": like("soft", fontSize=9, leading=12, textColor=_SOFT),
        "small": like("small", fontSize=8, leading=11),
        "warning": like(
            "warning", fontName="Vera-Bold", textColor=_RED, alignment=TA_CENTER, spaceBefore=4, spaceAfter=10
        ),
    }
