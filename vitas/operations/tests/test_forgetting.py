"""A patient asks to be forgotten while the law keeps the records."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from appointments.models import Appointment, CalendarFeed, Status
from patients.models import Patient, PatientIdentifier
from records.models import MedicalRecord
from vitas.accounts.actor import OPERATIONS, Actor
from vitas.accounts.models import Role, Session, User
from vitas.audit.models import AuditEntry
from vitas.common.errors import NotAllowed, NotFound, NotPossibleNow
from vitas.operations.keeping import forgetting, holds, identities
from vitas.operations.models import Forgetting
from vitas.operations.tests.keeping_world import World, message_to
from vitas.testing import ApiClient, browser, make_patient, make_session, user_of

pytestmark = pytest.mark.django_db

PHONE = "+5215512345678"


@pytest.fixture
def mexico(settings, tmp_path):
    options = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {"default": options, "staticfiles": settings.STORAGES["staticfiles"]}
    return World()


@pytest.fixture
def ana(mexico):
    """Born on 1960-03-01; her visit was a year ago."""
    return mexico.patient(years=1, phone=PHONE, first_name="Ana", last_name="Pérez", email="ana@example.test")


def forget(patient, by=OPERATIONS):
    return forgetting.forget(patient_id=patient.pk, by=by)


def test_name_and_contacts_go_and_records_stay(mexico, ana):
    forget(ana)

    row = Patient.objects.get(pk=ana.pk)
    assert (row.full_name, row.phone, row.email, row.city, row.zone) == (identities.NOBODY, "", "", "", "")
    assert row.birth_date == date(1960, 12, 31)  # the year alone, by which a child's time is counted
    assert "ana" not in row.name_key
    assert not PatientIdentifier.objects.exists()
    assert MedicalRecord.objects.get().title == "Asthma"
    assert Appointment.objects.get().reason == "asthma"


def test_nobody_signs_in_for_them_any_more(ana, django_capture_on_commit_callbacks):
    user = user_of(ana)
    client, session = ApiClient(user), make_session(user, patient_id=ana.pk)
    CalendarFeed.objects.create(user=user, token_hash="h", token="t")

    with django_capture_on_commit_callbacks(execute=True):
        forget(ana)

    user = User.objects.get(pk=user.pk)
    assert (user.phone, user.full_name, user.is_active, user.has_usable_password()) == (None, "", False, False)
    assert not ana.access.filter(ended_at=None).exists()
    assert not Session.objects.filter(user=user, revoked_at=None).exists()
    assert Session.objects.get(pk=session.pk).agent == ""
    assert not CalendarFeed.objects.exists()
    assert client.send("get", "/api/appointments").status_code == 401


def test_messages_to_them_are_emptied_and_what_waits_is_withdrawn(ana):
    sent, waiting, others = message_to(PHONE, state="sent"), message_to(PHONE), message_to("+5215500000000")

    forget(ana)

    for row in (sent, waiting, others):
        row.refresh_from_db()
    assert (sent.address, sent.variables, sent.state) == ("", "", "sent")
    assert (waiting.address, waiting.state) == ("", "withdrawn")
    assert others.address == "+5215500000000"


def test_doing_it_twice_changes_nothing(ana):
    first = forget(ana)

    assert forget(ana) == first
    assert (Forgetting.objects.count(), AuditEntry.objects.filter(action="FORGET_PATIENT").count()) == (1, 1)


def test_visits_to_come_must_be_cancelled_first(mexico, ana):
    mexico.visit(ana, timezone.now() + timedelta(days=1), status=Status.SCHEDULED)

    with pytest.raises(NotPossibleNow, match="Cancel them"):
        forget(ana)

    assert Patient.objects.get(pk=ana.pk).first_name == "Ana"


def test_a_hold_stops_it(mexico, ana):
    holds.place(organization_id=mexico.organization.pk, patient_id=None, reason="Court", by=OPERATIONS)

    with pytest.raises(holds.Held):
        forget(ana)


def test_who_may_forget(mexico, ana):
    own = Actor(role=Role.ADMIN, organization_id=mexico.organization.pk)
    other = World()
    foreign = Actor(role=Role.ADMIN, organization_id=other.organization.pk)

    with pytest.raises(NotFound):
        forget(ana, by=foreign)
    for by in (Actor(role=Role.RECEPTIONIST, organization_id=mexico.organization.pk), Actor(is_operator=True)):
        with pytest.raises((NotAllowed, NotFound)):
            forget(ana, by=by)
    other.patient(years=1, patient=ana)
    with pytest.raises(NotAllowed):
        forget(ana, by=own)  # another organization knows her too

    assert not Forgetting.objects.exists()


def test_the_identity_lies_sealed_and_is_opened_by_command_with_an_entry(ana):
    row = forget(ana)
    said = StringIO()

    call_command("forget", "--identity", str(ana.pk), stdout=said)

    sealed = Forgetting.objects.get(pk=row.pk).__dict__["identity"]
    assert b"Ana" not in bytes(sealed)
    assert '"name": "Ana Pérez"' in said.getvalue()
    assert AuditEntry.objects.get(action="OPEN_SEALED_IDENTITY").patient_id == ana.pk
    with pytest.raises(NotAllowed):
        forgetting.sealed_identity(patient_id=ana.pk, by=Actor(role=Role.ADMIN))


def test_who_was_forgotten_since_a_backup_is_forgotten_again(ana, tmp_path):
    gone, said = make_patient(), StringIO()
    forget(gone)
    list_of_ids = tmp_path / "ids"
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    call_command("forget", "--list-since", since, stdout=said)
    assert said.getvalue().split() == [str(gone.pk)]
    list_of_ids.write_text(f"{ana.pk}\n{gone.pk}\n{'0' * 32}\n")

    call_command("forget", "--from", str(list_of_ids), stdout=said)

    assert Patient.objects.get(pk=ana.pk).first_name == identities.NOBODY


def test_who_cannot_be_forgotten_again_is_told(mexico, ana, tmp_path):
    mexico.visit(ana, timezone.now() + timedelta(days=1), status=Status.SCHEDULED)
    list_of_ids, said = tmp_path / "ids", StringIO()
    list_of_ids.write_text(str(ana.pk))

    with pytest.raises(CommandError, match="1 of 1 were not forgotten"):
        call_command("forget", "--from", str(list_of_ids), stdout=said)

    assert said.getvalue().startswith(f"{ana.pk}: Visits are still to come")


def test_the_command_says_why_it_cannot(mexico, ana):
    mexico.visit(ana, timezone.now() + timedelta(days=1), status=Status.SCHEDULED)

    with pytest.raises(CommandError, match="Visits are still to come"):
        call_command("forget", str(ana.pk))


def test_pages_of_a_forgotten_patient_show_a_dash(mexico, ana):
    forget(ana)
    member = mexico.doctor.membership

    page = browser(member.user).get("/doctor/patients/")

    assert page.status_code in (200, 404)
    assert "Pérez" not in page.content.decode()
