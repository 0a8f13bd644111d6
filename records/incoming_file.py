"""Whatever somebody brings, by what it is: a FHIR bundle, a ZIP as we give it out, or a spreadsheet."""

import zipfile
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any, Final

from django.utils.translation import gettext as _

from records.csv_import import read_csv
from records.fhir.importing import read_bundle
from records.files.checking import MOST_BYTES as MOST_FILE_BYTES
from records.incoming import MOST_BYTES, Incoming
from vitas.common.errors import Invalid

_BUNDLE: Final = "bundle.json"
_MOST_MEMBERS: Final = 5000


def read(content: bytes, **csv_ways: Any) -> Incoming:
    """`csv_ways` are read_csv's. Raises Invalid on `file`."""
    if content.startswith(b"PK\x03\x04"):
        return _zip(content)
    if content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return read_bundle(content)
    return read_csv(content, **csv_ways)


def _zip(content: bytes) -> Incoming:
    """Its bundle, with the files beside it. What it says of sizes is not believed."""
    try:
        packed = zipfile.ZipFile(BytesIO(content))
        if len(packed.infolist()) > _MOST_MEMBERS:
            raise _wrong(_("The ZIP holds too many files."))
        if _BUNDLE not in packed.namelist():
            raise _wrong(_("The ZIP holds no bundle.json."))
        return read_bundle(_unpacked(packed, _BUNDLE, MOST_BYTES), beside=partial(_beside, packed))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise _wrong(_("This ZIP cannot be read.")) from None  # damaged, under a password, packed in a strange way


def _beside(packed: zipfile.ZipFile, url: str) -> Callable[[], bytes] | None:
    if url not in packed.namelist() or url == _BUNDLE:
        return None
    return partial(_member, packed, url)


def _member(packed: zipfile.ZipFile, name: str) -> bytes:
    """Raises ValueError for what is damaged, too."""
    try:
        return _unpacked(packed, name, MOST_FILE_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ValueError(type(error).__name__) from error


def _unpacked(packed: zipfile.ZipFile, name: str, most: int) -> bytes:
    with packed.open(name) as found:
        content = found.read(most + 1)
    if len(content) > most:
        raise ValueError("too large")
    return content


def _wrong(sentence: str) -> Invalid:
    return Invalid.field("file", sentence)
