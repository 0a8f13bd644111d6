"""The law's time is over: what is erased, what stays, and what stops it."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from appointments.models import Appointment, AppointmentStep
from patients.models import CareRelationship, Patient, PatientAccess, PatientFile, PatientIdentifier
from processing.models import Recording
from records.models import Addendum, Attachment, FileClaim, MedicalRecord, Observation
from vitas.accounts.actor import OPERATIONS
from vitas.accounts.models import User
from vitas.audit.models import AuditEntry
from vitas.common import crypto
from vitas.common.models import DataKey
from vitas.operations.keeping import erasing, holds, identities, terms
from vitas.operations.models import Forgetting, LegalHold
from vitas.operations.tests.keeping_world import World, ago, consent, message_to
from vitas.testing import make_patient, user_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    options = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {"default": options, "staticfiles": settings.STORAGES["staticfiles"]}


@pytest.fixture
def mexico():
    return World()


def retention(*arguments):
    said = StringIO()
    call_command("retention", *arguments, stdout=said)
    return said.getvalue().splitlines()


def due(world):
    return sorted(file.patient_id for file in terms.due(world.term))


def test_a_dry_run_counts_and_erases_nothing(mexico):
    mexico.patient(years=6)

    said = retention("--dry-run")

    assert said[0].startswith(f"{mexico.organization.slug}: 5 years (NOM-004-SSA3-2012")
    assert said[0].endswith(": 1 files, of which 0 are held")
    assert said[-1] == "Nothing was erased."
    assert (MedicalRecord.objects.count(), PatientFile.objects.count()) == (1, 1)


def test_whose_time_is_over_is_erased_and_others_are_not(mexico):
    old, kept = mexico.patient(years=6), mexico.patient(years=4)

    said = retention()

    assert said[-1] == "Erased: 1 files, 1 patients, 0 months of the audit trail, 0 other rows."
    for rows in (PatientFile, CareRelationship, MedicalRecord, Observation):
        assert list(rows.objects.values_list("patient_id", flat=True)) == [kept.pk]
    assert (Addendum.objects.count(), Attachment.objects.count()) == (1, 1)
    visit = Appointment.objects.get(patient=old)
    assert (visit.reason, visit.fee, bytes(visit.__dict__["reason"] or b"")) == ("", 100, b"")
    assert Appointment.objects.get(patient=kept).reason == "asthma"
    assert retention()[-1] == "Erased: 0 files, 0 patients, 0 months of the audit trail, 0 other rows."


def test_a_patient_whom_nobody_keeps_has_no_name_no_sign_in_and_no_key(mexico):
    old = mexico.patient(years=6, phone="+5215512345678")
    user, message = user_of(old), message_to("+5215512345678")

    retention()

    row = Patient.objects.get(pk=old.pk)
    assert (row.full_name, row.birth_date, row.phone, row.email, row.city) == (identities.NOBODY, None, "", "", "")
    assert (PatientAccess.objects.count(), PatientIdentifier.objects.count()) == (0, 0)
    signs_in = User.objects.get(pk=user.pk)
    assert (signs_in.phone, signs_in.full_name, signs_in.is_active) == (None, "", False)
    message.refresh_from_db()
    assert (message.address, message.variables) == ("", "")
    assert DataKey.objects.get(subject=old.pk).destroyed_at is not None
    assert AppointmentStep.objects.get().reason == ""  # it stays, and opens no more
    assert Forgetting.objects.get().erased_at is not None
    with pytest.raises(crypto.KeyDestroyed):
        crypto.seal(b"new", subject=old.pk, place="p")


def test_files_leave_the_store(mexico):
    mexico.patient(years=6)
    key = Attachment.objects.get().key

    retention()

    assert (default_storage.exists(key), FileClaim.objects.count()) == (False, 0)


def test_a_file_that_the_store_does_not_give_up_is_left_to_the_sweep(mexico, monkeypatch):
    mexico.patient(years=6)
    keys = {Attachment.objects.get().key, Recording.objects.get().key}
    monkeypatch.setattr(erasing.store, "forget", lambda _key: False)

    retention()

    assert {claim.key for claim in FileClaim.objects.all()} == keys


def test_each_erasure_leaves_an_entry_of_ids_and_counts(mexico):
    old = mexico.patient(years=6)

    retention()

    entries = AuditEntry.objects.filter(category="retention").order_by("id")
    assert [(e.action, e.patient_id, e.user_role) for e in entries] == [
        ("ERASE_PATIENT_FILE", old.pk, "system:operations"),
        ("ERASE_PATIENT", old.pk, "system:operations"),
    ]
    assert entries[0].details["counts"]["records.MedicalRecord"] == 1
    assert entries[0].organization_id == mexico.organization.pk


def test_another_organization_keeps_what_its_own_law_says(mexico):
    brazil = World("BR")
    patient = mexico.patient(years=6)
    brazil.patient(years=6, patient=patient)

    retention()

    assert [file.organization for file in PatientFile.objects.all()] == [brazil.organization]
    assert MedicalRecord.objects.get().title == "Asthma"
    assert Patient.objects.get().full_name == patient.full_name
    assert Appointment.objects.get(organization=mexico.organization).reason == ""


@pytest.mark.parametrize("what", ["visit", "record", "consent"])
def test_time_is_counted_from_the_last_act(mexico, what):
    patient = mexico.patient(years=6)
    match what:
        case "visit":
            mexico.visit(patient, ago(4))
        case "record":
            mexico.record(patient, Appointment.objects.get(), ago(4))
        case _:
            consent(patient, mexico.organization)

    assert due(mexico) == []


def test_a_childs_time_is_counted_from_the_day_it_came_of_age(mexico):
    child, grown = mexico.patient(years=6), mexico.patient(years=6)
    today = timezone.now().date()
    Patient.objects.filter(pk=child.pk).update(birth_date=today - timedelta(days=366 * 22))
    Patient.objects.filter(pk=grown.pk).update(birth_date=today - timedelta(days=366 * 24))

    assert due(mexico) == [grown.pk]


def test_years_of_the_settings_stand_before_the_laws(mexico, settings):
    mexico.patient(years=6)
    settings.RETENTION_YEARS = {"MX": 10}

    assert due(mexico) == []


@pytest.mark.parametrize("whole", [True, False])
def test_a_hold_stops_it_until_it_is_released(mexico, whole):
    patient = mexico.patient(years=6)
    hold = holds.place(
        organization_id=mexico.organization.pk,
        patient_id=None if whole else patient.pk,
        reason="Court 7",
        by=OPERATIONS,
    )

    assert retention("--dry-run")[0].endswith(": 1 files, of which 1 are held")
    assert retention()[-1] == "Erased: 0 files, 0 patients, 0 months of the audit trail, 0 other rows."
    assert MedicalRecord.objects.count() == 1
    holds.release(hold_id=hold.pk, reason="over", by=OPERATIONS)
    assert retention()[-1].startswith("Erased: 1 files, 1 patients")
    assert LegalHold.objects.count() == (1 if whole else 0)


def test_a_hold_of_one_organization_stops_it_at_all(mexico):
    """What another organization keeps of the same patient may be what the court wants."""
    other = World()
    patient = mexico.patient(years=6)
    other.patient(years=6, patient=patient)
    holds.place(organization_id=other.organization.pk, patient_id=None, reason="Court 7", by=OPERATIONS)

    assert (due(mexico), due(other)) == ([], [])


def test_whoever_comes_back_meanwhile_is_kept(mexico):
    patient = mexico.patient(years=6)
    term, file = mexico.term, PatientFile.objects.get()
    mexico.visit(patient, timezone.now())

    assert erasing.erase_file(term, file.pk) is False
    assert MedicalRecord.objects.count() == 1


def test_a_patient_who_uses_vitas_keeps_the_own_account(mexico):
    patient = mexico.patient(years=6, last_used=timezone.now())

    retention()

    assert PatientFile.objects.count() == 0
    assert Patient.objects.get().full_name == patient.full_name
    assert crypto.seal(b"new", subject=patient.pk, place="p")


def test_a_run_that_was_broken_off_is_taken_up(mexico, monkeypatch):
    mexico.patient(years=6)
    mexico.patient(years=7)
    erase, seen = erasing.erase_file, []

    def dies(term, file_id):
        seen.append(file_id)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return erase(term, file_id)

    monkeypatch.setattr(erasing, "erase_file", dies)
    with pytest.raises(KeyboardInterrupt):
        retention()
    assert MedicalRecord.objects.count() == 1
    monkeypatch.undo()

    assert retention()[-1].startswith("Erased: 1 files, 2 patients")


def test_who_was_merged_goes_with_whom_they_were_merged_into(mexico):
    kept = mexico.patient(years=6)
    merged = make_patient(created_at=ago(6), merged_into=kept, first_name="Twin")
    PatientFile.objects.create(organization=mexico.organization, patient=merged, number=9999, opened_at=ago(6))
    visit = mexico.visit(kept, ago(6))
    Appointment.objects.filter(pk=visit.pk).update(sealed_for=merged.pk)
    crypto.seal(b"x", subject=merged.pk, place="p")

    retention()

    assert PatientFile.objects.count() == 0
    assert set(Patient.objects.values_list("first_name", flat=True)) == {identities.NOBODY}
    assert not DataKey.objects.filter(subject__in=[kept.pk, merged.pk], destroyed_at=None).exists()


def test_who_registered_and_never_came_is_erased_after_two_years():
    never_came = make_patient(created_at=ago(3), birth_date=date(1980, 1, 1))
    lately = make_patient(created_at=ago(1))

    retention()

    assert Patient.objects.get(pk=never_came.pk).full_name == identities.NOBODY
    assert Patient.objects.get(pk=lately.pk).full_name == lately.full_name


def test_a_family_keeps_its_phone_and_its_sign_in(mexico):
    mother = mexico.patient(years=6, phone="+5215512345678")
    user = user_of(mother)
    child = make_patient(user=user, phone="+5215512345678")
    message = message_to("+5215512345678")

    retention()

    assert User.objects.get(pk=user.pk).phone == "+5215512345678"
    assert Patient.objects.get(pk=child.pk).phone == "+5215512345678"
    message.refresh_from_db()
    assert message.address == "+5215512345678"
