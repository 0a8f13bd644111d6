"""How pages of the trail show numbers that name things."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def ending(number: Any) -> str:
    """The last letters of an id: enough to tell rows of one page apart."""
    return str(number)[-6:]
