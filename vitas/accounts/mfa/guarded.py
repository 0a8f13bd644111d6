"""Second steps that can be guessed are counted before they are judged.

Five wrong ones of a person from an address close that address for a quarter of an hour, a hundred a day from all of
them close codes for the day (NIST SP 800-63B 3.2.2). Only who knows the password gets as far, so nobody is locked out
by a stranger; passkeys cannot be guessed, and stay open.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from vitas.accounts import attempts, signing
from vitas.accounts.mfa import letters
from vitas.accounts.models import Session, User
from vitas.accounts.signing import Happening, What


@dataclass
class Guess:
    good: bool = False


@contextmanager
def guesses(user: User, *, session: Session | None = None, method: str) -> Iterator[Guess]:
    """Around the judging, which says `good`. Raises TooMany, Unavailable before it."""
    attempt = attempts.begin(account=f"second-step:{user.pk}")
    wrong_today = attempts.count_second_step(user_id=user.pk)
    guess = Guess()
    with attempt.being_judged():
        yield guess
        if not guess.good:
            note_failure(user, session=session, method=method)
    if guess.good:
        attempt.forgive()
        attempts.forgive_second_step(user_id=user.pk)
    elif wrong_today == attempts.SECOND_STEPS_TOLD:
        letters.warn(user)


@transaction.atomic
def note_failure(user: User, *, session: Session | None = None, method: str) -> None:
    signing.tell(Happening(what=What.SECOND_STEP_FAILED, method=method, session=session, user=user))
