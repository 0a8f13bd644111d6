"""Consents: given with the text that was shown, followed at once, taken back at any time, merged with their patient."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from appointments.tests.cast import Cast
from patients import consent_texts, consents, merging
from patients.consents import Asked, Kind
from patients.models import CareRelationship, Consent, PatientFile
from records.models import MedicalRecord
from vitas import testing
from vitas.accounts.models import Language, Role
from vitas.audit.models import AuditEntry
from vitas.common.errors import Conflict, Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return Cast()


@pytest.fixture
def elsewhere():
    """Another organization, with a doctor of its own."""
    return Cast()


def known(patient, *organizations):
    for organization in organizations:
        PatientFile.objects.create(organization=organization, patient=patient, number=testing.number())


def give(cast, patient, kind, *, recipient=None, organization=None, **given):
    house = organization or cast.organization
    asked = Asked(
        patient_id=patient.pk, organization_id=house.pk, kind=kind, recipient_id=recipient.pk if recipient else None
    )
    shown = {"version": consent_texts.VERSION[kind], "language": "en"} | given
    return consents.give(asked, by=cast.patient_actor(patient), **shown)


def record_of(patient, organization):
    return MedicalRecord.objects.create(
        organization=organization, patient=patient, type="visit_note", date=timezone.now().date(), title="Note"
    )


def read_by(cast):
    return set(MedicalRecord.objects.visible_to(cast.staff_actor(cast.doctor_user)))


def cared(cast, patient):
    CareRelationship.objects.create(
        organization=cast.organization, doctor=cast.doctor, patient=patient, because="visit"
    )


@pytest.mark.parametrize("kind", Kind.values)
@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("country", ["AR", "BR", "MX", "US", "CL"])
def test_every_text_is_whole_in_each_language(kind, language, country):
    names = {"organization": "Clínica Uno", "recipient": "Clínica Dos"}

    shown = consent_texts.shown(kind=kind, language=language, country=country, **names)

    assert shown.language == language
    assert "Clínica Uno" in shown.text
    assert ("Clínica Dos" in shown.text) == (kind == Kind.SHARING)
    assert "{" not in shown.text
    assert shown.text.count("\n\n") == (2 if country == "CL" else 3)


def test_given_consent_keeps_the_text_that_was_shown(cast):
    known(cast.ana, cast.organization)

    row = give(cast, cast.ana, Kind.RECORDING)

    assert row.text.startswith(f"I allow {cast.organization.name} to record")
    assert (row.version, row.language) == (consent_texts.VERSION["recording"], "en")
    assert row.given_by == testing.user_of(cast.ana).pk
    entry = AuditEntry.objects.get(action="GIVE_CONSENT")
    assert (entry.category, entry.patient_id, entry.resource_id) == ("consent", cast.ana.pk, row.pk)


def test_allows_says_what_stands_at_this_moment(cast):
    known(cast.ana, cast.organization)
    said = (cast.ana.pk, cast.organization.pk)

    before = consents.allows(*said, Kind.RECORDING)
    row = give(cast, cast.ana, Kind.RECORDING)
    given = consents.allows(*said, Kind.RECORDING), consents.allows(*said, Kind.MESSAGES)
    consents.revoke(consent_id=row.pk, by=cast.patient_actor(cast.ana))

    assert (before, given, consents.allows(*said, Kind.RECORDING)) == (False, (True, False), False)


def test_second_click_changes_nothing(cast):
    known(cast.ana, cast.organization)
    by = cast.patient_actor(cast.ana)

    rows = [give(cast, cast.ana, Kind.MESSAGES) for _ in range(2)]
    ends = [consents.revoke(consent_id=rows[0].pk, by=by).revoked_at for _ in range(2)]

    assert rows[0] == rows[1]
    assert ends[0] == ends[1]
    actions = AuditEntry.objects.filter(category="consent").values_list("action", flat=True)
    assert sorted(actions) == ["GIVE_CONSENT", "REVOKE_CONSENT"]


def test_newer_text_takes_the_place_of_the_older_one(cast, monkeypatch):
    known(cast.ana, cast.organization)
    old = give(cast, cast.ana, Kind.RESEARCH)

    monkeypatch.setitem(consent_texts.VERSION, Kind.RESEARCH, "2030-01")
    new = give(cast, cast.ana, Kind.RESEARCH)

    old.refresh_from_db()
    assert old.revoked_at is not None
    assert list(Consent.objects.live()) == [new]


def test_text_that_changed_meanwhile_is_shown_again(cast):
    known(cast.ana, cast.organization)

    with pytest.raises(Conflict):
        give(cast, cast.ana, Kind.RESEARCH, version="2019-01")

    assert not Consent.objects.exists()


def test_only_who_acts_for_the_patient_gives_and_takes_back(cast):
    known(cast.ana, cast.organization)
    row = give(cast, cast.ana, Kind.MESSAGES)
    asked = Asked(patient_id=cast.ana.pk, organization_id=cast.organization.pk, kind=Kind.RESEARCH)
    shown = {"version": consent_texts.VERSION["research"], "language": "en"}
    staff = [cast.staff_actor(cast.staff(role)) for role in (Role.RECEPTIONIST, Role.ADMIN, Role.NURSE)]

    for by in [cast.patient_actor(cast.bruno), cast.staff_actor(cast.doctor_user), *staff]:
        with pytest.raises(NotAllowed):
            consents.give(asked, by=by, **shown)
        with pytest.raises((NotAllowed, NotFound)):
            consents.revoke(consent_id=row.pk, by=by)

    assert list(Consent.objects.live()) == [row]


def test_guardian_gives_for_a_child_until_the_access_ends(cast):
    known(cast.ana, cast.organization)
    guardian = cast.patient_actor(cast.bruno)
    child = testing.make_patient(user=testing.user_of(cast.bruno), first_name="Child")
    known(child, cast.organization)
    asked = Asked(patient_id=child.pk, organization_id=cast.organization.pk, kind=Kind.MESSAGES)
    shown = {"version": consent_texts.VERSION["messages"], "language": "en"}

    row = consents.give(asked, by=guardian, **shown)
    child.access.update(ended_at=timezone.now())

    with pytest.raises(NotFound):
        consents.revoke(consent_id=row.pk, by=guardian)


def test_organization_that_does_not_know_the_patient_is_given_nothing(cast, elsewhere):
    known(cast.ana, cast.organization)

    with pytest.raises(NotFound):
        give(cast, cast.ana, Kind.MESSAGES, organization=elsewhere.organization)
    with pytest.raises(NotFound):
        give(cast, cast.ana, Kind.SHARING, recipient=elsewhere.organization)


def test_sharing_names_another_organization_and_nothing_else_does(cast, elsewhere):
    known(cast.ana, cast.organization, elsewhere.organization)

    for kind, recipient in [
        (Kind.SHARING, None),
        (Kind.SHARING, cast.organization),
        (Kind.RECORDING, elsewhere.organization),
    ]:
        with pytest.raises(Invalid):
            give(cast, cast.ana, kind, recipient=recipient)


def test_sharing_opens_and_closes_records_at_once(cast, elsewhere):
    known(cast.ana, cast.organization, elsewhere.organization)
    cared(elsewhere, cast.ana)
    record = record_of(cast.ana, cast.organization)

    before = read_by(elsewhere)
    row = give(cast, cast.ana, Kind.SHARING, recipient=elsewhere.organization)
    shared = read_by(elsewhere)
    consents.revoke(consent_id=row.pk, by=cast.patient_actor(cast.ana))

    assert (before, shared, read_by(elsewhere)) == (set(), {record}, set())


def test_sharing_goes_one_way_and_only_to_those_who_care(cast, elsewhere):
    known(cast.ana, cast.organization, elsewhere.organization)
    cared(cast, cast.ana)
    theirs = record_of(cast.ana, elsewhere.organization)
    record_of(cast.ana, cast.organization)

    give(cast, cast.ana, Kind.SHARING, recipient=elsewhere.organization)

    assert read_by(elsewhere) == set()
    assert theirs not in read_by(cast)


def test_staff_see_the_consents_that_concern_their_organization(cast, elsewhere):
    third = testing.make_organization()
    known(cast.ana, cast.organization, elsewhere.organization, third)
    sharing = give(cast, cast.ana, Kind.SHARING, recipient=elsewhere.organization)
    recording = give(cast, cast.ana, Kind.RECORDING)
    give(cast, cast.ana, Kind.RECORDING, organization=third)

    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))
    their_desk = elsewhere.staff_actor(elsewhere.staff(Role.RECEPTIONIST))

    assert set(Consent.objects.visible_to(desk)) == {sharing, recording}
    assert set(Consent.objects.visible_to(their_desk)) == {sharing}


# Merging


@pytest.fixture
def twins(cast):
    """Ana (kept) and Anita, the same person."""
    anita = testing.make_patient(first_name="Anita")
    known(cast.ana, cast.organization)
    known(anita, cast.organization)
    return cast.ana, anita


def merge(cast, twins):
    kept, merged = twins
    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))
    return merging.merge(kept_id=kept.pk, merged_id=merged.pk, by=desk, reason="Same document"), desk


def state():
    return sorted(Consent.objects.values_list("pk", "patient_id", "revoked_at", "revoked_by"))


def test_merged_consents_follow_and_come_back(cast, twins):
    ana, anita = twins
    give(cast, ana, Kind.RECORDING)
    give(cast, anita, Kind.MESSAGES)
    before = state()

    row, desk = merge(cast, twins)
    stands = {(each.patient_id, each.kind) for each in Consent.objects.live()}
    merging.undo(merge_id=row.pk, by=desk)

    assert stands == {(ana.pk, "recording"), (ana.pk, "messages")}
    assert state() == before


def test_what_both_allowed_stands_once_and_comes_back(cast, twins):
    ana, anita = twins
    give(cast, ana, Kind.RECORDING)
    newer = give(cast, anita, Kind.RECORDING)
    before = state()

    row, desk = merge(cast, twins)
    live = list(Consent.objects.live())
    merging.undo(merge_id=row.pk, by=desk)

    assert live == [newer]
    assert state() == before


def test_consent_taken_back_later_is_not_given_again_by_a_merge(cast, twins):
    ana, anita = twins
    with time_machine.travel(timezone.now() - timedelta(days=30)):
        give(cast, ana, Kind.RECORDING)
    consents.revoke(consent_id=give(cast, anita, Kind.RECORDING).pk, by=cast.patient_actor(anita))
    before = state()

    row, desk = merge(cast, twins)
    live = list(Consent.objects.live())
    merging.undo(merge_id=row.pk, by=desk)

    assert live == []
    assert state() == before


def test_late_sweep_finds_nothing_more_to_do(cast, twins):
    give(cast, twins[0], Kind.RECORDING)
    give(cast, twins[1], Kind.RECORDING)
    merge(cast, twins)

    assert merging.gather_late() == 0
