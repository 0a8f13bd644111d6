"""Money, days, times, states and icons as components: they know the person's language and the place's zone."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from vitas.common import shown
from vitas.common.wall_time import iso

register = template.Library()

# A visit's state: icon and colour; the word is the model's own.
_STATES = {
    "pending": ("hourglass", "amber"),
    "scheduled": ("calendar", "blue"),
    "confirmed": ("circle-check", "green"),
    "checked_in": ("armchair", "amber"),
    "in_progress": ("stethoscope", "blue"),
    "completed": ("checks", "green"),
    "cancelled": ("circle-x", "red"),
    "no_show": ("user-x", "red"),
    "expired": ("clock-off", "red"),
}


@register.simple_tag
def icon(name: str, title: str = "") -> SafeString:
    """A Tabler icon out of our sprite; decorative unless it has a title."""
    address = static("vendor/icons.svg")
    if not title:
        return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', address, name)
    return format_html(
        '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', title, address, name
    )


@register.filter
def money(minor: int | None, currency: str) -> str:
    """`{{ visit.fee|money:visit.currency }}`; minor units."""
    return "" if minor is None else shown.money_text(minor, currency)


@register.simple_tag(takes_context=True)
def when(context: template.Context, moment: datetime, zone: str, style: str = "") -> SafeString:
    """`mañana, jueves 16:30` on the clock of `zone`, which is named where the visitor's clock shows another time.

    `style`: `long` gives the date in full, `clock` the time alone.
    """
    if style == "clock":
        text = shown.clock_text(moment.astimezone(ZoneInfo(zone)))
    else:
        text = shown.when_text(moment, zone, long=style == "long")
    time = format_html('<time datetime="{}" class="when">{}</time>', iso(moment), text)
    return format_html("{}{}", time, zone_note(context, zone, moment))


@register.simple_tag(takes_context=True)
def zone_note(context: template.Context, zone: str, moment: datetime) -> SafeString:
    """` (hora de Buenos Aires)` where the visitor's clock shows another time; else nothing."""
    own = context.get("visitor_zone", "")
    if own and shown.same_clock(own, zone, moment):
        return SafeString("")
    text = gettext("(%(place)s time)") % {"place": shown.zone_text(zone)}
    # Of a visitor whose zone is not known yet the script finds out whether the note is needed.
    return format_html(' <small class="zone" data-zone="{}" data-at="{}">{}</small>', zone, iso(moment), text)


@register.filter
def day(value: date) -> str:
    """`jueves 26 de noviembre`."""
    return shown.day_text(value)


@register.filter
def short_day(value: date) -> str:
    return shown.short_day_text(value)


@register.filter
def short_weekday(value: date) -> str:
    return shown.short_weekday_text(value)


@register.filter
def short_month(value: date) -> str:
    return shown.short_month_text(value)


@register.filter
def full_date(value: date) -> str:
    """`26 de noviembre de 2026`: a birth date, say."""
    return shown.date_text(value)


@register.filter
def clock(moment: datetime, zone: str = "") -> str:
    """`16:30`; of an instant on the clock of `zone`, or of a local time as it is."""
    return shown.clock_text(moment.astimezone(ZoneInfo(zone)) if zone else moment)


@register.simple_tag
def ago(moment: datetime) -> SafeString:
    """`12 min`: how long it is since; the script keeps it going."""
    return format_html('<time datetime="{}" data-ago>{}</time>', iso(moment), shown.ago_text(moment))


@register.filter
def initials(person: Any) -> str:
    return shown.initials(str(person))


@register.filter
def zone_name(zone: str) -> str:
    return shown.zone_text(zone)


@register.simple_tag
def state(visit: Any) -> SafeString:
    """The badge of a visit's state: icon and word, never colour alone."""
    name, colour = _STATES[visit.status]
    return format_html('<span class="state state-{}">{}{}</span>', colour, icon(name), visit.get_status_display())


@register.simple_tag(takes_context=True)
def place(
    context: template.Context, name: str, icon_name: str, label: str, *others: str, desk_only: bool = False
) -> SafeString:
    """A line of the main navigation; it is current on its own page and on those named `others`."""
    try:
        address = reverse(name)
    except NoReverseMatch:
        return SafeString("")
    match = context["request"].resolver_match
    current = SafeString(' aria-current="page"') if match and match.view_name in (name, *others) else ""
    return format_html(
        '<li{}><a href="{}"{}>{}<span>{}</span></a></li>',
        SafeString(' class="desk-only"') if desk_only else "",
        address,
        current,
        icon(icon_name),
        label,
    )
