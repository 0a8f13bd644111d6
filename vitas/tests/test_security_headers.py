"""What every answer tells the browser: run nothing of others, embed nothing, guess no types, keep nothing."""

import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from vitas import testing
from vitas.accounts.models import Role
from vitas.testing import ApiClient
from vitas.tests.test_environment import PRODUCTION, ROOT

pytestmark = pytest.mark.django_db

PLACES = ["/", "/sign-in", "/admin/login/", "/api/v1/doctors", "/api/v1/nothing", "/nothing", "/health", "/sw.js"]


def directives(answer: Any) -> dict[str, str]:
    parts = (part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    return {name: rest[0] if rest else "" for name, *rest in parts}


@pytest.mark.parametrize("path", PLACES)
def test_every_answer_is_embedded_nowhere_and_its_type_is_not_guessed(path: str, page: Client) -> None:
    answer = page.get(path)

    policy = directives(answer)
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'", "'none'", "'none'")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert re.fullmatch(
        r"(text/html; charset=utf-8|application/json|(text|application)/javascript.*)", answer["Content-Type"]
    )


def test_a_page_runs_our_own_scripts_alone_and_an_answer_of_the_api_none(page: Client) -> None:
    of_page, of_api = directives(page.get("/")), directives(page.get("/api/v1/doctors"))

    assert re.fullmatch(r"'self' 'nonce-[\w-]+'", of_page["script-src"])
    assert (of_page["default-src"], of_page["style-src"], of_page["form-action"]) == ("'none'", "'self'", "'self'")
    assert (of_api["default-src"], of_api["sandbox"]) == ("'none'", "")


def test_each_page_has_a_nonce_of_its_own(page: Client) -> None:
    assert page.get("/")["Content-Security-Policy"] != page.get("/")["Content-Security-Policy"]


def test_what_a_person_reads_is_kept_by_no_browser() -> None:
    patient = testing.make_patient()
    browser, api = testing.browser(testing.user_of(patient)), ApiClient(testing.user_of(patient))

    answers = [browser.get("/visits"), browser.get("/me"), api.get("/api/v1/appointments"), api.get("/api/v1/users/me")]

    assert all("no-store" in answer["Cache-Control"] for answer in answers)


@pytest.mark.parametrize("path", ["/sign-out", "/admin/logout/"])
def test_signing_out_empties_the_browser(path: str) -> None:
    browser = testing.browser(testing.make_member(testing.make_organization(), Role.ADMIN).user)

    answer = browser.post(path)

    assert answer["Clear-Site-Data"] == '"storage"'


@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/v1/doctors", "/health"])
def test_a_trace_says_nothing_of_what_was_sent(path: str, page: Client) -> None:
    answer = page.trace(path, headers={"authorization": "Bearer said-again"})

    assert b"said-again" not in answer.content


def test_cookies_of_pages_are_out_of_reach_of_scripts_and_other_sites(page: Client) -> None:
    page.get("/sign-in")
    member = testing.make_member(testing.make_organization(), Role.ADMIN)
    member.user.set_password(testing.PASSWORD)
    member.user.save()
    answer = page.post("/sign-in/staff", {"email": member.user.email, "password": testing.PASSWORD})

    cookie = answer.cookies[django_settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


def test_production_tells_browsers_to_come_by_tls_alone() -> None:
    """Also to its subdomains, for a year; and its cookies stay on it."""
    asked = (
        "SECURE_HSTS_SECONDS",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_NAME",
    )
    program = f"from django.conf import settings; print([getattr(settings, name) for name in {asked}])"
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "vitas.settings", **PRODUCTION}

    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)

    assert answer.stdout.strip() == "[31536000, True, True, True, '__Host-sessionid']", answer.stderr


def test_whom_to_tell_of_a_hole_is_said_where_the_installation_names_somebody(page: Client, settings: Any) -> None:
    unnamed = page.get("/.well-known/security.txt")
    settings.SECURITY_CONTACT = "mailto:security@clinic.example"
    answer = page.get("/.well-known/security.txt")

    lines = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    expires = datetime.fromisoformat(lines["Expires"])
    assert (unnamed.status_code, lines["Contact"]) == (404, "mailto:security@clinic.example")
    assert timedelta(days=100) < expires - timezone.now() < timedelta(days=366)
