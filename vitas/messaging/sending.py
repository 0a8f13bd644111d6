"""Carrying out what the outbox holds: each message once, by the channel that takes it, never too late.

A row is claimed by compare-and-set for the length of a lease, the carrier is called outside any transaction, and the
answer is written back. A worker that dies in between leaves a row whose lease runs out: the next one asks the carrier
about it before it sends again (`Outgoing.maybe_sent_since`).
"""

import json
import logging
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from vitas.messaging import templates
from vitas.messaging.models import OutboxMessage
from vitas.messaging.providers.base import Busy, NotSent, Outgoing, Undeliverable, WrongChannel, mailer, messenger

log = logging.getLogger(__name__)

State, Channel = OutboxMessage.State, OutboxMessage.Channel

LEASE = timedelta(seconds=60)  # longer than the calls of one message take together
LONGEST_PAUSE = timedelta(minutes=15)
MOST_TRIES = 30  # about six hours
BUDGET = 45.0  # seconds one sweep works; the next one goes on

# By which channels a message may go, in this order.
CHANNELS: dict[str, tuple[str, ...]] = {
    Channel.WHATSAPP: (Channel.WHATSAPP, Channel.SMS),
    Channel.SMS: (Channel.SMS,),
    Channel.EMAIL: (Channel.EMAIL,),
}


def send_due(*, limit: int = 500) -> int:
    """Send what is due, the longest due first; returns how many messages were settled, one way or the other."""
    until = monotonic() + BUDGET
    settled = 0
    for message_id in list(_due(timezone.now()).order_by("next_try_at").values_list("pk", flat=True)[:limit]):
        settled += _settle(message_id)
        if monotonic() > until:
            break
    return settled


def _due(now: datetime) -> QuerySet[OutboxMessage]:
    """Waiting and due, or in the hands of a worker that is gone."""
    return OutboxMessage.objects.filter(state__in=[State.WAITING, State.SENDING], next_try_at__lte=now)


def _settle(message_id: UUID) -> bool:
    now = timezone.now()
    _drop_unwanted(message_id, now)
    before = _due(now).filter(pk=message_id).first()
    if before is None or not _claim(before, now):
        return False
    row = OutboxMessage.objects.get(pk=message_id)
    try:
        channel, carrier_id = _send(row, unanswered=before.state == State.SENDING)
    except Busy as busy:
        return _put_back(row, busy)
    except NotSent as error:
        return _close(row, state=State.FAILED, error_code=error.code)
    except Exception:
        log.exception("a message could not be sent", extra={"message_id": str(row.pk), "template": row.template})
        return _put_back(row, Busy("INTERNAL"))
    return _close(row, state=State.SENT, sent_channel=channel, carrier_id=carrier_id, sent_at=timezone.now())


def _drop_unwanted(message_id: UUID, now: datetime) -> None:
    """Nobody needs it any more, or it was taken back between two tries."""
    due = _due(now).filter(pk=message_id)
    due.filter(withdrawn_at__isnull=False).update(state=State.WITHDRAWN)
    due.filter(stale_after__lte=now).update(state=State.STALE)


def _claim(row: OutboxMessage, now: datetime) -> bool:
    """True for one of several workers. `tries` names this try: a late answer of an older one changes nothing."""
    same = OutboxMessage.objects.filter(pk=row.pk, state=row.state, tries=row.tries, next_try_at__lte=now)
    return bool(same.update(state=State.SENDING, tries=F("tries") + 1, next_try_at=now + LEASE))


def _send(row: OutboxMessage, *, unanswered: bool) -> tuple[str, str]:
    """The channel that took it, and the carrier's id. Raises NotSent."""
    refused: NotSent = Undeliverable("NO_CHANNEL")
    for channel in CHANNELS[row.channel]:
        try:
            carrier = mailer() if channel == Channel.EMAIL else messenger()
            return channel, carrier.send(_outgoing(row, channel, unanswered=unanswered))
        except WrongChannel as error:
            refused = error
    raise Undeliverable(refused.code)


def _outgoing(row: OutboxMessage, channel: str, *, unanswered: bool) -> Outgoing:
    variables, template = json.loads(str(row.variables)), templates.named(row.template)
    return Outgoing(
        key=row.key,
        channel=channel,
        address=row.address,
        template=row.template,
        language=row.language,
        variables=variables,
        text=template.render(variables, row.language),
        subject=template.title(row.language),
        maybe_sent_since=row.not_before if unanswered or row.error_code == Busy.NO_ANSWER else None,
    )


def _put_back(row: OutboxMessage, busy: Busy) -> bool:
    """Again after 2, 4, 8 … seconds, or when the carrier says."""
    if row.tries >= MOST_TRIES:
        return _close(row, state=State.FAILED, error_code=busy.code)
    pause = min(timedelta(seconds=busy.retry_after or 2 ** min(row.tries, 12)), LONGEST_PAUSE)
    _mine(row).update(state=State.WAITING, next_try_at=timezone.now() + pause, error_code=busy.code)
    log.warning("a message was put back", extra={"message_id": str(row.pk), "tries": row.tries, "code": busy.code})
    return False


def _close(row: OutboxMessage, **outcome: object) -> bool:
    fields = {"error_code": ""} | outcome
    if fields["state"] == State.FAILED:
        log.error("a message failed", extra={"message_id": str(row.pk), "code": fields["error_code"]})
    return bool(_mine(row).update(**fields))


def _mine(row: OutboxMessage) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(pk=row.pk, state=State.SENDING, tries=row.tries)
