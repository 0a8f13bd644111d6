"""A made-up country in a database of its own: 1,000 working doctors, 100,000 to search, a million visits."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.db import connections

from vitas.common import crypto

DOCTORS: Final = 1_000
SEARCHED: Final = 100_000
CLINICS: Final = 2_000
PATIENTS_WHO_CALL: Final = 2_000
VISITS_A_PATIENT: Final = 5
FIRST_FREE_WEEK: Final = 5  # made-up visits lie in the past and the next three weeks; the load books from here on

ORGANIZATION: Final = uuid.UUID(hashlib.md5(b"organization", usedforsecurity=False).hexdigest())
SMALL_ORGANIZATION: Final = uuid.UUID(
    hashlib.md5(b"small organization", usedforsecurity=False).hexdigest()
)  # knows one patient of 200


def made_up_id(kind: str, number: int) -> uuid.UUID:
    """The same in SQL: `md5('doctor7')::uuid`."""
    return uuid.UUID(hashlib.md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest())


@dataclass(frozen=True)
class Caller:
    user: uuid.UUID
    patient: uuid.UUID


def callers() -> list[Caller]:
    return [Caller(made_up_id("user", n), made_up_id("patient", n)) for n in range(PATIENTS_WHO_CALL)]


def clinic_of(doctor: int) -> int:
    return doctor % CLINICS


PEOPLE = """
INSERT INTO accounts_organization (id, slug, name, country, language, currency, refund_hours, active, created_at,
    mfa_required)
VALUES (md5('organization')::uuid, 'bench', 'Bench', 'BR', 'pt-br', 'BRL', 24, true, now(), false),
    (md5('small organization')::uuid, 'small', 'Small', 'BR', 'pt-br', 'BRL', 24, true, now(), false);
INSERT INTO clinic_clinic (id, organization_id, name, address, city, state, zip_code, country, latitude,
    longitude, zone,
    currency, phone, active, created_at, city_key, name_key, where_key)
SELECT md5('clinic' || n)::uuid, md5('organization')::uuid, 'Clinic ' || n, 'Rua ' || n, 'City ' || n %% 200,
    'SP', '01000',
    'BR', -23.5 + (n %% 50) * 0.05, -46.6 + (n / 50) * 0.05, 'America/Sao_Paulo', 'BRL', '', true, now(),
    'city ' || n %% 200, 'clinic ' || n, 'clinic ' || n || ' rua ' || n || ' city ' || n %% 200 || ' sp 01000'
FROM generate_series(0, %(clinics)s - 1) n;
INSERT INTO clinic_doctor (id, organization_id, first_name, last_name, title, specialty, specialties, services,
    languages,
    insurances, certifications, bio, education, years_of_experience, rating, review_count, photo_url, phone,
    email, active,
    name_key, specialties_key, languages_key, insurances_key, created_at, updated_at)
SELECT md5('doctor' || n)::uuid, md5('organization')::uuid, 'Ana', 'Doctor ' || n, 'Dra.',
    (array['cardiology', 'dermatology', 'family_medicine', 'internal_medicine', 'neurology', 'obstetrics_gynecology',
        'oncology', 'ophthalmology', 'orthopedics', 'pediatrics', 'psychiatry', 'radiology', 'surgery',
    'urology'])[1 + n %% 14],
    '{}', '{}', '{Português}', '{}', '{}', '', '', 10, 4.5, 10, '', '', '', true, 'ana doctor ' || n, '',
    'portugues', '', now(), now()
FROM generate_series(0, %(searched)s - 1) n;
INSERT INTO clinic_doctorplace (id, doctor_id, clinic_id, fee, payment_in_advance, slot_minutes, accepts_new_patients,
    is_primary, active, specialty, latitude, longitude, listed)
SELECT md5('place' || n)::uuid, md5('doctor' || n)::uuid, md5('clinic' || n %% %(clinics)s)::uuid, 15000,
    false, 30, true,
    true, true, '', 0, 0, true
FROM generate_series(0, %(searched)s - 1) n;
INSERT INTO clinic_weeklyhours (place_id, weekday, start_minute, minutes)
SELECT md5('place' || n)::uuid, weekday, begins, 180 FROM generate_series(0, %(doctors)s - 1) n,
    generate_series(0, 4) weekday, (VALUES (540), (840)) spans(begins);
