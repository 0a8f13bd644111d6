"""Pages speak the visitor's language, keep the choice, and mix in nothing of another."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from vitas.operations.tour.people import JOAO, MARIA

# Words of the frame that stand on every page, and that differ between the languages.
ENGLISH = ["Sign in", "Find a doctor", "To the content", "My visits", "Free times", "Cancel the visit"]
OPEN = ["/", "/doctors", "/sign-in", "/sign-in/staff", "/password/forgotten"]
PATIENTS = ["/visits", "/notifications"]


@pytest.mark.parametrize("language", ["es", "pt-br"])
@pytest.mark.parametrize("address", OPEN)
def test_page_is_in_the_language_of_the_browser(address: str, language: str, window: Callable[..., Page]) -> None:
    page = window(language=language, chosen=False)

    page.goto(address)

    assert page.locator("html").get_attribute("lang") == language
    words = page.locator("body").inner_text()
    assert [word for word in ENGLISH if word in words] == []


@pytest.mark.parametrize("address", PATIENTS)
@pytest.mark.parametrize(("who", "language"), [(MARIA, "es"), (JOAO, "pt-br")])
def test_page_of_a_patient_is_in_their_language(address: str, who, language: str, window: Callable[..., Page]) -> None:
    page = window(who, language=language)

    page.goto(address)

    assert page.locator("html").get_attribute("lang") == language
    words = page.locator("body").inner_text()
    assert [word for word in ENGLISH if word in words] == []


def test_choice_of_a_language_is_kept(window: Callable[..., Page]) -> None:
    page = window(chosen=False)
    page.goto("/doctors")

    page.get_by_label("Language", exact=True).select_option("es")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.goto("/sign-in")

    expect(page.locator("html")).to_have_attribute("lang", "es")
