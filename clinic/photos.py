"""A doctor's photo: checked by its content, made small and plain, shown at an address that changes with it.

What was uploaded is never kept: two squares are drawn anew, without what a camera writes about place and time.
"""

import logging
import secrets
from io import BytesIO
from typing import IO, Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from clinic.models import Doctor
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common.errors import Invalid, NotFound, Refused

log = logging.getLogger(__name__)

MOST_BYTES: Final = 8 * 1024 * 1024
# Millions of pixels. A telephone's camera has up to 50, and a JPEG need not be read in full; the others must.
MOST_PIXELS: Final = {"JPEG": 50, "PNG": 25, "WEBP": 25}
LEAST_SIDE: Final = 200  # pixels
SIDES: Final = {"": 512, "-128": 128}  # what the key is followed by: pixels of a side
QUALITY: Final = 82
_FACE: Final = (0.5, 0.4)  # where a square is cut from: faces are above the middle


def put(*, doctor_id: object, upload: IO[bytes], size: int, by: Actor) -> Doctor:
    """Take a new photo in place of the old one. Raises Invalid on `photo`, NotFound."""
    squares = _squares(upload, size)
    key = secrets.token_hex(16)
    for ending, content in squares.items():
        default_storage.save(_name(f"{key}{ending}"), ContentFile(content))
    try:
        return _change(doctor_id, f"/photos/{key}.webp", by=by)
    except BaseException:
        _forget(key)
        raise


def remove(*, doctor_id: object, by: Actor) -> Doctor:
    """Back to initials. Raises NotFound."""
    return _change(doctor_id, "", by=by)


def read(key: str) -> bytes:
    """The picture at a public address. Raises NotFound."""
    try:
        with default_storage.open(_name(key)) as found:
            return found.read()
    except FileNotFoundError:
        raise NotFound() from None


def address(photo_url: str) -> str | None:
    """As other front ends need it: whole. None without a photo."""
    if not photo_url:
        return None
    return settings.PUBLIC_URL.rstrip("/") + photo_url if photo_url.startswith("/") else photo_url


def small(photo_url: str) -> str:
    """The address of the small square; of a photo that is not ours, the photo."""
    return photo_url.replace(".webp", "-128.webp") if photo_url.startswith("/photos/") else photo_url


@transaction.atomic
def _change(doctor_id: object, photo_url: str, *, by: Actor) -> Doctor:
    doctor = Doctor.objects.visible_to(by).select_for_update(of=("self",), no_key=True).filter(pk=doctor_id).first()
    if doctor is None:
        raise NotFound()
    before, doctor.photo_url = doctor.photo_url, photo_url
    doctor.save(update_fields=["photo_url", "updated_at"])
    trail.record(
        by,
        "CHANGE_PHOTO" if photo_url else "REMOVE_PHOTO",
        category=trail.Category.CONFIGURATION,
        resource="doctors",
        resource_id=doctor.pk,
        organization_id=doctor.organization_id,
    )
    if before.startswith("/photos/"):
        transaction.on_commit(lambda: _forget(before.removeprefix("/photos/").removesuffix(".webp")))
    return doctor


def _squares(upload: IO[bytes], size: int) -> dict[str, bytes]:
    if size > MOST_BYTES:
        raise _wrong(_("The file is larger than 8 MB. Choose a smaller photo."))
    picture = _opened(upload)
    return {ending: _webp(ImageOps.fit(picture, (side, side), centering=_FACE)) for ending, side in SIDES.items()}


def _opened(upload: IO[bytes]) -> Image.Image:
    """The first picture of the file: upright, in sRGB, on white. Its type is what its content says."""
    try:
        with Image.open(upload, formats=tuple(MOST_PIXELS)) as picture:
            _require_sane(picture)
            side = max(SIDES.values()) * 2
            picture.draft("RGB", (side, side))
            return _on_white(_in_srgb(ImageOps.exif_transpose(_reduced(picture, side))))
    except Refused:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise _wrong(_("This is not a photo we can read. Choose a JPEG, PNG or WebP file.")) from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError):  # as broken files fail in Pillow
        raise _wrong(_("This file is damaged. Choose another photo.")) from None


def _require_sane(picture: Image.Image) -> None:
    """By what the file says of itself, before anything is unpacked: a few bytes can claim billions of pixels."""
    width, height = picture.size
    most = MOST_PIXELS[str(picture.format)]
    if width * height > most * 1_000_000:
        raise _wrong(_("The photo has too many pixels. Choose one of at most %(count)d megapixels.") % {"count": most})
    if min(width, height) < LEAST_SIDE:
        raise _wrong(_("The photo is too small. Choose one of at least 200 × 200 pixels."))


def _reduced(picture: Image.Image, side: int) -> Image.Image:
    """No larger than is needed, so that what follows takes little memory."""
    factor = min(picture.size) // side
    return picture.reduce(factor) if factor > 1 and picture.mode in ("L", "RGB", "RGBA") else picture


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Telephones take photos in other colours; without their profile these would look pale."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA"):
        return picture
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB")) or picture
    except (ImageCms.PyCMSError, OSError):
        return picture


def _on_white(picture: Image.Image) -> Image.Image:
    """A new picture, so that nothing that hung on the old one comes along."""
    clear = picture.convert("RGBA")
    plain = Image.new("RGB", clear.size, "white")
    plain.paste(clear, mask=clear.getchannel("A"))
    return plain


def _webp(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


def _forget(key: str) -> None:
    """A photo left behind harms nobody; a change that stands is not to fail for it."""
    try:
        for ending in SIDES:
            default_storage.delete(_name(f"{key}{ending}"))
    except Exception as error:
        log.warning("a photo was left behind", extra={"error": type(error).__name__})


def _name(key: str) -> str:
    return f"photos/{key}.webp"


def _wrong(sentence: str) -> Invalid:
    return Invalid.field("photo", sentence)
