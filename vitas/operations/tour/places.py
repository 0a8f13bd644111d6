"""Every page of Vitas, as data: who sees it, where it is, and the links that lead there."""

from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page

from vitas.operations.tour.people import ANA_RUIZ, MARIA, RECEPTIONIST, URGENT_CARE, Person

DOCTOR: Final = 'main a[href^="/doctors/"]:not([href*="/book"])'
FREE_TIME: Final = 'main a[href*="/book?"]'
VISIT: Final = 'main a[href^="/visits/"]:not([href*="/cancel"]):not([href*="/move"])'


@dataclass(frozen=True)
class Place:
    """A page. `through` are links, each followed from the page before; the first that matches is taken."""

    name: str
    address: str
    who: Person | None = None
    through: tuple[str, ...] = ()
    status: int = 200

    def __str__(self) -> str:
        return self.name


PLACES: Final = (
    Place("landing", "/"),
    Place("sign-in", "/sign-in"),
    Place("staff-sign-in", "/sign-in/staff"),
    Place("forgotten-password", "/password/forgotten"),
    Place("find", "/doctors"),
    Place("find-nothing", "/doctors?name=Zzyzx"),
    Place("doctor", "/doctors?name=Ruiz", through=(DOCTOR,)),
    Place("came-back", "/booking/success"),
    Place("not-found", "/doctors/00000000-0000-7000-8000-000000000000", status=404),
    Place("demo-outbox", "/demo/outbox"),
    Place("book", "/doctors?name=Ruiz", MARIA, through=(DOCTOR, FREE_TIME)),
    Place("visits", "/visits", MARIA),
    Place("visit", "/visits", MARIA, through=(VISIT,)),
    Place("cancel", "/visits", MARIA, through=(VISIT, 'main a[href$="/cancel"]')),
    Place("profiles", "/profiles", MARIA),
    Place("notifications", "/notifications", MARIA),
    Place("today", "/doctor", URGENT_CARE),
    Place("agenda", "/doctor/agenda", ANA_RUIZ),
    Place("hours", "/doctor/agenda", ANA_RUIZ, through=('main a[href*="/doctor/agenda/hours/"]',)),
    Place("absence", "/doctor/agenda/absences", ANA_RUIZ),
    Place("patients", "/doctor/patients", ANA_RUIZ),
    Place("patient", "/doctor/patients", ANA_RUIZ, through=('main a[href^="/doctor/patients/"]',)),
    Place("doctor-profile", "/doctor/profile", ANA_RUIZ),
    Place("change-password", "/password/change", ANA_RUIZ),
    Place("admin-sign-in", "/admin/login/"),
    Place("admin-day", "/admin/", RECEPTIONIST),
    Place("admin-book", "/admin/day/book/", RECEPTIONIST),
    Place("admin-book-whom", "/admin/day/patients/?q=gonzalez", RECEPTIONIST, through=("a.person",)),
    Place("admin-book-when", "/admin/day/patients/?q=gonzalez", RECEPTIONIST, through=("a.person", "a.person")),
    Place("admin-move", "/admin/", RECEPTIONIST, through=("a[id^=move-]",)),
    Place("admin-cancel", "/admin/", RECEPTIONIST, through=("a[id^=cancel-]",)),
    Place("admin-cash", "/admin/", RECEPTIONIST, through=("a[id^=cash-]",)),
    Place("admin-print", "/admin/day/print/", RECEPTIONIST),
    Place("admin-all", "/admin/all/", RECEPTIONIST),
    Place("admin-patients", "/admin/patients/patient/", RECEPTIONIST),
    Place("admin-visits", "/admin/appointments/appointment/", RECEPTIONIST),
)


class NoSuchLink(Exception):
    """The way to a place is not there any more; the text says where it ends."""


_found: dict[tuple[str, str], str] = {}  # addresses that were found by following links, by server and place


def go(page: Page, place: Place, server: str) -> int:
    """Bring the page there and return the status of the answer."""
    known = _found.get((server, place.name))
    answer = page.goto(known or place.address)
    if known is None:
        for link in place.through:
            if not page.locator(link).count():
                raise NoSuchLink(f"{place}: there is no {link} on {page.url}")
            address = page.locator(link).first.get_attribute("href") or ""
            answer = page.goto(address)
        _found[server, place.name] = page.url
    assert answer, place
    return answer.status
