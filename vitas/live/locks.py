"""Edit locks (S1 5): who edits what, so that two people do not write over each other without knowing.

A courtesy, not a wall: what is saved is guarded by the versions of rows (`vitas/common/seen.py`). So a lock runs out by
itself, is held by one signed-in session, and is never needed to save; without Redis there is none, and people go on.

What can be locked is registered by the room that owns it, with a function that says whether a person may edit it:
nobody locks, or learns of, what is not theirs.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vitas.accounts.actor import Actor
from vitas.accounts.models import User
from vitas.common import limits
from vitas.common.errors import NotFound, Unavailable
from vitas.live import locks_lua, topics
from vitas.live.presenting import Ids
from vitas.live.publish import publish

SHORTEST, LONGEST, USUAL = 1.0, 300.0, 30.0  # seconds of a lease; whoever edits for longer renews it
LONGEST_WAIT: Final = 1.0  # seconds that a request waits for another's lock, whatever it asks for: threads are few
FREED: Final = "lock:freed"
_LOOK_AGAIN: Final = 0.1  # seconds
_WAITING_REMEMBERED: Final = 600_000  # milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Editable:
    """A thing that the person may edit; `patient_id` where it tells of one, for the audit trail."""

    patient_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock that the person holds until `ends_at`. `number` is greater than any that was given before."""

    name: str
    id: UUID
    number: int
    since: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Somebody holds it: `user_id`, at most until `ends_at`. `mine`: the same sign-in, in another window."""

    name: str
    user_id: UUID
    since: datetime
    ends_at: datetime
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done to a lock, for observers: `ACQUIRE_LOCK`, `RELEASE_LOCK`; refused where another held it."""

    action: str
    kind: str
    key: UUID
    by: Actor
    patient_id: UUID | None = None
    number: int | None = None
    refused: bool = False


May = Callable[[Actor, UUID], Editable | None]
Observer = Callable[[Act], None]

_kinds: dict[str, May] = {}
_observers: list[Observer] = []


def register(kind: str, may_edit: May) -> None:
    """Say of `kind` (`doctor`, `medical-record`) who may edit which; called in an `apps.py`."""
    _kinds[kind] = may_edit


def observe(observer: Observer) -> None:
    """Register who hears of acts on locks, within the act's transaction; called in an `apps.py`."""
    if observer not in _observers:
        _observers.append(observer)


def acquire(name: str, *, by: Actor, lease: float = USUAL, wait: float = 0) -> Lock | Held:
    """The lock for `lease` seconds, or who holds it after waiting for `wait`, at most LONGEST_WAIT seconds.

    Raises NotFound for what there is not, or is not the person's to edit; Unavailable without Redis.
    """
    kind, key, thing = _editable(name, by)
    until = time.monotonic() + min(wait, LONGEST_WAIT)
    found = _take(name, by, thing, lease)
    while isinstance(found, Held) and time.monotonic() < until:
        time.sleep(_LOOK_AGAIN)
        found = _take(name, by, thing, lease)
    number = found.number if isinstance(found, Lock) else None
    _tell("ACQUIRE_LOCK", kind, key, by, thing.patient_id, number, refused=number is None)
    return found


def look(name: str, *, by: Actor) -> Held | None:
    """Who holds it, if anybody. Raises as `acquire` does."""
    _editable(name, by)
    answer, left = _ask(lambda: _looked(name))
    session, user, since = answer
    if session is None or left <= 0:
        return None
    return _held(name, user, since, left, mine=session.decode() == str(by.session_id))


def renew(lock_id: UUID, *, by: Actor, lease: float = USUAL) -> Lock:
    """Hold it for `lease` more seconds from now. Raises NotFound unless the person holds it; Unavailable."""
    answer = _ask(lambda: _script(locks_lua.RENEW)(args=[str(lock_id), str(by.session_id), _ms(lease)]))
    if answer is None:
        raise NotFound(_("You do not hold this lock, or not any more."))
    name, number, since = answer
    return _lock(name.decode(), lock_id, number, since, lease)


