"""A doctor as the directory shows one: S3's provider and S4's doctor in one shape. One statement for a page of them.

Rows are plain dicts with the contract's names (`AsIs`): this is a hot path.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from clinic import photos
from clinic.models import Doctor
from clinic.search import Hit, specialty_name
from vitas.common import money
from vitas.common.api.renderers import AsIs

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_CARDS = """
SELECT
    doctor.id::text, doctor.first_name, doctor.last_name, doctor.title, doctor.specialty, doctor.specialties,
    doctor.services, doctor.languages, doctor.insurances, doctor.certifications, doctor.bio, doctor.education,
    doctor.years_of_experience, doctor.rating::float8, doctor.review_count, doctor.photo_url, doctor.phone,
    doctor.email,
    (
        SELECT json_agg(json_build_array(licence.country, licence.kind, licence.number) ORDER BY licence.id)::text
        FROM clinic_doctorlicence AS licence WHERE licence.doctor_id = doctor.id
    ),
    (
        SELECT json_agg(json_build_object(
            'id', place.id, 'fee', place.fee, 'payment_in_advance', place.payment_in_advance,
            'slot_minutes', place.slot_minutes, 'accepts_new_patients', place.accepts_new_patients,
            'is_primary', place.is_primary, 'clinic_id', clinic.id, 'clinic_name', clinic.name,
            'address', clinic.address, 'city', clinic.city, 'state', clinic.state, 'zip_code', clinic.zip_code,
            'country', clinic.country, 'latitude', clinic.latitude, 'longitude', clinic.longitude,
            'zone', clinic.zone, 'currency', clinic.currency, 'phone', clinic.phone,
            'hours', (
                SELECT json_agg(json_build_array(hours.weekday, hours.start_minute, hours.minutes)
                    ORDER BY hours.weekday, hours.start_minute)
                FROM clinic_weeklyhours AS hours WHERE hours.place_id = place.id
            ),
            'next_date', (
                SELECT min(day.date) FROM clinic_doctorday AS day
                WHERE day.place_id = place.id AND day.free_count > 0
                AND day.date >= (%(now)s::timestamptz AT TIME ZONE clinic.zone)::date
            )
        ) ORDER BY place.is_primary DESC, place.id)::text
        FROM clinic_doctorplace AS place JOIN clinic_clinic AS clinic ON clinic.id = place.clinic_id
        WHERE place.doctor_id = doctor.id AND place.listed
    )
FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS asked (id, position)
JOIN clinic_doctor AS doctor ON doctor.id = asked.id
ORDER BY asked.position
"""


def cards(hits: Sequence[Hit]) -> list[AsIs]:
    """The doctors of `hits`, in that order, each shown at its place. Whoever is not listed any more is left out."""
    if not hits:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_CARDS, {"ids": [hit.doctor_id for hit in hits], "now": timezone.now()})
        rows = cursor.fetchall()
    hit_of = {str(hit.doctor_id): hit for hit in hits}
    return [_card(row, hit_of[row[0]]) for row in rows if row[-1] is not None]


def provider(doctor: Doctor, *, npi: str | None = None) -> AsIs:
    """The doctor in short, as an appointment or a record names its provider (S3 1.1)."""
    return AsIs(
        id=str(doctor.pk),
        firstName=doctor.first_name,
        lastName=doctor.last_name,
        title=doctor.title,
        specialty=specialty_name(doctor.specialty),
        npi=npi,
        photoUrl=photos.address(doctor.photo_url),
        phone=doctor.phone or None,
        email=doctor.email or None,
    )


def _card(row: Sequence[Any], hit: Hit) -> AsIs:
    (id_, first_name, last_name, title, specialty, specialties, services, languages, insurances, certifications) = row[
        :10
    ]
    (bio, education, years, rating, review_count, photo_url, phone, email, licences_json, places_json) = row[10:]
    licences = orjson.loads(licences_json) if licences_json else []
    places = orjson.loads(places_json)
    shown = next((place for place in places if place["id"] == str(hit.place_id)), places[0])
    name = specialty_name(specialty)
    presented = [_place(place) for place in places]
    chosen = presented[places.index(shown)]
    return AsIs(
        id=id_,
        firstName=first_name,
        lastName=last_name,
        title=title,
        specialty=name,
        specialtyCode=specialty,
        specialties=specialties or [name],
        npi=next((number for _country, kind, number in licences if kind.lower() == "npi"), None),
        licences=[{"country": country, "kind": kind, "number": number} for country, kind, number in licences],
        photoUrl=photos.address(photo_url),
        bio=bio,
        languages=languages,
        yearsOfExperience=years,
        education=education,
        certifications=certifications,
        services=services,
        insurances=insurances,
        acceptingNewPatients=chosen["acceptingNewPatients"],
        rating=rating,
        reviewCount=review_count,
        nextAvailableDate=chosen["nextAvailableDate"],
        location={name: chosen[name] for name in ("address", "city", "state", "zipCode", "country")},
        phone=phone or shown["phone"] or None,
        email=email or None,
        consultationFee=chosen["consultationFee"],
        currency=chosen["currency"],
        paymentInAdvance=chosen["paymentInAdvance"],
        clinicId=chosen["clinicId"],
        clinicName=chosen["clinicName"],
        clinicAddress=chosen["address"],
        clinicLatitude=chosen["latitude"],
        clinicLongitude=chosen["longitude"],
        city=chosen["city"],
        timeZone=chosen["timeZone"],
        distanceKm=None if hit.distance is None else round(hit.distance, 3),
        workingHours=chosen["workingHours"],
        places=presented,
    )


def _place(place: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": place["id"],
        "clinicId": place["clinic_id"],
        "clinicName": place["clinic_name"],
        "address": place["address"],
        "city": place["city"],
        "state": place["state"],
        "zipCode": place["zip_code"],
        "country": place["country"],
        "latitude": place["latitude"],
        "longitude": place["longitude"],
        "timeZone": place["zone"],
        "consultationFee": money.major(place["fee"], place["currency"]),
        "currency": place["currency"],
        "paymentInAdvance": place["payment_in_advance"],
        "slotMinutes": place["slot_minutes"],
        "acceptingNewPatients": place["accepts_new_patients"],
        "isPrimary": place["is_primary"],
        "nextAvailableDate": place["next_date"],
        "workingHours": _week(place["hours"] or ()),
    }


def _week(hours: Sequence[Sequence[int]]) -> dict[str, list[dict[str, str]]]:
    """`{"monday": [{"start": "09:00 AM", "end": "12:00 PM"}], …}`; a span whose end is not later ends the next day."""
    week: dict[str, list[dict[str, str]]] = defaultdict(list)
    for weekday, start, minutes in hours:
        week[WEEKDAYS[weekday]].append({"start": _clock(start), "end": _clock(start + minutes)})
    return {day: week[day] for day in WEEKDAYS}


def _clock(minute: int) -> str:
    return _CLOCK[minute % 1440]


_CLOCK = [
    f"{hour % 12 or 12:02d}:{minute:02d} {'AM' if hour < 12 else 'PM'}" for hour in range(24) for minute in range(60)
]
