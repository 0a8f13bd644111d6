"""Passwords by NIST SP 800-63B-4: length, leaks, no rules about which characters, the same on every keyboard."""

import unicodedata

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from vitas import testing
from vitas.accounts import leaked, password_rules
from vitas.accounts.hashers import Argon2idHasher
from vitas.accounts.models import User
from vitas.accounts.tests.authenticator import Authenticator

pytestmark = pytest.mark.django_db


def said(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as weak:
        return sorted(str(error.code) for error in weak.error_list)
    return []


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "tres tristes tigres comen",
        "ação é reação sempre",
        "только длинная фраза",
        "a b c d e f g h i j k",
        "x7$k" + "long words " * 10,
    ],
)
def test_good_password_is_taken_whatever_its_characters(password):
    assert said(password) == []


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("fourteen chars", ["password_too_short"]),
        ("MyChemicalRomance", ["password_too_common"]),
        ("nuncateolvidare", ["password_too_common"]),
        ("1234567890123456", ["password_too_common"]),
        ("aaaaaaaaaaaaaaaaaaa", ["password_too_common"]),
        ("abababababababababab", ["password_too_common"]),
        ("Vitas 2026 Vitas 2026!", ["password_too_common"]),
        ("", ["password_too_common", "password_too_short"]),
    ],
)
def test_weak_password_is_refused(password, why):
    assert said(password) == why


def test_beside_a_second_step_eight_characters_are_enough():
    user = testing.make_user()
    before = said("tarde azul", user)
    Authenticator().kept_for(user)

    assert (before, said("tarde azul", user), said("azul 7p", user)) == (
        ["password_too_short"],
        [],
        ["password_too_short"],
    )
    assert said("Password1", user) == ["password_too_common"]


def test_characters_that_look_the_same_are_the_same(monkeypatch):
    monkeypatch.setattr(Argon2idHasher, "memory_cost", 1024)
    user = User(email="a@example.test")
    composed, parted = (unicodedata.normalize(form, "contraseña café ágil") for form in ("NFC", "NFD"))

    user.set_password(parted)

    assert composed != parted
    assert (user.check_password(composed), user.check_password(parted)) == (True, True)
    assert not user.check_password("contrasena cafe agil")


def test_password_kept_before_that_still_opens(monkeypatch):
    from django.contrib.auth.hashers import make_password

    monkeypatch.setattr(Argon2idHasher, "memory_cost", 1024)
    parted = unicodedata.normalize("NFD", "contraseña café")

    assert User(email="a@example.test", password=make_password(parted)).check_password(parted)


def test_length_is_counted_in_characters():
    assert password_rules.is_short("ñ" * 14)
    assert not password_rules.is_short(unicodedata.normalize("NFD", "ñ" * 15))


def test_list_of_leaked_ones_is_sorted_and_holds_what_it_says(tmp_path):
    raw = leaked.FILE.read_bytes()
    marks = [raw[at : at + leaked.WIDTH] for at in range(0, len(raw), leaked.WIDTH)]

    assert marks == sorted(set(marks))
    assert len(marks) > 300_000
    assert leaked.write(["Two", "one", "ONE"], tmp_path / "some.bin") == 2
    assert not leaked.is_leaked("no leak has this one, we hope")


def test_demo_password_still_signs_in_though_nobody_could_choose_it():
    assert said("vitas-demo") != []
