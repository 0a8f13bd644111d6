"""Who is found, in which order, and what is refused."""

import math
import random

import pytest
from django.db import connections

from clinic import search
from clinic.models import Absence, Clinic, Doctor, DoctorPlace, Holiday, Specialty
from clinic.search import Near, Wanted
from vitas import testing
from vitas.common.api.pagination import Page

pytestmark = pytest.mark.django_db

SEARCH = "/api/v1/doctors/search"


def names(api, **query):
    """The last names that a search finds, in its order."""
    answered = api().get(SEARCH, query)
    assert answered.status_code == 200, answered.content
    return [doctor["lastName"] for doctor in answered.json()["data"]]


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The obvious way: the angle between two points on the sphere, by their vectors."""

    def vector(latitude: float, longitude: float) -> tuple[float, float, float]:
        a, b = math.radians(latitude), math.radians(longitude)
        return math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)

    a, b = vector(*one), vector(*other)
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    return 6371.0088 * math.atan2(math.hypot(*cross), sum(x * y for x, y in zip(a, b, strict=True)))


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (42.36, -71.06),
        (-34.6, -58.38),
        (0.0, 0.0),
        (10.0, 179.9),
        (-10.0, -179.95),
        (89.5, 30.0),
        (-90.0, 0.0),
        (88, 180),
    ],
)
@pytest.mark.parametrize("radius", [3.0, 60.0, 500.0])
def test_places_within_the_radius_are_found_and_no_others(latitude, longitude, radius):
    chance = random.Random(f"{latitude} {longitude} {radius}")
    organization = testing.make_organization()
    points = {}
    for _ in range(40):
        away = math.degrees(chance.uniform(0, 2 * radius) / 6371.0)
        turn = chance.uniform(0, 2 * math.pi)
        lat = max(-90.0, min(90.0, latitude + away * math.cos(turn)))
        lon = longitude + away * math.sin(turn) / max(math.cos(math.radians(lat)), 0.01)
        lon = (lon + 180) % 360 - 180
        clinic = testing.make_clinic(organization, latitude=lat, longitude=lon)
        place = testing.make_place(clinic, testing.make_doctor(organization, sign_in=False), hours="")
        points[place.pk] = kilometres((latitude, longitude), (lat, lon))

    found = search.find(Wanted(near=Near(latitude, longitude, radius)), Page(limit=100))

    expected = sorted((distance, pk) for pk, distance in points.items() if distance <= radius)
    assert {hit.place_id for hit in found.hits} == {pk for _distance, pk in expected}
    assert [hit.distance for hit in found.hits] == pytest.approx([distance for distance, _pk in expected], abs=1e-3)
    assert found.total == len(expected)


def test_place_on_the_edge_of_the_default_radius_of_ten_kilometres(api):
    organization = testing.make_organization()
    for last_name, north in (("Inside", 0.0898), ("Outside", 0.0901)):  # 9.985 km and 10.02 km
        clinic = testing.make_clinic(organization, latitude=42 + north, longitude=-71)
        testing.make_place(clinic, testing.make_doctor(organization, last_name=last_name))

    assert names(api, latitude="42", longitude="-71") == ["Inside"]
    assert names(api, latitude="42", longitude="-71", radius="10.1") == ["Inside", "Outside"]


def test_doctor_with_two_places_appears_once_at_the_nearest(api):
    organization = testing.make_organization()
    doctor = testing.make_doctor(organization)
    far = testing.make_clinic(organization, name="Far", latitude=42.05, longitude=-71)
    near = testing.make_clinic(organization, name="Near", latitude=42.01, longitude=-71)
    testing.make_place(far, doctor, is_primary=True)
    testing.make_place(near, doctor, is_primary=False, fee=9900)

    by_place = api().get(SEARCH, {"latitude": "42", "longitude": "-71"}).json()
    by_name = api().get(SEARCH, {"name": doctor.last_name}).json()

    assert by_place["pagination"]["total"] == by_name["pagination"]["total"] == 1
    assert [(row["clinicName"], row["consultationFee"], row["distanceKm"]) for row in by_place["data"]] == [
        ("Near", 99, 1.112)
    ]
    assert [(row["clinicName"], row["distanceKm"]) for row in by_name["data"]] == [("Far", None)]
    assert [place["clinicName"] for place in by_place["data"][0]["places"]] == ["Far", "Near"]


def test_place_that_answers_the_question_is_the_one_that_is_shown(api):
    organization = testing.make_organization()
    doctor = testing.make_doctor(organization)
    testing.make_place(testing.make_clinic(organization, city="Boston"), doctor)
    testing.make_place(testing.make_clinic(organization, city="Salem"), doctor, is_primary=False)

    found = api().get(SEARCH, {"city": "salem"}).json()["data"]

    assert [(row["city"], row["location"]["city"]) for row in found] == [("Salem", "Salem")]


@pytest.fixture
def three() -> None:
    """Three doctors who differ in everything one may ask for."""
    vitas = testing.make_organization(name="Vitas")
    boavida = testing.make_organization(name="Boa Vida")
    recoleta = testing.make_clinic(
        vitas, name="Clínica Recoleta", city="Buenos Aires", state="CABA", address="Av. Callao 1", currency="ARS"
    )
    jardins = testing.make_clinic(
        boavida,
        name="Jardins",
        city="São Paulo",
        state="SP",
        zip_code="01310",
        address="Rua O'Higgins 5",
        currency="BRL",
    )
    santiago = testing.make_clinic(vitas, name="100% Salud", city="Santiago", state="", currency="CLP")
    ruiz = testing.make_doctor(
        vitas, first_name="Ana María", last_name="Ruiz", specialty="cardiology", rating="4.5", languages=["Español"],
        insurances=["OSDE", "Swiss Medical"],
    )  # fmt: skip
    costa = testing.make_doctor(
        boavida, first_name="Paulo", last_name="Costa Ó", specialty="pediatrics", rating="4.9",
        languages=["Português", "Español"], insurances=["Amil"], specialties=["Pediatria", "Neonatologia"],
    )  # fmt: skip
    li = testing.make_doctor(vitas, first_name="Wei_", last_name="Li", specialty="family_medicine", rating="4.5")
    testing.make_place(recoleta, ruiz, fee=30_000_00)
    testing.make_place(jardins, costa, fee=350_50, accepts_new_patients=False)
    testing.make_place(santiago, li, fee=40_000)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Costa Ó", "Ruiz", "Li"]),
        ({"specialization": "cardiology"}, ["Ruiz"]),
        ({"specialization": "Family Medicine"}, ["Li"]),
        ({"specialization": "neonatologia"}, ["Costa Ó"]),
        ({"specialization": "alchemy"}, []),
        ({"specialty": "pediatrics"}, ["Costa Ó"]),
        ({"name": "ruiz"}, ["Ruiz"]),
        ({"name": "RUIZ, ana maria"}, ["Ruiz"]),
        ({"name": "li"}, ["Li"]),
        ({"name": "an " * 33}, ["Ruiz"]),
        ({"name": "ó"}, ["Costa Ó"]),
        ({"name": "%"}, []),
        ({"name": "wei_"}, ["Li"]),
        ({"name": "____"}, []),
        ({"name": "\\"}, []),
        ({"name": "'; DROP TABLE clinic_doctor; --"}, []),
        ({"clinicName": "clinica"}, ["Ruiz"]),
        ({"clinic_name": "100%"}, ["Li"]),
        ({"city": "sao paulo"}, ["Costa Ó"]),
        ({"city": "BUENOS AIRES"}, ["Ruiz"]),
        ({"language": "espanol"}, ["Costa Ó", "Ruiz"]),
        ({"insurance": "swiss"}, ["Ruiz"]),
        ({"minFee": "350.50"}, ["Costa Ó", "Ruiz", "Li"]),
        ({"minFee": "350.51"}, ["Ruiz", "Li"]),
        ({"maxFee": "30000"}, ["Costa Ó", "Ruiz"]),
        ({"minFee": "30000.01", "maxFee": "40000"}, ["Li"]),
        ({"acceptingNewPatients": "false"}, ["Costa Ó"]),
        ({"acceptingNewPatients": "true", "name": "an"}, ["Ruiz"]),
        ({"active": "true"}, ["Costa Ó", "Ruiz", "Li"]),
        ({"active": "false"}, []),
        ({"colour": "blue", "name": "", "latitude": ""}, ["Costa Ó", "Ruiz", "Li"]),
    ],
)
def test_filter_finds_whom_it_names_best_rated_first(api, three, query, expected):
    found = names(api, **query)

    # Ruiz and Li are rated alike: by name.
    assert found == expected


def test_doctors_are_found_by_a_day_on_which_they_have_free_time(api, time_machine):
    time_machine.move_to("2027-01-05T02:00:00Z", tick=False)  # 4 January in Boston
    place = testing.make_place(doctor=testing.make_doctor(last_name="Free"))
    other = testing.make_place(doctor=testing.make_doctor(last_name="Busy"))
    for day in ("2027-01-03", "2027-01-04", "2027-01-06"):
        place.days.create(date=day, first_free=f"{day}T15:00Z", free_count=1)
        other.days.create(date=day, free_count=0)

    found = {day: names(api, date=day) for day in ("2027-01-03", "2027-01-04", "2027-01-05", "2027-01-06")}

    assert found == {"2027-01-03": [], "2027-01-04": ["Free"], "2027-01-05": [], "2027-01-06": ["Free"]}


def test_doctors_are_found_by_a_working_day_too_far_ahead_to_be_counted(api, time_machine):
    time_machine.move_to("2027-01-05T02:00:00Z", tick=False)  # 4 January in Boston
    here = testing.make_place(doctor=testing.make_doctor(last_name="Here"))
    away = testing.make_place(clinic=here.clinic, doctor=testing.make_doctor(here.clinic.organization))
    Absence.objects.create(doctor=away.doctor, starts_at="2027-05-01T00:00Z", ends_at="2027-08-01T00:00Z")
    Holiday.objects.create(organization=here.clinic.organization, date="2027-05-05")
    days = {"monday": "2027-05-03", "sunday": "2027-05-02", "holiday": "2027-05-05", "too far": "2027-07-05"}

    found = {what: names(api, date=day) for what, day in days.items()}

    assert found == {"monday": ["Here"], "sunday": [], "holiday": [], "too far": []}


@pytest.mark.parametrize("hide", ["doctor", "clinic", "place", "organization"])
def test_doctor_who_is_not_listed_appears_nowhere(api, hide):
    place = testing.make_place()
    hidden = {"doctor": place.doctor, "clinic": place.clinic, "place": place, "organization": place.clinic.organization}
    before = names(api)
    hidden[hide].active = False
    hidden[hide].save()

    near = {"latitude": place.latitude, "longitude": place.longitude}
    assert before == [place.doctor.last_name]
    assert names(api) == names(api, **near) == names(api, name=place.doctor.last_name) == []
    assert api().get("/api/v1/doctors?active=true").json() == []
    assert api().get(f"/api/v1/doctors/{place.doctor_id}").json()["error"]["code"] == "NOT_FOUND"


def test_pages_follow_each_other_and_the_total_is_known_beyond_the_last(api):
    organization = testing.make_organization()
    clinic = testing.make_clinic(organization)
    for rating in range(5):
        testing.make_place(clinic, testing.make_doctor(organization, last_name=f"N{rating}", rating=rating), hours="")

    near = {"latitude": "42.36", "longitude": "-71.06"}
    pages = [api().get(SEARCH, {"page": page, "limit": 2}) for page in (1, 2, 3, 4)]
    by_place = [api().get(SEARCH, {"page": page, "limit": 2, **near}) for page in (1, 2, 3, 4)]

    assert [[row["lastName"] for row in page.json()["data"]] for page in pages] == [
        ["N4", "N3"],
        ["N2", "N1"],
        ["N0"],
        [],
    ]
    seen = [row["lastName"] for page in by_place for row in page.json()["data"]]
    assert sorted(seen) == ["N0", "N1", "N2", "N3", "N4"]
    for at, page in [*enumerate(pages, 1), *enumerate(by_place, 1)]:
        assert page.json()["pagination"] == {"page": at, "limit": 2, "total": 5, "totalPages": 3}
        assert (page["X-Total-Count"], page["X-Page"], page["X-Per-Page"]) == ("5", str(at), "2")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"latitude": "91", "longitude": "0"}, ["latitude"]),
        ({"latitude": "nan", "longitude": "inf"}, ["latitude", "longitude"]),
        ({"latitude": "42"}, ["longitude"]),
        ({"longitude": "-71"}, ["latitude"]),
        ({"latitude": "here", "longitude": "-71"}, ["latitude"]),
        ({"radius": "0"}, ["radius"]),
        ({"radius": "-1"}, ["radius"]),
        ({"radius": "501"}, ["radius"]),
        ({"minFee": "a lot"}, ["minFee"]),
        ({"minFee": "-1", "maxFee": "NaN"}, ["minFee", "maxFee"]),
        ({"minFee": "20", "maxFee": "10"}, ["maxFee"]),
        ({"specialty": "alchemy"}, ["specialty"]),
        ({"name": "x" * 101}, ["name"]),
        ({"clinicName": "x" * 201}, ["clinicName"]),
        ({"acceptingNewPatients": "perhaps"}, ["acceptingNewPatients"]),
        ({"date": "2025-02-30"}, ["date"]),
        ({"active": "sure"}, ["active"]),
        ({"page": "0"}, ["page"]),
        ({"page": "1.5", "limit": "many"}, ["page", "limit"]),
    ],
)
@pytest.mark.parametrize("address", ["doctors", "doctors/search"])
def test_wrong_value_is_refused_by_its_name(api, address, query, fields):
    answered = api().get(f"/api/v1/{address}", query)

    assert answered.status_code == 400
    assert answered.json()["error"]["code"] == "VALIDATION_ERROR"
    assert [problem["field"] for problem in answered.json()["error"]["details"]] == fields
    assert answered["Cache-Control"] == "no-store"


def test_keys_follow_a_row_however_it_is_saved():
    organization = testing.make_organization()
    doctor = testing.make_doctor(organization, first_name="José", last_name="Muñoz", insurances=["São João"])
    [bulk] = Doctor.objects.bulk_create(
        [Doctor(organization=organization, first_name="Inés", last_name="Peña", specialty="surgery")]
    )
    Doctor.objects.update_or_create(pk=doctor.pk, defaults={"last_name": "Núñez"})

    bulk.refresh_from_db()
    doctor.refresh_from_db()
    assert (doctor.name_key, doctor.insurances_key) == ("jose nunez", "sao joao")
    assert bulk.name_key == "ines pena"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_search_reads_an_index_and_never_every_place():
    organization = testing.make_organization()
    clinics = Clinic.objects.bulk_create([
        Clinic(
            organization=organization, name=f"Clinic {at}", address="Main St", city=f"City {at}", country="US",
            latitude=at % 60 - 30, longitude=at // 10 - 60, zone="America/New_York", currency="USD",
        )
        for at in range(1200)
    ], batch_size=1000)  # fmt: skip
    doctors = Doctor.objects.bulk_create(
        [
            Doctor(
                organization=organization,
                first_name=f"Ana{at}",
                last_name=f"Ruiz{at}",
                specialty=Specialty.values[at % 14],
            )
            for at in range(6000)
        ],
        batch_size=1000,
    )
    DoctorPlace.objects.bulk_create(
        [
            DoctorPlace(
                doctor=doctor,
                clinic=clinics[at % 1200],
                fee=1,
                specialty="surgery",
                latitude=0,
                longitude=0,
                listed=True,
            )
            for at, doctor in enumerate(doctors)
        ],
        batch_size=1000,
    )
    for table in ("clinic_clinic", "clinic_doctor", "clinic_doctorplace"):
        _as_owner(f"VACUUM ANALYZE {table}")

    by_place = _plan(Wanted(near=Near(10.0, -20.0, 50.0)))
    by_place_and_specialty = _plan(Wanted(near=Near(10.0, -20.0, 500.0), specialty="surgery"))
    by_name = _plan(Wanted(name="ruiz4321"))
    best_first = _plan(Wanted())

    for plan in (by_place, by_place_and_specialty, by_name):
        assert "Seq Scan on" not in plan, plan
    assert "place_where" in by_place
    assert "place_specialty_where" in by_place_and_specialty
    assert "doctor_name_trgm" in by_name
    assert "doctor_best_first" in best_first  # its total is counted, to 10,000


def _as_owner(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def _plan(wanted: Wanted) -> str:
    query, values = search.statement(wanted, Page())
    with connections["default"].cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}", values)
        return "\n".join(line for (line,) in cursor.fetchall())
