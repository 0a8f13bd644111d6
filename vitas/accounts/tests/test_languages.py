import pytest

pytestmark = pytest.mark.django_db


def test_choice_is_kept_on_the_browser(page):
    answer = page.post("/language", {"language": "pt-br", "next": "/doctors?name=x"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/doctors?name=x")
    assert '<html lang="pt-br">' in page.get("/sign-in").content.decode()


def test_choice_goes_back_to_no_other_site(page):
    answer = page.post("/language", {"language": "pt-br", "next": "https://evil.test/"})

    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("wanted", ["", "xx", "de"])
def test_unknown_language_changes_nothing(page, wanted):
    answer = page.post("/language", {"language": wanted, "next": "/"})

    assert "django_language" not in answer.cookies
    assert '<html lang="en">' in page.get("/sign-in").content.decode()


def test_getting_the_address_changes_nothing(page):
    assert page.get("/language?language=es").status_code == 405
