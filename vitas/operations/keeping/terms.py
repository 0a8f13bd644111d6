"""Which files the law keeps no longer: counted from the last act there, or from the day a child came of age."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from appointments.models import Appointment
from clinic.models import Clinic
from patients.models import BreakGlass, Consent, Patient, PatientFile
from processing.models import Recording
from records.models import (
    Addendum,
    AllergyIntolerance,
    Condition,
    MedicalRecord,
    MedicationRequest,
    Observation,
)
from records.notes.models import Diagnosis, Note
from vitas.accounts.models import Organization
from vitas.operations.keeping.holds import held
from vitas.operations.models import Forgetting
from vitas.operations.retention_policy import AUDIT, OF_AGE, UNUSED_KEPT, Law, law_of

OWNER: Final = "owner"  # erasing is the owner's: the application may not delete what it wrote about health

# What counts as an act on a patient's record: the model, the path to patient and organization, its moments.
ACTS: Final[Sequence[tuple[type[Model], str, tuple[str, ...]]]] = (
    (Appointment, "", ("starts_at", "created_at")),
    (MedicalRecord, "", ("date", "created_at", "updated_at")),
    (Addendum, "record__", ("created_at",)),
    (Observation, "", ("observed_at", "created_at")),
    (MedicationRequest, "", ("starts_on", "created_at", "updated_at")),
    (Condition, "", ("created_at", "updated_at")),
    (AllergyIntolerance, "", ("created_at", "updated_at")),
    (Note, "", ("created_at", "updated_at", "signed_at")),
    (Diagnosis, "", ("created_at", "updated_at")),
    (Recording, "", ("created_at",)),
    (BreakGlass, "", ("opened_at",)),
    (Consent, "", ("given_at", "revoked_at")),
)


@dataclass(frozen=True, slots=True)
class Term:
    """An organization's law, and the moment before which the last act must lie."""

    organization: Organization
    law: Law
    before: datetime


def terms(now: datetime) -> list[Term]:
    """For each organization."""
    found = []
    for organization in Organization.objects.using(OWNER).order_by("slug"):
        states = Clinic.objects.using(OWNER).filter(organization=organization).values_list("state", flat=True)
        law = law_of(organization.country, states, overrides=settings.RETENTION_YEARS)
        found.append(Term(organization, law, years_before(now, law.years)))
    return found


def files_of(term: Term) -> QuerySet[PatientFile]:
    """Files whose time is over, held or not. Those of merged patients go with whom they were merged into."""
    rows = PatientFile.objects.using(OWNER).filter(organization=term.organization, opened_at__lt=term.before)
    for model, path, moments in ACTS:
        later = Q()
        for moment in moments:
            later |= Q(**{f"{moment}__gte": _as(model, moment, term.before)})
        acts = model._default_manager.using(OWNER).filter(
            later, **{f"{path}patient_id": OuterRef("patient_id"), f"{path}organization_id": term.organization.pk}
        )
        rows = rows.exclude(Exists(acts))
    child = Q(patient__birth_date__gt=years_before(term.before, OF_AGE).date())
    return rows.filter(patient__merged_into=None).exclude(child).order_by("pk")


def due(term: Term) -> QuerySet[PatientFile]:
    """Files that are to be erased now."""
    return files_of(term).exclude(held("patient_id", using=OWNER))


def patients_nobody_keeps(now: datetime) -> QuerySet[Patient]:
    """Of whom no organization keeps anything, and who have not used Vitas themselves for two years."""
    since = now - UNUSED_KEPT
    files = PatientFile.objects.using(OWNER).filter(Q(patient=OuterRef("pk")) | Q(patient__merged_into=OuterRef("pk")))
    rows = Patient.objects.using(OWNER).filter(merged_into=None, created_at__lt=since)
    rows = rows.filter(Q(last_used_at=None) | Q(last_used_at__lt=since))
    for model, path, _moments in ACTS:
        if model is not Appointment:
            theirs = model._default_manager.using(OWNER).filter(**{f"{path}patient_id": OuterRef("pk")})
            rows = rows.exclude(Exists(theirs))
    visits = Appointment.objects.using(OWNER).filter(patient=OuterRef("pk"), starts_at__gte=since)
    erased = Forgetting.objects.using(OWNER).filter(patient=OuterRef("pk"), erased_at__isnull=False)
    rows = rows.exclude(Exists(files)).exclude(Exists(visits)).exclude(Exists(erased))
    return rows.exclude(held("pk", using=OWNER)).order_by("pk")


def audit_before(now: datetime) -> date:
    """Months of the audit trail that end before this day are not kept by any law any more."""
    longest = max([AUDIT.years, *(term.law.years for term in terms(now))])
    return years_before(now, longest).date().replace(day=1)


def years_before(moment: datetime, years: int) -> datetime:
    """The same day so many years ago; the first of March for one that was not there."""
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:
        return moment.replace(year=moment.year - years, month=3, day=1)


def _as(model: type[Model], field: str, moment: datetime) -> Any:
    """A day where the field holds days; the day before, so that no zone makes it too early."""
    if model._meta.get_field(field).get_internal_type() == "DateField":
        return (moment.astimezone(UTC) - timedelta(days=1)).date()
    return moment
