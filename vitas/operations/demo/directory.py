"""The demo's organizations, clinics, staff and doctors, with their hours."""

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.utils import timezone, translation

from clinic.models import (
    Absence,
    Clinic,
    Doctor,
    DoctorLicence,
    DoctorPlace,
    Holiday,
    Specialty,
    StaffPlace,
    VisitKind,
    WeeklyHours,
)
from vitas.accounts.models import Membership, Organization, Role, User
from vitas.common.money import minor
from vitas.common.search_key import search_key
from vitas.operations.demo import cast
from vitas.operations.demo.ids import demo_id

MORNING, AFTERNOON = (9 * 60, 3 * 60), (14 * 60, 3 * 60)  # start minute, minutes
AROUND_THE_CLOCK = "guardia"


def make() -> None:
    """Everything that is there before the first patient."""
    organizations = _organizations()
    clinics = _clinics(organizations)
    password = make_password(cast.PASSWORD)
    _staff(organizations, clinics, password)
    doctors = _doctors(organizations, password)
    places = _places(doctors, clinics)
    _hours(places)
    _days_off(organizations, doctors)


def _organizations() -> dict[str, Organization]:
    rows = [
        Organization(
            id=demo_id(f"organization {org.slug}"),
            slug=org.slug,
            name=org.name,
            country=org.country,
            language=org.language,
            currency=org.currency,
        )
        for org in cast.ORGANIZATIONS
    ]
    VisitKind.objects.bulk_create(
        VisitKind(organization=row, type=type_, minutes=minutes, buffer_after=after)
        for row in Organization.objects.bulk_create(rows)
        for type_, minutes, after in (
            ("routine_checkup", 30, 0),
            ("follow_up", 30, 0),
            ("consultation", 30, 0),
            ("urgent_care", 30, 0),
            ("procedure", 60, 15),
            ("lab_work", 15, 0),
            ("vaccination", 15, 0),
            ("telehealth", 30, 0),
        )
    )
    return {row.slug: row for row in rows}


def _clinics(organizations: dict[str, Organization]) -> dict[str, list[Clinic]]:
    found: dict[str, list[Clinic]] = defaultdict(list)
    for place in cast.CLINICS:
        organization = organizations[place.organization]
        found[place.organization].append(
            Clinic(
                id=demo_id(f"clinic {place.name}"),
                organization=organization,
                country=organization.country,
                currency=organization.currency,
                **{name: value for name, value in place._asdict().items() if name != "organization"},
            )
        )
    Clinic.objects.bulk_create(clinic for clinics in found.values() for clinic in clinics)
    return found


def _user(email: str, name: str, *, language: str, password: str, **more: Any) -> User:
    return User(id=demo_id(email), email=email, full_name=name, language=language, password=password, **more)


def _staff(organizations: dict[str, Organization], clinics: dict[str, list[Clinic]], password: str) -> None:
    users, memberships, places = [], [], []
    for name, full_name, role, slug in cast.STAFF:
        language = organizations[slug].language
        user = _user(f"{name}@{cast.DOMAIN}", full_name, language=language, password=password)
        membership = Membership(
            id=demo_id(f"membership {user.email}"), user=user, organization=organizations[slug], role=role
        )
        users.append(user)
        memberships.append(membership)
        places += [StaffPlace(membership=membership, clinic=clinic) for clinic in clinics[slug]]
    name, full_name = cast.OPERATOR
    users.append(
        _user(f"{name}@{cast.DOMAIN}", full_name, language="en", password=password, is_operator=True),
    )
    User.objects.bulk_create(users)
    Membership.objects.bulk_create(memberships)
    StaffPlace.objects.bulk_create(places)


def email_of(doctor: cast.Doc) -> str:
    return doctor.email or f"{search_key(f'{doctor.first_name}.{doctor.last_name}').replace(chr(39), '')}@{cast.DOMAIN}"


def _doctors(organizations: dict[str, Organization], password: str) -> dict[cast.Doc, Doctor]:
    users, memberships, rows, licences = [], [], {}, []
    for number, doc in enumerate(cast.DOCTORS):
        organization, email = organizations[doc.organization], email_of(doc)
        user = _user(email, f"{doc.first_name} {doc.last_name}", language=organization.language, password=password)
        membership = Membership(
            id=demo_id(f"membership {email}"), user=user, organization=organization, role=Role.DOCTOR
        )
        users.append(user)
        memberships.append(membership)
        rows[doc] = _doctor(doc, organization, membership)
        licences.append(_licence(doc, rows[doc], organization.country, number))
    User.objects.bulk_create(users)
    Membership.objects.bulk_create(memberships)
    Doctor.objects.bulk_create(rows.values())
    DoctorLicence.objects.bulk_create(licences)
    return rows


