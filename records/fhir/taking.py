"""What each resource becomes here. One that we cannot take whole is left out and told, never bent."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from django.utils import timezone

from records.fhir import reading, systems
from records.fhir.bundle_index import Index
from records.fhir.parts import Json
from records.fhir.reading import Unreadable, dicts, first, words
from records.incoming import Document, Item, Kind
from records.models import Condition, MedicalRecord, MedicationRequest

_ICD10: Final = "http://hl7.org/fhir/sid/icd-10"
_WRONG: Final = {"entered-in-error", "refuted"}
_INTERPRETED: Final = {"N": "N", "L": "L", "H": "H", "LL": "LL", "HH": "HH", "A": "A", "AA": "A", "<": "L", ">": "H"}
_INTENTS: Final = MedicationRequest.Intent


class Taking:
    """Reads the resources of one bundle, of one patient."""

    def __init__(self, index: Index, patient: Json) -> None:
        self.index = index
        self.patient = patient
        self.record_of: dict[int, str] = {}  # the record that a result or medicine belongs to, by its identity

    def condition(self, found: Json, where: str) -> Iterator[Item]:
        self._require_mine(found, "subject")
        verified = _status(found.get("verificationStatus"))
        _require_right(verified)
        active = not reading.has_code(found.get("clinicalStatus"), "resolved", "inactive", "remission")
        onset, said = self._partial(found, "onsetDateTime", "onset", period="onsetPeriod")
        over, _said = self._partial(found, "abatementDateTime", "abatement", period="abatementPeriod")
        doubt = verified if verified in ("provisional", "differential", "unconfirmed") else ""
        yield self._item(
            found,
            where,
            Kind.PROBLEM,
            clinical_status=Condition.ClinicalStatus.ACTIVE if active else Condition.ClinicalStatus.RESOLVED,
            onset_on=onset,
            resolved_on=None if active else over,
            words={
                **reading.coded(found.get("code"), liked=_ICD10),
                "note": _fits(reading.note(found, said, doubt), 2000),
            },
            by=("recorder", "asserter"),
        )

    def allergy(self, found: Json, where: str) -> Iterator[Item]:
        self._require_mine(found, "patient")
        _require_right(_status(found.get("verificationStatus")))
        about = found.get("code") or first(found.get("reaction")).get("substance")
        ended = reading.extension(found, systems.ALLERGY_ENDED, "valueDateTime")
        if not ended and reading.has_code(found.get("clinicalStatus"), "resolved", "inactive"):
            ended = words(found.get("lastOccurrence")) or words(found.get("recordedDate"))
            ended = ended or timezone.now().date().isoformat()
        criticality = words(found.get("criticality"))
        yield self._item(
            found,
            where,
            Kind.ALLERGY,
            ended_on=reading.day(ended),
            words={
                **reading.coded(about),
                "reaction": _fits(_reaction(found), 500),
                "criticality": criticality if criticality in ("low", "high") else "",
                "note": _fits(reading.note(found), 2000),
            },
            by=("recorder", "asserter"),
        )

    def observation(self, found: Json, where: str) -> Iterator[Item]:
        self._require_mine(found, "subject")
        if _status(found.get("status")) not in ("final", "amended", "corrected", "preliminary"):
            raise Unreadable("entered_in_error" if found.get("status") == "entered-in-error" else "not_final")
        at = reading.moment(
            found.get("effectiveDateTime")
            or found.get("effectiveInstant")
            or first(found.get("effectivePeriod")).get("start")
            or found.get("issued")
        )
        if at is None:
            raise Unreadable("no_date")
        if at > timezone.now() + timedelta(days=1):
            raise Unreadable("in_the_future")
        parts = [part for part in dicts(found.get("component")) if _value(part)[0]]
        if not _value(found)[0] and not parts:
            raise Unreadable("no_value")
        if _value(found)[0]:
            yield self._result(found, found, where, at)
        for nth, part in enumerate(parts):
            yield self._result(found, {**part, "note": found.get("note")}, f"{where}.component[{nth}]", at, nth)

    def medication_request(self, found: Json, where: str) -> Iterator[Item]:
        status = _status(found.get("status"))
        if status in ("draft", "cancelled", "entered-in-error"):
            raise Unreadable("entered_in_error" if status == "entered-in-error" else "not_final")
        reported = found.get("reportedBoolean") is True or bool(found.get("reportedReference"))
        yield self._medicine(
            found,
            where,
            intent=_INTENTS.REPORTED if reported else _INTENTS.ORDER,
            dosage=first(found.get("dosageInstruction")),
            begins=found.get("authoredOn"),
            stopped=status in ("stopped", "on-hold"),
            by=("requester", "recorder"),
        )

    def medication_statement(self, found: Json, where: str) -> Iterator[Item]:
        """What a patient takes, as another place tells it (IPS)."""
        status = _status(found.get("status"))
        if status in ("entered-in-error", "not-taken", "intended"):
            raise Unreadable("entered_in_error" if status == "entered-in-error" else "not_final")
        period = first(found.get("effectivePeriod"))
        yield self._medicine(
            found,
            where,
            intent=_INTENTS.REPORTED,
            dosage=first(found.get("dosage")),
            begins=period.get("start") or found.get("effectiveDateTime") or found.get("dateAsserted"),
            stopped=status in ("stopped", "on-hold"),
            by=("informationSource",),
            ends=period.get("end"),
        )

    def _result(self, whole: Json, part: Json, where: str, at: Any, nth: int | None = None) -> Item:
        value, unit = _value(part)
        low, high = (reading.quantity(first(part.get("referenceRange")).get(name))[0] for name in ("low", "high"))
        interpretation = next((_INTERPRETED.get(code, "") for _s, code, _d in _interpretations(part)), "")
        item = self._item(
            whole,
            where,
            Kind.RESULT,
            observed_at=at,
            words={
                **reading.coded(part.get("code"), liked=systems.LOINC),
                "value": _fits(value, 500),
                "unit": unit,
                "low": _fits(low, 20),
                "high": _fits(high, 20),
                "interpretation": interpretation,
                "note": _fits(reading.note(part), 1000),
            },
            by=("performer",),
        )
        if nth is not None:
            item.source_id = f"{item.source_id[:110]}#{nth}"
        return item

    def _medicine(
        self,
        found: Json,
        where: str,
        *,
        intent: str,
        dosage: Json,
        begins: Any,
        stopped: bool,
        by: tuple[str, ...],
        ends: Any = None,
    ) -> Item:
        self._require_mine(found, "subject")
        about = found.get("medicationCodeableConcept") or self.index.find(found.get("medicationReference"), found).get(
            "code"
        )
        timing, repeat = first(dosage.get("timing")), first(first(dosage.get("timing")).get("repeat"))
        bounds, dispense = first(repeat.get("boundsPeriod")), first(found.get("dispenseRequest"))
        starts_on = reading.day(bounds.get("start")) or reading.day(begins)
        if starts_on is None:
            raise Unreadable("no_date")
        ends_on = reading.day(bounds.get("end")) or reading.day(ends)
        stopped_at = reading.moment(reading.extension(found, systems.STOPPED_AT, "valueDateTime"))
        dose = reading.said_quantity(first(dosage.get("doseAndRate")).get("doseQuantity"))
        frequency = words(first(timing.get("code")).get("text")) or _frequency(repeat)
        spelled = {
            "dose": dose,
            "route": words(first(dosage.get("route")).get("text")) or _display(dosage.get("route")),
            "frequency": frequency,
            "duration": reading.said_quantity(dispense.get("expectedSupplyDuration"))
            or reading.said_quantity(repeat.get("boundsDuration")),
            "quantity": reading.said_quantity(dispense.get("quantity")),
            "instructions": words(dosage.get("patientInstruction")),
        }
        if not any(spelled.values()):
            spelled["instructions"] = words(dosage.get("text"))
        lengths = {"dose": 200, "route": 100, "frequency": 200, "duration": 100, "quantity": 100, "instructions": 1000}
        return self._item(
            found,
            where,
            Kind.MEDICINE,
            intent=intent,
            starts_on=starts_on,
            ends_on=ends_on if ends_on and ends_on >= starts_on else None,
            stopped_at=stopped_at or (timezone.now() if stopped and not ends_on else None),
            words={**reading.coded(about), **{name: _fits(said, lengths[name]) for name, said in spelled.items()}},
            by=by,
        )

    def _item(self, found: Json, where: str, kind: Kind, *, by: tuple[str, ...], **fields: Any) -> Item:
        licences, author = self.author(found, *by)
        return Item(
            where,
            kind,
            self.index.source_id(found),
            fields,
            of=self.record_of.get(id(found), ""),
            licences=licences,
            author=author,
        )

    def author(self, found: Json, *names: str) -> tuple[frozenset[Document], str]:
        """Who wrote it: the numbers of their licence, and their name."""
        for element in (one for name in names for one in dicts(found.get(name))):
            who = self.index.find(element, found)
            if who.get("resourceType") == "PractitionerRole":
                who = self.index.find(who.get("practitioner"), who)
            if who.get("resourceType") == "Practitioner":
                name = first(who.get("name"))
                spelled = words(name.get("text")) or " ".join(
                    filter(None, [*map(words, name.get("given") or []), words(name.get("family"))])
                )
                return documents_of(who), spelled[:200]
        return frozenset(), ""

    def _require_mine(self, found: Json, name: str) -> None:
        """Raises Unreadable unless it says that it is the bundle's patient's."""
        if not first(found.get(name)):
            raise Unreadable("no_subject")
        if self.index.find(found[name], found) is not self.patient:
            raise Unreadable("other_patient")

    def _partial(self, found: Json, name: str, other: str, *, period: str) -> tuple[date | None, str]:
        """A whole day; a year, an age or words go into the note instead, for no day is made up."""
        value = found.get(name) or first(found.get(period)).get("start")
        read = reading.partial_day(value)
        if read and read[1]:
            return read[0], ""
        age = " ".join(filter(None, reading.quantity(found.get(f"{other}Age"))))
        return None, words(value) or words(found.get(f"{other}String")) or age


Taker = Callable[[Taking, Json, str], Iterator[Item]]


def documents_of(found: Json) -> frozenset[Document]:
    """The numbers under which somebody is known, of registers that we know."""
    documents = set()
    for one in dicts(found.get("identifier")):
        known = systems.document_of(words(one.get("system"), most=2000))
        value = words(one.get("value"), most=200)
        if known and value and one.get("use") != "old":
            documents.add(Document(*known, value))
    return frozenset(documents)


def is_lab(found: Json) -> bool:
    return reading.has_code(first(found.get("category")), "laboratory", "LAB")


def record_type(found: Json, known: dict[str, str]) -> str:
    """Ours by its own category, else by LOINC's type of document; a note where nothing says what it is."""
    for category in dicts(found.get("category")):
        for system, code, _display in reading.codes(category):
            if system == systems.RECORD_TYPE and code in MedicalRecord.Type.values:
                return code
    kinds = (known.get(code) for system, code, _d in reading.codes(found.get("type")) if system == systems.LOINC)
    return next(filter(None, kinds), MedicalRecord.Type.VISIT_NOTE.value)


