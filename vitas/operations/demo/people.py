"""The demo's patients, who may act for them, and where they are known."""

from collections import Counter
from datetime import date
from uuid import UUID

from django.utils import timezone

from patients.models import Patient, PatientAccess, PatientFile, PatientIdentifier
from vitas.accounts.models import Organization, User
from vitas.common.search_key import search_key
from vitas.operations.demo import cast
from vitas.operations.demo.ids import demo_id

# João is known at a second organization too.
ALSO_KNOWN_AT = {"João Silva": "vitas"}
_DOCUMENT = {"vitas": ("AR", "dni"), "boavida": ("BR", "cpf")}


def make() -> None:
    organizations = {organization.slug: organization for organization in Organization.objects.all()}
    zones = {clinic.organization: clinic.zone for clinic in cast.CLINICS}
    users: dict[str, User] = {}
    patients, access, files, identifiers = [], [], [], []
    last_number: Counter[str] = Counter()
    for at, person in enumerate(cast.PATIENTS):
        organization = organizations[person.organization]
        patient = _patient(person, language=organization.language, zone=zones[person.organization])
        user = users.setdefault(person.phone, _user(person, language=organization.language))
        patients.append(patient)
        access.append(PatientAccess(user=user, patient=patient, relation=person.relation, verified_at=timezone.now()))
        if person.organization in _DOCUMENT:
            country, kind = _DOCUMENT[person.organization]
            identifiers.append(
                PatientIdentifier(patient=patient, country=country, kind=kind, number=str(30_111_000 + at * 137))
            )
        for slug in filter(None, (person.organization, ALSO_KNOWN_AT.get(patient.full_name))):
            last_number[slug] += 1
            files.append(PatientFile(organization=organizations[slug], patient=patient, number=last_number[slug]))
    User.objects.bulk_create(users.values())
    Patient.objects.bulk_create(patients)
    PatientAccess.objects.bulk_create(access)
    PatientFile.objects.bulk_create(files)
    PatientIdentifier.objects.bulk_create(identifiers)


def patient_id(person: cast.Person) -> UUID:
    return demo_id(f"patient {person.first_name} {person.last_name} {person.phone}")


def keep_in_use() -> None:
    """A profile that nobody used for 180 days asks for more than a code; the demo's never do."""
    now, ids = timezone.now(), [patient_id(person) for person in cast.PATIENTS]
    Patient.objects.filter(pk__in=ids).update(last_used_at=now)
    PatientAccess.objects.filter(patient__in=ids, ended_at=None, verified_at__isnull=False).update(verified_at=now)


def _user(person: cast.Person, *, language: str) -> User:
    user = User(
        id=demo_id(f"user {person.phone}"),
        phone=person.phone,
        full_name=f"{person.first_name} {person.last_name}",
        language=language,
    )
    user.set_unusable_password()
    return user


def _patient(person: cast.Person, *, language: str, zone: str) -> Patient:
    name = f"{person.first_name} {person.last_name}"
    return Patient(
        id=patient_id(person),
        first_name=person.first_name,
        last_name=person.last_name,
        name_key=search_key(name),
        birth_date=date.fromisoformat(person.birth_date),
        phone=person.phone,
        city=person.city,
        language=language,
        zone=zone,
        last_used_at=timezone.now(),
    )
