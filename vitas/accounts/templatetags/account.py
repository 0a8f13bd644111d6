"""Phone numbers as people write them, and how long ago something was."""

from datetime import datetime, timedelta

import phonenumbers
from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from vitas.common.shown import ago_text, date_text

register = template.Library()


@register.filter
def phone(number: str | None) -> str:
    """`+5511999999999` → `+55 11 99999-9999`; what is none stays as it is."""
    try:
        found = phonenumbers.parse(number or "", None)
    except phonenumbers.NumberParseException:
        return number or ""
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def since(moment: datetime) -> str:
    """`a moment ago`, `12 min ago`; after a week the date."""
    gone = timezone.now() - moment
    if gone < timedelta(minutes=1):
        return _("a moment ago")
    if gone > timedelta(days=7):
        return date_text(moment.date())
    return _("%(time)s ago") % {"time": ago_text(moment)}
