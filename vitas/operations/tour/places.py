"""Every page of Vitas, as data: who sees it, where it is, and the links that lead there."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from playwright.sync_api import Page

from vitas.operations.tour.people import (
    ANA_RUIZ,
    MANAGER,
    MARIA,
    OPERATOR,
    PAULO_COSTA,
    RECEPTIONIST,
    SARAH_JOHNSON,
    URGENT_CARE,
    Person,
)

DOCTOR: Final = 'main a[href^="/doctors/"]:not([href*="/book"])'
FREE_TIME: Final = 'main a[href*="/book?"]'
VISIT: Final = 'main .card a[href^="/visits/"]:not([href*="/cancel"]):not([href*="/move"]):not([href$="/calendar"])'
RESULT: Final = "main a.result-card"
PATIENT: Final = 'main a[href^="/doctor/patients/"]:not([href*="?"])'
IN_CARE: Final = "/doctor/patients?q=Gonz%C3%A1lez"  # one of the demo's patients, whoever booked meanwhile
DRAFT: Final = "main a.work-line:has(.state-amber)"
SIGNED_NOTE: Final = "main section:has(#work-signed) a.work-line"
NEW_RECORD: Final = 'main a[href$="/records/new"]'


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


def _in_admin(link: str) -> str:
    return f'#changelist a[href*="{link}"], #content a[href*="{link}"]'


def _record(kind: str) -> str:
    return f"main a.record-line:has(.record-{kind})"


ANYBODY: Final = (
    Place("landing", "/"),
    Place("sign-in", "/sign-in"),
    Place("lost-phone", "/sign-in/lost-phone"),
    Place("staff-sign-in", "/sign-in/staff"),
    Place("forgotten-password", "/password/forgotten"),
    Place("dead-link", "/password/new/nothing", status=404),
    Place("verify", "/verify"),
    Place("verify-unknown", "/verify/0000-0000-0000", status=404),
    Place("find", "/doctors"),
    Place("find-nothing", "/doctors?name=Ruiz&location=Boston"),
    Place("doctor", "/doctors?name=Ruiz", through=(DOCTOR,)),
    Place("came-back", "/booking/success"),
    Place("not-found", "/doctors/00000000-0000-7000-8000-000000000000", status=404),
    Place("offline", "/offline"),
    Place("demo-outbox", "/demo/outbox"),
    Place("style", "/style/"),
    Place("admin-sign-in", "/admin/login/"),
)

PATIENTS: Final = (
    Place("find-signed-in", "/doctors?specialty=FAMILY_MEDICINE", MARIA),
    Place("book", "/doctors?name=Ruiz", MARIA, through=(DOCTOR, FREE_TIME)),
    Place("visits", "/visits", MARIA),
    Place("visit", "/visits", MARIA, through=(VISIT,)),
    Place("move", "/visits", MARIA, through=('main a[href$="/move"]',)),
    Place("cancel", "/visits", MARIA, through=('main a[href$="/cancel"]',)),
    Place("calendar-feed", "/visits/calendar", MARIA),
    Place("profiles", "/profiles", MARIA),
    Place("new-profile", "/profiles/new", MARIA),
    Place("me", "/me", MARIA),
    Place("new-phone", "/me/phone", MARIA),
    Place("consents", "/me/consents", MARIA),
    Place("new-consent", "/me/consents", MARIA, through=('main a[href*="/me/consents/new"]',)),
    Place("who-opened", "/me/opened?mine=1", MARIA),
    Place("records", "/records", MARIA),
    Place("records-nothing", "/records?from=2035-01-01", MARIA),
    Place("record", "/records?type=lab_result", MARIA, through=(_record("lab_result"),)),
    Place("own-prescription", "/records?type=prescription", MARIA, through=(_record("prescription"),)),
    Place("own-imaging", "/records?type=imaging", MARIA, through=(_record("imaging"),)),
    Place("results", "/records/results", MARIA),
    Place("result", "/records/results", MARIA, through=(RESULT,)),
    Place("take-out", "/records/export", MARIA),
    Place("messages", "/messages", MARIA),
    Place("notifications", "/notifications", MARIA),
)

DOCTORS: Final = (
    Place("today", "/doctor", URGENT_CARE),
    Place("today-nobody", "/doctor", SARAH_JOHNSON),
    Place(
        "doctor-visit", "/doctor", URGENT_CARE, through=('main a[href*="/doctor/visits/"], main a[href*="?visit="]',)
    ),
    Place(
        "record-visit",
        IN_CARE,
        ANA_RUIZ,
        through=(PATIENT, 'main a[href*="/doctor/visits/"]', 'main a[href$="/record"]'),
    ),
    Place("agenda", f"/doctor/agenda?view=week&date={date.today() + timedelta(days=7)}", ANA_RUIZ),
    Place("agenda-list", "/doctor/agenda?view=list", ANA_RUIZ),
    Place("hours", "/doctor/agenda", ANA_RUIZ, through=('main a[href*="/doctor/agenda/hours/"]',)),
    Place("absence", "/doctor/agenda/absences", ANA_RUIZ),
    Place("patients", "/doctor/patients", ANA_RUIZ),
    Place("patient", IN_CARE, ANA_RUIZ, through=(PATIENT,)),
    Place("patient-file", IN_CARE, ANA_RUIZ, through=(PATIENT, 'main a[href$="/records"]')),
    Place("patient-record", IN_CARE, ANA_RUIZ, through=(PATIENT, _record("lab_result"))),
    Place("patient-prescription", IN_CARE, ANA_RUIZ, through=(PATIENT, _record("prescription"))),
    Place("patient-result", IN_CARE, ANA_RUIZ, through=(PATIENT, RESULT)),
    Place("new-note", IN_CARE, ANA_RUIZ, through=(PATIENT, NEW_RECORD)),
    Place("new-lab-result", IN_CARE, ANA_RUIZ, through=(PATIENT, NEW_RECORD, 'main a[href*="lab_result"]')),
    Place("new-prescription", IN_CARE, ANA_RUIZ, through=(PATIENT, NEW_RECORD, 'main a[href*="prescript"]')),
    Place("patient-allergies", IN_CARE, ANA_RUIZ, through=(PATIENT, 'main a[href$="/allergies"]')),
    Place("patient-medicines", IN_CARE, ANA_RUIZ, through=(PATIENT, 'main a[href$="/medicines"]')),
    Place("emergency", "/doctor/emergency?q=4", ANA_RUIZ),
    Place(
        "patient-export",
        IN_CARE,
        ANA_RUIZ,
        through=(PATIENT, 'main a[href$="/records"]', 'main a[href$="/export"]'),
    ),
    Place(
        "patient-import",
        IN_CARE,
        ANA_RUIZ,
        through=(PATIENT, 'main a[href$="/records"]', 'main a[href$="/export"]', 'main a[href$="/import"]'),
    ),
    Place("notes", "/doctor/notes", ANA_RUIZ),
    Place("note", "/doctor/notes", ANA_RUIZ, through=(DRAFT,)),
    Place("note-sign", "/doctor/notes", ANA_RUIZ, through=(DRAFT, "main a[data-signs]")),
    Place("note-signed", "/doctor/notes", PAULO_COSTA, through=(SIGNED_NOTE,)),
    Place("doctor-profile", "/doctor/profile", ANA_RUIZ),
    Place("change-password", "/password/change", ANA_RUIZ),
    Place("security", "/security", ANA_RUIZ),
    Place("confirm", "/security/confirm", ANA_RUIZ),
)

THE_DESK: Final = (
    Place("admin-day", "/admin/", RECEPTIONIST),
    Place("admin-book", "/admin/", RECEPTIONIST, through=('#content a[href*="/book"]',)),
    Place("admin-all", "/admin/all/", RECEPTIONIST),
    Place("admin-patients", "/admin/patients/patient/", RECEPTIONIST),
    Place("admin-patient", "/admin/patients/patient/", RECEPTIONIST, through=(_in_admin("/change/"),)),
    Place("admin-new-patient", "/admin/patients/patient/add/", RECEPTIONIST),
    Place("admin-visits", "/admin/appointments/appointment/", RECEPTIONIST),
    Place("admin-visit", "/admin/appointments/appointment/", RECEPTIONIST, through=(_in_admin("/change/"),)),
    Place("admin-payments", "/admin/payments/payment/", RECEPTIONIST),
    Place("admin-doctors", "/admin/clinic/doctor/", MANAGER),
    Place("admin-doctor", "/admin/clinic/doctor/", MANAGER, through=(_in_admin("/change/"),)),
    Place("admin-clinics", "/admin/clinic/clinic/", MANAGER),
    Place("admin-staff", "/admin/accounts/membership/", MANAGER),
    Place("admin-emergencies", "/admin/patients/breakglass/", MANAGER),
    Place("admin-nothing", "/admin/patients/patient/?q=Zzyzx", RECEPTIONIST),
    Place("admin-audit", "/admin/audit-trail/?period=month", MANAGER),
    Place("admin-audit-report", "/admin/audit-trail/report/", MANAGER),
    Place("admin-audit-operator", "/admin/audit-trail/", OPERATOR),
    Place("admin-operator", "/admin/all/", OPERATOR),
)

PLACES: Final = (*ANYBODY, *PATIENTS, *DOCTORS, *THE_DESK)


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
