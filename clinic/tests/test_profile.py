"""What a doctor may change of the own profile, and the page where it is done."""

from io import BytesIO

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from PIL import Image

from clinic import profile
from clinic.models import Doctor
from vitas import testing
from vitas.accounts import page_sessions
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common.errors import Invalid, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }


@pytest.fixture
def doctor():
    return testing.make_doctor(bio="Before")


def by(doctor):
    return Actor(
        role=Role.DOCTOR, user_id=doctor.membership.user_id, organization_id=doctor.organization_id, doctor_id=doctor.pk
    )


def browser(user):
    client = Client(headers={"accept-language": "en"})
    request = RequestFactory().get("/")
    request.session = SessionStore()
    page_sessions.sign_in_page(request, testing.make_session(user))
    request.session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = request.session.session_key
    return client


def test_profile_is_written_and_found_by_at_once(doctor):
    profile.change(
        profile.Profile(
            bio="  Line one\r\nLine two\x00\u200b ",
            languages=["Español", " Português ", "Español", ""],
            insurances=["OSDE"],
            phone="+54 11 5555-0101",
            years_of_experience=12,
        ),
        by=by(doctor),
    )

    row = Doctor.objects.get(pk=doctor.pk)
    assert (row.bio, row.languages, row.insurances) == ("Line one\nLine two", ["Español", "Português"], ["OSDE"])
    assert (row.phone, row.years_of_experience) == ("+54 11 5555-0101", 12)
    assert "portugues" in row.languages_key
    assert row.first_name == doctor.first_name


def test_change_names_its_fields_in_the_trail_and_none_leaves_none(doctor):
    profile.change(profile.Profile(bio="After"), by=by(doctor))
    profile.change(profile.Profile(bio="After"), by=by(doctor))

    [entry] = AuditEntry.objects.filter(action="CHANGE_PROFILE")
    assert (entry.resource_id, entry.details) == (doctor.pk, {"fields": ["bio"]})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"bio": "x" * 4001}, "bio"),
        ({"languages": ["x" * 41]}, "languages"),
        ({"services": [f"service {number}" for number in range(31)]}, "services"),
        ({"phone": "call me"}, "phone"),
        ({"years_of_experience": 81}, "years_of_experience"),
    ],
)
def test_what_does_not_fit_is_said_on_its_field(doctor, given, field):
    with pytest.raises(Invalid) as refusal:
        profile.change(profile.Profile(**given), by=by(doctor))

    assert [problem.field for problem in refusal.value.problems] == [field]
    assert Doctor.objects.get(pk=doctor.pk).bio == "Before"


def test_who_is_no_doctor_has_no_profile(doctor):
    with pytest.raises(NotFound):
        profile.change(profile.Profile(), by=Actor(role=Role.NURSE, organization_id=doctor.organization_id))


def test_page_keeps_what_was_typed_when_it_is_refused(doctor):
    client = browser(doctor.membership.user)

    shown = client.get("/doctor/profile").content.decode()
    refused = client.post("/doctor/profile", {"bio": "A new bio", "phone": "call me"})
    saved = client.post("/doctor/profile", {"bio": "A new bio", "languages": "Español\nEnglish", "first_name": "Eve"})

    assert "Before" in shown
    assert (refused.status_code, "A new bio" in refused.content.decode()) == (422, True)
    assert saved.headers["Location"] == "/doctor/profile"
    row = Doctor.objects.get(pk=doctor.pk)
    assert (row.bio, row.languages, row.first_name) == ("A new bio", ["Español", "English"], doctor.first_name)


def jpeg():
    out = BytesIO()
    Image.new("RGB", (400, 400), "teal").save(out, "JPEG")
    return out.getvalue()


def test_photo_is_changed_and_removed_by_forms(doctor):
    client = browser(doctor.membership.user)

    client.post("/doctor/profile/photo", {"photo": SimpleUploadedFile("me.exe", jpeg(), "application/x-evil")})
    with_photo = Doctor.objects.get(pk=doctor.pk).photo_url
    shown = client.get("/doctor/profile").content.decode()
    client.post("/doctor/profile/photo", {"remove": "yes"})

    assert f'src="{with_photo}"' in shown
    assert Doctor.objects.get(pk=doctor.pk).photo_url == ""


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (None, "Choose a photo first."),
        (b"no photo", "This is not a photo we can read."),
        (b"\xff" * (8 * 1024 * 1024 + 1), "The file is larger than 8 MB."),
        (b"\xff" * (10 * 1024 * 1024), "The file is larger than 8 MB."),
    ],
    ids=["none", "no photo", "large", "too large to be kept"],
)
def test_photo_that_is_refused_is_told_on_the_page(doctor, upload, sentence):
    client = browser(doctor.membership.user)
    given = {"photo": SimpleUploadedFile("me.jpg", upload, "image/jpeg")} if upload else {}

    answer = client.post("/doctor/profile/photo", given)

    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)


def test_photos_are_limited(doctor):
    client = browser(doctor.membership.user)

    answers = [client.post("/doctor/profile/photo", {"photo": SimpleUploadedFile("a", b"x")}) for _time in range(21)]

    assert [answer.status_code for answer in answers] == [422] * 20 + [429]


def test_page_is_for_doctors(doctor):
    nurse = testing.make_member(doctor.organization, Role.NURSE)

    answers = [client.get("/doctor/profile") for client in (Client(), browser(nurse.user))]

    assert [answer.headers["Location"] for answer in answers] == ["/sign-in/staff?next=%2Fdoctor%2Fprofile"] * 2