INSERT INTO clinic_doctorday (place_id, date, first_free, free_count, counted_at)
SELECT md5('place' || n)::uuid, current_date + day, now() + make_interval(days => day), 12, now()
FROM generate_series(0, %(searched)s - 1) n, generate_series(1, 3) day;
"""

# Names as common as they are in life: every tenth is a Silva, and most first names come back a few thousand times.
NAMES = """
CREATE TEMP TABLE made_up_names AS SELECT
    string_to_array('João,María,José,Ana,Antonio,Francisca,Carlos,Lucía,Paulo,Camila,Pedro,Juliana,Luis,Sofía,Marcos,'
        'Fernanda,Gabriel,Patricia,Rafael,Aline,Daniel,Sandra,Miguel,Amanda,Jorge,Valentina,Bruno,Carolina,Diego,Laura,'
        'Matías,Beatriz,Thiago,Elena,Ramón,Inés,Nicolás,Rosa,Andrés,Teresa,Hugo,Clara,Iván,Noemí,Óscar,Raquel,Sergio,'
        'Ximena,Tomás,Zoé', ',') AS first,
    string_to_array('Silva,González,Santos,Rodríguez,Oliveira,Gómez,Souza,Fernández,Lima,López,Pereira,Díaz,Ferreira,'
        'Martínez,Costa,Pérez,Almeida,Romero,Ribeiro,Sánchez,Carvalho,Sosa,Araújo,Torres,Melo,Ruiz,Barbosa,Ramírez,'
        'Cardoso,Flores,Rocha,Acosta,Dias,Benítez,Nunes,Medina,Moreira,Herrera,Vieira,Aguirre,Teixeira,Giménez,Campos,'
        'Gutiérrez,Freitas,Molina,Cavalcanti,Castro,Monteiro,Ortiz,Moraes,Núñez,Duarte,Luna,Batista,Cabrera,Farias,'
        'Ríos,Pinto,Ferreyra,Quiroga,Godoy,Peixoto,Vega,Xavier,Carrizo,Bittencourt,Zárate,Wanderley,Ibáñez',
        ',') AS last;
"""

PATIENTS = """
INSERT INTO accounts_user (id, password, short_password, phone, full_name, language, is_active, is_operator,
    created_at)
SELECT md5('user' || n)::uuid, '!', false, '+5511' || lpad(n::text, 9, '0'), 'Patient ' || n, '', true, false, now()
FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO patients_patient (id, first_name, last_name, phone, email, city, language, zone, status, name_key,
    created_at,
    updated_at)
SELECT md5('patient' || n)::uuid, given, family, '+55' || 11 + n %% 80 || '9' ||
    lpad(n::bigint * 48271 %% 99999989 || '', 8, '0'), '', '', 'pt-br', '', 'registered_via_whatsapp',
    translate(lower(given || ' ' || family), 'áéíóúñãâêôõç', 'aeiounaaeooc'), now(), now()
FROM generate_series(%(first)s, %(last)s) n, made_up_names, LATERAL (SELECT
    first[1 + (n * 31 + n / 50) %% 50] AS given,
    last[CASE WHEN n %% 10 = 0 THEN 1 ELSE 1 + n * 7 %% 70 END] || ' ' || last[1 + (n / 70 + n * 3) %% 70] AS family
) name;
INSERT INTO patients_patientaccess (user_id, patient_id, relation, verified_at, created_at)
SELECT md5('user' || n)::uuid, md5('patient' || n)::uuid, 'self', now(), now() FROM generate_series(%(first)s,
    %(last)s) n;
