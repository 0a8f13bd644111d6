"""The payment addresses of the API (S4), and where the gateway's notices arrive."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.payments import answers, checkout, desk, inbox
from appointments.payments.gateways.base import Forged
from appointments.payments.models import Payment
from appointments.payments.serializers import (
    NewPayment,
    NewStatus,
    OpenedPaymentOut,
    PaymentOut,
    PaymentsOut,
    PaymentsQuery,
    Received,
)
from vitas.accounts.actor import PAYMENTS
from vitas.accounts.models import Role
from vitas.accounts.permissions import DESK, PUBLIC, Access
from vitas.accounts.rest import ApiView
from vitas.audit import trail
from vitas.common.acting import acting_as
from vitas.common.api import pagination
from vitas.common.errors import NotFound, NotSignedIn

MAY_LIST: Final[Access] = frozenset({Role.PATIENT, Role.DOCTOR, Role.RECEPTIONIST, Role.ADMIN})
MAY_ASK: Final[Access] = frozenset({Role.PATIENT, Role.RECEPTIONIST, Role.ADMIN})

_ROW = {
    "id": "0197a1b2-0000-7000-8000-00000000c0de",
    "appointmentId": "0197a1b2-0000-7000-8000-0000000000a1",
    "amount": 30000,
    "currency": "ARS",
    "status": "PENDING",
    "method": "gateway",
    "paidAt": None,
    "createdAt": "2027-01-15T13:00:00Z",
}
_PAID = {**_ROW, "status": "COMPLETED", "method": "cash", "paidAt": "2027-01-15T13:05:00Z"}
_PAGE = {"page": 1, "limit": 20, "total": 1, "totalPages": 1}


class PaymentsView(ApiView):
    access: ClassVar[dict[str, Access]] = {"GET": MAY_LIST, "POST": MAY_ASK}

    @extend_schema(
        summary="List payments",
        parameters=[
            PaymentsQuery,
            OpenApiParameter("page", int, description="From 1."),
            OpenApiParameter("limit", int, description="Rows a page, at most 100."),
        ],
        responses={200: PaymentsOut},
        examples=[OpenApiExample("A page", {"data": [_ROW], "pagination": _PAGE}, response_only=True)],
    )
    @transaction.atomic
    def get(self, request: Request) -> Response:
        asked = self.read_query(PaymentsQuery)
        rows = Payment.objects.visible_to(self.actor).filter(**asked).order_by("-created_at", "-id")
        return pagination.listed(request, rows, self._shown, exact=self.actor.is_patient)

    def _shown(self, payments: Sequence[Payment]) -> list[dict[str, Any]]:
        ids: dict[str, Any] = {"ids": [str(payment.pk) for payment in payments]} if self.actor.is_staff else {}
        patients = {payment.patient_id for payment in payments}
        trail.record(
            self.actor,
            "READ_PAYMENTS",
            category=trail.Category.PAYMENT,
            resource="payments",
            patient_id=patients.pop() if len(patients) == 1 else None,
            count=len(payments),
            **ids,
        )
        return [answers.row(payment) for payment in payments]

    @extend_schema(
        summary="Ask for the payment of a visit, or record cash",
        request=NewPayment,
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses={201: OpenedPaymentOut, 200: OpenedPaymentOut},
        examples=[
            OpenApiExample("A patient pays online", {"appointmentId": _ROW["appointmentId"]}, request_only=True),
            OpenApiExample(
                "The desk takes cash", {"appointmentId": _ROW["appointmentId"], "method": "cash"}, request_only=True
            ),
            OpenApiExample(
                "To be paid",
                {**_ROW, "paymentUrl": "https://www.mercadopago.com.ar/checkout/v1/redirect?pref_id=1"},
                response_only=True,
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        wanted = self.read(NewPayment)
        key = request.headers.get("Idempotency-Key", "")
        asked = desk.ask_payment(**wanted, by=self.actor, key=key)
        payment, url = asked.payment, None
        if payment.method == Payment.Method.GATEWAY:
            url = checkout.open_checkout(payment.appointment_id) or None
        return Response({**answers.row(payment), "payment_url": url}, status=201 if asked.fresh else 200)


class PaymentStatusView(ApiView):
    access: ClassVar[dict[str, Access]] = {"PUT": DESK}

    @extend_schema(
        summary="Record cash for an open payment, or refund a paid one in full",
        request=NewStatus,
        responses={200: PaymentOut},
        examples=[
            OpenApiExample("Cash was taken", {"status": "COMPLETED"}, request_only=True),
            OpenApiExample("Paid", _PAID, response_only=True),
        ],
    )
    def put(self, request: Request, payment_id: str) -> Response:
        to = self.read(NewStatus)["status"]
        try:
            wanted = UUID(payment_id)
        except ValueError:
            raise NotFound(_("There is no such payment.")) from None
        return Response(answers.row(desk.change_status(payment_id=wanted, to=to, by=self.actor)))


class ConfirmPayView(ApiView):
    """Where the gateway says that something happened to a payment; it is asked what, later and by us."""

    access: ClassVar[dict[str, Access]] = {"POST": PUBLIC}
    authentication_classes = []  # the signature speaks for the caller
    throttle_classes = []  # a gateway's notices come from few addresses

    @extend_schema(
        summary="Take in a notice of the payment gateway",
        parameters=[
            OpenApiParameter("data.id", str, description="The gateway's payment id; part of what is signed."),
            OpenApiParameter("x-signature", str, OpenApiParameter.HEADER, description="`ts=…,v1=…`"),
            OpenApiParameter("x-request-id", str, OpenApiParameter.HEADER),
        ],
        request={"application/json": {"type": "object"}},
        responses={200: Received},
        examples=[
            OpenApiExample("A notice", {"type": "payment", "data": {"id": "123456789"}}, request_only=True),
            OpenApiExample("Stored", {"received": True}, response_only=True),
        ],
    )
    @acting_as(PAYMENTS)
    def post(self, request: Request) -> Response:
        query = request.query_params.dict()
        body = request._request.body  # as it came: what is stored is not what we made of it
        account = query.get("account", "")
        try:
            inbox.take_in(account_id=account, headers=request.headers, query=query, body=body)
        except Forged:
            raise NotSignedIn(_("The notice is not signed by the payment gateway.")) from None
        return Response({"received": True})
