"""Exports of the trail: asked for, made by a sweep with its progress, fetched, and removed after a day."""

import csv
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from io import TextIOWrapper
from typing import IO, Any, Final
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit import asking, pdf, presenting, trail
from vitas.audit.asking import Asked
from vitas.audit.models import AuditExport
from vitas.common.errors import Invalid, NotFound, NotPossibleNow, TooMany

FOLDER: Final = "audit-exports"
KEPT: Final = timedelta(hours=24)
MOST_ROWS: Final = 1_000_000
MOST_ROWS_PDF: Final = 5_000
MOST_WAITING: Final = 3  # a person's that are not finished
CHUNK: Final = 2_000
GIVEN_UP_AFTER: Final = timedelta(minutes=5)  # without a sign of work; another worker then begins anew
MOST_TRIES: Final = 3
TYPES: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json", "pdf": "application/pdf"}

State = AuditExport.State
_SHORT: Final = ("timestamp", "category", "action", "user_name", "user_role", "patient_id", "ip_address", "outcome")


@transaction.atomic
def ask(*, by: Actor, asked: Asked, format: str, language: str) -> AuditExport:
    """Take down what is wanted; the caller wakes the sweep. Raises Invalid, TooMany."""
    assert by.user_id is not None
    most = MOST_ROWS_PDF if format == AuditExport.Format.PDF else MOST_ROWS
    rows = asking.entries(by, asked).order_by()[: most + 1].count()
    if rows > most:
        sentence = _("More than %(most)s entries. Ask for a shorter time, or another format.")
        raise Invalid.field("format", sentence % {"most": f"{most:,}"})
    unfinished = AuditExport.objects.filter(user_id=by.user_id, state__in=[State.QUEUED, State.RUNNING])
    if unfinished.count() >= MOST_WAITING:
        raise TooMany(_("Wait until your other exports are ready."), retry_after=30)
    made = AuditExport.objects.create(
        organization_id=by.organization_id,
        user_id=by.user_id,
        format=format,
        asked=_kept(asked),
        language=language,
        rows=rows,
    )
    _note(by, "EXPORT_AUDIT_TRAIL", made, asked)
    return made


def of(actor: Actor, export_id: UUID) -> AuditExport:
    """Raises NotFound."""
    found = AuditExport.objects.visible_to(actor).filter(pk=export_id).first()
    if found is None:
        raise NotFound(_("There is no such export."))
    return found


@transaction.atomic
def fetch(export_id: UUID, *, by: Actor) -> tuple[AuditExport, Any]:
    """The export and its opened file. Raises NotFound, NotPossibleNow."""
    found = of(by, export_id)
    if found.state != State.DONE:
        raise NotPossibleNow(_("This export is not ready."))
    try:
        file = default_storage.open(found.file)
    except FileNotFoundError:
        raise NotFound(_("This export was removed.")) from None
    _note(by, "DOWNLOAD_AUDIT_EXPORT", found, _asked_of(found))
    return found, file


def make_waiting() -> int:
    """Make what waits, one after the other; answers with how many were made."""
    made = 0
    while (claimed := _claim()) is not None:
        _make(claimed)
        made += 1
    return made


def drop_old(now: datetime | None = None) -> int:
    """Remove the files that were kept for their day; the rows stay."""
    old = AuditExport.objects.filter(state=State.DONE, created_at__lt=(now or timezone.now()) - KEPT)
    gone = 0
    for export in old:
        default_storage.delete(export.file)
        gone += AuditExport.objects.filter(pk=export.pk, state=State.DONE).update(state=State.EXPIRED)
    return gone


def _claim() -> AuditExport | None:
    """One that waits, or that a dead worker left; of two workers one gets it."""
    now = timezone.now()
    due = Q(state=State.QUEUED) | Q(state=State.RUNNING, touched_at__lt=now - GIVEN_UP_AFTER)
    for export in AuditExport.objects.filter(due).order_by("created_at")[:10]:
        mine = AuditExport.objects.filter(pk=export.pk, state=export.state, touched_at=export.touched_at)
        if export.tries >= MOST_TRIES:
            mine.update(state=State.FAILED, finished_at=now)
        elif mine.update(state=State.RUNNING, progress=0, touched_at=now, tries=F("tries") + 1):
            return export
    return None


