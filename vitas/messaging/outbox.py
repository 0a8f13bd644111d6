"""Writing a message down, and taking it back. It is a row of the act's own transaction; `sending.py` carries it out."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from vitas.common.acting import acting_as_system
from vitas.common.after_commit import soon
from vitas.messaging import templates
from vitas.messaging.models import OutboxMessage

State = OutboxMessage.State


@acting_as_system("messaging")
def put(
    *,
    key: str,
    channel: str = OutboxMessage.Channel.WHATSAPP,
    address: str,
    template: str,
    language: str,
    variables: Mapping[str, str],
    organization_id: UUID | None = None,
    not_before: datetime | None = None,
    stale_after: datetime | None = None,
) -> OutboxMessage:
    """Put one message in the outbox; the same `key` again changes nothing and answers with the row that stands.

    `stale_after` is when nobody needs it any more: it is never sent later. A template that is not known, or variables
    that are not its own, raise ValueError: that is a mistake of ours, not of a person.
    """
    from vitas.messaging.tasks import send_due

    templates.named(template).require(variables)
    start = not_before or timezone.now()
    message = OutboxMessage(
        key=key,
        organization_id=organization_id,
        channel=channel,
        address=address,
        template=template,
        language=_known(language),
        variables=json.dumps(dict(variables), ensure_ascii=False),
        not_before=start,
        next_try_at=start,
        stale_after=stale_after,
    )
    OutboxMessage.objects.bulk_create([message], ignore_conflicts=True)
    soon(send_due)
    return OutboxMessage.objects.get(key=key)


@acting_as_system("messaging")
def withdraw(key: str) -> int:
    """Take back what was not sent yet: the message `key`, or all those whose keys begin with `key` and a colon.

    Returns how many. One that is on its way at this moment may still arrive; it is not tried again.
    """
    key = key.rstrip(":")
    unsent = OutboxMessage.objects.filter(
        Q(key=key) | Q(key__startswith=f"{key}:"), state__in=[State.WAITING, State.SENDING], withdrawn_at=None
    )
    now = timezone.now()
    waiting = unsent.filter(state=State.WAITING).update(state=State.WITHDRAWN, withdrawn_at=now)
    return waiting + unsent.filter(state=State.SENDING).update(withdrawn_at=now)


def _known(language: str) -> str:
    """The language as settings name it: `pt`, `pt_BR` → `pt-br`; one that we do not speak → the default."""
    wanted = language.lower().replace("_", "-")
    codes = [code for code, _name in settings.LANGUAGES]
    same = (code for code in codes if code == wanted)
    return next(same, next((code for code in codes if code[:2] == wanted[:2]), settings.LANGUAGE_CODE))
