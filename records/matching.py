"""Whether the patient of a file is the patient it is brought in for: by number and birth date, never by name alone."""

from uuid import UUID

from django.utils.translation import gettext as _

from patients.documents import Bare, bare
from patients.models import Patient, PatientFile, PatientIdentifier
from records.incoming import Claims, Document
from vitas.common.errors import NotPossibleNow
from vitas.common.search_key import search_key


class WrongPatient(NotPossibleNow):
    """422: the file is of somebody else, or does not prove that it is not. `why` is a code of incoming.WHY."""

    def __init__(self, why: str, message: str) -> None:
        self.why = why
        super().__init__(message)


def require_same(claims: Claims, patient: Patient) -> None:
    """The file is of this patient. Raises WrongPatient.

    The birth date must be the same, and with it Vitas's own id or a number of a document. Where the file has no number
    that we know, somebody chose the patient by hand, and birth date and full name agree, it is believed too. A number
    of the same kind that differs is another person, whatever else agrees.
    """
    known = {(row.country, row.kind.lower()): bare(row.number) for row in patient.identifiers.all()}
    said = {(found.country, found.kind.lower()): bare(found.number) for found in claims.documents}
    both = known.keys() & said.keys()
    if any(known[key] != said[key] for key in both):
        raise WrongPatient("other_patient", _("The file is of another patient: a document's number differs."))
    if patient.birth_date is None:
        raise WrongPatient("patient_not_proven", _("Write down the patient's birth date first: it is compared."))
    if claims.birth_date is None:
        raise WrongPatient("patient_not_proven", _("The file does not say when the patient was born."))
    if claims.birth_date != patient.birth_date:
        raise WrongPatient("other_patient", _("The file is of another patient: the birth date differs."))
    if both or str(patient.pk) in claims.ids:
        return
    if not claims.name or _name_key(claims.name) != _name_key(patient.full_name):
        raise WrongPatient("patient_not_proven", _("The file has no number of this patient, and another name."))


def find(claims: Claims, organization_id: UUID) -> Patient:
    """The patient of the organization whom the file names. Raises WrongPatient: there is none, or it is not proven."""
    rows = Patient.objects.filter(merged_into=None).filter(
        pk__in=PatientFile.objects.filter(organization_id=organization_id).values("patient_id")
    )
    for patient_id in _candidates(claims):
        patient = rows.filter(pk=patient_id).prefetch_related("identifiers").first()
        if patient:
            require_same(claims, patient)
            return patient
    if not claims.documents and not claims.ids:
        raise WrongPatient("patient_not_proven", _("The file has no number by which the patient is known."))
    raise WrongPatient("patient_not_known", _("No patient of this organization has such a number."))


def _candidates(claims: Claims) -> list[UUID]:
    found = [UUID(said) for said in sorted(claims.ids) if _is_uuid(said)]
    for document in sorted(claims.documents, key=lambda one: (one.country, one.kind, one.number)):
        found += _holders(document)
    return list(dict.fromkeys(found))


def _holders(document: Document) -> list[UUID]:
    rows = PatientIdentifier.objects.alias(bare=Bare("number")).filter(
        bare=bare(document.number), country=document.country.upper(), kind__iexact=document.kind
    )
    return list(rows.values_list("patient_id", flat=True)[:5]) if bare(document.number) else []


def _name_key(name: str) -> list[str]:
    return sorted(search_key(name).split())


def _is_uuid(said: str) -> bool:
    try:
        return bool(UUID(said))
    except ValueError:
        return False
