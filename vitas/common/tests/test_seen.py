"""Two people save the same form: nobody's value is lost without a word."""

import re
from typing import Any

import pytest
from django.utils.translation import override

from vitas import testing
from vitas.accounts.models import Role
from vitas.common.seen import SavedMeanwhile, changed_since, require_seen, seen_of

pytestmark = pytest.mark.django_db


def test_what_was_changed_since_is_named() -> None:
    seen = seen_of({"phone": "1", "city": "Salto", "languages": ["es"]})

    assert changed_since(seen, {"phone": "2", "city": "Salto", "languages": ["es"], "new": 1}) == ["phone"]
    assert changed_since("", {"phone": "2"}) == []
    assert changed_since("nonsense,phone", {"phone": "2"}) == []


def test_only_what_would_be_lost_is_refused() -> None:
    seen = seen_of({"phone": "1", "city": "Salto"})

    require_seen(seen, now={"phone": "2", "city": "Salto"}, wanted={"phone": "2", "city": "Rivera"})
    with override("en"), pytest.raises(SavedMeanwhile) as refusal:
        require_seen(seen, now={"phone": "2", "city": "Salto"}, wanted={"phone": "1", "city": "Rivera"})

    assert [(each.field, each.message) for each in refusal.value.problems] == [("phone", "Saved meanwhile: 2")]


def seen_in(answer: Any) -> str:
    found = re.search(r'name="seen"[^>]*value="([^"]*)"', answer.content.decode())
    assert found
    return found[1]


class Desk:
    """Two at the same front desk, and a patient whom both have on the screen."""

    def __init__(self) -> None:
        organization = testing.make_organization()
        self.patient = testing.make_patient(phone="+16175550100", city="Boston")
        self.patient.files.create(organization=organization, number=1)
        self.ana, self.bruno = (
            testing.browser(testing.make_member(organization, Role.RECEPTIONIST).user) for _each in range(2)
        )
        self.address = f"/admin/patients/patient/{self.patient.pk}/change/"
        inlines = {"identifiers-TOTAL_FORMS": 0, "identifiers-INITIAL_FORMS": 0}
        names = ("first_name", "last_name", "phone", "city", "language")
        self.filled = {name: getattr(self.patient, name) for name in names} | inlines


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_second_to_save_is_shown_what_the_first_saved(desk: Desk) -> None:
    seen = seen_in(desk.bruno.get(desk.address))
    desk.ana.post(desk.address, desk.filled | {"city": "Salem", "seen": seen})

    refused = desk.bruno.post(desk.address, desk.filled | {"city": "Lynn", "seen": seen})

    desk.patient.refresh_from_db()
    form = refused.context["adminform"].form
    assert (refused.status_code, desk.patient.city) == (200, "Salem")
    assert form.errors["city"] == ["Saved meanwhile: Salem"]
    assert 'value="Lynn"' in refused.content.decode()


def test_saving_once_more_is_knowingly(desk: Desk) -> None:
    seen = seen_in(desk.bruno.get(desk.address))
    desk.ana.post(desk.address, desk.filled | {"city": "Salem", "seen": seen})
    refused = desk.bruno.post(desk.address, desk.filled | {"city": "Lynn", "seen": seen})

    answer = desk.bruno.post(desk.address, desk.filled | {"city": "Lynn", "seen": seen_in(refused)})

    desk.patient.refresh_from_db()
    assert (answer.status_code, desk.patient.city) == (302, "Lynn")


def test_a_field_that_only_the_first_changed_is_not_put_back(desk: Desk) -> None:
    seen = seen_in(desk.bruno.get(desk.address))
    desk.ana.post(desk.address, desk.filled | {"city": "Salem", "seen": seen})

    refused = desk.bruno.post(desk.address, desk.filled | {"first_name": "Joana", "seen": seen})

    desk.patient.refresh_from_db()
    assert (desk.patient.city, desk.patient.first_name) == ("Salem", desk.filled["first_name"])
    assert refused.context["adminform"].form.errors["city"] == ["Saved meanwhile: Salem"]


def test_a_doctor_and_their_administrator_do_not_write_over_each_other() -> None:
    doctor = testing.make_doctor(bio="Before", languages=["English"])
    browser = testing.browser(doctor.membership.user)
    seen = seen_in(browser.get("/doctor/profile"))
    type(doctor).objects.filter(pk=doctor.pk).update(bio="By the administrator")

    refused = browser.post("/doctor/profile", {"bio": "By the doctor", "languages": "English", "seen": seen})
    saved = browser.post("/doctor/profile", {"bio": "By the doctor", "languages": "English", "seen": seen_in(refused)})

    doctor.refresh_from_db()
    assert (refused.status_code, saved.status_code, doctor.bio) == (409, 302, "By the doctor")
    assert "Saved meanwhile: By the administrator" in refused.content.decode()


def test_a_patient_and_the_desk_do_not_write_over_each_other() -> None:
    patient = testing.make_patient(city="Boston", last_name="Silva")
    browser = testing.browser(testing.user_of(patient))
    filled = {"first_name": patient.first_name, "last_name": "Silva", "language": "en", "city": "Lynn"}
    seen = seen_in(browser.get("/me"))
    type(patient).objects.filter(pk=patient.pk).update(city="Salem")

    refused = browser.post("/me", filled | {"seen": seen})
    saved = browser.post("/me", filled | {"seen": seen_in(refused)})

    patient.refresh_from_db()
    assert (refused.status_code, saved.status_code, patient.city) == (409, 302, "Lynn")
    assert "Saved meanwhile: Salem" in refused.content.decode()
