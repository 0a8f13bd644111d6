"""The demo's files: small PDFs and pictures, drawn here, each saying that it is made up. A few contents, used often."""

import hashlib
from functools import cache
from io import BytesIO
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from vitas.operations.demo.record_words import LANGUAGES, SYNTHETIC


class Content(NamedTuple):
    media_type: str
    ending: str
    bytes: bytes
    sha256: str


def stored(content: Content, name: str) -> str:
    """The key it is stored under; what is there already is the same."""
    drawn = hashlib.sha256(f"vitas demo file {name} {content.sha256}".encode()).hexdigest()[:40]
    key = f"records/demo/{drawn}"
    if not default_storage.exists(key):
        default_storage.save(key, ContentFile(content.bytes))
    return key


@cache
def pdf(title: str, text: str, language: str) -> Content:
    """A page with a title and a few lines."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(title)
    canvas.setFont("Helvetica-Bold", 20)
    canvas.drawString(56, 770, title)
    canvas.setFont("Helvetica", 11)
    for nth, line in enumerate([*text.split(". "), "", SYNTHETIC[LANGUAGES.index(language)]]):
        canvas.drawString(56, 730 - 18 * nth, line)
    canvas.showPage()
    canvas.save()
    return _content("application/pdf", ".pdf", out)


@cache
def radiograph(language: str) -> Content:
    """Something like a chest, in greys."""
    picture = Image.new("L", (720, 880), 12)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((60, 60, 660, 940), fill=120)
    for side in (120, 390):
        draw.ellipse((side, 150, side + 210, 720), fill=38)
    for rib in range(9):
        draw.arc((90, 90 + rib * 66, 630, 300 + rib * 66), 200, 340, fill=165, width=12)
    draw.rectangle((345, 80, 375, 840), fill=190)
    picture = picture.filter(ImageFilter.GaussianBlur(7))
    _sign(picture, language, 235)
    return _saved(picture, "PNG", "image/png", ".png")


@cache
def ultrasound(language: str) -> Content:
    """Something like a fan of echoes."""
    noise = Image.effect_noise((800, 640), 90).filter(ImageFilter.GaussianBlur(2))
    mask = Image.new("L", noise.size, 0)
    ImageDraw.Draw(mask).pieslice((-40, -420, 840, 620), 40, 140, fill=255)
    picture = Image.composite(noise, Image.new("L", noise.size, 8), mask)
    ImageDraw.Draw(picture).ellipse((330, 250, 480, 360), fill=18)
    picture = picture.filter(ImageFilter.GaussianBlur(1.5)).convert("RGB")
    _sign(picture, language, (220, 220, 220))
    return _saved(picture, "JPEG", "image/jpeg", ".jpg")


def _sign(picture: Image.Image, language: str, ink: object) -> None:
    said = SYNTHETIC[LANGUAGES.index(language)]
    ImageDraw.Draw(picture).text((16, picture.height - 28), said, fill=ink)  # type: ignore[arg-type]


def _saved(picture: Image.Image, format: str, media_type: str, ending: str) -> Content:
    out = BytesIO()
    picture.save(out, format)
    return _content(media_type, ending, out)


def _content(media_type: str, ending: str, out: BytesIO) -> Content:
    content = out.getvalue()
    return Content(media_type, ending, content, hashlib.sha256(content).hexdigest())
