"""`x-signature` of MercadoPago's notices, as its documentation describes it.

The header is `ts=<when>,v1=<hex>`; the hex is HMAC-SHA256 over `id:<data.id>;request-id:<x-request-id>;ts:<ts>;`. The
body is not signed, so nothing in it is believed; the id is, and the gateway is asked about it.

The age of `ts` is not judged: MercadoPago repeats a notice every 15 minutes and then for days until it is answered 200,
and does not promise a fresh signature. A replay gains nothing: the same manifest is the same delivery, and a delivery
only makes us ask the gateway.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping

from appointments.payments.gateways.base import Forged, Notice

_DIGITS = re.compile(r"[0-9]{1,20}")
_HEX = re.compile(r"[0-9a-f]{64}")
_MOST_ID = 64
_MOST_REQUEST_ID = 200


def sign(*, secret: str, subject_id: str, request_id: str, ts: str) -> str:
    """The `x-signature` header of a notice about `subject_id`."""
    return f"ts={ts},v1={_digest(secret, subject_id, request_id, ts)}"


def verify(*, secret: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Notice:
    """The notice, if it was signed with our secret. Raises Forged."""
    ts, given = _parts(headers.get("x-signature", ""))
    request_id = headers.get("x-request-id", "").strip()
    subject_id = _subject(query, body)
    if not secret or not subject_id or not request_id or len(request_id) > _MOST_REQUEST_ID:
        raise Forged("incomplete")
    expected = _digest(secret, subject_id, request_id, ts)
    if not hmac.compare_digest(expected, given):
        raise Forged("signature")
    # The digest names id, request and moment, and nobody else can make one: the delivery's own name.
    return Notice(delivery_id=expected, subject_id=subject_id if _speaks_of_a_payment(query, body) else "")


def _digest(secret: str, subject_id: str, request_id: str, ts: str) -> str:
    manifest = f"id:{subject_id.lower()};request-id:{request_id};ts:{ts};"
    return hmac.new(secret.encode(), manifest.encode(), hashlib.sha256).hexdigest()


def _parts(header: str) -> tuple[str, str]:
    """`ts` and `v1` of the header, each in the only form it can have. Raises Forged."""
    found = dict(part.strip().split("=", 1) for part in header.split(",") if "=" in part)
    ts, digest = found.get("ts", "").strip(), found.get("v1", "").strip().lower()
    if not _DIGITS.fullmatch(ts) or not _HEX.fullmatch(digest):
        raise Forged("no signature")
    return ts, digest


def _subject(query: Mapping[str, str], body: bytes) -> str:
    """`data.id` of the query, else of the body: either way it is part of what is signed."""
    found = query.get("data.id") or query.get("id") or _body(body).get("data", {})
    if isinstance(found, dict):
        found = found.get("id", "")
    found = str(found).strip()
    return found if found.isascii() and len(found) <= _MOST_ID else ""


def _speaks_of_a_payment(query: Mapping[str, str], body: bytes) -> bool:
    kind = query.get("type") or query.get("topic") or _body(body).get("type") or "payment"
    return kind == "payment"


def _body(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
