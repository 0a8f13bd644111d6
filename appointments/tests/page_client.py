"""A browser that is signed in as a patient, and what stands on a page it gets."""

import re
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import Client, RequestFactory
from django.urls import reverse

from vitas.accounts import page_sessions
from vitas.testing import make_session, user_of


def browser_of(patient: Any, *, user: Any = None, **defaults: Any) -> Client:
    """Signed in without the way there; English, on the clinics' clock."""
    request = RequestFactory().get("/")
    request.session = SessionStore()
    session = make_session(user or user_of(patient), patient_id=patient.pk)
    page_sessions.sign_in_page(request, session)
    request.session.save()
    client = Client(headers={"accept-language": "en", **defaults})
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    client.cookies["zone"] = "America/New_York"
    return client


def text_of(answer: Any) -> str:
    """The words of the page's main part, as a person reads them."""
    main = answer.content.decode().partition("<main")[2].partition("<footer")[0] or answer.content.decode()
    words = re.sub(r"<[^>]+>", " ", main)
    return re.sub(r"\s+", " ", words).replace("&#x27;", "'").replace("\u00a0", " ")


def hidden_of(answer: Any, form: str = "book") -> dict[str, str]:
    """The hidden fields of the form with this id, as a browser would send them back."""
    body = answer.content.decode()
    inside = re.search(rf'<form[^>]*\bid="{form}".*?</form>', body, re.S)
    assert inside, "no such form"
    tags = re.findall(r'<input type="hidden"[^>]*>', inside[0])
    pairs = [(re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags]
    return {name[1]: value[1] for name, value in pairs if name and value}


def book_address(place: Any, at: Any, kind: str = "consultation") -> str:
    return f"{reverse('book', args=[place.pk])}?{urlencode({'at': at.isoformat(), 'type': kind})}"
