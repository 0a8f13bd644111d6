"""A patient's file on paper: what a person reads who has no program for FHIR. In the language that is active."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import HRFlowable, PageBreak, SimpleDocTemplate, Spacer

from records import paper, results
from records.fhir.held import Held, in_pieces
from records.models import Clinical, Condition, MedicalRecord

MOST_ROWS: Final = 2000  # of one kind; the bundle has them all

_MARGIN: Final = 18 * mm


def summary(held: Held) -> bytes:
    """The PDF. What was entered in error is left out; the bundle tells of it."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=_("Medical record of %(name)s") % {"name": held.patient.full_name},
        lang=get_language() or held.patient.language,
    )
    paper._fonts()
    document.build(
        [*_head(held), *_problems(held), *_allergies(held), *_medicines(held), *_results(held), *_records(held)],
        onFirstPage=_number,
        onLaterPages=_number,
    )
    return out.getvalue()


def _head(held: Held) -> Iterator[Any]:
    patient = held.patient
    yield _said(_("Medical record"), "title")
    yield _said(patient.full_name, "house")
    facts = [_("born on") + f" {_day(patient.birth_date)}"] if patient.birth_date else []
    facts += [f"{row.kind.upper()} {row.number}" for row in held.documents()]
    yield _said(" · ".join(facts), "soft")
    keepers = ", ".join(found.name for found in held.keepers())
    yield _said(_("As kept by %(names)s.") % {"names": keepers} if keepers else "", "soft")
    now = formats.date_format(timezone.localtime(), "DATETIME_FORMAT")
    yield _said(_("Taken out on %(moment)s (UTC).") % {"moment": now}, "soft")


def _problems(held: Held) -> Iterator[Any]:
    rows = list(_standing(held.conditions))
    rows.sort(key=lambda row: row.clinical_status != Condition.ClinicalStatus.ACTIVE)
    yield from _section(_("Problems"), bool(rows))
    for row in rows:
        since = _("since %(day)s") % {"day": _day(row.onset_on)} if row.onset_on else ""
        yield _line(row.words, str(row.get_clinical_status_display()), since, row.words.get("note", ""))


def _allergies(held: Held) -> Iterator[Any]:
    rows = [row for row in _standing(held.allergies) if not row.ended_on]
    yield from _section(_("Allergies"), bool(rows))
    for row in rows:
        grave = _("dangerous") if row.words.get("criticality") == "high" else ""
        yield _line(row.words, row.words.get("reaction", ""), grave, row.words.get("note", ""))


def _medicines(held: Held) -> Iterator[Any]:
    rows = sorted(_standing(held.medications), key=lambda row: row.starts_on, reverse=True)
    yield from _section(_("Medicines"), bool(rows))
    for row in rows:
        how = [row.words.get(name, "") for name in ("dose", "route", "frequency", "duration")]
        until = _("until %(day)s") % {"day": _day(row.ends_on)} if row.ends_on else ""
        stopped = _("stopped") if row.stopped_at else ""
        yield _line(row.words, *how, _("from %(day)s") % {"day": _day(row.starts_on)}, until, stopped)


def _results(held: Held) -> Iterator[Any]:
    rows = sorted(_standing(held.observations), key=lambda row: row.observed_at, reverse=True)
    yield from _section(_("Results"), bool(rows))
    for row in rows:
        found = results.of(row)
        yield _said(
            " · ".join(
                part
                for part in (
                    _day(row.observed_at.date()),
                    f"{found.name}: {found.amount}",
                    found.range and f"({found.range})",
                    str(found.verdict.label),
                )
                if part
            ),
            "small",
        )


def _records(held: Held) -> Iterator[Any]:
    rows = [row for row in in_pieces(held.with_all().select_related("doctor", "organization")) if _stands(row)]
    rows = sorted(rows[:MOST_ROWS], key=lambda row: (row.date, row.pk), reverse=True)
    if rows:
        yield PageBreak()
    yield from _section(_("Records"), bool(rows))
    for row in rows:
        yield from _record(row)


def _record(row: MedicalRecord) -> Iterator[Any]:
    yield _said(row.title, "line")
    who = [_day(row.date), str(row.get_type_display()), str(row.doctor or ""), row.organization.name]
    yield _said(" · ".join(part for part in who if part), "soft")
    if row.description:
        yield _said(row.description, "inner")
    for addendum in row.addenda.all():
        addendum.record = row
        yield _said(_("Addendum") + f", {_day(addendum.created_at.date())}: {addendum.text}", "inner")
    for file in row.attachments.all():
        file.record = row
        yield _said(_("File") + f": {file.file_name}", "inner")
    yield Spacer(0, 3 * mm)


def _section(title: str, filled: bool) -> Iterator[Any]:
    yield HRFlowable(width="100%", color=paper._SOFT, thickness=0.6, spaceBefore=8, spaceAfter=4)
    yield _said(title, "house")
    if not filled:
        yield _said(_("Nothing written."), "soft")


def _line(words: dict[str, str], *more: str) -> Any:
    code = f" ({words['code']})" if words.get("code") else ""
    return _said(" · ".join([f"{words.get('display') or '–'}{code}", *(part for part in more if part)]), "text")


def _standing(rows: Any) -> Iterator[Any]:
    for nth, row in enumerate(in_pieces(rows.filter(status=Clinical.Status.CURRENT))):
        if nth >= MOST_ROWS:
            return
        yield row


def _stands(row: MedicalRecord) -> bool:
    return row.status == Clinical.Status.CURRENT


def _said(text: str, style: str) -> Any:
    return paper._said(text, style)


def _day(day: Any) -> str:
    return paper._day(day) if day else ""


def _number(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont("Vera", 8)
    canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, str(document.page))
    canvas.restoreState()
