"""Two patients who are one: everything follows, once, and comes back when that was wrong."""

from datetime import date

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.utils import timezone, translation

from appointments import booking
from appointments.models import Appointment, AppointmentStep, TimeClaim
from appointments.payments.models import Payment
from appointments.tests.cast import Cast
from patients import merging
from patients.models import CareRelationship, Patient, PatientAccess, PatientFile, PatientIdentifier, PatientMerge
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common.errors import Conflict, Invalid, NotAllowed, NotFound, NotPossibleNow
from vitas.common.fields import EncryptedTextField
from vitas.live import topics
from vitas.live.models import LiveEvent
from vitas.testing import make_doctor, make_organization, make_patient, make_session, make_user, user_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def cast():
    return Cast()


@pytest.fixture
def desk(cast):
    return cast.staff_actor(cast.staff(Role.RECEPTIONIST))


@pytest.fixture
def twins(cast):
    """Ana (kept) and Anita, the same person, both known to the organization."""
    ana = cast.ana
    anita = make_patient(first_name="Anita", last_name=ana.last_name, birth_date=date(1980, 5, 1), city="Rosario")
    for number, patient in enumerate((ana, anita), start=1):
        PatientFile.objects.create(organization=cast.organization, patient=patient, number=number)
    return ana, anita


def merged(twins, desk, **given):
    ana, anita = twins
    return merging.merge(kept_id=ana.pk, merged_id=anita.pk, by=desk, **({"reason": "Same document"} | given))


def booked(cast, desk, patient, starts_at, **given):
    """By the desk: whoever signs in for a patient is another question."""
    asked = booking.Request(place=cast.place, patient=patient, starts_at=starts_at, type="consultation", **given)
    return booking.book(asked, by=desk).appointment


def state_of(*patients):
    """All that names these patients, as the database has it; moments and versions of rows aside."""
    ids = [patient.pk for patient in patients]
    found = {}
    for column in sorted(merging.columns()):
        label, name = column.rsplit(".", 1)
        model = apps.get_model(label)
        if model in (PatientMerge, LiveEvent, AuditEntry):
            continue
        rows = model._default_manager.filter(**{f"{name}__in": ids})
        aside = {"version", "updated_at", "moved"}
        found[column] = sorted(
            tuple(sorted((key, str(value)) for key, value in row.items() if key not in aside)) for row in rows.values()
        )
    found["patients"] = [
        {key: value for key, value in row.items() if key != "updated_at"}
        for row in Patient.objects.filter(pk__in=ids).order_by("pk").values()
    ]
    return found


def test_every_column_that_names_a_patient_has_a_rule():
    named = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            refers = isinstance(field, models.ForeignKey) and field.related_model is Patient
            if refers or (
                isinstance(field, models.UUIDField) and ("patient" in field.name or field.name == "sealed_for")
            ):
                named.add(f"{model._meta.label}.{field.name}")

    without_key = {"appointments.TimeClaim.resource", "live.LiveEvent.topic"}
    assert merging.columns() == named | without_key


def test_words_are_sealed_for_what_a_merge_leaves_alone():
    """A column of words under `patient_id` could not be opened after its row followed."""
    subjects = {
        field.subject
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    }

    assert subjects == {"", "words_subject", "kept_id"}


def test_visits_time_and_money_follow(cast, desk, twins):
    ana, anita = twins
    visit = cast.book(anita, cast.at(9), reason="Headache")
    payment = Payment.objects.create(
        organization=cast.organization, appointment=visit, patient=anita, amount=1, currency="USD"
    )

    merge = merged(twins, desk)

    visit = Appointment.objects.get(pk=visit.pk)
    payment.refresh_from_db()
    assert (visit.patient, payment.patient) == (ana, ana)
    assert set(TimeClaim.objects.values_list("resource", flat=True)) == {cast.doctor.pk, ana.pk}
    assert (merge.kept, merge.merged, merge.reason, merge.merged_by) == (ana, anita, "Same document", desk.user_id)
    assert Patient.objects.get(pk=anita.pk).merged_into == ana
    assert AuditEntry.objects.get(action="MERGE_PATIENT").patient_id == ana.pk


def test_words_are_read_before_and_after_and_by_the_api(cast, desk, twins, api):
    ana, anita = twins
    visit = cast.book(anita, cast.at(9), reason="Headache")
    booking.cancel(appointment_id=visit.pk, reason="Feels better", by=cast.patient_actor(anita))

    person = user_of(anita)
    merged(twins, desk)

    visit = Appointment.objects.get(pk=visit.pk)
    step = AppointmentStep.objects.filter(appointment=visit).latest("pk")
    shown = api(person, act_for=ana).get(f"/api/v1/appointments/{visit.pk}").json()
    assert (visit.reason, visit.cancellation_reason, step.reason) == ("Headache", "Feels better", "Feels better")
    assert (shown["reason"], shown["patientId"]) == ("Headache", str(ana.pk))


