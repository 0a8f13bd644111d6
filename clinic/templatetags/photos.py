"""A doctor's face: the photo, else initials."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic import photos
from clinic.models import Doctor
from vitas.common.shown import initials

register = template.Library()

_BIG = "avatar-big"


@register.simple_tag
def avatar(doctor: Doctor, classes: str = "") -> SafeString:
    """`{% avatar doctor %}`, `{% avatar doctor "avatar-big" %}`: decorative, for the name stands beside it."""
    if not doctor.photo_url:
        return format_html('<span class="avatar {}" aria-hidden="true">{}</span>', classes, initials(str(doctor)))
    source = doctor.photo_url if _BIG in classes else photos.small(doctor.photo_url)
    side = 96 if _BIG in classes else 56
    return format_html(
        '<img class="avatar {}" src="{}" alt="" width="{}" height="{}" loading="lazy" decoding="async">',
        classes,
        source,
        side,
        side,
    )
