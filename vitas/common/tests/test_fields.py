from typing import Any

import pytest
from django.db import connection

from vitas.accounts.models import OneTimeCode
from vitas.common import crypto
from vitas.common.ids import new_id
from vitas.messaging.models import OutboxMessage

pytestmark = pytest.mark.django_db


def make_code(**given: Any) -> OneTimeCode:
    from datetime import timedelta

    from django.utils import timezone

    fields = {"phone": "+5511999999999", "code_hash": "x", "expires_at": timezone.now() + timedelta(minutes=5)}
    return OneTimeCode.objects.create(**(fields | given))


def stored(code: OneTimeCode) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT patient_name FROM accounts_onetimecode WHERE id = %s", [code.pk])
        return bytes(cursor.fetchone()[0])


def test_text_comes_back_and_is_sealed_in_the_database() -> None:
    code = make_code(patient_name="João")

    assert OneTimeCode.objects.get(pk=code.pk).patient_name == "João"
    assert "João".encode() not in stored(code)


def test_empty_text_needs_no_key() -> None:
    code = make_code()

    assert OneTimeCode.objects.get(pk=code.pk).patient_name == ""
    assert stored(code) == b""


def test_a_deferred_text_is_loaded_when_it_is_read(django_assert_num_queries: Any) -> None:
    make_code(patient_name="Ana")
    code = OneTimeCode.objects.defer("patient_name").get()

    with django_assert_num_queries(1):
        assert code.patient_name == "Ana"


def test_refresh_gives_what_another_wrote() -> None:
    code = make_code(patient_name="Ana")
    other = OneTimeCode.objects.get()
    other.patient_name = "Bruno"
    other.save(update_fields=["patient_name"])

    code.refresh_from_db()

    assert code.patient_name == "Bruno"


def test_saving_other_fields_leaves_the_text_alone() -> None:
    code = make_code(patient_name="Ana")
    before = stored(code)

    code.tries = 1
    code.save(update_fields=["tries"])

    assert stored(code) == before


def test_a_row_that_was_read_and_saved_unopened_still_opens() -> None:
    make_code(patient_name="Ana")

    OneTimeCode.objects.get().save()

    assert OneTimeCode.objects.get().patient_name == "Ana"


def test_many_rows_made_at_once_open() -> None:
    codes = [OneTimeCode(**vars_of(name)) for name in ("Ana", "Bruno")]
    OneTimeCode.objects.bulk_create(codes)

    assert sorted(str(code.patient_name) for code in OneTimeCode.objects.all()) == ["Ana", "Bruno"]


def vars_of(name: str) -> dict[str, Any]:
    from datetime import timedelta

    from django.utils import timezone

    return {
        "phone": "+5511999999999",
        "code_hash": "x",
        "patient_name": name,
        "expires_at": timezone.now() + timedelta(1),
    }


def test_plain_text_never_reaches_the_database() -> None:
    code = make_code(patient_name="Ana")
    code.patient_name = "Bruno"

    for unsealed in (
        lambda: OneTimeCode.objects.update(patient_name="Bruno"),
        lambda: OneTimeCode.objects.filter(patient_name="Ana").exists(),
        lambda: OneTimeCode.objects.bulk_update([code], ["patient_name"]),
    ):
        with pytest.raises(TypeError):
            unsealed()


def test_bytes_copied_to_another_row_do_not_open() -> None:
    ana, bruno = make_code(patient_name="Ana"), make_code(patient_name="Bruno")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_onetimecode SET patient_name = %s WHERE id = %s", [stored(ana), bruno.pk])

    with pytest.raises(crypto.Tampered):
        assert OneTimeCode.objects.get(pk=bruno.pk).patient_name


def test_a_text_of_a_row_whose_key_the_database_draws_opens() -> None:
    from appointments.models import Appointment, AppointmentStep

    appointment = Appointment(pk=new_id(), patient_id=new_id())
    step = AppointmentStep(appointment=appointment, reason="moved away")
    field = AppointmentStep._meta.get_field("reason")
    sealed = field.pre_save(step, True)

    step.pk, step.reason = 7, sealed

    assert step.reason == "moved away"


def test_rows_know_their_variables_only_sealed() -> None:
    assert OutboxMessage._meta.get_field("variables").empty_values == [None, "", b""]
