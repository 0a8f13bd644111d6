"""Everything of one patient as a ZIP: the bundle, a PDF to read, the prescriptions and files, and what each file is."""

import hashlib
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from itertools import chain
from typing import IO, Any, Final
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import Prefetch, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from records import paper
from records.fhir.export import Files, note_export, write_bundle
from records.fhir.held import Held, held_of, in_pieces
from records.files import store
from records.models import Addendum, Attachment, MedicalRecord, MedicationRequest, Observation
from records.notes import paper as note_paper
from records.notes import printed
from records.summary_paper import summary
from vitas.accounts.actor import Actor
from vitas.common.errors import NotPossibleNow

IN_MEMORY: Final = 8 * 1024 * 1024  # bytes; what is larger lies in a temporary file without a name
MOST_BYTES: Final = 2 * 1024 * 1024 * 1024  # of files, all in all
_CHUNK: Final = 256 * 1024
_ENDING: Final = re.compile(r"(.+)(\.[A-Za-z0-9]{1,8})", re.DOTALL)
_PACKED: Final = {"application/pdf", "image/jpeg", "image/png", "image/webp"}


@dataclass(slots=True)
class _Archive:
    """The ZIP on its way, and what it holds."""

    zip: zipfile.ZipFile
    holds: list[dict[str, Any]] = field(default_factory=list)
    missing: list[dict[str, str]] = field(default_factory=list)

    @contextmanager
    def open(self, name: str, *, packed: bool = False) -> Iterator["_Hashing"]:
        """A file to be written; its size and SHA-256 go into the manifest."""
        head = zipfile.ZipInfo(name, timezone.now().timetuple()[:6])
        head.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        head.external_attr = 0o600 << 16
        with self.zip.open(head, "w", force_zip64=True) as out:
            hashing = _Hashing(out)
            yield hashing
        self.holds.append({"name": name, "size": hashing.size, "sha256": hashing.digest.hexdigest()})


class _Hashing(BytesIO):
    """Passes on what is written, and measures it."""

    def __init__(self, out: IO[bytes]) -> None:
        super().__init__()
        self.out, self.size, self.digest = out, 0, hashlib.sha256()

    def write(self, content: Any) -> int:
        self.digest.update(content)
        self.size += len(content)
        return self.out.write(content)


def zip_of(patient_id: UUID, actor: Actor) -> IO[bytes]:
    """The ZIP, at its beginning; close it. Texts are in the language that is active.

    Raises NotAllowed, NotFound, NotPossibleNow (too large), StoreAway.
    """
    held = held_of(patient_id, actor)
    _require_room(held)
    spool: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, prefix="vitas-export-")  # noqa: SIM115
    try:
        with transaction.atomic(), zipfile.ZipFile(spool, "w") as packed:
            note_export(held, actor, "zip")
            _fill(_Archive(packed), held)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return spool


def name_of(held_name: str, ending: str) -> str:
    """`ana-silva-2026-11-21.zip`."""
    return f"{_safe(held_name).lower() or 'records'}-{timezone.now():%Y-%m-%d}.{ending}"


