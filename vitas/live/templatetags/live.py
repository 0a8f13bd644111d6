"""What a page needs to hear what happens from the moment on at which it was made."""

from django import template
from django.utils import timezone

from vitas.common.ids import first_id_at

register = template.Library()


@register.simple_tag
def this_moment() -> str:
    """The `since` of a page that is made now: an id, for what happens before its socket is open."""
    return str(first_id_at(timezone.now()))
