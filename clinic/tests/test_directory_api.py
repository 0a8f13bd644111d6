"""The shape of a doctor, what may be cached, and what an answer costs."""

import pytest

from clinic.cards import WEEKDAYS
from clinic.models import DoctorLicence
from vitas import testing

pytestmark = pytest.mark.django_db


def make_sarah():
    """S3's sample doctor, in Boston."""
    organization = testing.make_organization()
    clinic = testing.make_clinic(organization, name="Harbor Back Bay")
    doctor = testing.make_doctor(
        organization,
        first_name="Sarah",
        last_name="Johnson",
        specialties=["Family Medicine", "Preventive Medicine"],
        services=["Check-up"],
        languages=["English", "Spanish"],
        insurances=["Blue Cross"],
        certifications=["Board Certified in Family Medicine"],
        bio="Over 15 years of experience.",
        education="Boston University",
        years_of_experience=15,
        rating="4.8",
        review_count=245,
        phone="555-0123",
        email="provider@example.com",
    )
    DoctorLicence.objects.create(doctor=doctor, country="US", kind="npi", number="1234567890")
    return testing.make_place(clinic, doctor, fee=150_50, hours="mon-fri 9-12 22-26")


def card_of(place):
    day = [{"start": "09:00 AM", "end": "12:00 PM"}, {"start": "10:00 PM", "end": "02:00 AM"}]
    shared = {
        "clinicId": str(place.clinic_id),
        "clinicName": "Harbor Back Bay",
        "timeZone": "America/New_York",
        "consultationFee": 150.5,
        "currency": "USD",
        "paymentInAdvance": False,
        "acceptingNewPatients": True,
        "nextAvailableDate": "2027-01-04",
        "workingHours": {name: day if name in WEEKDAYS[:5] else [] for name in WEEKDAYS},
    }
    location = {"address": "123 Main St", "city": "Boston", "state": "MA", "zipCode": "02101", "country": "US"}
    return {
        "id": str(place.doctor_id),
        "firstName": "Sarah",
        "lastName": "Johnson",
        "title": "MD",
        "specialty": "Family Medicine",
        "specialtyCode": "family_medicine",
        "specialties": ["Family Medicine", "Preventive Medicine"],
        "npi": "1234567890",
        "licences": [{"country": "US", "kind": "npi", "number": "1234567890"}],
        "photoUrl": None,
        "bio": "Over 15 years of experience.",
        "languages": ["English", "Spanish"],
        "yearsOfExperience": 15,
        "education": "Boston University",
        "certifications": ["Board Certified in Family Medicine"],
        "services": ["Check-up"],
        "insurances": ["Blue Cross"],
        "rating": 4.8,
        "reviewCount": 245,
        "location": location,
        "phone": "555-0123",
        "email": "provider@example.com",
        "clinicAddress": "123 Main St",
        "clinicLatitude": 42.36,
        "clinicLongitude": -71.06,
        "city": "Boston",
        "distanceKm": None,
        **shared,
        "places": [
            {
                "id": str(place.pk),
                **location,
                "latitude": 42.36,
                "longitude": -71.06,
                "slotMinutes": 30,
                "isPrimary": True,
                **shared,
            }
        ],
    }


@pytest.fixture
def sarah(time_machine):
    time_machine.move_to("2027-01-05T02:00:00Z", tick=False)  # still 4 January in Boston
    place = make_sarah()
    for day, count in (("2027-01-03", 3), ("2027-01-04", 1), ("2027-01-06", 5)):
        place.days.create(date=day, first_free=f"{day}T15:00Z", free_count=count)
    return place


@pytest.fixture
def patient():
    return testing.user_of(testing.make_patient())


def test_every_address_shows_a_doctor_in_the_same_shape(api, sarah, patient):
    card = card_of(sarah)
    pagination = {"page": 1, "limit": 20, "total": 1, "totalPages": 1}

    for mount in ("/api/v1", "/api"):
        assert api().get(f"{mount}/doctors").json() == {"data": [card], "pagination": pagination}
        assert api().get(f"{mount}/doctors/search").json() == {"data": [card], "pagination": pagination}
        assert api().get(f"{mount}/doctors/{sarah.doctor_id}/").json() == card
        assert api(patient).get(f"{mount}/providers/{sarah.doctor_id}").json() == card
        found = api(patient).send("post", f"{mount}/appointments/search-providers", {})
        assert found.json() == {"data": [card], "total": 1, "pagination": pagination}


def test_only_the_exact_form_of_active_is_a_bare_array(api, sarah):
    bare = api().get("/api/doctors?active=true")
    paged = api().get("/api/doctors?active=true&page=1")

    assert bare.json() == [card_of(sarah)]
    assert bare["X-Total-Count"] == "1"
    assert paged.json()["pagination"]["total"] == 1


def test_bare_array_holds_a_hundred_and_says_how_many_there_are(api):
    organization = testing.make_organization()
    clinic = testing.make_clinic(organization)
    for _ in range(102):
        testing.make_place(clinic, testing.make_doctor(organization, sign_in=False), hours="")

    answered = api().get("/api/v1/doctors?active=true")

    assert len(answered.json()) == 100
    assert answered["X-Total-Count"] == "102"


def test_specialty_keeps_its_name_in_every_language(api, sarah):
    answered = [api(language=language).get("/api/v1/doctors").json() for language in ("en", "es", "pt-BR")]

    assert [one["data"][0]["specialty"] for one in answered] == ["Family Medicine"] * 3