def test_the_freed_time_of_both_can_be_booked_once(cast, desk, twins):
    ana, anita = twins
    cast.book(anita, cast.at(9))
    merged(twins, desk)

    with pytest.raises(booking.SlotTaken):
        booked(Cast(), desk, ana, cast.at(9))


def test_visits_at_the_same_time_are_told_and_nothing_is_moved(cast, desk, twins):
    ana, anita = twins
    elsewhere = Cast()
    cast.book(anita, cast.at(9))
    visit = elsewhere.book(ana, cast.at(9))

    with pytest.raises(Conflict) as refused:
        merged(twins, desk)

    assert str(visit.doctor) in str(refused.value.message)
    assert merging.refusal(kept_id=ana.pk, merged_id=anita.pk, by=desk) == str(refused.value.message)
    assert not PatientMerge.objects.exists()
    assert Appointment.objects.filter(patient=anita).count() == 1


def test_who_acts_for_the_one_acts_for_both(cast, desk, twins):
    ana, anita = twins
    mother = make_user()
    for patient, verified in ((ana, None), (anita, timezone.now())):
        PatientAccess.objects.create(user=mother, patient=patient, relation="child", verified_at=verified)
    session = make_session(user_of_first(anita), patient_id=anita.pk)

    merged(twins, desk)

    session.refresh_from_db()
    live = PatientAccess.objects.filter(ended_at=None)
    assert set(live.values_list("patient", flat=True)) == {ana.pk, cast.bruno.pk}
    assert live.get(user=mother).verified_at is not None
    assert session.acting_patient_id == ana.pk


def user_of_first(patient):
    return patient.access.order_by("pk").first().user


def test_doctors_who_cared_for_either_care_for_the_kept_one(cast, desk, twins):
    ana, anita = twins
    other = make_doctor(cast.organization)
    for doctor, patient in ((cast.doctor, ana), (cast.doctor, anita), (other, anita)):
        CareRelationship.objects.create(organization=cast.organization, doctor=doctor, patient=patient, because="test")

    merged(twins, desk)

    live = CareRelationship.objects.filter(ended_at=None)
    assert set(live.values_list("doctor", "patient")) == {(cast.doctor.pk, ana.pk), (other.pk, ana.pk)}


def test_documents_and_notices_follow_and_blanks_are_filled(desk, twins):
    ana, anita = twins
    PatientIdentifier.objects.create(patient=anita, country="US", kind="passport", number="X1")
    LiveEvent.objects.create(key="k", topic=topics.patient(anita.pk), event="appointment:new", ids={})

    merged(twins, desk)

    ana.refresh_from_db()
    assert ana.identifiers.get().number == "X1"
    assert LiveEvent.objects.get().topic == topics.patient(ana.pk)
    assert (ana.birth_date, ana.city, ana.first_name) == (date(1980, 5, 1), "Rosario", "Ana")


def test_undoing_brings_everything_back(cast, desk, twins):
    ana, anita = twins
    cast.book(ana, cast.at(10), reason="Knee")
    visit = cast.book(anita, cast.at(9), reason="Headache")
    mother = make_user()
    for patient in twins:
        PatientAccess.objects.create(user=mother, patient=patient, relation="child", verified_at=timezone.now())
        CareRelationship.objects.create(
            organization=cast.organization, doctor=cast.doctor, patient=patient, because="test"
        )
    PatientIdentifier.objects.create(patient=anita, country="US", kind="passport", number="X1")
    before = state_of(*twins)
    merge = merged(twins, desk)
    assert state_of(*twins) != before

    undone = merging.undo(merge_id=merge.pk, by=desk)

    assert state_of(*twins) == before
    assert (undone.undone_by, undone.undone_at is not None) == (desk.user_id, True)
    assert Appointment.objects.get(pk=visit.pk).reason == "Headache"
    assert AuditEntry.objects.filter(action="UNDO_PATIENT_MERGE").count() == 1


def test_what_came_since_stays_with_the_kept_one_and_a_moved_visit_takes_its_new_time_along(cast, desk, twins):
    ana, anita = twins
    old = cast.book(anita, cast.at(9))
    merge = merged(twins, desk)
    new = booked(cast, desk, ana, cast.at(10))
    booking.reschedule(appointment_id=old.pk, starts_at=cast.at(11), reason="", by=desk)

    merging.undo(merge_id=merge.pk, by=desk)

    assert set(Appointment.objects.values_list("pk", "patient")) == {(old.pk, anita.pk), (new.pk, ana.pk)}
    claims = TimeClaim.objects.exclude(resource=cast.doctor.pk)
    assert set(claims.values_list("appointment", "resource")) == {(old.pk, anita.pk), (new.pk, ana.pk)}