INSERT INTO patients_patientidentifier (patient_id, country, kind, number)
SELECT md5('patient' || n)::uuid, 'BR', 'cpf', lpad(n::bigint * 7368787 %% 99999999977 || '', 11, '0')
FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO patients_patientfile (organization_id, patient_id, number, opened_at)
SELECT md5('organization')::uuid, md5('patient' || n)::uuid, n + 1, now() FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO patients_patientfile (organization_id, patient_id, number, opened_at)
SELECT md5('small organization')::uuid, md5('patient' || n)::uuid, n / 200 + 1, now()
FROM generate_series(%(first)s, %(last)s) n WHERE n %% 200 = 0;
"""

# Visit n is the patient's n-th, with doctor n modulo 1,000: a tenth in the coming weeks, with claims, the rest past.
VISITS = """
INSERT INTO appointments_appointment (id, organization_id, clinic_id, doctor_id, place_id, patient_id,
    starts_at, ends_at,
    type, status, fee, currency, payment_in_advance, reason, notes, is_virtual, virtual_meeting_url, booked_by,
    booked_by_role, request_hash, version, firm_at, cancellation_reason, created_at, updated_at)
SELECT md5('visit' || n)::uuid, md5('organization')::uuid, md5('clinic' || n %% %(doctors)s %% %(clinics)s)::uuid,
    md5('doctor' || n %% %(doctors)s)::uuid, md5('place' || n %% %(doctors)s)::uuid, md5('patient' || n / 5)::uuid,
    at, at + interval '30 minutes', 'consultation',
    CASE WHEN n %% 10 = 0 THEN 'scheduled' ELSE 'completed' END, 15000, 'BRL',
    false, '', '', false, '', md5('user' || n / 5)::uuid, 'patient', '', 1, now(), '', now(), now()
FROM generate_series(%(first)s, %(last)s) n, LATERAL (
    SELECT date_trunc('day', now()) + CASE WHEN n %% 10 = 0
        THEN make_interval(days => 1 + (n / 10000) %% 21, mins => 720 + 30 * ((n / 210000) %% 6))
        ELSE make_interval(days => -1 - (n / 1000) %% 900, mins => 720 + 30 * ((n / 900000) %% 6)) END AS at
) moment;
"""

CLAIMS = """
INSERT INTO appointments_timeclaim (resource, span, lane, appointment_id)
SELECT resource, tstzrange(starts_at, ends_at), 0, id
FROM appointments_appointment, LATERAL (VALUES (doctor_id), (patient_id)) who(resource)
WHERE status = 'scheduled' AND id IN (SELECT md5('visit' || n)::uuid FROM generate_series(%(first)s, %(last)s, 10) n)
ON CONFLICT DO NOTHING;
"""


def grow(visits: int, *, already: int = 0) -> None:
    """From `already` made-up visits to `visits`; with none, first the people and places they need."""
    with connections["owner"].cursor() as cursor:
        if not already:
            _run(cursor, PEOPLE, clinics=CLINICS, doctors=DOCTORS, searched=SEARCHED)
        first, last = already // VISITS_A_PATIENT, visits // VISITS_A_PATIENT - 1
        cursor.execute(NAMES)
        _run(cursor, PATIENTS, first=first, last=last)
        cursor.execute("DROP TABLE made_up_names")
        _run(cursor, VISITS, first=already, last=visits - 1, doctors=DOCTORS, clinics=CLINICS)
        _run(cursor, CLAIMS, first=already, last=visits - 1)
        if not already:
            _seal_reasons(cursor)
        cursor.execute("ANALYZE")


def _run(cursor: Any, statements: str, **values: int) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            cursor.execute(statement % values)


def _seal_reasons(cursor: Any) -> None:
    """Those who call have reasons that must be opened, as real ones have."""
    rows = []
    for n in range(PATIENTS_WHO_CALL * VISITS_A_PATIENT):
        visit, patient = made_up_id("visit", n), made_up_id("patient", n // VISITS_A_PATIENT)
        place = f"appointments_appointment.reason.{visit}"
        rows.append((crypto.seal(b"Follow-up of blood pressure", subject=patient, place=place), visit))
    cursor.executemany("UPDATE appointments_appointment SET reason = %s WHERE id = %s", rows)


def free_days(how_many: int) -> list[date]:
    """Weekdays on which nothing is booked yet."""
    first = datetime.now(UTC).date() + timedelta(weeks=FIRST_FREE_WEEK)
    days = (first + timedelta(days=n) for n in range(how_many * 2 + 3))
    return [day for day in days if day.weekday() < 5][:how_many]
