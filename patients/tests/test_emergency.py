"""Emergency access: who may, for how long, who hears of it, and who closes it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from appointments.tests.cast import Cast
from patients import emergency, emergency_finding, notices
from patients.models import BreakGlass, CareRelationship, Patient, PatientFile, PatientIdentifier
from records.models import MedicalRecord
from vitas import testing
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common import events
from vitas.common.errors import Invalid, NotAllowed, NotFound, NotPossibleNow
from vitas.live import news
from vitas.messaging.models import OutboxMessage

pytestmark = pytest.mark.django_db

WHY = "Brought in unconscious, nobody knows the medicines"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def cast():
    cast = Cast()
    cast.ana.last_name = "Gómez"
    cast.ana.save()
    PatientFile.objects.create(organization=cast.organization, patient=cast.ana, number=17)
    return cast


@pytest.fixture
def doctor(cast):
    return cast.staff_actor(cast.doctor_user)


@pytest.fixture
def admin(cast):
    return cast.staff_actor(cast.staff(Role.ADMIN))


def broken(cast, by, **given):
    return emergency.break_glass(**({"patient_id": cast.ana.pk, "reason": WHY, "by": by} | given))


def ended(cast, by):
    return emergency.end_early(id=broken(cast, by).pk, by=by)


def seen(actor):
    return set(Patient.objects.visible_to(actor))


def told(actor):
    return [line.said.sentence for line in news.told(actor, list(news.of(actor)))]


def test_patient_and_records_are_open_for_an_hour(cast, doctor):
    record = MedicalRecord.objects.create(
        organization=cast.organization, patient=cast.ana, type="visit_note", date=timezone.now().date(), title="Note"
    )
    records = MedicalRecord.objects.visible_to(doctor)
    before = (seen(doctor), set(records.all()))

    row = broken(cast, doctor)
    within = (seen(doctor), set(MedicalRecord.objects.visible_to(doctor)))
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        after = (seen(doctor), set(MedicalRecord.objects.visible_to(doctor)))

    assert before == (set(), set())
    assert within == ({cast.ana}, {record})
    assert after == (set(), set())
    assert row.ends_at - row.opened_at == timedelta(hours=1)
    entry = AuditEntry.objects.get(action="BREAK_GLASS")
    assert (entry.category, entry.patient_id, entry.resource_id) == ("break_glass", cast.ana.pk, row.pk)
    assert WHY not in str(entry.details)


def test_again_within_the_hour_is_the_same_one(cast, doctor):
    first, second = broken(cast, doctor), broken(cast, doctor, reason="Another reason of some length")

    assert first == second
    assert BreakGlass.objects.count() == 1
    assert AuditEntry.objects.filter(action="BREAK_GLASS").count() == 1


def test_another_hour_is_another_one(cast, doctor):
    first = broken(cast, doctor)
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        second = broken(cast, doctor)

    assert first != second


@pytest.mark.parametrize("reason", ["", "   ", "too short", "1234567890123", "… … … … … …", "a" * 501])
def test_reason_of_ten_letters_is_needed(cast, doctor, reason):
    with pytest.raises(Invalid) as refused:
        broken(cast, doctor, reason=reason)

    assert [problem.field for problem in refused.value.problems] == ["reason"]


@pytest.mark.parametrize("role", [Role.NURSE, Role.RECEPTIONIST, Role.ADMIN])
def test_only_doctors_may(cast, role):
    with pytest.raises(NotAllowed):
        broken(cast, cast.staff_actor(cast.staff(role)))
    with pytest.raises(NotAllowed):
        broken(cast, cast.patient_actor(cast.bruno))


def test_patient_of_another_organization_is_not_found(cast, doctor):
    with pytest.raises(NotFound):
        broken(cast, doctor, patient_id=cast.bruno.pk)


def test_patient_in_care_needs_no_emergency(cast, doctor):
    CareRelationship.objects.create(
        organization=cast.organization, doctor=cast.doctor, patient=cast.ana, because="visit"
    )

    with pytest.raises(NotPossibleNow):
        broken(cast, doctor)


def test_doctor_ends_it_early_and_sees_nothing_more(cast, doctor):
    row = broken(cast, doctor)

    ends = [emergency.end_early(id=row.pk, by=doctor).ends_at for _ in range(2)]

    assert seen(doctor) == set()
    assert ends[0] == ends[1]
    assert AuditEntry.objects.filter(action="END_BREAK_GLASS").count() == 1


def test_another_doctor_neither_ends_nor_sees_it(cast, doctor):
    row = broken(cast, doctor)
    colleague = Cast(place=testing.make_place(cast.clinic))
    other = colleague.staff_actor(colleague.doctor_user)

    with pytest.raises(NotFound):
        emergency.end_early(id=row.pk, by=other)

    assert seen(other) == set()


# Who hears of it


def test_patient_is_told_at_once_on_the_page_and_by_a_message(cast, doctor):
    broken(cast, doctor)
    events.deliver_due()

    assert told(cast.patient_actor(cast.ana)) == ["A doctor opened your file in an emergency."]
    message = OutboxMessage.objects.get(template="emergency_opened")
    assert message.address == cast.ana.phone
    assert cast.organization.name in str(message.variables)
    assert WHY not in str(message.variables)


def test_message_about_a_child_goes_to_who_acts_for_it(cast, doctor):
    guardian = testing.user_of(cast.bruno)
    child = testing.make_patient(user=guardian, phone="+16175559999", first_name="Child")
    Patient.objects.filter(pk=child.pk).update(phone="")
    PatientFile.objects.create(organization=cast.organization, patient=child, number=18)

    broken(cast, doctor, patient_id=child.pk)
    events.deliver_due()

    assert OutboxMessage.objects.get(template="emergency_opened").address == guardian.phone


def test_administrators_hear_of_it_and_receptionists_do_not(cast, doctor, admin):
    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))

    broken(cast, doctor)
    events.deliver_due()

    assert told(admin) == [f"Emergency access to review: {cast.ana.full_name}"]
    assert told(desk) == []


def test_overdue_reviews_are_told_once_a_day_until_they_are_done(cast, doctor, admin):
    row = ended(cast, doctor)
    early = notices.remind_of_reviews()

    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=False):
        counts = [notices.remind_of_reviews() for _ in range(2)]
        reminded = told(admin)
        emergency.review(id=row.pk, verdict="justified", note="", by=admin)
        after = (notices.remind_of_reviews(), told(admin))

    assert early == 0
    assert counts == [1, 1]
    assert reminded == [f"Emergency access to review: {cast.ana.full_name}"]
    assert after == (0, [])


def test_verdict_is_told_to_the_patient_and_the_doctor(cast, doctor, admin):
    row = ended(cast, doctor)
    emergency.review(id=row.pk, verdict="not_justified", note="No emergency on that day", by=admin)
    events.deliver_due()

    assert told(doctor) == ["Your emergency access was reviewed: it was not justified."]
    assert told(cast.patient_actor(cast.ana))[0] == (
        "The emergency access to your file was reviewed: it was not justified."
    )


# The review


def test_review_closes_it_once(cast, doctor, admin):
    row = ended(cast, doctor)

    emergency.review(id=row.pk, verdict="justified", note=" Seen with the ambulance's sheet ", by=admin)

    row.refresh_from_db()
    assert (row.verdict, row.review, row.reviewed_by) == (
        "justified",
        "Seen with the ambulance's sheet",
        admin.user_id,
    )
    with pytest.raises(NotPossibleNow):
        emergency.review(id=row.pk, verdict="not_justified", note="Other", by=admin)


def test_review_waits_until_it_is_over(cast, doctor, admin):
    row = broken(cast, doctor)

    with pytest.raises(NotPossibleNow):
        emergency.review(id=row.pk, verdict="justified", note="", by=admin)


@pytest.mark.parametrize(("verdict", "note"), [("not_justified", " "), ("", "x"), ("perhaps", "x")])
def test_review_says_what_and_why(cast, doctor, admin, verdict, note):
    row = ended(cast, doctor)

    with pytest.raises(Invalid):
        emergency.review(id=row.pk, verdict=verdict, note=note, by=admin)


def test_nobody_reviews_themselves(cast, doctor):
    row = ended(cast, doctor)
    cast.doctor_user.memberships.update(role=Role.ADMIN)
    also_admin = cast.staff_actor(cast.doctor_user)

    with pytest.raises(NotAllowed):
        emergency.review(id=row.pk, verdict="justified", note="", by=also_admin)


def test_administrators_of_other_organizations_do_not_find_it(cast, doctor):
    row = ended(cast, doctor)
    elsewhere = Cast()

    with pytest.raises(NotFound):
        emergency.review(id=row.pk, verdict="justified", note="", by=elsewhere.staff_actor(elsewhere.staff(Role.ADMIN)))


def test_reviewer_reads_what_was_done_and_no_more(cast, doctor):
    browser = testing.browser(cast.doctor_user)
    row = broken(cast, doctor)
    for _ in range(2):
        assert browser.get(f"/doctor/patients/{cast.ana.pk}").status_code == 200
    emergency.end_early(id=row.pk, by=doctor)
    row.refresh_from_db()

    assert [(each.what, each.times) for each in emergency.used(row) if "file" in each.what] == [("opened your file", 2)]


# Finding


@pytest.mark.parametrize("typed", ["17", "12.345.678", "12345678", "Ana {last}", "an {begins}", "{phone}"])
def test_patient_is_found_by_a_whole_number_or_two_words(cast, doctor, typed):
    PatientIdentifier.objects.create(patient=cast.ana, country="AR", kind="dni", number="12.345.678")
    words = {"last": cast.ana.last_name, "begins": cast.ana.last_name[:3], "phone": cast.ana.phone}

    found = emergency_finding.find(doctor, typed.format(**words))

    assert [(row.pk, row.number_here, row.seen_already) for row in found] == [(cast.ana.pk, 17, False)]
    entry = AuditEntry.objects.get(action="FIND_PATIENT")
    assert (entry.category, entry.patient_id) == ("break_glass", cast.ana.pk)


@pytest.mark.parametrize("typed", ["", "Ana", "1234", "345678", "5555", "Bruno Silva"])
def test_less_finds_nobody_and_other_organizations_patients_are_never_found(cast, doctor, typed):
    PatientIdentifier.objects.create(patient=cast.ana, country="AR", kind="dni", number="12.345.678")

    assert emergency_finding.find(doctor, typed) == []


def test_who_is_in_care_is_marked(cast, doctor):
    CareRelationship.objects.create(
        organization=cast.organization, doctor=cast.doctor, patient=cast.ana, because="visit"
    )

    assert [row.seen_already for row in emergency_finding.find(doctor, "17")] == [True]