def test_a_merge_is_undone_once(desk, twins):
    merge = merged(twins, desk)
    merging.undo(merge_id=merge.pk, by=desk)

    with pytest.raises(NotPossibleNow):
        merging.undo(merge_id=merge.pk, by=desk)


def test_three_who_are_one_come_apart_in_the_other_order(cast, desk, twins):
    ana, anita = twins
    bruno = cast.bruno
    PatientFile.objects.create(organization=cast.organization, patient=bruno, number=3)
    visit = cast.book(anita, cast.at(9), reason="Headache")
    first = merged(twins, desk)
    second = merging.merge(kept_id=bruno.pk, merged_id=ana.pk, by=desk, reason="Same")

    assert merging.now_known_as(anita.pk) == bruno.pk
    assert Appointment.objects.get(pk=visit.pk).reason == "Headache"
    with pytest.raises(NotPossibleNow):
        merging.undo(merge_id=first.pk, by=desk)
    merging.undo(merge_id=second.pk, by=desk)
    assert Appointment.objects.get(pk=visit.pk).patient == ana
    merging.undo(merge_id=first.pk, by=desk)

    visit = Appointment.objects.get(pk=visit.pk)
    assert (visit.patient, visit.sealed_for, visit.reason) == (anita, None, "Headache")


def test_what_a_request_wrote_meanwhile_follows_by_the_sweep_and_comes_back_too(cast, desk, twins):
    ana, anita = twins
    merge = merged(twins, desk)
    late = booked(cast, desk, anita, cast.at(9), reason="Headache")

    swept = [merging.gather_late(), merging.gather_late()]

    assert swept == [1, 0]
    assert Appointment.objects.get(pk=late.pk).patient == ana
    merging.undo(merge_id=merge.pk, by=desk)
    visit = Appointment.objects.get(pk=late.pk)
    assert (visit.patient, visit.reason) == (anita, "Headache")
    assert not PatientMerge.objects.standing().exists()


def test_only_the_desk_of_an_organization_that_knows_both_merges(cast, desk, twins):
    ana, anita = twins
    stranger = make_patient()
    elsewhere = Actor(role=Role.RECEPTIONIST, organization_id=make_organization().pk)
    patient = cast.patient_actor(ana)
    merge = merged(twins, desk)

    for by in (patient, cast.staff_actor(cast.doctor_user), Actor(is_operator=True)):
        with pytest.raises(NotAllowed):
            merging.merge(kept_id=ana.pk, merged_id=anita.pk, by=by, reason="x")
        with pytest.raises(NotAllowed):
            merging.undo(merge_id=merge.pk, by=by)
    with pytest.raises(NotFound):
        merging.merge(kept_id=ana.pk, merged_id=stranger.pk, by=desk, reason="x")
    with pytest.raises(NotFound):
        merging.undo(merge_id=merge.pk, by=elsewhere)


def test_a_patient_whom_another_organization_knows_is_not_merged_away(desk, twins):
    ana, anita = twins
    PatientFile.objects.create(organization=make_organization(), patient=anita, number=1)

    with pytest.raises(NotPossibleNow):
        merged(twins, desk)
    merging.merge(kept_id=anita.pk, merged_id=ana.pk, by=desk, reason="Same document")

    assert Patient.objects.get(pk=ana.pk).merged_into == anita


@pytest.mark.parametrize(("given", "refused"), [({"reason": " "}, Invalid), ({"same": True}, Invalid)])
def test_a_merge_needs_two_and_a_reason(desk, twins, given, refused):
    ana, anita = twins

    with pytest.raises(refused):
        merging.merge(
            kept_id=ana.pk,
            merged_id=ana.pk if given.get("same") else anita.pk,
            by=desk,
            reason=given.get("reason", "Same"),
        )


def test_who_was_merged_is_not_merged_again(desk, twins):
    merged(twins, desk)

    with pytest.raises(NotPossibleNow):
        merged(twins, desk)


def test_warnings_make_the_desk_look_twice(desk, twins):
    ana, anita = twins
    assert merging.warnings(ana, anita) == [
        "Different people sign in for them. Each of them will see everything of both."
    ]

    ana.birth_date = date(1981, 5, 1)
    for patient, number in ((ana, "1"), (anita, "2")):
        PatientIdentifier.objects.create(patient=patient, country="US", kind="passport", number=number)

    assert merging.warnings(ana, anita)[:2] == [
        "Their birth dates differ.",
        "They have different documents of the same kind.",
    ]


def test_the_database_keeps_a_merge_as_it_was(desk, twins):
    merge = merged(twins, desk)

    for change in (
        lambda: PatientMerge.objects.filter(pk=merge.pk).update(moved={}),
        lambda: PatientMerge.objects.filter(pk=merge.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