def _status(value: Any) -> str:
    """A code, or the code of a concept."""
    if isinstance(value, str):
        return value
    return next((code for _system, code, _display in reading.codes(value)), "")


def _require_right(status: str) -> None:
    if status in _WRONG:
        raise Unreadable("entered_in_error")


def _value(found: Json) -> tuple[str, str]:
    """Value and unit of an Observation or a component; empty where there is none that we can read."""
    if isinstance(found.get("valueQuantity"), dict):
        return reading.quantity(found["valueQuantity"])
    if words(found.get("valueString")):
        return words(found["valueString"]), reading.extension(found, systems.UNIT, "valueString")
    if isinstance(found.get("valueCodeableConcept"), dict):
        return words(found["valueCodeableConcept"].get("text")) or _display(found["valueCodeableConcept"]), ""
    if isinstance(found.get("valueBoolean"), bool):
        return str(found["valueBoolean"]).lower(), ""
    if reading.number(found.get("valueInteger")):
        return reading.number(found["valueInteger"]), ""
    span = first(found.get("valueRange"))
    if span:
        (low, unit), (high, other) = reading.quantity(span.get("low")), reading.quantity(span.get("high"))
        return " – ".join(filter(None, [low, high])), unit or other
    return words(found.get("valueDateTime")) or words(found.get("valueTime")), ""


def _interpretations(found: Json) -> Iterator[tuple[str, str, str]]:
    for one in dicts(found.get("interpretation")):
        yield from reading.codes(one)


def _display(concept: Any) -> str:
    return next((display or code for _system, code, display in reading.codes(concept)), "")


def _reaction(found: Json) -> str:
    named = []
    for reaction in dicts(found.get("reaction")):
        for one in dicts(reaction.get("manifestation")):
            named.append(words(one.get("text")) or _display(one))
    return ", ".join(dict.fromkeys(filter(None, named)))


def _frequency(repeat: Json) -> str:
    """`2 / 1 d`: twice a day, as UCUM writes it."""
    often, span, unit = (words(repeat.get(name)) for name in ("frequency", "period", "periodUnit"))
    return f"{often or 1} / {span} {unit}" if span and unit else ""


def _fits(said: str, most: int) -> str:
    if len(said) > most:
        raise Unreadable("too_long")
    return said