def _doctor(doc: cast.Doc, organization: Organization, membership: Membership) -> Doctor:
    languages, insurances, _kind, _first, school = cast.BY_COUNTRY[organization.country]
    with translation.override(organization.language):
        specialty = str(Specialty(doc.specialty).label)
    return Doctor(
        id=demo_id(f"doctor {email_of(doc)}"),
        organization=organization,
        membership=membership,
        first_name=doc.first_name,
        last_name=doc.last_name,
        name_key=search_key(f"{doc.first_name} {doc.last_name}"),
        title=doc.title,
        specialty=doc.specialty,
        specialties=[specialty, *([doc.also] if doc.also else [])],
        services=cast.SERVICES[organization.language],
        languages=languages,
        insurances=insurances,
        certifications=[f"{specialty}, {timezone.now().year - doc.years}"],
        bio=_bio(doc, organization.language, specialty),
        education=school,
        years_of_experience=doc.years,
        rating=doc.rating,
        review_count=doc.reviews,
        email=email_of(doc),
    )


def _bio(doc: cast.Doc, language: str, specialty: str) -> str:
    if doc.last_name == "Johnson":  # the integration documents' sample (S3, appendix A)
        return "Dr. Johnson has over 15 years of experience in family medicine and preventive care."
    return cast.BIO[language].format(years=doc.years, specialty=specialty.lower())


def _licence(doc: cast.Doc, doctor: Doctor, country: str, number: int) -> DoctorLicence:
    _languages, _insurances, kind, first, _school = cast.BY_COUNTRY[country]
    if doc.last_name != "Johnson":
        first += number + 1
    return DoctorLicence(doctor=doctor, country=country, kind=kind, number=str(first))


def _places(doctors: dict[cast.Doc, Doctor], clinics: dict[str, list[Clinic]]) -> list[DoctorPlace]:
    """Each doctor's own clinic; two of them also receive at the other one, on Saturdays."""
    rows = []
    for doc, doctor in doctors.items():
        here = clinics[doc.organization]
        also_elsewhere = doc.last_name in ("Sosa", "Kim")
        for primary in (True, False) if also_elsewhere else (True,):
            clinic = here[doc.clinic if primary else 1 - doc.clinic]
            rows.append(
                DoctorPlace(
                    id=demo_id(f"place {doctor.email} {clinic.name}"),
                    doctor=doctor,
                    clinic=clinic,
                    fee=minor(doc.fee, clinic.currency),
                    payment_in_advance=doc.in_advance,
                    accepts_new_patients=doc.last_name != "Wilson",
                    is_primary=primary,
                )
            )
    return DoctorPlace.objects.bulk_create(rows)


def _hours(places: list[DoctorPlace]) -> None:
    rows = []
    for place in places:
        if place.doctor.email.startswith(AROUND_THE_CLOCK):
            spans = [(day, 0, 1440) for day in range(7)]
        elif place.is_primary:
            spans = [(day, *span) for day in range(5) for span in (MORNING, AFTERNOON)]
        else:
            spans = [(5, *MORNING)]
        rows += [
            WeeklyHours(place=place, weekday=day, start_minute=start, minutes=minutes) for day, start, minutes in spans
        ]
    WeeklyHours.objects.bulk_create(rows)


def _days_off(organizations: dict[str, Organization], doctors: dict[cast.Doc, Doctor]) -> None:
    """Christmas and New Year, and a week away for three doctors."""
    this_year = timezone.now().year
    names = {"es": ("Navidad", "Año Nuevo"), "pt-br": ("Natal", "Ano Novo"), "en": ("Christmas Day", "New Year's Day")}
    Holiday.objects.bulk_create(
        Holiday(
            organization=organization, date=datetime(year, month, day).date(), name=names[organization.language][at]
        )
        for organization in organizations.values()
        for year in range(this_year, this_year + 3)
        for at, (month, day) in enumerate(((12, 25), (1, 1)))
    )
    zones = {clinic.organization: ZoneInfo(clinic.zone) for clinic in cast.CLINICS}
    today = timezone.now().date()
    monday = today + timedelta(days=14 - today.weekday())
    Absence.objects.bulk_create(
        Absence(
            doctor=doctor,
            starts_at=datetime.combine(monday, time(), zones[doc.organization]),
            ends_at=datetime.combine(monday + timedelta(days=7), time(), zones[doc.organization]),
        )
        for doc, doctor in doctors.items()
        if doc.last_name in ("Castro", "Lima", "Bennett")
    )
