"""Whether a PDF does anything but show itself. Run as a program of its own: a hostile file then fells nobody else.

`python pdf_check.py <file>` prints a word of `REASONS` or `ok`, and imports nothing of Vitas. Memory and time are
limited, so that a small file that unpacks into gigabytes ends here.
"""

import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import pikepdf

MOST_MEMORY: Final = 1_500_000_000  # bytes of address space
MOST_UNPACKED: Final = 200_000_000  # bytes of one stream that holds objects
MOST_SECONDS: Final = 10
MOST_OBJECTS: Final = 500_000

REASONS: Final = ("damaged", "encrypted", "active", "embedded", "two_in_one")

_ACTIVE_KEYS: Final = {"/JS", "/JavaScript", "/XFA", "/RichMediaContent", "/RichMediaSettings"}
_EMBEDDED_KEYS: Final = {"/EmbeddedFiles", "/EF"}
_ACTIONS: Final = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound",
    "/RichMediaExecute", "/GoTo3DView",
}  # fmt: skip
_ANNOTATIONS: Final = {"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}


def reason(path: str) -> str:
    """Why the file is refused; empty if it is a plain PDF."""
    try:
        with pikepdf.open(path) as pdf:
            if pdf.is_encrypted:
                return "encrypted"
            if not len(pdf.pages):
                return "damaged"
            found = next(filter(None, map(_wrong, _dictionaries(pdf))), "")
            # What could not be unpacked was not looked at, and a reader may unpack it.
            if any("error decoding stream data" in str(warning) for warning in pdf.get_warnings()):
                return "damaged"
    except pikepdf.PasswordError:
        return "encrypted"
    except Exception:  # whatever a broken file does to the parser
        return "damaged"
    return found or ("two_in_one" if _is_archive(path) else "")


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary in the file, also those that nothing leads to."""
    waiting: list[Any] = [pdf.trailer, *pdf.objects]
    if len(waiting) > MOST_OBJECTS:
        raise ValueError("too many objects")
    seen = 0
    while waiting:
        found = waiting.pop()
        seen += 1
        if seen > MOST_OBJECTS * 4:
            raise ValueError("too many objects")
        if isinstance(found, pikepdf.Array):
            waiting += [part for part in found if _is_inner(part)]
        elif isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            yield found
            waiting += [part for _key, part in found.items() if _is_inner(part)]


def _is_inner(part: Any) -> bool:
    """Written out in place; what is referred to comes by itself."""
    return isinstance(part, pikepdf.Array | pikepdf.Dictionary) and not part.is_indirect


def _wrong(found: Any) -> str:
    keys = set(found.keys())
    if keys & _EMBEDDED_KEYS or _name(found, "/Type") == "/EmbeddedFile":
        return "embedded"
    if keys & _ACTIVE_KEYS or _name(found, "/S") in _ACTIONS:
        return "active"
    if _name(found, "/Subtype") in _ANNOTATIONS:
        return "active"
    if _name(found, "/Subtype") == "/FileAttachment":
        return "embedded"
    return ""


def _name(found: Any, key: str) -> str:
    value = found.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _is_archive(path: str) -> bool:
    """A ZIP (a program of Java, a document of an office) may hide behind a PDF."""
    try:
        with zipfile.ZipFile(path):
            return True
    except Exception:
        return False


def main() -> None:
    pikepdf.settings.set_qpdf_limits(flate_max_memory=MOST_UNPACKED, run_length_max_memory=MOST_UNPACKED)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.write(reason(sys.argv[1]) or "ok")


if __name__ == "__main__":
    main()
