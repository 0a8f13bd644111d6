"""The ledger: every movement of money has two sides, written in the transaction that changes the payment's status."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Sum

from appointments.payments.models import LedgerEntry, Payment, Refund
from vitas.common.ids import new_id

Account = LedgerEntry.Account


def money_came(payment: Payment, *, amount: int, currency: str, now: datetime) -> None:
    """In through the gateway or the cash desk, as income."""
    _move(payment, into=_till(payment), out_of=Account.INCOME, amount=amount, currency=currency, now=now)


def money_goes_back(refund: Refund, *, currency: str, now: datetime) -> None:
    """Out the way it came: by the gateway, or from the cash desk."""
    till = Account.GATEWAY if refund.gateway_payment_id else Account.CASH_DESK
    _move(
        refund.payment,
        into=Account.REFUNDS,
        out_of=till,
        amount=refund.amount,
        currency=currency,
        now=now,
        refund=refund,
    )


def unbalanced() -> list[UUID]:
    """Movements whose sides do not sum to zero in one currency. The database refuses them; this looks anyway."""
    sums = LedgerEntry.objects.values("movement").annotate(
        total=Sum("amount"), sides=Count("id"), currencies=Count("currency", distinct=True)
    )
    wrong = sums.exclude(total=0, sides__gte=2, currencies=1).order_by("movement")
    return list(wrong.values_list("movement", flat=True))


def _till(payment: Payment) -> Account:
    return Account.CASH_DESK if payment.method == Payment.Method.CASH else Account.GATEWAY


def _move(
    payment: Payment,
    *,
    into: Account,
    out_of: Account,
    amount: int,
    currency: str,
    now: datetime,
    refund: Refund | None = None,
) -> None:
    movement = new_id()
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            movement=movement,
            organization_id=payment.organization_id,
            payment=payment,
            refund=refund,
            account=account,
            amount=side,
            currency=currency,
            at=now,
        )
        for account, side in ((into, amount), (out_of, -amount))
    )
