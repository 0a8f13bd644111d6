"""Row-level security: under which tables it stands, whom it lets through, and that nobody acts by another's name."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction
from django.utils import timezone
from psycopg import IsolationLevel

from appointments.models import Appointment, AppointmentStep
from appointments.payments.models import Payment
from appointments.tests.cast import Cast
from clinic.models import StaffPlace
from patients.models import BreakGlass, CareRelationship, Consent, PatientFile
from records.models import (
    Addendum,
    AllergyIntolerance,
    Attachment,
    Condition,
    MedicalRecord,
    MedicationRequest,
    Observation,
    RecordImport,
    RecordOpened,
)
from vitas import testing
from vitas.accounts.actor import NOBODY, OPERATIONS, PAYMENTS, RECORDS, Actor
from vitas.accounts.models import Role
from vitas.common.acting import acting_as, acting_as_system
from vitas.common.postgres.base import DatabaseWrapper
from vitas.messaging import outbox
from vitas.messaging.models import OutboxMessage

WALLED = {
    "appointments_appointment",
    "appointments_appointmentstep",
    "appointments_calendarfeed",
    "messaging_outboxmessage",
    "notes_diagnosis",
    "notes_note",
    "notes_notesave",
    "notes_noteversion",
    "operations_forgetting",
    "operations_legalhold",
    "patients_breakglass",
    "patients_consent",
    "patients_patientmerge",
    "payments_gatewaypayment",
    "payments_ledgerentry",
    "payments_payment",
    "payments_paymentaccount",
    "payments_refund",
    "payments_webhookdelivery",
    "processing_notice",
    "processing_polled",
    "processing_processingrun",
    "processing_recording",
    "processing_recordingpiece",
    "processing_transcript",
    "records_addendum",
    "records_allergyintolerance",
    "records_attachment",
    "records_condition",
    "records_medicalrecord",
    "records_medicationrequest",
    "records_observation",
    "records_recordimport",
    "records_recordopened",
}


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


@pytest.fixture
def away(db: None) -> Cast:
    """Another organization at work, with patients of its own."""
    return Cast()


def care(cast: Cast, patient: Any) -> None:
    PatientFile.objects.get_or_create(
        organization=cast.organization, patient=patient, defaults={"number": testing.number()}
    )
    CareRelationship.objects.create(
        organization=cast.organization, doctor=cast.doctor, patient=patient, because="appointment"
    )


def record_of(cast: Cast, patient: Any, **given: Any) -> MedicalRecord:
    fields = {"type": "lab_result", "date": timezone.now().date(), "title": "Blood", "doctor": cast.doctor}
    return MedicalRecord.objects.create(organization=cast.organization, patient=patient, **(fields | given))


def doctor_of(cast: Cast) -> Actor:
    return cast.staff_actor(cast.doctor_user)


def operator() -> Actor:
    return Actor(user_id=testing.make_user(is_operator=True).pk, is_operator=True)


def everything_of(cast: Cast) -> None:
    """A row in every walled table that a visit and a record can fill."""
    visit = cast.book(cast.ana, cast.at(9))
    care(cast, cast.ana)
    Payment.objects.create(
        organization=cast.organization, appointment=visit, patient=cast.ana, amount=1, currency="USD"
    )
    record = record_of(cast, cast.ana)
    whose = {"organization": cast.organization, "patient": cast.ana}
    now = timezone.now()
    Observation.objects.create(**whose, record=record, observed_at=now, words={"display": "Glucose", "value": "90"})
    MedicationRequest.objects.create(**whose, record=record, starts_on=now.date(), words={"display": "Aspirin"})
    Condition.objects.create(**whose, words={"display": "Asthma"})
    AllergyIntolerance.objects.create(**whose, words={"display": "Penicillin"})
    Addendum.objects.create(record=record, text="More", written_by=cast.doctor_user.pk)
    Attachment.objects.create(
        record=record, file_name="a.pdf", file_type="application/pdf", file_size=1, key=str(record.pk)
    )
    RecordOpened.objects.create(record=record, user_id=testing.user_of(cast.ana).pk)
    RecordImport.objects.create(organization=cast.organization, kind="fhir", sha256="0" * 64)
    Consent.objects.create(
        **whose, kind="recording", version="1", language="en", text="Yes", given_by=testing.user_of(cast.ana).pk
    )
    BreakGlass.objects.create(
        **whose,
        doctor=cast.doctor,
        user_id=cast.doctor_user.pk,
        reason="An emergency",
        ends_at=now + timedelta(hours=1),
    )
    outbox.put(
        key=str(visit.pk),
        address=cast.ana.phone,
        template="sign_in_code",
        language="en",
        variables={"code": "123456"},
        organization_id=cast.organization.pk,
    )


SEEN = [
    Appointment, AppointmentStep, Payment, OutboxMessage, MedicalRecord, Observation, MedicationRequest, Condition,
    AllergyIntolerance, Addendum, Attachment, RecordOpened, Consent, BreakGlass,
]  # fmt: skip


def seen_by(actor: Actor) -> dict[str, int]:
    """How many rows a query without any filter finds, for each model that finds some."""
    with acting_as(actor):
        counts = {model.__name__: model._default_manager.count() for model in SEEN}
    return {name: count for name, count in counts.items() if count}


def test_walls_stand_under_these_tables(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        found = {row[0] for row in cursor.fetchall()}

    assert found == WALLED


def test_application_cannot_pass_by(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        rights = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        owned = cursor.fetchone()

    assert (rights, owned) == ((False, False), (0,))


def test_connection_without_an_actor_sees_nothing(cast):
    everything_of(cast)

    assert seen_by(NOBODY) == {}
    assert len(seen_by(OPERATIONS)) == len(SEEN)


def test_query_that_forgets_its_filter_finds_ones_own(cast, away):
    everything_of(cast)
    everything_of(away)

    clinical = {
        "Appointment": 1, "AppointmentStep": 1, "MedicalRecord": 1, "Observation": 1, "MedicationRequest": 1,
        "Condition": 1, "AllergyIntolerance": 1, "Addendum": 1, "Attachment": 1, "RecordOpened": 1, "Consent": 1,
    }  # fmt: skip
    assert seen_by(cast.patient_actor(cast.ana)) == clinical | {"BreakGlass": 1, "Payment": 1, "OutboxMessage": 1}
    assert seen_by(doctor_of(cast)) == clinical | {"BreakGlass": 1, "Payment": 1}
    assert seen_by(cast.patient_actor(cast.bruno)) == {}


def test_desk_and_administrator_see_no_clinical_word_and_the_operator_less(cast, away):
    everything_of(cast)
    everything_of(away)

    desk = {"Appointment": 1, "AppointmentStep": 1, "Payment": 1, "OutboxMessage": 1, "Consent": 1}
    assert seen_by(cast.staff_actor(cast.staff(Role.RECEPTIONIST))) == desk
    assert seen_by(cast.staff_actor(cast.staff(Role.ADMIN))) == desk | {"BreakGlass": 1}
    assert seen_by(operator()) == {"OutboxMessage": 2}


def test_nurse_sees_clinical_rows_of_whom_her_clinic_sees_today(cast):
    everything_of(cast)
    nurse = cast.staff_actor(cast.staff(Role.NURSE))
    before = seen_by(nurse).get("MedicalRecord")

    Appointment.objects.update(starts_at=timezone.now(), ends_at=timezone.now() + timedelta(minutes=30))
    today = seen_by(nurse).get("MedicalRecord")
    StaffPlace.objects.all().delete()
    elsewhere = seen_by(nurse).get("MedicalRecord")

    assert (before, today, elsewhere) == (None, 1, None)


def test_emergency_access_ends_after_its_hour(cast):
    record_of(cast, cast.ana)
    record_of(cast, cast.bruno)
    doctor = doctor_of(cast)
    now = timezone.now()
    fields = {
        "organization": cast.organization,
        "doctor": cast.doctor,
        "user_id": doctor.user_id,
        "reason": "An accident",
    }

    before = now - timedelta(hours=2)
    BreakGlass.objects.create(**fields, patient=cast.bruno, opened_at=before, ends_at=now - timedelta(hours=1))
    over = seen_by(doctor).get("MedicalRecord")
    BreakGlass.objects.create(**fields, patient=cast.ana, ends_at=now + timedelta(hours=1))
    opened = seen_by(doctor).get("MedicalRecord")

    assert (over, opened) == (None, 1)


def test_reason_of_an_emergency_and_text_of_a_consent_stay_as_they_were(cast):
    everything_of(cast)

    with pytest.raises(IntegrityError, match="stays as it was written"), transaction.atomic():
        BreakGlass.objects.update(reason=b"")
    with pytest.raises(IntegrityError, match="stays as it was written"), transaction.atomic():
        Consent.objects.update(text="Something else")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Consent.objects.all().delete()


def test_sharing_follows_the_consent_at_once(cast, away):
    record_of(away, cast.ana)
    care(cast, cast.ana)
    doctor = doctor_of(cast)
    fields = {"patient": cast.ana, "organization": away.organization, "recipient": cast.organization}
    user_id = testing.user_of(cast.ana).pk

    alone = seen_by(doctor).get("MedicalRecord")
    consent = Consent.objects.create(
        **fields, kind="sharing", version="1", language="en", text="Share", given_by=user_id
    )
    shared = seen_by(doctor).get("MedicalRecord")
    Consent.objects.filter(pk=consent.pk).update(revoked_at=timezone.now(), revoked_by=user_id)
    revoked = seen_by(doctor).get("MedicalRecord")

    assert (alone, shared, revoked) == (None, 1, None)


def test_access_that_ended_or_was_never_proven_opens_nothing(cast):
    everything_of(cast)
    actor = cast.patient_actor(cast.ana)

    cast.ana.access.update(verified_at=None)
    unproven = seen_by(actor)
    cast.ana.access.update(verified_at=timezone.now(), ended_at=timezone.now())
    ended = seen_by(actor)

    assert (unproven, ended) == ({"OutboxMessage": 1}, {"OutboxMessage": 1})  # what was sent to their own phone


@pytest.mark.parametrize("who", ["receptionist", "admin", "patient", "other doctor"])
def test_clinical_rows_are_written_by_those_who_care(cast, away, who):
    care(cast, cast.ana)
    actor = {
        "receptionist": lambda: cast.staff_actor(cast.staff(Role.RECEPTIONIST)),
        "admin": lambda: cast.staff_actor(cast.staff(Role.ADMIN)),
        "patient": lambda: cast.patient_actor(cast.ana),
        "other doctor": lambda: doctor_of(away),
    }[who]()

    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), acting_as(actor):
        record_of(cast, cast.ana)


def test_row_is_not_moved_into_another_organization(cast, away):
    everything_of(cast)
    care(away, cast.ana)

    with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic(), acting_as(doctor_of(cast)):
        Condition.objects.update(organization=away.organization)


def test_system_actor_has_its_own_tables_and_no_others(cast):
    everything_of(cast)

    assert set(seen_by(PAYMENTS)) == {"Appointment", "AppointmentStep", "Payment"}
    assert {"OutboxMessage", "Payment"} & set(seen_by(RECORDS)) == set()
    assert seen_by(Actor(system="messaging")) == {"OutboxMessage": 1}
    assert seen_by(Actor(system="live")) == {}


def test_rollback_does_not_bring_another_person_back(cast):
    """`set_config` within a transaction is undone with it: who acts must be told anew."""
    record_of(cast, cast.ana)
    care(cast, cast.ana)

    with acting_as(NOBODY), transaction.atomic():
        MedicalRecord.objects.count()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            with acting_as(OPERATIONS):
                assert MedicalRecord.objects.count() == 1
            raise ZeroDivisionError
        after_savepoint = MedicalRecord.objects.count()

    assert after_savepoint == 0


def test_failed_statement_leaves_its_transaction_in_order(cast):
    """The actor changes between the failure and the rollback to the savepoint: nothing may be sent in between."""
    record = record_of(cast, cast.ana)

    with pytest.raises(IntegrityError), transaction.atomic(), acting_as_system("records"):
        RecordOpened.objects.create(record=record, user_id=cast.doctor_user.pk)
        RecordOpened.objects.create(record=record, user_id=cast.doctor_user.pk)

    assert RecordOpened.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_each_thread_and_connection_is_told_for_itself():
    cast = Cast()
    record_of(cast, cast.ana)
    care(cast, cast.ana)
    actors = [doctor_of(cast), NOBODY, cast.patient_actor(cast.ana), cast.patient_actor(cast.bruno)] * 5

    def count(actor: Actor) -> int:
        try:
            with acting_as(actor):
                return MedicalRecord.objects.count()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(count, actors)) == [1, 0, 1, 0] * 5


@pytest.mark.django_db(transaction=True)
def test_real_rollback_is_followed_by_telling_anew():
    cast = Cast()
    record_of(cast, cast.ana)

    with acting_as(OPERATIONS):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            with acting_as(NOBODY):
                assert MedicalRecord.objects.count() == 0
            raise ZeroDivisionError
        assert MedicalRecord.objects.count() == 1
    with acting_as(NOBODY):
        assert MedicalRecord.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_plain_connection_of_the_application_sees_nothing():
    """Somebody with the application's password and a console, in a database that holds rows."""
    everything_of(Cast())
    given = connection.get_connection_params()
    given.pop("cursor_factory", None), given.pop("prepare_threshold", None), given.pop("context", None)

    with psycopg.connect(**given) as plain:
        plain.isolation_level = IsolationLevel.READ_COMMITTED
        rows = [plain.execute(f"SELECT count(*) FROM {table}").fetchone() for table in sorted(WALLED)]

    assert rows == [(0,)] * len(WALLED)


@pytest.mark.django_db(transaction=True)
def test_pooled_connection_forgets_who_acted():
    cast = Cast()
    record_of(cast, cast.ana)
    pool = {"pool": {"min_size": 1, "max_size": 1, "timeout": 4}}
    settings = connection.settings_dict | {"OPTIONS": connection.settings_dict["OPTIONS"] | pool, "CONN_MAX_AGE": 0}
    pooled = connections["pooled"] = DatabaseWrapper(settings, "pooled")

    def ask(actor: Actor) -> tuple[int, int]:
        with acting_as(actor), pooled.cursor() as cursor:
            cursor.execute("SELECT count(*), pg_backend_pid() FROM records_medicalrecord")
            found: tuple[int, int] = cursor.fetchone()
        pooled.close()
        return found

    try:
        (one, first), (none, second) = ask(OPERATIONS), ask(NOBODY)
    finally:
        pooled.close_pool()
        del connections["pooled"]

    assert (one, none, first) == (1, 0, second)
