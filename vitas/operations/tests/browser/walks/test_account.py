"""A person's account: a pasted code, a family's profiles, the bell as it rings, and what a browser keeps of us."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from vitas.operations.tests.browser import steps
from vitas.operations.tests.browser.steps import heading
from vitas.operations.tests.browser.watch import Watch
from vitas.operations.tour.people import (
    MARIA,
    PASSWORD,
    Person,
    ask_for_code,
    last_code,
    sign_in,
    someone_new,
)

LAURA = Person("Laura Fernández", phone="+5491155550120")  # acts for two children as well
FRONT_DESK = "frontdesk@demo.vitas.test"
RINGS_WITHIN = 20_000  # ms: the worker delivers what happened

KEPT = (
    "async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys())"
)
KEPT += ".map((request) => new URL(request.url).pathname)))).flat()"


def test_code_that_is_pasted_with_a_gap_goes_off_by_itself(window: Callable[..., Page]) -> None:
    page, person = window(), someone_new("Paula Pega")
    ask_for_code(page, person)
    code = last_code(page.context, person.phone)

    page.locator("input[autocomplete=one-time-code]").fill(f"{code[:3]} {code[3:]}")

    expect(heading(page, "Welcome")).to_be_visible()  # a new number: the code was right


def test_number_with_a_prefix_chooses_its_country(window: Callable[..., Page]) -> None:
    page = window()
    page.goto("/sign-in")

    page.get_by_label("Phone number").fill("+598 94 123 456")

    expect(page.get_by_label("Country")).to_have_value("UY")


def test_new_code_waits_its_minute_before_it_can_be_asked_for(window: Callable[..., Page]) -> None:
    page = window()
    page.clock.install()
    ask_for_code(page, someone_new())

    expect(page.get_by_role("button", name="Send a new code")).to_be_disabled()
    page.clock.fast_forward("01:05")

    expect(page.get_by_role("button", name="Send a new code")).to_be_enabled()


def test_family_sees_on_every_page_for_whom_it_acts(window: Callable[..., Page]) -> None:
    page = window(LAURA)
    page.goto("/profiles")

    page.get_by_role("button", name=re.compile("Tomás")).click()
    page.goto("/doctors")
    expect(page.locator(".topbar").get_by_role("link", name="For Tomás Fernández")).to_be_visible()
    page.locator(".topbar").get_by_role("link", name="For Tomás Fernández").click()
    page.get_by_role("button", name=re.compile("Laura")).click()

    expect(page).to_have_url(re.compile("/doctors$"))
    expect(page.locator(".topbar").get_by_role("link", name="For Laura Fernández")).to_be_visible()


def test_bell_rings_when_the_desk_cancels_and_is_quiet_when_the_list_was_seen(window: Callable[..., Page]) -> None:
    page = window()
    sign_in(page, someone_new("Carla Campana"))
    steps.see_free_times(page, steps.PAYS_AT_THE_CLINIC)
    steps.take_a_free_time(page, 5)
    steps.book(page)
    expect(heading(page, "Your visit is booked")).to_be_visible()
    visit = re.findall("[0-9a-f-]{36}", page.url)[0]
    expect(page.locator("#unread")).to_be_empty()

    cancel_at_the_desk(window().context.request, visit)

    expect(page.locator("#unread")).to_contain_text("1 unread", timeout=RINGS_WITHIN)
    page.get_by_role("link", name=re.compile("Notifications")).click()
    told = page.locator(f"main a[href*='{visit}']")
    expect(told).to_contain_text("Your visit was cancelled.")
    expect(page.locator("#unread")).to_be_empty(timeout=RINGS_WITHIN)
    told.click()
    expect(page).to_have_url(re.compile(visit))


def test_page_says_that_one_was_signed_out_and_leads_back(window: Callable[..., Page]) -> None:
    page = window()
    sign_in(page, someone_new("Selma Sale"))
    page.goto("/me")
    other = page.context.new_page()
    other.goto("/me")

    other.get_by_role("button", name="Sign out", exact=True).click()

    expect(page.get_by_text("You are signed out.")).to_be_visible(timeout=RINGS_WITHIN)
    page.get_by_role("link", name="Sign in to go on").click()
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Fme"))


def test_browser_keeps_the_offline_page_and_nothing_of_a_person(window: Callable[..., Page], watch: Watch) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket|htmx:")
    page = window(MARIA)
    for address in ("/visits", "/me", "/notifications", "/records", "/messages"):
        page.goto(address)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()

    kept = page.evaluate(KEPT)
    page.context.set_offline(True)
    page.goto("/visits")
    expect(heading(page, "No connection")).to_be_visible()
    page.context.set_offline(False)

    expect(heading(page, "No connection")).to_be_hidden(timeout=RINGS_WITHIN)
    expect(page).to_have_url(re.compile("/visits$"))
    assert {re.sub(r"\.[0-9a-f]{12}(?=\.)", "", path) for path in [*kept, *page.evaluate(KEPT)]} == {
        "/offline",
        "/static/vendor/bootstrap.css",
        "/static/css/tokens.css",
        "/static/css/vitas.css",
        "/static/js/offline.js",
        "/static/img/favicon.svg",
    }


def cancel_at_the_desk(desk, visit: str) -> None:
    answer = desk.post("/api/v1/auth/signin", data={"email": FRONT_DESK, "password": PASSWORD})
    token = answer.json()["accessToken"]
    answer = desk.delete(
        f"/api/v1/appointments/{visit}/cancel",
        data={"reason": "The doctor is ill today"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status == 200, answer.text()
