"""What makes the pages installable and what is there without a connection; pages of errors."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import OperationalError
from django.test import Client
from PIL import Image

from vitas import testing
from vitas.common.context import current

pytestmark = pytest.mark.django_db


def text(answer):
    body = answer.content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", body[body.index("<main") :]).split())


def test_manifest_names_icons_that_are_there_in_their_sizes(page):
    answer = page.get("/manifest.webmanifest")

    told = json.loads(answer.content)
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert (told["start_url"], told["scope"], told["display"]) == ("/", "/", "standalone")
    assert {(icon["sizes"], icon["purpose"]) for icon in told["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in told["icons"]:
        name = re.sub(r"\.[0-9a-f]{12}(?=\.png)", "", icon["src"].removeprefix("/static/"))
        file = Path(finders.find(name))
        assert "x".join(map(str, Image.open(file).size)) == icon["sizes"]
        assert file.stat().st_size < 10_000


def test_pages_name_manifest_and_icons(page):
    body = page.get("/").content.decode()

    assert 'rel="manifest" href="/manifest.webmanifest"' in body
    assert 'rel="apple-touch-icon"' in body


def test_service_worker_keeps_the_offline_page_and_what_it_is_drawn_with_and_nothing_else(page):
    answer = page.get("/sw.js")

    body = answer.content.decode()
    kept = json.loads(re.search(r"KEPT = (\[.*?\]);", body)[1])
    plain = [re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", address) for address in kept]
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer.headers["Cache-Control"]
    assert plain == [
        "/offline?language=en",
        "/static/vendor/bootstrap.css",
        "/static/css/tokens.css",
        "/static/css/vitas.css",
        "/static/js/offline.js",
        "/static/img/favicon.svg",
    ]
    assert body.count(".addAll(") == 1
    assert ".put(" not in body
    assert ".add(" not in body


def test_offline_page_is_the_same_for_everybody_who_reads_its_language(page):
    patient = testing.make_patient(first_name="Ana")
    signed_in = testing.browser(testing.user_of(patient), language="pt-br")

    answers = [browser.get("/offline?language=en") for browser in (page, signed_in)]

    assert answers[0].content == answers[1].content
    assert "No connection" in text(answers[0])
    assert "Ana" not in answers[1].content.decode()


def test_offline_page_names_all_that_it_is_drawn_with(page):
    kept = json.loads(re.search(r"KEPT = (\[.*?\]);", page.get("/sw.js").content.decode())[1])

    body = page.get("/offline?language=en").content.decode()

    assert set(re.findall(r'(?:href|src)="(/static/[^"]+)"', body)) == {
        address for address in kept if address.startswith("/static/")
    }


@pytest.mark.parametrize("language", ["xx", "../", "", "PT-BR"])
def test_offline_page_of_no_language_is_no_error(page, language):
    assert page.get("/offline", {"language": language}).status_code == 200


# Errors


def test_page_that_is_not_there_stands_in_the_frame_and_says_what_to_do(page):
    patient = testing.make_patient()

    for browser in (page, testing.browser(testing.user_of(patient))):
        answer = browser.get("/no-such-page")

        assert answer.status_code == 404
        assert "There is no such page" in text(answer)
        assert answer.headers["X-Request-ID"] in text(answer)
    assert 'class="places"' in answer.content.decode()


def test_errors_are_said_in_the_readers_language():
    answer = Client(headers={"accept-language": "en"}).get("/no-such-page")

    assert '<html lang="en">' in answer.content.decode()


def test_fault_of_ours_is_told_without_details_and_without_asking_the_database(monkeypatch):
    browser = testing.browser(testing.user_of(testing.make_patient()), raise_request_exception=False)
    monkeypatch.setattr("patients.views.places.page", lambda *_given: 1 / 0)

    answer = browser.get("/messages")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in text(answer)
    assert "ZeroDivision" not in answer.content.decode()


def test_database_that_is_away_is_503_with_a_page(monkeypatch):
    patient = testing.make_patient()
    browser = testing.browser(testing.user_of(patient), raise_request_exception=False)

    def away(*_args, **_more):
        raise OperationalError

    monkeypatch.setattr("vitas.accounts.page_sessions._row", away)
    answer = browser.get("/visits")

    assert answer.status_code == 503
    assert "We are away for a moment" in text(answer)


# A form that was open for too long


@pytest.fixture
def strict():
    return Client(enforce_csrf_checks=True, headers={"accept-language": "en"})


def test_form_with_an_old_token_can_be_sent_again_without_loss(strict):
    origin = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}

    stale = strict.post(
        "/sign-in", {"phone": "+5511999999999", "next": "/doctors", "csrfmiddlewaretoken": "x"}, **origin
    )

    main = re.search(r"<main.*</main>", stale.content.decode(), re.S)[0]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main))
    again = strict.post("/sign-in", fields, **origin)
    assert stale.status_code == 403
    assert "This form was open for too long" in text(stale)
    assert (fields["phone"], fields["next"]) == ("+5511999999999", "/doctors")
    assert again.headers["Location"] == "/sign-in/code"


@pytest.mark.parametrize(
    "sent_by",
    [
        {},
        {"HTTP_ORIGIN": "https://evil.test"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "cross-site"},
    ],
)
def test_form_of_another_site_is_never_offered_again(strict, sent_by):
    answer = strict.post("/sign-in", {"phone": "+5511999999999"}, **sent_by)

    assert answer.status_code == 403
    assert "+5511999999999" not in answer.content.decode()


@pytest.mark.parametrize("field", ["password", "code", "document", "birth_date", "new_password1"])
def test_secrets_are_typed_again(strict, field):
    answer = strict.post("/sign-in", {"x": "kept", field: "s3cret-s3cret"}, HTTP_ORIGIN="http://testserver")

    assert answer.status_code == 403
    assert "s3cret-s3cret" not in answer.content.decode()
    assert "Open the page again" in text(answer)


def test_api_says_it_in_its_own_shape(strict):
    assert current.get() is not None
    answer = strict.post("/api/v1/no-such-address", {})

    assert answer.headers["Content-Type"].startswith("application/json")
