"""S4's payments: list, ask, cash, refund; and who may."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from appointments.models import Appointment
from appointments.payments.models import LedgerEntry, Payment, Refund
from appointments.payments.tests.conftest import FEE, fresh, make_payment, make_visit
from vitas import testing
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("appointments.payments.tests.urls")]

URL = "/api/v1/payments"


def desk(visit, role=Role.RECEPTIONIST):
    return testing.make_member(visit.organization, role).user


def shown(payment: Payment) -> dict[str, object]:
    return {
        "id": str(payment.pk),
        "appointmentId": str(payment.appointment_id),
        "amount": 150,
        "currency": "USD",
        "status": payment.status,
        "method": payment.method,
        "paidAt": payment.paid_at.isoformat().replace("+00:00", "Z") if payment.paid_at else None,
        "createdAt": payment.created_at.isoformat().replace("+00:00", "Z"),
    }


@pytest.fixture
def cast():
    """A payment, those who may see it, and those who may not."""
    payment = make_payment(make_visit(status="scheduled"))
    visit, stranger = payment.appointment, make_visit(status="scheduled")
    return {
        "payment": payment,
        "patient": testing.user_of(visit.patient),
        "doctor": visit.doctor.membership.user,
        "receptionist": desk(visit),
        "admin": desk(visit, Role.ADMIN),
        "nurse": desk(visit, Role.NURSE),
        "operator": testing.make_user(is_operator=True),
        "other patient": testing.user_of(stranger.patient),
        "other doctor": stranger.doctor.membership.user,
        "colleague": testing.make_doctor(visit.organization).membership.user,
        "other desk": desk(stranger),
    }


@pytest.mark.parametrize("who", ["patient", "doctor", "receptionist", "admin"])
def test_list_holds_what_a_person_may_see(api, cast, who):
    answer = api(cast[who]).get(URL)

    assert answer.status_code == 200
    assert answer.json() == {
        "data": [shown(cast["payment"])],
        "pagination": {"page": 1, "limit": 20, "total": 1, "totalPages": 1},
    }
    assert (answer["X-Total-Count"], answer["Cache-Control"]) == ("1", "no-store")
    entry = AuditEntry.objects.get(action="READ_PAYMENTS")
    assert (entry.user_id, entry.patient_id, entry.details["count"]) == (
        cast[who].pk,
        cast["payment"].patient_id,
        1,
    )


@pytest.mark.parametrize("who", ["other patient", "other doctor", "colleague", "other desk"])
def test_list_holds_nothing_of_others(api, cast, who):
    answer = api(cast[who]).get(URL)

    assert (answer.status_code, answer.json()["data"]) == (200, [])


@pytest.mark.parametrize(("who", "status"), [("nurse", 403), ("operator", 403), (None, 401)])
def test_list_is_closed_to(api, cast, who, status):
    assert api(cast[who] if who else None).get(URL).status_code == status


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_the_database_as_often_for_three_as_for_one(api, rows, django_assert_num_queries):
    place = testing.make_place(fee=FEE)
    patient = testing.make_patient()
    for _ in range(rows):
        make_payment(make_visit(place, patient, status="completed", starts_at=_hour()))
    client = api(testing.user_of(patient))

    with django_assert_num_queries(5):  # begin, count, page, audit, commit (savepoints in a test)
        answer = client.get(URL)

    assert len(answer.json()["data"]) == rows


def _hour() -> datetime:
    return datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=testing.number())


def test_list_is_filtered_and_paged(api):
    place = testing.make_place(fee=FEE)
    payments = [make_payment(make_visit(place, status="completed", starts_at=_hour())) for _ in range(3)]
    client = api(desk(payments[0].appointment))

    second = client.get(URL, {"limit": 1, "page": 2}).json()
    one = client.get(URL, {"appointmentId": payments[0].appointment_id}).json()
    paid = client.get(URL, {"status": "completed"}).json()
    wrong = [client.get(URL, query).status_code for query in ({"status": "SPENT"}, {"page": 0}, {"appointmentId": "x"})]

    assert [row["id"] for row in second["data"]] == [str(payments[1].pk)]
    assert second["pagination"] == {"page": 2, "limit": 1, "total": 3, "totalPages": 3}
    assert [row["id"] for row in one["data"]] == [str(payments[0].pk)]
    assert paid["data"] == []
    assert wrong == [400, 400, 400]


def test_patient_asks_for_a_payment_and_gets_the_address(api, gateway):
    visit = make_visit(status="scheduled")
    client = api(testing.user_of(visit.patient))

    first = client.send(
        "POST", URL, {"appointmentId": str(visit.pk), "amount": 1, "currency": "ARS", "status": "COMPLETED"}
    )
    again = client.send("POST", URL, {"appointmentId": str(visit.pk)})

    payment = Payment.objects.get()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {**shown(payment), "paymentUrl": f"{gateway.url}/pay/pref-1"}
    assert again.json() == first.json()
    assert (payment.amount, payment.currency, payment.status) == (15_000, "USD", "PENDING")
    assert AuditEntry.objects.filter(action="CREATE_PAYMENT", resource_id=payment.pk).count() == 1


def test_gateway_that_is_down_is_503_and_the_same_request_gets_the_address_later(api, gateway):
    visit = make_visit()
    client = api(testing.user_of(visit.patient))
    gateway.faults = ["500"]

    first = client.send("POST", URL, {"appointmentId": str(visit.pk)}, idempotency_key="k-1")
    again = client.send("POST", URL, {"appointmentId": str(visit.pk)}, idempotency_key="k-1")

    assert (first.status_code, first.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert "Retry-After" in first
    assert (again.status_code, again.json()["paymentUrl"]) == (200, f"{gateway.url}/pay/pref-1")
    assert Payment.objects.count() == 1


def test_idempotency_key_of_another_request_is_refused(api, gateway):
    visit = make_visit()
    other = make_visit(patient=visit.patient, starts_at=_hour(), status="scheduled")
    client = api(testing.user_of(visit.patient))

    client.send("POST", URL, {"appointmentId": str(visit.pk)}, idempotency_key="k-1")
    answer = client.send("POST", URL, {"appointmentId": str(other.pk)}, idempotency_key="k-1")

    assert answer.status_code == 409


def test_rejected_payment_is_opened_again(api, gateway):
    payment = make_payment(status="FAILED")

    answer = api(testing.user_of(payment.patient)).send("POST", URL, {"appointmentId": str(payment.appointment_id)})

    assert (answer.status_code, answer.json()["status"], answer.json()["id"]) == (200, "PENDING", str(payment.pk))


@pytest.mark.parametrize("status", ["cancelled", "expired"])
def test_visit_that_is_no_more_cannot_be_paid(api, status):
    visit = make_visit(status=status)

    answer = api(testing.user_of(visit.patient)).send("POST", URL, {"appointmentId": str(visit.pk)})

    assert (answer.status_code, Payment.objects.count()) == (422, 0)


@pytest.mark.parametrize("who", ["other patient", "other desk"])
def test_visit_of_others_cannot_be_paid(api, cast, who):
    body = {"appointmentId": str(cast["payment"].appointment_id)}

    answer = api(cast[who]).send("POST", URL, body)

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"appointmentId": "x"}, 400), ({"appointmentId": str(uuid4())}, 404), ([], 400)],
)
def test_bad_requests(api, cast, body, status):
    assert api(cast["patient"]).send("POST", URL, body).status_code == status


@pytest.mark.parametrize("who", ["receptionist", "admin"])
def test_desk_records_cash(api, who):
    visit = make_visit()
    user = desk(visit, Role(who))

    answer = api(user).send("POST", URL, {"appointmentId": str(visit.pk), "method": "cash"})

    payment = Payment.objects.get()
    assert (answer.status_code, answer.json()) == (201, {**shown(payment), "paymentUrl": None})
    assert (payment.status, payment.method, payment.recorded_by) == ("COMPLETED", "cash", user.pk)
    assert fresh(visit).status == "confirmed"
    assert sorted(LedgerEntry.objects.values_list("account", "amount")) == [("cash_desk", FEE), ("income", -FEE)]


def test_cash_twice_is_recorded_once(api):
    visit = make_visit()
    client = api(desk(visit))
    body = {"appointmentId": str(visit.pk), "method": "cash"}

    answers = [client.send("POST", URL, body, idempotency_key="k-1").status_code for _ in range(2)]
    answers.append(client.send("POST", URL, body).status_code)

    assert answers == [201, 200, 422]
    assert LedgerEntry.objects.count() == 2


def test_cash_for_a_time_that_is_gone_is_refused(api):
    visit = make_visit()
    visit.claims.all().delete()

    answer = api(desk(visit)).send("POST", URL, {"appointmentId": str(visit.pk), "method": "cash"})

    assert (answer.status_code, Payment.objects.count(), LedgerEntry.objects.count()) == (422, 0, 0)


@pytest.mark.parametrize(("who", "status"), [("patient", 403), ("doctor", 403), ("nurse", 403)])
def test_cash_is_the_desks(api, cast, who, status):
    body = {"appointmentId": str(cast["payment"].appointment_id), "method": "cash"}

    assert api(cast[who]).send("POST", URL, body).status_code == status
    assert fresh(cast["payment"]).status == "PENDING"


@pytest.mark.parametrize(
    ("who", "status"),
    [("patient", 403), ("doctor", 403), ("nurse", 403), ("operator", 403), ("other patient", 403), ("other desk", 404)],
)
def test_client_cannot_declare_itself_paid(api, cast, who, status):
    answer = api(cast[who]).send("PUT", f"{URL}/{cast['payment'].pk}/status", {"status": "COMPLETED"})

    assert answer.status_code == status
    assert fresh(cast["payment"]).status == "PENDING"


def test_desk_takes_cash_for_an_open_payment_and_gives_it_back(api, cast):
    client, url = api(cast["receptionist"]), f"{URL}/{cast['payment'].pk}/status"

    paid = client.send("PUT", url, {"status": "COMPLETED"})
    again = client.send("PUT", url, {"status": "COMPLETED"})
    back = client.send("PUT", url, {"status": "refunded"})
    twice = client.send("PUT", url, {"status": "REFUNDED"})

    assert [answer.status_code for answer in (paid, again, back, twice)] == [200, 422, 200, 422]
    assert (paid.json()["status"], paid.json()["method"], back.json()["status"]) == ("COMPLETED", "cash", "REFUNDED")
    assert (Refund.objects.get().state, Refund.objects.get().created_by) == ("done", cast["receptionist"].pk)
    steps = AuditEntry.objects.filter(action="UPDATE_PAYMENT").order_by("id").values_list("details", "user_id")
    assert list(steps) == [
        ({"before": "PENDING", "after": "COMPLETED"}, cast["receptionist"].pk),
        ({"before": "COMPLETED", "after": "REFUNDED"}, cast["receptionist"].pk),
    ]


@pytest.mark.parametrize(
    ("to", "status"), [("REFUNDED", 422), ("PENDING", 422), ("FAILED", 422), ("PAID", 400), (None, 400)]
)
def test_other_steps_are_refused(api, cast, to, status):
    url = f"{URL}/{cast['payment'].pk}/status"

    assert api(cast["receptionist"]).send("PUT", url, {"status": to}).status_code == status
    assert fresh(cast["payment"]).status == "PENDING"


@pytest.mark.parametrize("payment_id", ["01890000-0000-7000-8000-000000000000", "no-id"])
def test_unknown_payment_is_404(api, cast, payment_id):
    answer = api(cast["admin"]).send("PUT", f"{URL}/{payment_id}/status", {"status": "COMPLETED"})

    assert answer.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_ten_clerks_at_once_record_cash_once(api):
    visit = make_visit()
    clients = [api(desk(visit)) for _ in range(10)]
    answers = []

    def take(client) -> None:
        try:
            answers.append(client.send("POST", URL, {"appointmentId": str(visit.pk), "method": "cash"}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [201] + [422] * 9
    assert LedgerEntry.objects.count() == 2
    assert Appointment.objects.get().status == "confirmed"
