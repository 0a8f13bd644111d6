"""How money, days and times are shown to a person: by their language, on the wall clock of the place.

Times name the day in words, and the place's zone where it is not the reader's (docs/pages.md).
"""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vitas.common import money

# Django's date letters, by language: a day within half a year, with its year, short, and a clock's time.
_DAY: Final = {"es": r"l j \d\e F", "pt-br": r"l, j \d\e F", "en": "l, F j"}
_DAY_AND_YEAR: Final = {"es": r"l j \d\e F \d\e Y", "pt-br": r"l, j \d\e F \d\e Y", "en": "l, F j, Y"}
_SHORT_DAY: Final = {"es": "D j M", "pt-br": "D j M", "en": "D, M j"}
_DATE: Final = {"es": r"j \d\e F \d\e Y", "pt-br": r"j \d\e F \d\e Y", "en": "F j, Y"}
_CLOCK: Final = {"es": "H:i", "pt-br": "H:i", "en": "g:i A"}
_NEAR: Final = 180  # days within which a day needs no year


def money_text(minor: int, currency: str) -> str:
    """`(3000000, "ARS")` → `ARS 30.000` in Spanish, `ARS 30,000` in English; cents only where there are some."""
    amount = money.major(minor, currency)
    places = 0 if isinstance(amount, int) else money.decimals(currency)
    return f"{currency}\u00a0{formats.number_format(amount, places, force_grouping=True)}"


def clock_text(local: datetime) -> str:
    """`16:30`, `4:30 PM`."""
    return formats.date_format(local, _of(_CLOCK))


def day_text(day: date, *, year: bool | None = None) -> str:
    """`jueves 26 de noviembre`; with its year where it is far away, or as asked."""
    if year is None:
        year = abs((day - timezone.now().date()).days) > _NEAR
    return _small(formats.date_format(day, _of(_DAY_AND_YEAR if year else _DAY)))


def short_day_text(day: date) -> str:
    """`jue 26 nov`."""
    return _small(formats.date_format(day, _of(_SHORT_DAY)))


def short_weekday_text(day: date) -> str:
    """`jue`."""
    return _small(formats.date_format(day, "D"))


def short_month_text(day: date) -> str:
    """`nov`."""
    return _small(formats.date_format(day, "M"))


def date_text(day: date) -> str:
    """`26 de noviembre de 2026`."""
    return _small(formats.date_format(day, _of(_DATE)))


def near_day_text(day: date, today: date) -> str:
    """`hoy`, `mañana, jueves`, `ayer`; else the day with its date."""
    weekday = _small(formats.date_format(day, "l"))
    match (day - today).days:
        case 0:
            return _("today")
        case 1:
            return _("tomorrow, %(weekday)s") % {"weekday": weekday}
        case -1:
            return _("yesterday")
    return day_text(day)


def when_text(moment: datetime, zone: str, *, long: bool = False) -> str:
    """`mañana, jueves 16:30`; `long` gives the date in full. On the clock of `zone` (IANA)."""
    local = moment.astimezone(ZoneInfo(zone))
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    day = day_text(local.date(), year=True) if long else near_day_text(local.date(), today)
    return _("%(day)s %(time)s") % {"day": day, "time": clock_text(local)}


def ago_text(moment: datetime, now: datetime | None = None) -> str:
    """How long it is since, or until: `12 min`, `2 h 5 min`, `3 días`."""
    minutes = int(abs((now or timezone.now()) - moment).total_seconds() // 60)
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    if minutes < 24 * 60:
        return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
    days = minutes // (24 * 60)
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def zone_text(zone: str) -> str:
    """`America/Argentina/Buenos_Aires` → `Buenos Aires`."""
    return zone.rpartition("/")[2].replace("_", " ")


def same_clock(zone: str, other: str, moment: datetime) -> bool:
    """Whether two zones show the same time at a moment: then neither needs a name."""
    return moment.astimezone(ZoneInfo(zone)).utcoffset() == moment.astimezone(ZoneInfo(other)).utcoffset()


@lru_cache(maxsize=1024)
def known_zone(name: str) -> str:
    """An IANA zone as a browser names its own; empty for what is none."""
    return name if name in available_timezones() else ""


def initials(name: str) -> str:
    """`Dra. Ana Ruiz` → `AR`: of the first and the last name."""
    words = [word for word in name.replace(",", " ").split() if word[0].isalpha() and not word.endswith(".")]
    words = [word for word in words if not (word.isupper() and len(word) <= 3)] or words  # a degree is no name
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def _of(table: dict[str, str]) -> str:
    return table.get(translation.get_language() or "", table["en"])


def _small(words: str) -> str:
    """Days and months are small in Spanish and Portuguese; Django's are not everywhere."""
    return words if translation.get_language() == "en" else re.sub(r"\bsab\b", "sáb", words.lower())  # Django's "Sab"