@pytest.mark.parametrize(("method", "address"), [("get", "providers/{}"), ("post", "appointments/search-providers")])
def test_providers_want_a_token(api, sarah, method, address):
    answered = api().send(method, f"/api/v1/{address.format(sarah.doctor_id)}", {})

    assert answered.status_code == 401
    assert answered.json()["error"]["code"] == "AUTHENTICATION_ERROR"
    assert answered["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["doctors", "providers"])
@pytest.mark.parametrize("doctor_id", ["01234567-0123-7123-8123-012345678901", "nobody", "1"])
def test_unknown_doctor_is_not_found(api, patient, address, doctor_id):
    answered = api(patient).get(f"/api/v1/{address}/{doctor_id}")

    assert answered.status_code == 404
    assert answered.json()["error"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"specialty": "family_medicine"}, 1),
        ({"specialty": "surgery"}, 0),
        ({"location": "Boston, MA"}, 1),
        ({"location": "02101"}, 1),
        ({"location": "main st"}, 1),
        ({"location": "back bay"}, 1),
        ({"location": "Boston, NY"}, 0),
        ({"date": "2027-01-06"}, 1),
        ({"date": "2027-01-05"}, 0),
        ({"insuranceAccepted": "blue cross"}, 1),
        ({"insurance_accepted": "Aetna"}, 0),
        ({"specialty": "", "location": None, "date": "", "insuranceAccepted": None, "other": [1]}, 1),
    ],
)
def test_providers_are_searched_by_what_the_body_names(api, sarah, patient, body, found):
    answered = api(patient).send("post", "/api/v1/appointments/search-providers", body)

    assert answered.status_code == 200
    assert answered.json()["total"] == len(answered.json()["data"]) == found
    assert answered["X-Total-Count"] == str(found)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"specialty": "alchemy"}, ["specialty"]),
        ({"specialty": ["surgery"]}, ["specialty"]),
        ({"location": "x" * 201}, ["location"]),
        ({"location": 7}, ["location"]),
        ({"date": "tomorrow"}, ["date"]),
        ({"date": 20270104}, ["date"]),
        ({"insuranceAccepted": "x" * 101}, ["insuranceAccepted"]),
        ({"page": 0, "limit": "all"}, ["page", "limit"]),
        (["surgery"], []),
    ],
)
def test_wrong_body_of_a_provider_search_is_refused(api, patient, body, fields):
    answered = api(patient).send("post", "/api/v1/appointments/search-providers", body)

    assert answered.status_code == 400
    assert [problem["field"] for problem in answered.json()["error"]["details"]] == fields


def test_provider_search_pages_by_body_and_by_query(api, patient):
    organization = testing.make_organization()
    clinic = testing.make_clinic(organization)
    for rating in (5, 4, 3):
        testing.make_place(clinic, testing.make_doctor(organization, last_name=f"N{rating}", rating=rating))

    by_body = api(patient).send("post", "/api/v1/appointments/search-providers", {"page": 2, "limit": 1})
    by_query = api(patient).send("post", "/api/v1/appointments/search-providers?page=2&limit=1", {})

    assert [row["lastName"] for row in by_body.json()["data"]] == ["N4"]
    assert by_body.json()["pagination"] == {"page": 2, "limit": 1, "total": 3, "totalPages": 3}
    assert by_body["X-Per-Page"] == "1"
    assert by_query.json() == by_body.json()


@pytest.mark.parametrize(
    ("method", "address", "own"),
    [
        ("get", "doctors", False),
        ("get", "doctors?active=true", False),
        ("get", "doctors/search?latitude=42.36&longitude=-71.06", False),
        ("get", "doctors/{}", False),
        ("get", "providers/{}", True),
        ("post", "appointments/search-providers", True),
    ],
)
def test_answer_that_did_not_change_is_not_sent_again(api, sarah, patient, method, address, own):
    address = f"/api/v1/{address.format(sarah.doctor_id)}"
    client = api(patient)
    body = {} if method == "post" else None
    first = client.send(method, address, body)

    same = client.send(method, address, body, if_none_match=first["ETag"])
    weak = client.send(method, address, body, if_none_match=f'"other", W/{first["ETag"]}')
    sarah.doctor.first_name = "Sara"
    sarah.doctor.save()
    changed = client.send(method, address, body, if_none_match=first["ETag"])

    assert first["Cache-Control"] == "public, max-age=300"
    assert [same.status_code, same.content, weak.status_code] == [304, b"", 304]
    assert (same["ETag"], same["Cache-Control"], same["Vary"]) == (first["ETag"], first["Cache-Control"], first["Vary"])
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    assert ("Authorization" in first["Vary"]) == own
    assert "Accept-Language" in first["Vary"]


@pytest.mark.parametrize(
    ("method", "address", "queries"),
    [
        ("get", "doctors?limit=100", 2),
        ("get", "doctors?active=true", 2),
        ("get", "doctors/search?latitude=42.36&longitude=-71.06&limit=100", 2),
        ("get", "doctors/search?name=doctor&city=boston&limit=100", 2),
        ("get", "doctors/{}", 1),
        ("get", "providers/{}", 1),
        ("post", "appointments/search-providers?limit=100", 2),
    ],
)
def test_one_row_and_a_hundred_cost_the_same_queries(api, patient, django_assert_num_queries, method, address, queries):
    organization = testing.make_organization()
    clinics = [testing.make_clinic(organization), testing.make_clinic(organization)]

    def add() -> str:
        doctor = testing.make_doctor(organization, sign_in=False)
        for clinic in clinics:
            testing.make_place(clinic, doctor, is_primary=clinic is clinics[0])
        return str(doctor.pk)

    client, path = api(patient), f"/api/v1/{address.format(add())}"
    with django_assert_num_queries(queries):
        one = client.send(method, path)
    for _ in range(99):
        add()
    with django_assert_num_queries(queries):
        hundred = client.send(method, path)

    assert [one.status_code, hundred.status_code] == [200, 200]
    assert hundred.get("X-Total-Count", "100") == "100"
