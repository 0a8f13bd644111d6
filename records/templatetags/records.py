"""What pages of records show the same way everywhere: the icon of a kind, where a value stands, a plot."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from records.models import Attachment, MedicalRecord
from records.results import Result
from records.timeline import ICONS, Filter
from vitas.common.shown import date_text
from vitas.common.templatetags.shown import icon

register = template.Library()


@register.simple_tag
def record_icon(kind: str) -> SafeString:
    return icon(ICONS[MedicalRecord.Type(kind)])


@register.simple_tag
def verdict(result: Result) -> SafeString:
    """The badge of where a value stands: icon and word, never colour alone; nothing where it is not known."""
    found = result.verdict
    if not found.label:
        return SafeString("")
    return format_html('<span class="state state-{}">{}{}</span>', found.colour, icon(found.icon), found.label)


@register.simple_tag
def narrowed(wanted: Filter, **changed: Any) -> str:
    """The query of an address with one choice of the filter changed."""
    said = {"type": wanted.type, "doctor": wanted.doctor_id, "from": wanted.first, "to": wanted.last, **changed}
    query = urlencode({name: str(value) for name, value in said.items() if value})
    return f"?{query}" if query else ""


@register.filter
def file_size(count: int) -> str:
    """`240 kB`, `1.4 MB`."""
    if count < 1_000_000:
        return f"{number_format(max(1, round(count / 1000)))}\u00a0kB"
    return f"{number_format(round(count / 1_000_000, 1), 1)}\u00a0MB"


@register.simple_tag
def waiting(files: list[Any]) -> bool:
    """Whether one of these files is still being checked."""
    return any(file.row.state == Attachment.State.QUARANTINED for file in files)


@register.simple_tag
def change_address(kind: str, patient_id: UUID, row_id: UUID) -> str:
    return reverse(f"change-{kind}", args=[patient_id, row_id])


@register.simple_tag
def when_over(row: Any) -> str:
    """`hasta el 3 de marzo de 2025`: when an allergy, a problem or a medicine ended."""
    day = getattr(row, "ended_on", None) or getattr(row, "resolved_on", None) or getattr(row, "stopped_at", None)
    return gettext("until %(day)s") % {"day": date_text(day)} if day else ""
