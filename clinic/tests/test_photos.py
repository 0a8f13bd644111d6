"""A doctor's photo: what is taken, what is refused, what remains of the old one."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.utils import translation
from PIL import Image, ImageDraw

from clinic import photos
from clinic.models import Doctor
from vitas import testing
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
    with translation.override("en"):
        yield tmp_path


@pytest.fixture
def doctor():
    return testing.make_doctor()


def by(doctor):
    return Actor(
        role=Role.DOCTOR,
        user_id=doctor.membership.user_id,
        organization_id=doctor.organization_id,
        doctor_id=doctor.pk,
    )


def picture(size=(900, 600), mode="RGB", colour="teal", **saved):
    made = Image.new(mode, size, colour)
    return saved_as(made, **saved)


def saved_as(made, format="JPEG", **saved):
    out = BytesIO()
    made.save(out, format, **saved)
    return out.getvalue()


def put(doctor, content, **given):
    return photos.put(doctor_id=doctor.pk, upload=BytesIO(content), size=len(content), by=by(doctor), **given)


def opened(photo_url):
    key = photo_url.removeprefix("/photos/").removesuffix(".webp")
    return Image.open(BytesIO(photos.read(key)))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_photo_becomes_two_squares_in_webp(doctor, format):
    changed = put(doctor, picture(format=format))

    large, small = opened(changed.photo_url), opened(photos.small(changed.photo_url))
    assert [(each.format, each.size) for each in (large, small)] == [("WEBP", (512, 512)), ("WEBP", (128, 128))]
    assert Doctor.objects.get(pk=doctor.pk).photo_url == changed.photo_url


@pytest.mark.parametrize(("side", "format"), [(600, "JPEG"), (3600, "JPEG"), (3600, "PNG"), (3600, "WEBP")])
def test_camera_says_which_side_is_up_and_nothing_else_remains(doctor, side, format):
    made = Image.new("RGB", (side, side), "white")
    ImageDraw.Draw(made).rectangle((0, 0, side, side // 6), fill="red")  # red where the camera has its top
    exif = Image.Exif()
    exif[0x0112] = 3  # held upside down
    exif[0x8825] = {1: "S", 2: (34.0, 36.0, 0.0)}  # where it was taken
    exif[0x010F] = "Camera"

    shown = opened(put(doctor, saved_as(made, format, exif=exif)).photo_url)

    red, green, blue = shown.convert("RGB").getpixel((256, 500))
    assert (red > 200, green < 60, blue < 60) == (True, True, True)
    assert (dict(shown.getexif()), shown.info.get("exif"), shown.info.get("icc_profile")) == ({}, None, None)


def test_clear_background_becomes_white(doctor):
    shown = opened(put(doctor, picture(mode="RGBA", colour=(0, 0, 0, 0), format="PNG")).photo_url)

    assert shown.convert("RGB").getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1", "I;16"])
def test_pictures_of_every_kind_are_read(doctor, mode):
    made = Image.new("L", (400, 400), 128)
    if mode == "I;16":
        made = Image.new("I;16", (400, 400), 30_000)
    elif mode != "L":
        made = made.convert(mode) if mode != "CMYK" else made.convert("RGB").convert("CMYK")

    shown = opened(put(doctor, saved_as(made, format="JPEG" if mode == "CMYK" else "PNG")).photo_url)

    assert shown.size == (512, 512)


def huge_png(width, height):
    """A few bytes that claim to be a picture of this size."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "not a photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a photo"),
        (b"<!doctype html><script>alert(1)</script>", "not a photo"),
        (b"GIF89a" + bytes(400), "not a photo"),
        (b"%PDF-1.7", "not a photo"),
        (picture()[:300], "damaged"),
        (huge_png(400, 400), "damaged"),
        (huge_png(8000, 8000), "too many pixels"),
        (huge_png(60_000, 60_000), "not a photo"),
        (picture((199, 900)), "too small"),
    ],
    ids=["empty", "svg", "html", "gif", "pdf", "torn", "torn png", "large", "bomb", "small"],
)
def test_what_is_no_photo_is_refused_with_a_sentence(doctor, content, word, own_folder):
    with pytest.raises(Invalid) as refusal:
        put(doctor, content)

    [problem] = refusal.value.problems
    assert problem.field == "photo"
    assert word in str(problem.message)
    assert list(own_folder.rglob("*.webp")) == []


def test_file_over_eight_megabytes_is_refused_unread(doctor):
    unread = BytesIO(picture())

    with pytest.raises(Invalid) as refusal:
        photos.put(doctor_id=doctor.pk, upload=unread, size=photos.MOST_BYTES + 1, by=by(doctor))

    assert (str(refusal.value.problems[0].message)[:27], unread.tell()) == ("The file is larger than 8 M", 0)


def test_old_photo_goes_when_the_new_one_stands(doctor, own_folder, django_capture_on_commit_callbacks):
    first = put(doctor, picture()).photo_url
    with django_capture_on_commit_callbacks(execute=True):
        second = put(doctor, picture(colour="navy")).photo_url

    kept = {f"/photos/{found.name}" for found in own_folder.rglob("*.webp")}
    assert kept == {second, photos.small(second)}
    assert first != second


def test_removed_photo_is_gone(doctor, own_folder, django_capture_on_commit_callbacks):
    put(doctor, picture())

    with django_capture_on_commit_callbacks(execute=True):
        photos.remove(doctor_id=doctor.pk, by=by(doctor))

    assert (Doctor.objects.get(pk=doctor.pk).photo_url, list(own_folder.rglob("*.webp"))) == ("", [])


def test_storage_that_is_away_does_not_undo_a_change(doctor, monkeypatch, django_capture_on_commit_callbacks):
    put(doctor, picture())

    def away(storage, name):
        raise OSError("away")

    monkeypatch.setattr(FileSystemStorage, "delete", away)
    with django_capture_on_commit_callbacks(execute=True):
        photos.remove(doctor_id=doctor.pk, by=by(doctor))

    assert Doctor.objects.get(pk=doctor.pk).photo_url == ""


def test_doctor_of_another_organization_is_not_there(doctor, own_folder):
    other = testing.make_doctor()

    with pytest.raises(NotFound):
        photos.put(doctor_id=other.pk, upload=BytesIO(picture()), size=1, by=by(doctor))

    assert list(own_folder.rglob("*.webp")) == []


def test_change_is_in_the_audit_trail(doctor):
    put(doctor, picture())

    entry = AuditEntry.objects.get(action="CHANGE_PHOTO")
    assert (entry.resource, entry.resource_id, entry.user_id) == ("doctors", doctor.pk, doctor.membership.user_id)


def test_public_address_shows_the_photo_to_everybody_for_long(doctor):
    address = put(doctor, picture()).photo_url

    answer = Client().get(address)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert Image.open(BytesIO(answer.content)).size == (512, 512)


@pytest.mark.parametrize(
    "address", [f"/photos/{'0' * 32}.webp", "/photos/../settings.webp", "/photos/%2e%2e%2fx.webp", "/photos/abc.webp"]
)
def test_address_of_no_photo_is_not_there(address):
    assert Client().get(address).status_code == 404


def test_api_names_the_photo_by_a_whole_address(doctor, settings):
    settings.PUBLIC_URL = "https://clinic.example"
    testing.make_place(doctor=doctor)
    address = put(doctor, picture()).photo_url

    shown = testing.ApiClient().get(f"/api/v1/doctors/{doctor.pk}").json()

    assert shown.get("data", shown)["photoUrl"] == f"https://clinic.example{address}"
