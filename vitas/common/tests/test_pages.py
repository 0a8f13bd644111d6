from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.template import engines
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from vitas.common import pages
from vitas.common.errors import Conflict, Invalid
from vitas.common.page_forms import PageForm, forms
from vitas.common.page_headers import policy


class Said(BaseStorage):
    def _get(self, *args, **kwargs):
        return [], True

    def _store(self, *args, **kwargs):
        return []


def asked(path="/x", **headers):
    request = RequestFactory().get(path, headers=headers)
    request.htmx = HtmxDetails(request)
    request._messages = Said(request)
    return request


def drawn(request, monkeypatch):
    monkeypatch.setattr(pages, "render", lambda _request, template, _context, status: _Answer(template, status))
    return pages.page(request, "a/b.html", {}, fragments=["hits"], status=409)


class _Answer(pages.HttpResponse):
    def __init__(self, template, status):
        super().__init__(template, status=status)


def test_browser_gets_the_whole_page(monkeypatch):
    answer = drawn(asked(), monkeypatch)

    assert (answer.content, answer.status_code) == (b"a/b.html", 409)
    assert answer.headers["Vary"] == "HX-Request, HX-Target"


def test_htmx_gets_the_fragment_that_it_aims_at(monkeypatch):
    assert drawn(asked(hx_request="true", hx_target="hits"), monkeypatch).content == b"a/b.html#hits"


def test_htmx_gets_the_whole_page_for_what_is_no_fragment_and_for_a_step_back(monkeypatch):
    elsewhere = drawn(asked(hx_request="true", hx_target="secret"), monkeypatch)
    boosted = drawn(asked(hx_request="true", hx_target="hits", hx_boosted="true"), monkeypatch)
    back = drawn(asked(hx_request="true", hx_target="hits", hx_history_restore_request="true"), monkeypatch)

    assert [answer.content for answer in (elsewhere, boosted, back)] == [b"a/b.html"] * 3


def test_what_there_is_to_say_goes_along_with_a_fragment(monkeypatch):
    request = asked(hx_request="true", hx_target="hits")
    messages.success(request, "It is done.")

    answer = drawn(request, monkeypatch).content.decode()

    assert 'hx-swap-oob="beforeend"' in answer
    assert "It is done." in answer


def test_going_on_is_a_redirect_or_htmxs_own():
    plain, by_htmx = pages.go(asked(), "/visits"), pages.go(asked(hx_request="true"), "/visits")

    assert (plain.status_code, plain.headers["Location"]) == (302, "/visits")
    assert (by_htmx.status_code, by_htmx.headers["HX-Redirect"]) == (200, "/visits")


def test_here_is_the_page_behind_a_fragment():
    fragment = asked("/visits/1/part", hx_request="true", hx_current_url="http://testserver/visits/1?a=b")

    assert pages.here(asked("/visits?page=2")) == "/visits?page=2"
    assert pages.here(fragment) == "/visits/1?a=b"


def test_addresses_of_others_are_not_ours():
    request = asked()

    assert pages.is_ours(request, "/visits")
    assert not any(
        pages.is_ours(request, address) for address in ("", "//evil.test/x", "https://evil.test", "javascript:x")
    )


class NameForm(PageForm):
    name = forms.CharField()
    kind = forms.ChoiceField(choices=[("a", "A")])


def test_form_says_a_refusal_on_its_field_and_another_over_the_form():
    form = NameForm({"name": "x", "kind": "a"})

    form.refuse(Invalid.field("name", "Too short."))
    form.refuse(Invalid.field("elsewhere", "Odd."))
    form.refuse(Conflict("Taken."))

    assert form.errors == {"name": ["Too short."], "__all__": ["Odd.", "Taken."]}


def test_field_is_drawn_with_label_help_and_error_tied_to_it():
    form = NameForm({"name": "", "kind": "a"})

    field = form["name"].as_field_group()

    assert '<label for="id_name" class="required">Name</label>' in field
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_name_error"' in field
    assert 'id="id_name_error"' in field
    assert engines["django"].from_string("{{ f.kind }}").render({"f": form}).count("form-select") == 1


def test_policy_lets_in_the_host_of_the_maps_pictures_and_no_other(settings):
    settings.MAP_TILES_URL = ""
    plain = policy("n")
    settings.MAP_TILES_URL = "https://{s}.tiles.example/{z}/{x}/{y}.png"

    assert "img-src 'self' data: blob:;" in plain
    assert "http" not in plain
    assert "img-src 'self' data: blob: https://*.tiles.example;" in policy("n")
    assert "unsafe" not in plain