def _fill(archive: _Archive, held: Held) -> None:
    names = _file_names(held)
    with archive.open("README.txt") as out:
        out.write(_readme(held).encode())
    with archive.open("summary.pdf", packed=True) as out:
        out.write(summary(held))
    with archive.open("bundle.json") as out:
        write_bundle(out, held, files=Files(addresses=names))
    for name, content in chain(_prescriptions(held), _notes(held)):
        with archive.open(name, packed=True) as out:
            out.write(content)
    for row in in_pieces(held.attachments, 20):
        _add_file(archive, row, names[row.pk])
    manifest = {
        "madeAt": timezone.now(),
        "patient": held.patient.pk,
        "files": archive.holds,
        "missing": archive.missing,
    }
    archive.zip.writestr("manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2))


def _add_file(archive: _Archive, row: Attachment, name: str) -> None:
    """A file that is damaged in the store is named as missing; it does not keep the rest back."""
    try:
        found = store.spooled(row.key, row.sha256)
    except store.Damaged:
        archive.missing.append({"name": name, "sha256": row.sha256})
        return
    with found, archive.open(name, packed=row.file_type in _PACKED) as out:
        while piece := found.read(_CHUNK):
            out.write(piece)


def _file_names(held: Held) -> dict[UUID, str]:
    """`files/2026-01-02-blood-work.pdf`; no two are the same, also where a system knows no capitals."""
    names: dict[UUID, str] = {}
    taken: set[str] = set()
    for row in in_pieces(held.attachments):
        found = _ENDING.fullmatch(row.file_name)
        stem, ending = (found[1], found[2]) if found else (row.file_name, "")
        names[row.pk] = _free(f"files/{row.record.date}-{_safe(stem)}", ending.lower(), taken)
    return names


def _prescriptions(held: Held) -> Iterator[tuple[str, bytes]]:
    """Each as it was given out, in its organization's language."""
    taken: set[str] = set()
    rows = held.records.filter(type=MedicalRecord.Type.PRESCRIPTION).exclude(check_code=None)
    rows = rows.select_related("doctor", "organization", "patient").prefetch_related(
        Prefetch("medications", MedicationRequest.objects.order_by("id")),
        Prefetch("observations", Observation.objects.order_by("id")),
        Prefetch("addenda", Addendum.objects.order_by("created_at", "id")),
    )
    for row in in_pieces(rows, 50):
        with override(row.organization.language):
            content = paper.drawn(row)
        yield _free(f"prescriptions/{row.date}-{_safe(row.title)}", ".pdf", taken), content


def _notes(held: Held) -> Iterator[tuple[str, bytes]]:
    """Each signed note in its own language."""
    taken: set[str] = set()
    rows = held.notes.select_related("doctor", "organization", "patient", "record", "appointment__clinic")
    for row in in_pieces(rows, 50):
        with override(printed.locale_of(row.language)):
            content, title = note_paper.drawn(row), printed.title()
        day = row.record.date if row.record else ""
        yield _free(f"notes/{day}-{_safe(title)}", ".pdf", taken), content


def _free(stem: str, ending: str, taken: set[str]) -> str:
    name, nth = f"{stem}{ending}", 1
    while name.casefold() in taken:
        nth += 1
        name = f"{stem}-{nth}{ending}"
    taken.add(name.casefold())
    return name


def _safe(name: str) -> str:
    """Letters and digits of any tongue: nothing that leads out of a folder, or that a system cannot hold."""
    plain = unicodedata.normalize("NFC", name)
    return re.sub(r"[^\w]+", "-", plain).strip("-_")[:60] or "file"


def _readme(held: Held) -> str:
    lines = [
        _("Medical record of %(name)s") % {"name": held.patient.full_name},
        str(_day(timezone.now().date())),
        "",
        _("What is in here:"),
        "- summary.pdf: " + _("everything in words, to read and to print"),
        "- prescriptions/: " + _("each prescription as it was given out"),
        "- notes/: " + _("each note of a visit as it was signed"),
        "- files/: " + _("the files of the records: pictures, reports"),
        "- bundle.json: " + _("the same for programs: a document of HL7 FHIR R4, which another clinic can bring in"),
        "- manifest.json: " + _("the files with their SHA-256, to see that none was changed"),
        "",
        _("It tells of a person's health. Keep it where nobody else reads it."),
        "",
    ]
    return "\r\n".join(lines)


def _day(day: date) -> str:
    return paper._day(day)


def _require_room(held: Held) -> None:
    total = held.attachments.aggregate(total=Sum("file_size"))["total"] or 0
    if total > MOST_BYTES:
        raise NotPossibleNow(_("The files are more than a ZIP may hold. Ask your clinic for them."))
