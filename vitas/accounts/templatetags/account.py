"""Phone numbers as people write them, how long ago something was, and when a session ends."""

from datetime import datetime, timedelta
from typing import Any

import phonenumbers
from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from vitas.accounts import page_sessions, signing
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


@register.inclusion_tag("accounts/session_ends.html", takes_context=True)
def session_end(context: Any) -> dict[str, Any]:
    """The warning that the session ends soon; for staff, whose page may not be left alone for long."""
    request = context.get("request")  # an error page of a failure has none
    session = getattr(request, "page_session", None)
    if session is None or signing.is_patients(session):
        return {"session": None}
    return {
        "session": session,
        "who": session.user_id,
        "left": page_sessions.seconds_left(session),
        "idle": int(signing.idle_time(session).total_seconds()),
        "here": request.get_full_path() if request.method == "GET" else "",
    }
