"""What may be attached: PDFs that only show themselves, and pictures. Judged by content, never by name.

In this order: the size while it is read, the type by its first bytes, then what is inside.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.files import images, pdf_check
from vitas.common.errors import Invalid, Refused

MOST_BYTES: Final = 25 * 1024 * 1024
CHUNK: Final = 256 * 1024
LONGEST_NAME: Final = 150
PDF: Final = "application/pdf"
ENDINGS: Final = {PDF: (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/webp": (".webp",)}
_FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_IN_MEMORY: Final = 1024 * 1024
_SECONDS: Final = 20  # for the check of a PDF, all in all

_SENTENCES: Final = {
    "damaged": gettext_lazy("This PDF is damaged, or more than we can check. Save it anew and try again."),
    "encrypted": gettext_lazy("This PDF is protected by a password. Save it without one and try again."),
    "active": gettext_lazy("This PDF carries scripts or starts something. Print it as a new PDF and attach that."),
    "embedded": gettext_lazy("This PDF carries other files within. Print it as a new PDF and attach that."),
    "two_in_one": gettext_lazy("This file is a PDF and an archive at once. Print it as a new PDF and attach that."),
}


class FileTooLarge(Refused):
    """413: more than 25 MB."""

    status = 413
    code = "PAYLOAD_TOO_LARGE"
    sentence = gettext_lazy("The file is larger than 25 MB.")


@dataclass(slots=True)
class Checked:
    """A file that may be kept, in a temporary file of ours; close it."""

    file: IO[bytes]
    media_type: str
    size: int
    sha256: str

    def __enter__(self) -> "Checked":
        return self

    def __exit__(self, *_error: object) -> None:
        self.file.close()


def checked(upload: IO[bytes]) -> Checked:
    """The file as it may be kept: a picture drawn anew, a PDF as it came. Raises FileTooLarge, Invalid on `file`."""
    spool: Any = tempfile.NamedTemporaryFile(prefix="vitas-upload-")  # noqa: SIM115 (Checked closes it)
    try:
        media_type = _received(upload, spool)
        if media_type == PDF:
            _require_plain_pdf(spool.name)
        else:
            spool = _replaced(spool, images.redrawn(spool, _FORMATS[media_type]))
        return Checked(spool, media_type, *_measured(spool))
    except BaseException:
        spool.close()
        raise


def clean_name(name: str, media_type: str) -> str:
    """The name without a path, without letters that show nothing or turn the line, with the ending of its type."""
    bare = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    bare = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in bare)
    bare = re.sub(r'[<>:"|?*%]+', "_", re.sub(r"\s+", " ", bare)).strip(" .")
    endings = ENDINGS[media_type]
    stem = bare[: -len(PurePosixPath(bare).suffix)] if bare.lower().endswith(endings) else bare
    return (stem[: LONGEST_NAME - 5].strip(" .") or "file") + endings[0]


def media_type_of(head: bytes) -> str | None:
    """By the first bytes; None for what is not taken."""
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def _received(upload: IO[bytes], spool: IO[bytes]) -> str:
    """Copied piece by piece, so that no more than a piece is in memory. Raises FileTooLarge, Invalid."""
    size, media_type = 0, None
    while piece := upload.read(CHUNK):
        if not size:
            media_type = media_type_of(piece[:16])
        size += len(piece)
        if size > MOST_BYTES:
            raise FileTooLarge()
        if media_type is None:
            raise Invalid.field("file", _("Attach a PDF, JPEG, PNG or WebP file: this is none."))
        spool.write(piece)
    if not size or media_type is None:
        raise Invalid.field("file", _("The file is empty."))
    spool.flush()
    spool.seek(0)
    return media_type


def _require_plain_pdf(path: str) -> None:
    """In a process of its own (pdf_check.py). What does not come back is refused too."""
    program = [sys.executable, "-I", str(Path(pdf_check.__file__)), path]
    try:
        ran = subprocess.run(program, capture_output=True, timeout=_SECONDS, check=False)
        verdict = ran.stdout.decode("ascii", "replace") if ran.returncode == 0 else "damaged"
    except subprocess.TimeoutExpired:
        verdict = "damaged"
    if verdict != "ok":
        raise Invalid.field("file", str(_SENTENCES.get(verdict, _SENTENCES["damaged"])))


def _replaced(spool: Any, content: bytes) -> Any:
    if len(content) > MOST_BYTES:
        raise FileTooLarge()
    spool.seek(0)
    spool.truncate()
    spool.write(content)
    spool.flush()
    return spool


def _measured(spool: Any) -> tuple[int, str]:
    spool.seek(0)
    digest = hashlib.file_digest(spool, "sha256").hexdigest()
    size = spool.tell()
    spool.seek(0)
    return size, digest
