"""The plain pages, walked as a patient walks them: sign in, find, take a time, pay, see, cancel."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment, Status
from patients.models import Patient
from vitas.accounts import page_sessions
from vitas.audit.models import AuditEntry
from vitas.messaging.models import OutboxMessage
from vitas.testing import make_clinic, make_patient, make_place, make_session, next_weekday, user_of

pytestmark = pytest.mark.django_db

PHONE = "+5511999999999"


def code_sent_to(phone: str) -> str:
    message = OutboxMessage.objects.filter(address=phone, template="sign_in_code").latest("created_at")
    found = re.search(r"\d{6}", str(message.variables))
    assert found
    return found[0]


def signed_in(patient: Any) -> Client:
    """A browser that is signed in as the patient, without the way there."""
    client = Client(headers={"accept-language": "en"})
    client.post("/sign-in", {"phone": patient.phone})
    answer = client.post("/sign-in/code", {"code": code_sent_to(patient.phone)})
    assert answer.status_code == 302, answer.content.decode()
    return client


def links(answer: Any) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', answer.content.decode())]


def form_of(answer: Any) -> dict[str, str]:
    """The hidden fields of a page's form, as a browser would send them back."""
    tags = re.findall(r'<input type="hidden"[^>]*>', answer.content.decode())
    pairs = [(re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags]
    return {name[1]: value[1] for name, value in pairs if name and value}


def test_a_stranger_signs_in_with_a_code_books_and_cancels(page):
    place = make_place(fee=15_000)
    monday = next_weekday(0)

    found = page.get("/doctors", {"name": place.doctor.last_name})
    assert reverse("times", args=[place.pk]) in links(found)
    week = page.get(reverse("times", args=[place.pk]), {"from": monday.isoformat()})
    at = next(link for link in links(week) if "/book?at=" in link)
    sent_away = page.get(at)
    assert sent_away.headers["Location"].startswith("/sign-in?next=")
    page.post(sent_away.headers["Location"], {"phone": "+55 11 99999-9999", "next": at})
    back = page.post("/sign-in/code", {"code": code_sent_to(PHONE), "patient_name": "João Silva"})
    assert back.headers["Location"] == at
    look = page.get(at)
    booked = page.post(at, {**form_of(look), "type": "consultation", "reason": "A cough that does not go"})
    visit = Appointment.objects.get()
    shown = page.get(booked.headers["Location"])
    mine = page.get("/visits")
    page.post(reverse("cancel", args=[visit.pk]), {"why": "busy"})

    assert booked.headers["Location"] == reverse("visit", args=[visit.pk])
    assert place.doctor.last_name in shown.content.decode()
    assert place.doctor.last_name in mine.content.decode()
    assert (visit.status, visit.patient.full_name, visit.reason) == (
        Status.SCHEDULED,
        "João Silva",
        "A cough that does not go",
    )
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED
    assert not visit.claims.exists()


def test_a_second_click_books_once():
    place, patient = make_place(), make_patient()
    client = signed_in(patient)
    week = client.get(reverse("times", args=[place.pk]), {"from": next_weekday(2).isoformat()})
    at = next(link for link in links(week) if "/book?at=" in link)
    asked = {**form_of(client.get(at)), "type": "consultation"}

    first, second = client.post(at, asked), client.post(at, asked)

    assert first.headers["Location"] == second.headers["Location"]
    assert Appointment.objects.count() == 1


def test_nobody_sees_or_cancels_another_persons_visit():
    place, owner, stranger = make_place(), make_patient(), make_patient()
    client, other = signed_in(owner), signed_in(stranger)
    week = client.get(reverse("times", args=[place.pk]), {"from": next_weekday(4).isoformat()})
    at = next(link for link in links(week) if "/book?at=" in link)
    client.post(at, {**form_of(client.get(at)), "type": "consultation"})
    visit = Appointment.objects.get()

    answers = [
        other.get(reverse("visit", args=[visit.pk])),
        other.post(reverse("pay", args=[visit.pk])),
        other.get(reverse("visit-calendar", args=[visit.pk])),
        other.post(reverse("move", args=[visit.pk]), {"at": visit.starts_at.isoformat()}),
        other.post(reverse("cancel", args=[visit.pk]), {"why": "busy"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    visit.refresh_from_db()
    assert visit.status == Status.SCHEDULED


def test_a_wrong_code_is_told_and_signs_nobody_in(page):
    patient = make_patient()
    page.post("/sign-in", {"phone": patient.phone})
    right = code_sent_to(patient.phone)

    answer = page.post("/sign-in/code", {"code": "000000" if right != "000000" else "000001"})

    assert answer.status_code == 401
    assert "The code is wrong or has expired." in answer.content.decode()
    assert page.get("/visits").headers["Location"] == "/sign-in?next=%2Fvisits"


def test_signing_in_never_leads_to_another_site(page):
    patient = make_patient()
    page.post("/sign-in", {"phone": patient.phone, "next": "https://evil.example/"})

    answer = page.post("/sign-in/code", {"code": code_sent_to(patient.phone)})

    assert answer.headers["Location"] == "/visits"


def test_signing_out_ends_the_session():
    client = signed_in(make_patient())

    client.post("/sign-out")

    assert client.get("/visits").status_code == 302


def test_a_family_chooses_whom_it_is_for():
    mother = make_patient(first_name="Laura")
    child = make_patient(user=user_of(mother), first_name="Tomás", phone="")
    client = signed_in(mother)

    page = client.get("/profiles")
    client.post("/profiles", {"patient": child.pk})
    place = make_place()
    week = client.get(reverse("times", args=[place.pk]), {"from": next_weekday(0).isoformat()})
    at = next(link for link in links(week) if "/book?at=" in link)
    client.post(at, {**form_of(client.get(at)), "type": "consultation"})

    assert "Tomás" in page.content.decode()
    assert Appointment.objects.get().patient == child


def test_looking_at_visits_is_in_the_audit_trail():
    patient = make_patient()
    client = signed_in(patient)

    client.get("/visits")

    assert AuditEntry.objects.filter(action="READ_APPOINTMENTS", patient_id=patient.pk).count() == 1


def test_pages_cost_as_many_queries_for_many_visits_as_for_few(django_assert_max_num_queries):
    patient, place = make_patient(), make_place()
    now = timezone.now()
    Appointment.objects.bulk_create(
        Appointment(
            organization=place.doctor.organization,
            clinic=place.clinic,
            doctor=place.doctor,
            place=place,
            patient=patient,
            starts_at=now + timedelta(days=day),
            ends_at=now + timedelta(days=day, minutes=30),
            status=Status.SCHEDULED,
            fee=1,
            currency="USD",
            payment_in_advance=False,
            booked_by_role="patient",
        )
        for day in range(-8, 9)
    )
    client = signed_in(patient)

    with django_assert_max_num_queries(9):
        answer = client.get("/visits")

    assert answer.content.decode().count('class="state') == 17


@pytest.mark.parametrize("path", ["/", "/doctors", "/sign-in", "/no-such-page"])
def test_pages_allow_no_foreign_script(page, path):
    answer = page.get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    scripts = re.findall(r"<script[^>]*>[^<]*", answer.content.decode())
    assert all(re.fullmatch(r'<script src="/static/[^"]+" defer>', script) for script in scripts)


def test_a_page_that_is_not_there_says_so_in_the_readers_language():
    answer = Client(headers={"accept-language": "en"}).get("/no-such-page")

    assert answer.status_code == 404
    assert "Not found." in answer.content.decode()


@pytest.mark.parametrize("query", [{"from": "soon"}, {"from": "1900-01-01"}, {"from": "9999-12-01"}])
def test_a_week_that_makes_no_sense_is_no_error(page, query):
    assert page.get(reverse("times", args=[make_place().pk]), query).status_code == 200


@pytest.mark.parametrize(
    "query",
    [{"page": "0"}, {"page": "²"}, {"page": "9" * 5000}, {"specialty": "magic"}, {"name": "\x00"}],
    ids=["zero", "no digit", "too long", "no specialty", "NUL"],
)
def test_a_search_that_makes_no_sense_is_no_error(page, query):
    assert page.get("/doctors", query).status_code == 200


def test_a_patient_of_a_closed_place_cannot_be_reached(page):
    place = make_place(make_clinic(active=False))

    assert page.get(reverse("times", args=[place.pk])).status_code == 404


def test_staff_are_not_patients(page):
    place = make_place()
    session = make_session(place.doctor.membership.user)
    request = page.get("/").wsgi_request
    page_sessions.sign_in_page(request, session)
    request.session.save()
    page.cookies["sessionid"] = request.session.session_key

    assert page.get("/visits").headers["Location"] == "/sign-in?next=%2Fvisits"
    assert Patient.objects.count() == 0
