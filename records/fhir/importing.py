"""A bundle that somebody brings: read without trust, liberal in what it takes, and telling of everything it leaves.

FHIR R4 and R4B, from here or from elsewhere: any Bundle of one patient. Other patients' resources, unknown ones and
those that were entered in error are left out and named in the report.
"""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from records.fhir import reading, systems
from records.fhir.bundle_index import Index
from records.fhir.parts import Json
from records.fhir.reading import Unreadable, dicts, first, words
from records.fhir.taking import Taker, Taking, documents_of
from records.fhir.taking_documents import Beside, TakingDocuments
from records.incoming import MOST_BYTES, MOST_ITEMS, Claims, Incoming, Part, Skipped
from records.models import RecordImport
from vitas.common.errors import Invalid

_DEEPEST: Final = 60  # FHIR nests some twenty levels
_CONTEXT: Final = {
    "Patient", "Practitioner", "PractitionerRole", "Organization", "Location", "Medication", "Binary", "Specimen",
    "Provenance", "Device",
}  # fmt: skip
_LEFT: Final = {
    "Composition": "index_only",
    "List": "index_only",
    "Appointment": "visits_are_booked_here",
    "Encounter": "visits_are_booked_here",
    "Consent": "consent_is_given_here",
}
_TAKERS: Final[dict[str, Taker]] = {
    "Condition": Taking.condition,
    "AllergyIntolerance": Taking.allergy,
    "Observation": Taking.observation,
    "MedicationRequest": Taking.medication_request,
    "MedicationStatement": Taking.medication_statement,
    "DocumentReference": TakingDocuments.document,  # type: ignore[dict-item]
    "DiagnosticReport": TakingDocuments.report,  # type: ignore[dict-item]
}
_FIRST: Final = ("DocumentReference", "DiagnosticReport")  # what others belong to


def nothing_beside(_url: str) -> Callable[[], bytes] | None:
    return None


def read_bundle(content: bytes, *, beside: Beside = nothing_beside) -> Incoming:
    """What the bundle says. `beside` gives files that lie next to it in a ZIP. Raises Invalid on `file`."""
    bundle = parsed(content)
    if bundle.get("resourceType") != "Bundle":
        raise _wrong(_("This is no FHIR bundle: `resourceType` must be `Bundle`."))
    found = Incoming(RecordImport.Kind.FHIR, hashlib.sha256(content).hexdigest())
    entries = _entries(bundle, found)
    patient = _the_patient(entries)
    part = Part("", _claims(patient))
    taking = TakingDocuments(Index(entries), patient, beside=beside)
    for _where, _url, resource in entries:
        if resource["resourceType"] in _FIRST:
            taking.link(resource)
    for where, _url, resource in entries:
        _take(taking, resource, where, part, found)
    found.skipped += taking.left_out
    # An addendum may stand before its record.
    part.items.sort(key=lambda item: item.kind == "addendum")
    found.parts.append(part)
    return found


def parsed(content: bytes) -> Json:
    """The JSON object; decimals keep their digits. Raises Invalid on `file`, with the line where it goes wrong."""
    if len(content) > MOST_BYTES:
        raise _wrong(_("The file is too large."))
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise _wrong(
            _("This is not JSON: line %(line)d, column %(column)d.") % {"line": error.lineno, "column": error.colno}
        ) from None
    except UnicodeDecodeError:
        raise _wrong(_("This is not text in UTF-8.")) from None
    except RecursionError:
        raise _wrong(_("The bundle is nested too deeply.")) from None
    except ValueError:  # NaN, or a number of thousands of digits
        raise _wrong(_("The bundle holds a number that FHIR does not allow.")) from None
    if not isinstance(found, dict):
        raise _wrong(_("This is no FHIR bundle: `resourceType` must be `Bundle`."))
    _require_flat(found)
    return found


def _entries(bundle: Json, found: Incoming) -> list[tuple[str, str, Json]]:
    """Where, full URL, resource."""
    given = bundle.get("entry") or []
    if not isinstance(given, list):
        raise _wrong(_("This is no FHIR bundle: `entry` must be a list."))
    if len(given) > MOST_ITEMS:
        raise _wrong(_("A bundle may have at most %(count)d entries.") % {"count": MOST_ITEMS})
    entries = []
    for nth, one in enumerate(given):
        resource = one.get("resource") if isinstance(one, dict) else None
        if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str):
            url = one.get("fullUrl")
            entries.append((f"entry[{nth}]", url if isinstance(url, str) else "", resource))
        else:
            found.skipped.append(Skipped(f"entry[{nth}]", "bad_shape"))
    return entries


def _the_patient(entries: list[tuple[str, str, Json]]) -> Json:
    patients = [resource for _where, _url, resource in entries if resource["resourceType"] == "Patient"]
    if not patients:
        raise _wrong(_("The bundle has no Patient, so nobody can say whose it is."))
    if len(patients) > 1:
        raise _wrong(_("The bundle has %(count)d patients. Bring in one at a time.") % {"count": len(patients)})
    return patients[0]


def _claims(patient: Json) -> Claims:
    try:
        name = first(patient.get("name"))
        given = name.get("given") or []
        spelled = words(name.get("text"), most=300) or " ".join(
            filter(None, [*(words(one, most=100) for one in given), words(name.get("family"), most=100)])
        )
        own = {
            words(one.get("value"), most=200)
            for one in dicts(patient.get("identifier"))
            if one.get("system") == systems.PATIENT
        }
        born = reading.partial_day(patient.get("birthDate"))
        return Claims(
            ids=frozenset({words(patient.get("id"), most=200), *own} - {""}),
            documents=documents_of(patient),
            birth_date=born[0] if born and born[1] else None,
            name=spelled,
        )
    except (Unreadable, TypeError, AttributeError):
        raise _wrong(_("The bundle's Patient cannot be read.")) from None


def _take(taking: TakingDocuments, resource: Json, where: str, part: Part, found: Incoming) -> None:
    kind = resource["resourceType"]
    if kind in _CONTEXT:
        found.context += 1
        return
    taker = _TAKERS.get(kind)
    if taker is None:
        found.skipped.append(Skipped(where, _LEFT.get(kind, "unknown_resource")))
        return
    try:
        part.items += list(taker(taking, resource, where))
    except Unreadable as error:
        found.skipped.append(Skipped(where, error.code))
    except (TypeError, AttributeError, KeyError, IndexError, ValueError, OverflowError):
        found.skipped.append(Skipped(where, "bad_shape"))  # a list where an object should be, and the like


def _require_flat(found: Any) -> None:
    """Raises Invalid for what is nested deeper than anything of FHIR: it is made to hurt."""
    level: list[Any] = [found]
    for _depth in range(_DEEPEST):
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
        level = [inner for inner in level if isinstance(inner, dict | list)]
        if not level:
            return
    raise _wrong(_("The bundle is nested too deeply."))


def _no_number(_said: str) -> Any:
    raise ValueError


def _wrong(sentence: str) -> Invalid:
    return Invalid.field("file", sentence)
