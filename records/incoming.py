"""What a file to be brought in says, before anybody believes it: whose it is, its rows, and what is left out of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from records.models import AllergyIntolerance, Condition, MedicationRequest, Observation

MOST_ITEMS: Final = 20_000
MOST_BYTES: Final = 200 * 1024 * 1024  # of a file that the operator brings in; a page takes what uploads may have


class Kind(StrEnum):
    """What a row becomes."""

    RECORD = "record"
    ADDENDUM = "addendum"
    RESULT = "result"
    MEDICINE = "medicine"
    PROBLEM = "problem"
    ALLERGY = "allergy"


STATEMENTS: Final[dict[Kind, Any]] = {
    Kind.RESULT: Observation,
    Kind.MEDICINE: MedicationRequest,
    Kind.PROBLEM: Condition,
    Kind.ALLERGY: AllergyIntolerance,
}

# Why a row is left out, by its code. The codes are kept in the report; the sentences are for who reads it.
WHY: Final[dict[str, str | Promise]] = {
    "ambiguous_date": _("The day could be read in two ways. Write 2026-04-03, or say that the day comes first."),
    "ambiguous_number": _("This may be decimals or thousands. Write 150000 or 150.0, or say which sign is used."),
    "bad_date": _("This is no date that exists."),
    "bad_number": _("This is no number."),
    "bad_base64": _("The file's content cannot be read."),
    "bad_row": _("The row does not have as many columns as the first line."),
    "bad_shape": _("It is not built as FHIR says."),
    "bad_type": _("There is no such type of record."),
    "consent_is_given_here": _("Consents are given by the patient here, with the text shown."),
    "entered_in_error": _("It was entered in error where it comes from."),
    "file_elsewhere": _("The file lies elsewhere; it is not fetched."),
    "file_refused": _("The file was refused by the checks that every upload goes through."),
    "file_too_large": _("The file is larger than 25 MB."),
    "index_only": _("It lists what else is there and says nothing by itself."),
    "in_the_future": _("Its day is yet to come."),
    "no_code": _("It does not say what it is about."),
    "no_date": _("It has no date."),
    "no_known": _("It says that nothing is known, which is not written down as a finding."),
    "no_record": _("What it adds to is not in the file."),
    "no_subject": _("It does not say whose it is."),
    "no_value": _("It has no value that can be read."),
    "not_final": _("It was not final where it comes from."),
    "other_patient": _("It is another patient's."),
    "patient_not_known": _("No patient of this organization has this document and birth date."),
    "patient_not_proven": _("Document and birth date must both be right; a name alone is not enough."),
    "superseded": _("A later version takes its place."),
    "too_long": _("A text is too long."),
    "too_many_files": _("Too many files."),
    "unknown_resource": _("This kind of resource is not brought in."),
    "visits_are_booked_here": _("Visits are booked here; those of elsewhere are not brought in."),
    "wrong_value": _("A value is not one of those that are allowed."),
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """`where` is a line of the file or a place in the bundle, never what stands there."""

    where: str
    code: str


@dataclass(frozen=True, slots=True)
class Document:
    """A number under which a country knows somebody; `kind` and `country` as `PatientIdentifier` has them."""

    country: str
    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class Claims:
    """Who the file says the patient is."""

    ids: frozenset[str] = frozenset()
    documents: frozenset[Document] = frozenset()
    birth_date: date | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that came along; its content is opened when it is wanted."""

    where: str
    name: str
    content: Callable[[], bytes]


@dataclass(slots=True)
class Item:
    """One row to be. `fields` are those of its model; `of` is the source id of the record it belongs to."""

    where: str
    kind: Kind
    source_id: str
    fields: dict[str, Any]
    of: str = ""
    licences: frozenset[Document] = frozenset()  # of who wrote it
    author: str = ""
    files: list[Enclosed] = field(default_factory=list)


@dataclass(slots=True)
class Part:
    """What a file says of one patient; `claims` is None where it does not say of whom."""

    where: str
    claims: Claims | None
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Incoming:
    """A whole file. `context` counts what only helps to understand the rest (a practitioner, an organization)."""

    format: str
    sha256: str
    parts: list[Part] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    context: int = 0
