"""Pictures of records, drawn anew: without what a camera writes about place and person, and without anything else."""

from io import BytesIO
from typing import IO, Final

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from vitas.common.errors import Invalid, Refused

# Millions of pixels: a few bytes can claim billions.
MOST_PIXELS: Final = {"JPEG": 50, "PNG": 30, "WEBP": 30}
QUALITY: Final = 92  # of JPEG and WebP: a wound or a rash is still judged by it
_MODES: Final = {
    "JPEG": ("L", "RGB"),
    "PNG": ("1", "L", "LA", "RGB", "RGBA", "I;16"),  # radiographs come in 16 bits of grey
    "WEBP": ("RGB", "RGBA"),
}


def redrawn(upload: IO[bytes], format: str) -> bytes:
    """The first picture of the file, upright, in the same format. Raises Invalid on `file`."""
    try:
        with Image.open(upload, formats=(format,)) as picture:
            _require_sane(picture, format)
            return _written(_plain(picture, format), format)
    except Refused:
        raise
    except Image.DecompressionBombError:
        raise _too_large(format) from None
    except UnidentifiedImageError:
        raise _wrong(_("This is not a picture we can read.")) from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError, IndexError, KeyError):
        raise _wrong(_("This file is damaged. Choose another one.")) from None  # as broken files fail in Pillow


def _require_sane(picture: Image.Image, format: str) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS[format] * 1_000_000:
        raise _too_large(format)


def _plain(picture: Image.Image, format: str) -> Image.Image:
    """A copy that carries nothing but its pixels, in the colours that every screen shows."""
    upright = _in_srgb(ImageOps.exif_transpose(picture) or picture)
    if upright.mode not in _MODES[format]:
        upright = upright.convert("RGBA" if _has_gaps(upright) and format != "JPEG" else "RGB")
    plain = upright.copy()
    plain.info = {}
    return plain


def _has_gaps(picture: Image.Image) -> bool:
    return "transparency" in picture.info or picture.mode in ("LA", "PA", "RGBA", "La", "RGBa")


def _in_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA"):
        return picture
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB")) or picture
    except (ImageCms.PyCMSError, OSError):
        return picture


def _written(picture: Image.Image, format: str) -> bytes:
    out = BytesIO()
    options: dict[str, dict[str, int]] = {
        "PNG": {},
        "WEBP": {"quality": QUALITY, "method": 4},
        "JPEG": {"quality": QUALITY},
    }
    picture.save(out, format, **options[format])
    return out.getvalue()


def _too_large(format: str) -> Invalid:
    words = {"count": MOST_PIXELS[format]}
    return _wrong(_("The picture has too many pixels. Choose one of at most %(count)d megapixels.") % words)


def _wrong(sentence: str) -> Invalid:
    return Invalid.field("file", sentence)
