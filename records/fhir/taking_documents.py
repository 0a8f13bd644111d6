"""DocumentReference and DiagnosticReport become records; what is appended to one becomes its addendum."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from django.utils import timezone

from records.fhir import reading
from records.fhir.documents import TYPES
from records.fhir.parts import Json
from records.fhir.reading import Unreadable, dicts, first, words
from records.fhir.taking import Taking, is_lab, record_type
from records.files.checking import MOST_BYTES
from records.incoming import Enclosed, Item, Kind, Skipped
from records.models import MedicalRecord

LONGEST_TITLE: Final = 255
LONGEST_TEXT: Final = 20_000
MOST_FILES: Final = 20  # a record
_BY_LOINC: Final = {code: kind.value for kind, code in TYPES.items()} | {
    "34133-9": "visit_note",
    "18842-5": "visit_note",
    "34117-2": "visit_note",
    "28570-0": "visit_note",
    "68604-8": "imaging",
    "57134-9": "referral",
}

# Gives the file that lies under a relative address beside the bundle (in a ZIP); None where there is none.
Beside = Callable[[str], Callable[[], bytes] | None]


class TakingDocuments(Taking):
    """Also keeps what of them could not be taken: a file that lies elsewhere does not keep its record out."""

    def __init__(self, *given: Any, beside: Beside) -> None:
        super().__init__(*given)
        self.beside = beside
        self.left_out: list[Skipped] = []

    def link(self, found: Json) -> None:
        """Which results and medicines belong to this record; asked before they are read."""
        related = found.get("result") or first(found.get("context")).get("related")
        for element in dicts(related):
            other = self.index.find(element, found)
            if other.get("resourceType") in ("Observation", "MedicationRequest", "MedicationStatement"):
                self.record_of.setdefault(id(other), self.index.source_id(found))

    def document(self, found: Json, where: str) -> Iterator[Item]:
        self._require_mine(found, "subject")
        status = found.get("status")
        if "entered-in-error" in (status, found.get("docStatus")):
            raise Unreadable("entered_in_error")
        if status == "superseded" or found.get("docStatus") == "preliminary":
            raise Unreadable("superseded" if status == "superseded" else "not_final")
        appended = self._appended(found)
        if appended:
            yield self._addendum(found, where, appended)
            return
        texts, files = self._contents(found, where)
        type_ = record_type(found, _BY_LOINC)
        named = words(found.get("description")) or words(first(found.get("type")).get("text")) or _first_title(found)
        title, more = _title(named or str(MedicalRecord.Type(type_).label))
        yield self._record(
            found,
            where,
            type=type_,
            title=title,
            description=_whole(more, *texts),
            date=self._day(first(first(found.get("context")).get("period")).get("start") or found.get("date")),
            files=files,
            by=("author", "authenticator"),
        )

    def report(self, found: Json, where: str) -> Iterator[Item]:
        """DiagnosticReport: how laboratories and radiologists send what they found."""
        self._require_mine(found, "subject")
        status = found.get("status")
        if status not in ("final", "amended", "corrected", "appended", "preliminary", "partial"):
            raise Unreadable("entered_in_error" if status == "entered-in-error" else "not_final")
        files = self._files(dicts(found.get("presentedForm")), where, "presentedForm")
        imaging = reading.has_code(first(found.get("category")), "RAD", "imaging", "RX", "CT", "MR", "US")
        type_ = "imaging" if imaging and not is_lab(found) else "lab_result"
        title, more = _title(reading.coded(found.get("code"))["display"])
        when = found.get("effectiveDateTime") or first(found.get("effectivePeriod")).get("start") or found.get("issued")
        yield self._record(
            found,
            where,
            type=type_,
            title=title,
            description=_whole(more, words(found.get("conclusion"))),
            date=self._day(when),
            files=files,
            by=("resultsInterpreter", "performer"),
        )

    def _record(self, found: Json, where: str, *, files: list[Enclosed], by: tuple[str, ...], **fields: Any) -> Item:
        item = self._item(found, where, Kind.RECORD, by=by, **fields)
        if len(files) > MOST_FILES:
            self.left_out += [Skipped(one.where, "too_many_files") for one in files[MOST_FILES:]]
        item.files = files[:MOST_FILES]
        return item

    def _addendum(self, found: Json, where: str, appended: str) -> Item:
        texts, files = self._contents(found, where)
        self.left_out += [Skipped(one.where, "file_elsewhere") for one in files]
        text = _whole("", *texts)
        if not text:
            raise Unreadable("no_value")
        item = self._item(
            found,
            where,
            Kind.ADDENDUM,
            text=text,
            created_at=reading.moment(found.get("date")) or datetime.now(UTC),
            by=("author",),
        )
        item.of = appended
        return item

    def _appended(self, found: Json) -> str:
        """The record that this adds to, also over several steps. Raises Unreadable for a circle or a way to nowhere."""
        seen: set[int] = set()
        root = found
        while aims := [one for one in dicts(root.get("relatesTo")) if one.get("code") == "appends"]:
            if id(root) in seen:
                raise Unreadable("no_record")
            seen.add(id(root))
            root = self.index.find(aims[0].get("target"), root)
            if root.get("resourceType") != "DocumentReference":
                raise Unreadable("no_record")
        return self.index.source_id(root) if root is not found else ""

    def _contents(self, found: Json, where: str) -> tuple[list[str], list[Enclosed]]:
        """Words, and files."""
        texts, others = [], []
        for content in dicts(found.get("content")):
            attachment = first(content.get("attachment"))
            if words(attachment.get("contentType"), most=100).startswith("text/plain"):
                if attachment.get("data"):
                    texts.append(_text(reading.decoded(attachment["data"], most=LONGEST_TEXT * 4)))
            else:
                others.append(attachment)
        return texts, self._files(others, where, "content")

    def _files(self, attachments: list[Json], where: str, name: str) -> list[Enclosed]:
        files = []
        for nth, attachment in enumerate(attachments):
            place = f"{where}.{name}[{nth}]"
            opened = self._opened(attachment)
            if opened:
                files.append(Enclosed(place, words(attachment.get("title"), most=500)[:150] or "file", opened))
            elif attachment.get("url") or attachment.get("data"):
                self.left_out.append(Skipped(place, "file_elsewhere"))
        return files

    def _opened(self, attachment: Json) -> Callable[[], bytes] | None:
        """From the resource itself, from a Binary of the bundle, from beside it. Nothing is ever fetched."""
        url = words(attachment.get("url"), most=2000)
        binary = self.index.find({"reference": url}) if url else {}
        for data in (attachment.get("data"), binary.get("data")):
            if isinstance(data, str):
                return partial(_file, data)
        return self.beside(url) if url else None

    def _day(self, value: Any) -> Any:
        day = reading.day(value)
        if day is None:
            raise Unreadable("no_date")
        if day > (timezone.now() + timedelta(days=1)).date():
            raise Unreadable("in_the_future")
        return day


def _file(data: str) -> bytes:
    """Raises ValueError, as a file that nobody can read does."""
    try:
        return reading.decoded(data, most=MOST_BYTES)
    except Unreadable as error:
        raise ValueError(error.code) from error


def _text(content: bytes) -> str:
    try:
        return words(content.decode(), most=LONGEST_TEXT)
    except UnicodeDecodeError:
        return words(content.decode("latin-1"), most=LONGEST_TEXT)


def _title(said: str) -> tuple[str, str]:
    """A title that fits, and the whole of a longer one for the text below."""
    line = " ".join(said.split())
    return (line, "") if len(line) <= LONGEST_TITLE else (f"{line[: LONGEST_TITLE - 1]}…", said)


def _whole(*said: str) -> str:
    found = "\n\n".join(filter(None, said))
    if len(found) > LONGEST_TEXT:
        raise Unreadable("too_long")
    return found


def _first_title(found: Json) -> str:
    titles = (words(first(content.get("attachment")).get("title")) for content in dicts(found.get("content")))
    return next(filter(None, titles), "")
