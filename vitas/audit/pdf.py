"""Reports and exports as PDF, by ReportLab: a heading, figures, tables that run over pages."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import IO, Any, Final
from xml.sax.saxutils import escape  # nosec B406  # writes, and reads nothing

from django.utils import timezone
from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from vitas.audit.reports import Report

_INK, _SOFT, _LINE, _TINT = (HexColor(colour) for colour in ("#10201f", "#4a5c5a", "#d6dfdd", "#e3f2f0"))
_TITLE: Final = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=17, leading=21, textColor=_INK)
_HEAD: Final = ParagraphStyle(
    "head", fontName="Helvetica-Bold", fontSize=11, leading=15, textColor=_INK, spaceBefore=10
)
_TEXT: Final = ParagraphStyle("text", fontName="Helvetica", fontSize=9, leading=12, textColor=_SOFT)
_CELL: Final = ParagraphStyle("cell", fontName="Helvetica", fontSize=7.5, leading=9.5, textColor=_INK, wordWrap="CJK")
_NAME: Final = ParagraphStyle("name", parent=_CELL, fontName="Helvetica-Bold")
_GRID: Final = TableStyle(
    [
        ("BACKGROUND", (0, 0), (-1, 0), _TINT),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
)
_WIDTH: Final = landscape(A4)[0] - 30 * mm


def report(made: Report) -> bytes:
    """One report."""
    file = BytesIO()
    parts: list[Any] = [*_heading(made.title, made.organization, made.since, made.until), Spacer(1, 4 * mm)]
    for label, number in made.figures.values():
        parts.append(Paragraph(f"{escape(label)}: <b>{number:,}</b>", _TEXT))
    for table in made.tables:
        parts.append(Paragraph(escape(table.title), _HEAD))
        rows = [[row[name] for name in table.columns] for row in table.rows]
        parts.append(grid([*table.columns.values()], rows) if rows else Paragraph(_("None."), _TEXT))
    _build(file, made.title, parts)
    return file.getvalue()


def listing(file: IO[bytes], *, title: str, about: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One long table."""
    _build(file, title, [Paragraph(escape(title), _TITLE), Paragraph(escape(about), _TEXT), Spacer(1, 4 * mm),
                         grid(columns, rows)])  # fmt: skip


def grid(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> LongTable:
    cells = [[Paragraph(escape(name), _NAME) for name in columns]]
    cells += [[Paragraph(escape(str(value)), _CELL) for value in row] for row in rows]
    return LongTable(cells, colWidths=[_WIDTH / len(columns)] * len(columns), style=_GRID, repeatRows=1)


def _heading(title: str, organization: str, since: datetime, until: datetime) -> list[Any]:
    time = _("%(since)s to %(until)s") % {"since": _said(since), "until": _said(until)}
    made = _("Made on %(moment)s from the audit trail.") % {"moment": _said(timezone.now())}
    return [Paragraph(escape(title), _TITLE), *(Paragraph(escape(line), _TEXT) for line in (organization, time, made))]


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} {moment:%Z}"


def _build(file: IO[bytes], title: str, parts: list[Any]) -> None:
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 15 * mm)
    document = SimpleDocTemplate(file, pagesize=landscape(A4), title=title, author="Vitas", **margins)  # type: ignore[arg-type]
    document.build(parts, onFirstPage=_number, onLaterPages=_number)


def _number(canvas: Any, document: Any) -> None:
    canvas.setFont("Helvetica", 7.5)
    canvas.setFillColor(_SOFT)
    canvas.drawRightString(landscape(A4)[0] - 15 * mm, 8 * mm, str(document.page))