def release(lock_id: UUID, *, by: Actor) -> None:
    """Give it back; those who asked in vain are told. Raises NotFound unless the person holds it; Unavailable."""
    answer = _ask(lambda: _script(locks_lua.RELEASE)(args=[str(lock_id), str(by.session_id)]))
    if answer is None:
        raise NotFound(_("You do not hold this lock, or not any more."))
    name, number, patient, *waiting = (part.decode() for part in answer)
    kind, key = _parts(name)
    with transaction.atomic():
        _tell("RELEASE_LOCK", kind, key, by, UUID(patient) if patient else None, int(number))
        people = [topics.user(UUID(user)) for user in waiting if user != str(by.user_id)]
        if people:
            publish(FREED, key=f"lock:{lock_id}", topics=people, ids={"lock": name, "by": str(by.user_id)})


def name_of(user_id: UUID | None) -> str:
    """As colleagues call the person who holds a lock."""
    return User.objects.filter(pk=user_id).values_list("full_name", flat=True).first() or ""


def freed(actor: Actor, asked: Sequence[Ids]) -> list[dict[str, Any] | None]:
    """The presenter of `lock:freed`, for those who may still edit the thing."""
    return [{"lockName": ids["lock"]} if _may(ids["lock"], actor) else None for ids in asked]


def _may(name: str, actor: Actor) -> bool:
    try:
        return bool(_editable(name, actor))
    except NotFound:
        return False


def _editable(name: str, by: Actor) -> tuple[str, UUID, Editable]:
    kind, key = _parts(name)
    thing = _kinds[kind](by, key) if by.session_id else None
    if thing is None:
        raise NotFound()
    return kind, key, thing


def _parts(name: str) -> tuple[str, UUID]:
    """`doctor:<id>`. One name a thing: the id as we write it. Raises NotFound."""
    kind, _colon, key = name.partition(":")
    try:
        found = UUID(key)
    except ValueError:
        raise NotFound() from None
    if kind not in _kinds or str(found) != key:
        raise NotFound()
    return kind, found


def _take(name: str, by: Actor, thing: Editable, lease: float) -> Lock | Held:
    lock_id = uuid4()
    patient = str(thing.patient_id or "")
    args = [str(lock_id), str(by.session_id), str(by.user_id), patient, _ms(lease), _WAITING_REMEMBERED]
    answer = _ask(lambda: _script(locks_lua.ACQUIRE)(keys=[f"lock:{name}", f"lock-waits:{name}"], args=args))
    if answer[0] == 1:
        return _lock(name, lock_id, answer[1], answer[2], lease)
    return _held(name, answer[1], answer[2], answer[3])


def _looked(name: str) -> Any:
    key = f"lock:{name}"
    return limits.server().pipeline(transaction=False).hmget(key, "session", "user", "since").pttl(key).execute()


def _lock(name: str, lock_id: UUID, number: bytes, since: bytes, lease: float) -> Lock:
    ends_at = timezone.now() + timedelta(seconds=lease)
    return Lock(name=name, id=lock_id, number=int(number), since=_moment(since), ends_at=ends_at)


def _held(name: str, user: bytes, since: bytes, left: int, *, mine: bool = False) -> Held:
    ends_at = timezone.now() + timedelta(milliseconds=max(left, 0))
    return Held(name=name, user_id=UUID(user.decode()), since=_moment(since), ends_at=ends_at, mine=mine)


def _tell(
    action: str, kind: str, key: UUID, by: Actor, patient_id: UUID | None, number: int | None, refused: bool = False
) -> None:
    act = Act(action=action, kind=kind, key=key, by=by, patient_id=patient_id, number=number, refused=refused)
    with transaction.atomic():
        for observer in _observers:
            observer(act)


def _moment(milliseconds: bytes) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _ms(seconds: float) -> int:
    return int(seconds * 1000)


def _ask(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except limits.OUT_OF_REACH as error:
        limits.log.warning("redis out of reach, an edit lock was not asked for", extra={"error": type(error).__name__})
        raise Unavailable(
            _("Nobody can say right now who else is editing. You can go on: what others save meanwhile is not lost.")
        ) from None


def _script(text: str) -> Any:
    return limits.server().register_script(text)
