"""A patient whom the front desk writes down, known to its organization at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients import files
from patients.documents import Bare, bare
from patients.models import Patient, PatientIdentifier
from vitas.accounts import phones
from vitas.accounts.actor import Actor
from vitas.accounts.models import Organization
from vitas.audit import trail
from vitas.common.errors import Conflict, Invalid, NotAllowed, Problem
from vitas.common.search_key import search_key

OLDEST: Final = timedelta(days=130 * 365)
_KINDS: Final = {
    "AR": "dni",
    "BO": "ci",
    "BR": "cpf",
    "CL": "rut",
    "CO": "cc",
    "EC": "ci",
    "ES": "dni",
    "MX": "curp",
    "PE": "dni",
    "PT": "nif",
    "PY": "ci",
    "UY": "ci",
    "VE": "ci",
}


class DocumentTaken(Conflict):
    """409: the number is another patient's. `patient` is whose, where the desk's organization knows them."""

    sentence = gettext_lazy("This document belongs to another patient.")
    patient: Patient | None = None


class MayBeKnown(Conflict):
    """409: the organization knows somebody of that name and that phone or birth date. `patients` are who it may be."""

    sentence = gettext_lazy("A patient of this name is already known. Choose them, or confirm that this is another.")
    patients: Sequence[Patient] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A number as somebody reads it out. Where `country` and `kind` are left out, they are the clinic's usual ones."""

    number: str
    country: str = ""
    kind: str = ""


def usual_kind(country: str) -> str:
    """The document that people of a country carry: `dni`, `cpf`, …"""
    return _KINDS.get(country, "id")


def register_at_desk(
    *,
    by: Actor,
    first_name: str,
    last_name: str = "",
    phone: str = "",
    birth_date: date | None = None,
    document: Document | None = None,
    email: str = "",
    city: str = "",
    language: str = "",
    is_another: bool = False,
) -> Patient:
    """A new patient with a file of the desk's organization.

    Somebody whom only others know is not made again: where document and birth date are theirs, their file is opened
    here. `is_another` says that the desk has seen who is known already, and this is not them. Raises Invalid,
    NotAllowed, DocumentTaken, MayBeKnown.
    """
    if not by.is_desk or by.organization_id is None:
        raise NotAllowed()
    organization = Organization.objects.get(pk=by.organization_id)
    patient = Patient(
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        phone=phones.normal(phone, country=organization.country) or "" if phone.strip() else "",
        birth_date=birth_date,
        email=email.strip().lower(),
        city=city.strip(),
        language=language or organization.language,
        status=Patient.Status.REGISTERED_AT_DESK,
    )
    _require_sane(patient, phone=phone, document=document)
    shown = _usual(document, organization.country) if document else None
    try:
        with transaction.atomic():
            return _written_down(patient, shown, by=by, is_another=is_another)
    except IntegrityError as error:  # two desks at once
        raise DocumentTaken() from error


def _require_sane(patient: Patient, *, phone: str, document: Document | None) -> None:
    problems = []
    if not patient.first_name:
        problems.append(Problem("first_name", _("Write the patient's name.")))
    if phone.strip() and not patient.phone:
        problems.append(Problem("phone", _("This is no phone number. Write it with its area code.")))
    today = timezone.now().date()
    if patient.birth_date and not today - OLDEST <= patient.birth_date <= today:
        problems.append(Problem("birth_date", _("Check the birth date.")))
    if document and not 4 <= len(bare(document.number)) <= 40:
        problems.append(Problem("document", _("Check the number of the document.")))
    if problems:
        raise Invalid(problems=problems)


def _usual(document: Document, country: str) -> Document:
    """Stored without dots, so that one number is one row however it is typed."""
    country = document.country or country
    return Document(number=bare(document.number), country=country, kind=document.kind or usual_kind(country))


def _written_down(patient: Patient, document: Document | None, *, by: Actor, is_another: bool) -> Patient:
    holder = _holder(document) if document else None
    if holder is not None:
        return _known_elsewhere(holder, patient, by=by)
    if not is_another:
        _require_unknown(patient, by=by)
    patient.save(force_insert=True)
    if document:
        PatientIdentifier.objects.create(
            patient=patient, country=document.country, kind=document.kind, number=document.number
        )
    files.open_file(organization_id=by.organization_id, patient=patient)
    _note(by, "CREATE_PATIENT", patient)
    return patient


def _holder(document: Document) -> Patient | None:
    same = PatientIdentifier.objects.alias(bare=Bare("number")).filter(
        bare=document.number, country=document.country, kind=document.kind
    )
    found = same.select_related("patient__merged_into").first()
    if found is None:
        return None
    return found.patient.merged_into or found.patient


def _known_elsewhere(holder: Patient, asked: Patient, *, by: Actor) -> Patient:
    """Two proofs, the document and the birth date, open the file here; nothing is told to who has only one."""
    if Patient.objects.visible_to(by).filter(pk=holder.pk).exists():
        taken = DocumentTaken(_("This document belongs to %(name)s.") % {"name": holder.full_name})
        taken.patient = holder
        raise taken
    if asked.birth_date is None or asked.birth_date != holder.birth_date:
        raise DocumentTaken(
            _("This document belongs to a patient of another clinic. Check the number and the birth date.")
        )
    files.open_file(organization_id=by.organization_id, patient=holder)
    _note(by, "OPEN_PATIENT_FILE", holder)
    return holder


def _require_unknown(asked: Patient, *, by: Actor) -> None:
    same = Patient.objects.visible_to(by).filter(merged_into=None, name_key=search_key(asked.full_name))
    alike = [
        known
        for known in same[:50]
        if (asked.phone and asked.phone == known.phone) or (asked.birth_date and asked.birth_date == known.birth_date)
    ]
    if alike:
        refusal = MayBeKnown()
        refusal.patients = alike
        raise refusal


def _note(by: Actor, action: str, patient: Patient) -> None:
    trail.record(
        by,
        action,
        category=trail.Category.HEALTH_DATA,
        resource="patients",
        resource_id=patient.pk,
        patient_id=patient.pk,
    )