def _make(export: AuditExport) -> None:
    with tempfile.TemporaryFile() as file, translation.override(export.language):
        written = _WRITERS[export.format](file, export)
        file.seek(0)
        name = default_storage.save(f"{FOLDER}/{export.pk}.{export.format}", File(file))
    done = AuditExport.objects.filter(pk=export.pk, state=State.RUNNING)
    now = timezone.now()
    if not done.update(state=State.DONE, progress=100, rows=written, file=name, touched_at=now, finished_at=now):
        default_storage.delete(name)  # another worker took over and has finished


def _write_csv(file: IO[bytes], export: AuditExport) -> int:
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer, written = csv.writer(text), 0
    writer.writerow(presenting.COLUMNS)
    for row in _rows(export):
        writer.writerow([_cell(row[name]) for name in presenting.COLUMNS])
        written += 1
    text.detach()
    return written


def _write_json(file: IO[bytes], export: AuditExport) -> int:
    written = 0
    file.write(b'{"events": [')
    for row in _rows(export):
        file.write((b",\n" if written else b"\n") + json.dumps(row, ensure_ascii=False).encode())
        written += 1
    file.write(b"\n]}\n")
    return written


def _write_pdf(file: IO[bytes], export: AuditExport) -> int:
    rows = [[_cell(row[name]) for name in _SHORT] for row in _rows(export)]
    about = _("%(count)s entries, times in UTC.") % {"count": f"{len(rows):,}"}
    names = (_("Time"), _("Category"), _("Act"), _("Person"), _("Role"), _("Patient"), _("Address"), _("Outcome"))
    pdf.listing(file, title=_("Audit trail"), about=about, columns=names, rows=rows)
    return len(rows)


_WRITERS: Final[dict[str, Callable[[IO[bytes], AuditExport], int]]] = {
    "csv": _write_csv,
    "json": _write_json,
    "pdf": _write_pdf,
}


def _rows(export: AuditExport) -> Iterator[dict[str, Any]]:
    """Oldest first, by key, so that no long transaction is held; says after each chunk how far it is."""
    wanted = asking.entries(_actor(export), _asked_of(export)).order_by("id")
    after, seen = UUID(int=0), 0
    while chunk := list(wanted.filter(id__gt=after)[:CHUNK]):
        yield from presenting.events(chunk)
        after, seen = chunk[-1].pk, seen + len(chunk)
        percent = min(99, seen * 100 // max(export.rows, 1))
        AuditExport.objects.filter(pk=export.pk).update(progress=percent, touched_at=timezone.now())


def _cell(value: Any) -> str:
    """A text for a table. One that a spreadsheet would run as a formula gets an apostrophe."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _actor(export: AuditExport) -> Actor:
    """Whose view of the trail the file has: what they may see when it is made."""
    if export.organization_id is None:
        return Actor(user_id=export.user_id, is_operator=True)
    return Actor(user_id=export.user_id, role=Role.ADMIN, organization_id=export.organization_id)


def _kept(asked: Asked) -> dict[str, Any]:
    """As JSON."""
    said = {name: getattr(asked, name) for name in Asked.__slots__}
    return {name: _plain(value) for name, value in said.items() if value}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _asked_of(export: AuditExport) -> Asked:
    said: dict[str, Any] = dict(export.asked)
    for name in ("since", "until"):
        with suppress(KeyError):
            said[name] = datetime.fromisoformat(said[name])
    for name in ("user_id", "patient_id", "organization_id"):
        with suppress(KeyError):
            said[name] = UUID(said[name])
    if "ids" in said:
        said["ids"] = [UUID(each) for each in said["ids"]]
    return Asked(**said)


def _note(by: Actor, action: str, export: AuditExport, asked: Asked) -> None:
    trail.record(
        by,
        action,
        category=trail.Category.EXPORT,
        resource="audit_exports",
        resource_id=export.pk,
        patient_id=asked.patient_id,
        format=export.format,
        count=export.rows,
    )
