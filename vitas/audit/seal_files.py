"""A signed file a day with the day's seals, for a keeper outside, who can tell later if the chain is still the same.

The file holds numbers and hashes, nothing of any entry. `docs/audit.md` says how to check one without Vitas.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from vitas.audit import canonical, keys
from vitas.audit.models import AuditSeal

FOLDER: Final = "audit-seals"
DAY_ENDS_AFTER: Final = timedelta(minutes=10)  # who seals at midnight has committed by then


class NotAFile(Exception):
    """This is no file of seals."""


def name_of(day: date) -> str:
    return f"{FOLDER}/{day:%Y-%m}/{day}.json"


def write_missing(now: datetime | None = None) -> list[str]:
    """Write the file of every past day, in UTC, that has none yet; answers with their names."""
    first = AuditSeal.objects.heads().first()
    if first is None:
        return []
    last_day = ((now or timezone.now()) - DAY_ENDS_AFTER).astimezone(UTC).date() - timedelta(days=1)
    day, written = first.sealed_at.astimezone(UTC).date(), []
    there = _days_there(day, last_day)
    while day <= last_day:
        if day not in there:
            written.append(default_storage.save(name_of(day), ContentFile(content_of(day))))
        day += timedelta(days=1)
    return written


def content_of(day: date) -> bytes:
    """The file of a day: its seals, where the chain stood at its end, signed as a whole."""
    began = datetime(day.year, day.month, day.day, tzinfo=UTC)
    ended = began + timedelta(days=1)
    seals = AuditSeal.objects.heads()
    last = seals.filter(sealed_at__lt=ended).last()
    said: dict[str, Any] = {
        "form": canonical.FORM,
        "day": day.isoformat(),
        "key": keys.name_of(keys.public_key()),
        "public_key": keys.in_base64(keys.public_key()),
        "standing": {"number": last.number, "hash": bytes(last.hash).hex()} if last else None,
        "seals": [_told(seal) for seal in seals.sealed_on(began, ended)],
    }
    said["signature"] = keys.sign(canonical.hash_of(said)).hex()
    return json.dumps(said, indent=1).encode()


def problems_of(content: bytes, *, public: bytes | None = None) -> list[str]:
    """What is wrong with a file by itself: signatures and chain, by `public`, else by the keys we know.

    Raises NotAFile.
    """
    said = read(content)
    trusted = {keys.name_of(public): public} if public else keys.known_keys()
    return [*_signed(said, said["key"], said["signature"], trusted, "The file"), *_chained(said, trusted)]


def differences_from(content: bytes) -> Iterator[str]:
    """Where our chain is not (any more) what the file says. Raises NotAFile."""
    said = read(content)
    ours = AuditSeal.objects.heads().in_bulk([seal["number"] for seal in said["seals"]])
    for seal in said["seals"]:
        found = ours.get(seal["number"])
        if found is None:
            yield f"Seal {seal['number']} is not in the database any more."
        elif bytes(found.hash).hex() != seal["hash"]:
            yield f"Seal {seal['number']} in the database is another than the file's."
    standing = said["standing"]
    if standing and not AuditSeal.objects.filter(pk=standing["number"], hash=bytes.fromhex(standing["hash"])).exists():
        yield f"At the end of {said['day']} the chain stood at seal {standing['number']}, which the database lacks."


def kept() -> Iterator[tuple[str, bytes]]:
    """Every file in our own store."""
    if not default_storage.exists(FOLDER):
        return
    for month in sorted(default_storage.listdir(FOLDER)[0]):
        for name in sorted(default_storage.listdir(f"{FOLDER}/{month}")[1]):
            with default_storage.open(f"{FOLDER}/{month}/{name}") as file:
                yield name, file.read()


def read(content: bytes) -> dict[str, Any]:
    """Raises NotAFile."""
    try:
        said = json.loads(content)
        if said["form"] != canonical.FORM or not isinstance(said["seals"], list):
            raise NotAFile("The file's form is not known.")
        return {name: said[name] for name in ("form", "day", "key", "public_key", "standing", "seals", "signature")}
    except (ValueError, KeyError, TypeError) as error:
        raise NotAFile("This is not a file of seals.") from error


def _told(seal: AuditSeal) -> dict[str, Any]:
    return {**canonical.head(seal), "hash": bytes(seal.hash).hex(), "signature": bytes(seal.signature).hex()}


def _signed(said: dict[str, Any], key: str, signature: str, trusted: dict[str, bytes], who: str) -> Iterator[str]:
    message = canonical.hash_of({name: value for name, value in said.items() if name not in ("hash", "signature")})
    if key not in trusted:
        yield f"{who} is signed with a key that is not trusted: {key}."
    elif not keys.is_signed(message, _bytes(signature), trusted[key]):
        yield f"{who} is not what was signed."
    if "hash" in said and message.hex() != said["hash"]:
        yield f"{who} has another hash than it says."


def _chained(said: dict[str, Any], trusted: dict[str, bytes]) -> Iterator[str]:
    before: dict[str, Any] | None = None
    for seal in said["seals"]:
        who = f"Seal {seal.get('number')}"
        yield from _signed(seal, str(seal.get("key")), str(seal.get("signature")), trusted, who)
        if before and (seal.get("number"), seal.get("previous")) != (before["number"] + 1, before["hash"]):
            yield f"{who} does not follow seal {before['number']}."
        before = seal
    if before and said["standing"] != {"number": before.get("number"), "hash": before.get("hash")}:
        yield "The file does not stand where its last seal is."


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _days_there(first: date, last: date) -> set[date]:
    """Days whose file is in the store, by its folders of months."""
    found, month = set(), first.replace(day=1)
    while month <= last:
        folder = f"{FOLDER}/{month:%Y-%m}"
        try:
            names = default_storage.listdir(folder)[1]
        except FileNotFoundError:
            names = []
        found |= {date.fromisoformat(name[:10]) for name in names}
        month = canonical.next_month(month)
    return found
