"""Doctors as the directory's pages show them: the place, the distance, the next free times. Two statements a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from appointments.next_times import next_times
from appointments.views.week import Start
from clinic import photos
from clinic.models import Clinic, Doctor, DoctorPlace
from clinic.search import Hit
from vitas.common.shown import clock_text, day_text
from vitas.common.wall_time import iso


@dataclass(frozen=True, slots=True)
class Card:
    """A doctor at a place. `starts` are the first free times of one day, `next_day`."""

    place: DoctorPlace
    distance: str
    next_day: date | None
    starts: list[Start]

    @property
    def doctor(self) -> Doctor:
        return self.place.doctor

    @property
    def clinic(self) -> Clinic:
        return self.place.clinic

    @property
    def photo(self) -> str:
        return photos.small(self.doctor.photo_url)

    @property
    def at(self) -> datetime | None:
        return self.starts[0].at if self.starts else None


def cards_of(hits: Sequence[Hit], *, now: datetime, on: date | None = None) -> list[Card]:
    """The doctors of `hits`, in that order."""
    keys = [hit.place_id for hit in hits]
    places = DoctorPlace.objects.listed().select_related("doctor", "clinic").in_bulk(keys)
    times = next_times(keys, now=now, on=on)
    return [_card(places[hit.place_id], hit, times.get(hit.place_id, [])) for hit in hits if hit.place_id in places]


def _card(place: DoctorPlace, hit: Hit, times: Sequence[datetime]) -> Card:
    local = [time.astimezone(ZoneInfo(place.clinic.zone)) for time in times]
    day = local[0].date() if local else None
    starts = [_start(place, time) for time in local if time.date() == day]
    return Card(place, distance_text(hit.distance), day, starts)


def _start(place: DoctorPlace, local: datetime) -> Start:
    text = clock_text(local)
    label = f"{text}, {day_text(local.date())}, {place.doctor}"
    return Start(at=local, text=text, label=label, address=book_address(place.pk, local))


def book_address(place_id: UUID, at: datetime, visit_type: str = "consultation") -> str:
    return f"{reverse('book', args=[place_id])}?{urlencode({'at': iso(at), 'type': visit_type})}"


def distance_text(kilometres: float | None) -> str:
    """`350 m`, `1,2 km`, `14 km`; empty without a distance."""
    if kilometres is None:
        return ""
    if kilometres < 0.95:
        return _("%(metres)d m") % {"metres": max(50, round(kilometres * 20) * 50)}
    places = 1 if kilometres < 9.95 else 0
    return _("%(km)s km") % {"km": formats.number_format(round(kilometres, places), places)}
