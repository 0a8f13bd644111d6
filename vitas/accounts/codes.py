"""One-time codes sent to a phone: 6 digits, 5 minutes, 5 tries, used once; the latest counts.

Whether a number is known changes nothing here: every number gets a code.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from vitas.accounts import attempts
from vitas.accounts.models import Language, OneTimeCode
from vitas.common.errors import NotSignedIn
from vitas.common.ids import new_id
from vitas.messaging import outbox

LIVES: Final = timedelta(minutes=5)
TRIES: Final = 5


class WrongCode(NotSignedIn):
    """401: wrong, expired, dead, used, or never sent."""


def send(*, phone: str, patient_name: str = "") -> OneTimeCode:
    """Make a code for a phone and put its message into the outbox. Raises TooMany, Unavailable."""
    attempts.count_send(phone=phone)
    try:
        return _make(phone, patient_name)
    except DatabaseError:
        attempts.give_back_send(phone=phone)
        raise


def check(*, phone: str, code: str) -> OneTimeCode:
    """The code's row, if this is the latest code of the phone. Counts a try, which stays counted. Raises WrongCode."""
    now = timezone.now()
    row = OneTimeCode.objects.filter(phone=phone).order_by("-created_at", "-pk").first()
    # Counted before it is compared, in one statement: guesses that come at the same moment all count.
    alive = row and OneTimeCode.objects.filter(pk=row.pk, used_at=None, tries__lt=TRIES, expires_at__gt=now).update(
        tries=F("tries") + 1
    )
    right = hmac.compare_digest(row.code_hash if row else "", _hash(row.pk if row else "", phone, code))
    if row is None or not alive or not right:
        raise WrongCode(_("The code is wrong or has expired. Ask for a new one."))
    return row


def use(row: OneTimeCode) -> None:
    """Within the sign-in's transaction: of two requests with the same code one goes on. Raises WrongCode."""
    if not OneTimeCode.objects.filter(pk=row.pk, used_at=None).update(used_at=timezone.now()):
        raise WrongCode(_("The code was used already. Ask for a new one."))


@transaction.atomic
def _make(phone: str, patient_name: str) -> OneTimeCode:
    code, now, row_id = f"{secrets.randbelow(10**6):06d}", timezone.now(), new_id()
    row = OneTimeCode.objects.create(
        id=row_id,
        phone=phone,
        code_hash=_hash(row_id, phone, code),
        patient_name=patient_name,
        created_at=now,
        expires_at=now + LIVES,
    )
    outbox.put(
        key=f"code:{row.pk}",
        channel="whatsapp",
        address=phone,
        template="sign_in_code",
        language=_language(),
        variables={"code": code},
        stale_after=row.expires_at,
    )
    return row


def _hash(row_id: object, phone: str, code: str) -> str:
    message = f"code:{row_id}:{phone}:{code}".encode("utf-8", "surrogatepass")
    return hmac.new(settings.CODE_SECRET.encode(), message, hashlib.sha256).hexdigest()


def _language() -> str:
    """The caller's, as far as messages are written in it."""
    asked = translation.get_language() or settings.LANGUAGE_CODE
    return next((known for known in Language.values if known[:2] == asked[:2]), settings.LANGUAGE_CODE)
