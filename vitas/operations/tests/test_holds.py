"""Legal holds: who may set and release them, in the domain, the admin and by command."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from patients.models import PatientFile
from vitas.accounts.actor import NOBODY, OPERATIONS, Actor
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common.acting import acting_as
from vitas.common.errors import Invalid, NotAllowed, NotFound, NotPossibleNow
from vitas.operations.keeping import holds
from vitas.operations.models import LegalHold
from vitas.testing import PASSWORD, make_member, make_organization, make_patient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return make_organization()


@pytest.fixture
def ana(clinic):
    """A patient of the organization."""
    patient = make_patient()
    PatientFile.objects.create(organization=clinic, patient=patient, number=1)
    return patient


def admin_of(organization):
    return Actor(role=Role.ADMIN, organization_id=organization.pk, user_id=make_user().pk)


def place(clinic, patient=None, *, by=OPERATIONS, reason="Court 7, file 12"):
    patient_id = patient.pk if patient else None
    return holds.place(organization_id=clinic.pk, patient_id=patient_id, reason=reason, by=by)


def test_an_administrator_holds_a_patient_of_the_own_organization(clinic, ana):
    by = admin_of(clinic)

    hold = place(clinic, ana, by=by)

    hold.refresh_from_db()
    assert (hold.reason, hold.set_by, hold.released_at) == ("Court 7, file 12", by.user_id, None)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.patient_id, entry.details) == ("PLACE_LEGAL_HOLD", ana.pk, {})


def test_a_reason_lies_sealed(clinic):
    hold = LegalHold.objects.defer(None).get(pk=place(clinic).pk)

    assert b"Court" not in bytes(hold.__dict__["reason"])


def test_who_may_not_hold(clinic, ana):
    operator = Actor(is_operator=True, user_id=make_user().pk)
    desk = Actor(role=Role.RECEPTIONIST, organization_id=clinic.pk)

    for by, patient in [(admin_of(make_organization()), ana), (desk, ana), (desk, None), (operator, ana)]:
        with pytest.raises(NotAllowed):
            place(clinic, patient, by=by)

    assert place(clinic, by=operator).patient_id is None


def test_a_patient_of_another_organization_is_not_there(clinic):
    with pytest.raises(NotFound):
        place(clinic, make_patient(), by=admin_of(clinic))


def test_a_reason_is_needed(clinic):
    with pytest.raises(Invalid):
        place(clinic, reason=" ")


def test_a_hold_is_released_once(clinic):
    hold = place(clinic)

    released = holds.release(hold_id=hold.pk, reason="settled", by=admin_of(clinic))

    assert (released.released_because, LegalHold.objects.live().count()) == ("settled", 0)
    with pytest.raises(NotPossibleNow):
        holds.release(hold_id=hold.pk, reason="settled", by=OPERATIONS)


def test_an_administrator_sees_the_own_holds_and_the_operator_those_that_name_nobody(clinic, ana):
    own, whole, others = place(clinic, ana), place(clinic), place(make_organization())

    assert set(LegalHold.objects.visible_to(admin_of(clinic))) == {own, whole}
    assert set(LegalHold.objects.visible_to(Actor(is_operator=True))) == {whole, others}
    assert not LegalHold.objects.visible_to(Actor(role=Role.DOCTOR, organization_id=clinic.pk)).exists()
    with pytest.raises(NotFound):
        holds.release(hold_id=own.pk, reason="x", by=Actor(is_operator=True))


def test_commands_set_list_and_release(clinic, ana):
    said = StringIO()

    call_command("legal_hold", "set", clinic.slug, "--patient", str(ana.pk), "--reason", "Court 7", stdout=said)
    hold = LegalHold.objects.get()
    call_command("legal_hold", "list", stdout=said)
    call_command("legal_hold", "release", str(hold.pk), "--reason", "settled", stdout=said)

    lines = said.getvalue().splitlines()
    assert lines == [
        str(hold.pk),
        f"{hold.pk}  {clinic.slug}  {ana.pk}  since {hold.set_at:%Y-%m-%d}",
        "The hold is released.",
    ]
    with pytest.raises(CommandError, match="There is no organization"):
        call_command("legal_hold", "set", "nowhere", "--reason", "x")


@pytest.fixture
def manager(clinic, client):
    """A browser of the organization's administrator."""
    member = make_member(clinic, Role.ADMIN)
    member.user.set_password(PASSWORD)
    member.user.save()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert client.post("/admin/login/", {"email": member.user.email, "password": PASSWORD}).status_code == 302
    return client


def test_the_admin_sets_and_releases(clinic, ana, manager):
    address = "/admin/operations/legalhold/"

    added = manager.post(f"{address}add/", {"patient": str(ana.pk), "reason": "Court 7"})
    hold = LegalHold.objects.get()
    page = manager.get(f"{address}{hold.pk}/change/").content.decode()
    seen = page.split('name="seen" value="')[1].split('"')[0] if 'name="seen"' in page else ""
    changed = manager.post(f"{address}{hold.pk}/change/", {"released_because": "settled", "seen": seen})

    assert (added.status_code, changed.status_code) == (302, 302)
    assert (hold.organization, hold.patient, hold.reason) == (clinic, ana, "Court 7")
    assert "Court 7" in page
    hold.refresh_from_db()
    assert hold.released_because == "settled"
    actions = AuditEntry.objects.filter(category="retention", action__endswith="_LEGAL_HOLD").order_by("id")
    assert [entry.action for entry in actions] == ["PLACE_LEGAL_HOLD", "RELEASE_LEGAL_HOLD"]
    again = manager.post(f"{address}{hold.pk}/change/", {"released_because": "once more", "seen": seen})
    assert again.status_code == 403


def test_postgresql_shows_a_hold_to_its_administrator_and_whole_ones_to_the_operator(clinic, ana):
    place(clinic, ana), place(clinic), place(make_organization())

    def seen_by(actor):
        with acting_as(actor):
            return LegalHold.objects.count()

    operator, doctor = Actor(is_operator=True, user_id=make_user().pk), Actor(role=Role.DOCTOR, user_id=make_user().pk)
    assert [seen_by(actor) for actor in (admin_of(clinic), operator, doctor, NOBODY)] == [2, 2, 0, 0]
