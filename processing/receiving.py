"""Notices that services outside send (S0 `POST processing-webhook`): believed for their signature and nothing else."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from appointments.models import Appointment
from clinic.models import Doctor
from processing import news
from processing.models import Notice
from vitas.accounts.actor import PROCESSING
from vitas.common.acting import acting_as
from vitas.common.errors import Invalid, NotSignedIn

WINDOW: Final = 300  # seconds that the time stamp may be off, either way
MOST_METADATA: Final = 4096  # letters
MOST_ERROR: Final = 500
_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{2,39}")
_FROM_OUTSIDE: Final = "OUTSIDE"


def require_signature(*, timestamp: str, signature: str, body: bytes) -> None:
    """`sha256=<hex of HMAC-SHA256(secret, timestamp + "." + body)>`. Raises NotSignedIn; always, without a secret."""
    secret = settings.PROCESSING_WEBHOOK_SECRET
    expected = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    given = signature.removeprefix("sha256=")
    fits = hmac.compare_digest(expected.encode(), given.encode())
    fresh = bool(re.fullmatch(r"[0-9]{1,12}", timestamp)) and abs(time.time() - int(timestamp)) <= WINDOW
    if not (secret and signature.startswith("sha256=") and fits and fresh):
        raise NotSignedIn(_("The notice is not signed as it must be, or its time stamp is more than 5 minutes off."))


def take_in(body: bytes) -> bool:
    """Keep a notice for the doctor it names; the same body again changes nothing. False: it names no doctor.

    Raises Invalid.
    """
    told = _read(body)
    metadata = told["metadata"]
    if not metadata.get("doctorId"):
        return False  # S0: nobody to tell it to
    with acting_as(PROCESSING), transaction.atomic():
        doctor = Doctor.objects.filter(pk=_uuid(metadata, "doctorId")).first()
        if doctor is None:
            raise Invalid.field("metadata.doctorId", _("There is no such doctor."))
        notice = _notice(told, doctor, key=f"outside:{hashlib.sha256(body).hexdigest()}")
        Notice.objects.bulk_create([notice], ignore_conflicts=True)
        news.told_from_outside(notice)
    return True


def _notice(told: Mapping[str, Any], doctor: Doctor, *, key: str) -> Notice:
    failed = told.get("type") != "success"
    error = str(told.get("error") or "")[:MOST_ERROR] if failed else ""
    code = error if _CODE.fullmatch(error) else _FROM_OUTSIDE
    return Notice(
        key=key,
        organization_id=doctor.organization_id,
        doctor=doctor,
        appointment_id=_appointment_of(told["metadata"], doctor),
        type=Notice.Type.ERROR if failed else Notice.Type.SUCCESS,
        service=str(told.get("service") or "")[:40],
        error_code=code if failed else "",
        words={"metadata": told["metadata"], **({"error": error} if error and code == _FROM_OUTSIDE else {})},
    )


def _appointment_of(metadata: Mapping[str, Any], doctor: Doctor) -> UUID | None:
    """Raises Invalid where it is none of the doctor's."""
    if not metadata.get("appointmentId"):
        return None
    wanted = _uuid(metadata, "appointmentId")
    if not Appointment.objects.filter(pk=wanted, doctor=doctor).exists():
        raise Invalid.field("metadata.appointmentId", _("There is no such appointment of this doctor."))
    return wanted


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Invalid(_("The body must be a JSON object.")) from None
    if not isinstance(told, dict):
        raise Invalid(_("The body must be a JSON object."))
    metadata = told.get("metadata", {})
    plain = isinstance(metadata, dict) and all(isinstance(each, _PLAIN) for each in metadata.values())
    if not plain or len(json.dumps(metadata)) > MOST_METADATA or "\\u0000" in json.dumps(told):
        raise Invalid.field("metadata", _("This must be an object of texts and numbers, not too long."))
    return {**told, "metadata": metadata}


_PLAIN: Final = (str, int, float, bool, type(None))


def _uuid(metadata: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(str(metadata[name]))
    except ValueError:
        raise Invalid.field(f"metadata.{name}", _("This must be an id.")) from None
