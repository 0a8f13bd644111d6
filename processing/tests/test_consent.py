"""The doctor writes down what the patient said in the room, and nothing else of theirs."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from patients import consents
from patients.models import Consent
from processing.tests.ward import Ward
from vitas import testing
from vitas.common.acting import acting_as
from vitas.common.errors import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return Ward()


def hear(ward, **given):
    asked = {"patient_id": ward.ana.pk, "organization": ward.organization, "language": "es", "by": ward.dr}
    with acting_as(ward.dr):
        return consents.hear_recording(**(asked | given))


def test_what_was_heard_is_kept_with_its_text_once(ward):
    made, again = hear(ward), hear(ward)

    assert made == again
    assert (made.language, made.in_person, made.given_by) == ("es", True, ward.doctor_user.pk)
    assert ward.organization.name in made.text


def test_patients_own_consent_stands_over_the_doctors_word(ward):
    asked = consents.Asked(patient_id=ward.ana.pk, organization_id=ward.organization.pk, kind="recording")
    text = consents.text_of(asked, language="en", by=ward.me)
    own = consents.give(asked, version=text.version, language="en", by=ward.me)

    assert hear(ward) == own


def test_where_it_stands(ward):
    before = consents.recording_of(ward.ana.pk, ward.organization.pk)
    made = hear(ward)
    given = consents.recording_of(ward.ana.pk, ward.organization.pk)
    consents.revoke(consent_id=made.pk, by=ward.me)
    after = consents.recording_of(ward.ana.pk, ward.organization.pk)

    assert before == consents.Standing(None, None)
    assert given == consents.Standing(made, None)
    assert after == consents.Standing(None, made)


def test_nobody_but_a_doctor_hears(ward):
    with pytest.raises(NotAllowed):
        hear(ward, by=ward.nurse())
    with pytest.raises(NotAllowed):
        hear(ward, by=ward.me)
    with pytest.raises(NotAllowed):
        hear(ward, organization=testing.make_organization())


@pytest.mark.parametrize(
    "given", [{"kind": "research"}, {"in_person": False}, {"given_by": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d22"}]
)
def test_database_takes_no_other_consent_from_a_doctor(ward, given):
    row = {
        "patient": ward.ana,
        "organization": ward.organization,
        "kind": "recording",
        "version": "1",
        "language": "en",
        "text": "Yes.",
        "given_by": ward.doctor_user.pk,
        "in_person": True,
    }
    with acting_as(ward.dr), pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.create(**(row | given))


def test_database_takes_none_for_who_is_not_in_care(ward):
    with acting_as(ward.dr), pytest.raises(DatabaseError), transaction.atomic():
        consents.hear_recording(patient_id=ward.bruno.pk, organization=ward.organization, language="en", by=ward.dr)


def test_how_it_was_given_stays_as_it_was_written(ward):
    made = hear(ward)

    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(pk=made.pk).update(in_person=False)
    Consent.objects.filter(pk=made.pk).update(revoked_at=timezone.now())
