from datetime import UTC, date, datetime

import pytest
import time_machine
from django.template import Context, Template
from django.utils import translation

from vitas.common import shown

NOON = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)  # a Saturday, noon in Buenos Aires
BUENOS_AIRES = "America/Argentina/Buenos_Aires"


@pytest.mark.parametrize(
    ("language", "minor", "currency", "said"),
    [
        ("en", 3_000_000, "ARS", "ARS\u00a030,000"),
        ("es", 3_000_050, "ARS", "ARS\u00a030.000,50"),
        ("pt-br", 3_000_050, "BRL", "BRL\u00a030.000,50"),
        ("en", 15_000, "USD", "USD\u00a0150"),
        ("en", 15_000, "CLP", "CLP\u00a015,000"),
    ],
)
def test_money_is_said_by_language_with_cents_only_where_there_are_some(language, minor, currency, said):
    with translation.override(language):
        assert shown.money_text(minor, currency) == said


@pytest.mark.parametrize(
    ("language", "moment", "said"),
    [
        ("en", datetime(2026, 11, 21, 19, 30, tzinfo=UTC), "today 4:30 PM"),
        ("en", datetime(2026, 11, 22, 19, 30, tzinfo=UTC), "tomorrow, Sunday 4:30 PM"),
        ("es", datetime(2026, 11, 26, 19, 30, tzinfo=UTC), "jueves 26 de noviembre 16:30"),
        ("pt-br", datetime(2026, 11, 26, 19, 30, tzinfo=UTC), "quinta-feira, 26 de novembro 16:30"),
        ("en", datetime(2027, 11, 26, 19, 30, tzinfo=UTC), "Friday, November 26, 2027 4:30 PM"),
    ],
)
def test_time_has_its_day_in_words_on_the_places_clock(language, moment, said):
    with time_machine.travel(NOON, tick=False), translation.override(language):
        assert shown.when_text(moment, BUENOS_AIRES) == said


def test_today_is_the_places_and_not_the_servers():
    with time_machine.travel(datetime(2026, 11, 22, 2, 0, tzinfo=UTC), tick=False), translation.override("en"):
        assert shown.when_text(datetime(2026, 11, 22, 2, 30, tzinfo=UTC), BUENOS_AIRES) == "today 11:30 PM"


@pytest.mark.parametrize(
    ("visitor", "named"),
    [
        (BUENOS_AIRES, False),
        ("America/Sao_Paulo", False),  # another name, the same time
        ("America/New_York", True),
        ("", True),  # not known yet
    ],
)
def test_zone_is_named_where_the_visitors_clock_shows_another_time(visitor, named):
    template = Template("{% load shown %}{% when at zone %}")

    with translation.override("en"):
        drawn = template.render(Context({"at": NOON, "zone": BUENOS_AIRES, "visitor_zone": visitor}))

    assert ("(Buenos Aires time)" in drawn) is named


def test_zone_that_a_browser_made_up_is_none():
    assert shown.known_zone("America/Lima") == "America/Lima"
    assert shown.known_zone("../../etc/passwd") == ""


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 min"), (59, "59 min"), (60, "1 h 0 min"), (125, "2 h 5 min"), (2 * 24 * 60, "2 days")]
)
def test_how_long_it_is(minutes, said):
    since = datetime.fromtimestamp(NOON.timestamp() - 60 * minutes, UTC)

    with translation.override("en"):
        assert shown.ago_text(since, NOON) == said


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Dra. Ana Ruiz", "AR"), ("Sarah Johnson, MD", "SJ"), ("João da Silva", "JS"), ("Cher", "C"), ("", "")],
)
def test_initials_leave_out_titles(name, letters):
    assert shown.initials(name) == letters


def test_days_are_small_in_spanish_and_not_in_english():
    day = date(2026, 11, 26)

    with translation.override("es"):
        assert shown.short_day_text(day) == "jue 26 nov"
        assert (shown.short_weekday_text(day), shown.short_month_text(day)) == ("jue", "nov")
    with translation.override("en"):
        assert shown.short_day_text(day) == "Thu, Nov 26"


def test_icon_is_decoration_unless_it_has_a_title():
    drawn = Template('{% load shown %}{% icon "bell" %}|{% icon "bell" title %}').render(
        Context({"title": "News <now>"})
    )
    decoration, named = drawn.split("|")

    assert 'aria-hidden="true"' in decoration
    assert 'role="img" aria-label="News &lt;now&gt;"' in named
