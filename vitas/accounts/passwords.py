"""A forgotten password by e-mail, and one's own changed: for those who sign in by one, members of organizations.

The answer to who asks is the same for every e-mail and takes as long: it writes one row. A sweep looks up whose the
e-mail is and sends the link, which works once, within 30 minutes, and not after the password was changed.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vitas.accounts import attempts, password_rules, signing
from vitas.accounts.models import PasswordLink, Session, User
from vitas.accounts.signing import Happening, What
from vitas.common.after_commit import soon
from vitas.common.errors import Invalid, NotFound, NotPossibleNow, Problem
from vitas.common.ids import new_id
from vitas.messaging import outbox
from vitas.messaging.providers.base import mailer

LIVES: Final = timedelta(minutes=30)
LONGEST: Final = password_rules.MOST  # characters of a password
# By the codes of Django's validators, whose own sentences name fields and not words.
_WEAK: Final = {
    "password_too_common": gettext_lazy("Too many people use this password. Choose another one."),
    "password_too_similar": gettext_lazy("Too close to your name or e-mail. Choose another one."),
}


class DeadLink(NotFound):
    """404: expired, used, ended by a change of the password, or never ours."""

    sentence = gettext_lazy("This link has expired or was used already. We can send a new one.")


def can_be_asked_for() -> bool:
    """Whether this installation sends e-mail at all."""
    return not mailer().absent


def ask(*, email: str) -> None:
    """Take down that somebody forgot the password of `email`. Raises TooMany, Unavailable, NotPossibleNow."""
    from vitas.accounts.tasks import send_password_links

    if not can_be_asked_for():
        raise NotPossibleNow(_("No e-mail is set up here. Ask your administrator for a new password."))
    email = email.strip().lower()
    attempts.count_mail(email=email)
    now = timezone.now()
    with transaction.atomic():
        PasswordLink.objects.create(
            email=email, language=translation.get_language() or "", created_at=now, expires_at=now + LIVES
        )
        signing.tell(Happening(what=What.PASSWORD_ASKED, method=Session.Method.PASSWORD))
        soon(send_password_links)


def look_up_due(*, limit: int = 500) -> int:
    """The sweep: send a link to each e-mail that is a member's; how many were sent."""
    waiting = PasswordLink.objects.waiting(timezone.now()).order_by("created_at")
    return sum(_look_up(link_id) for link_id in list(waiting.values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _look_up(link_id: UUID) -> bool:
    now = timezone.now()
    link = PasswordLink.objects.waiting(now).select_for_update(skip_locked=True).filter(pk=link_id).first()
    if link is None:
        return False
    link.looked_up_at = now
    user = _member(str(link.email))
    if user is not None:
        _send(link, user)
    link.save(update_fields=["looked_up_at", "user", "token_hash"])
    return user is not None


def _member(email: str) -> User | None:
    """Patients have no password: they sign in by a code."""
    user = User.objects.filter(email=email, is_active=True).first()
    return user if user and (user.is_operator or user.memberships.live().exists()) else None


def _send(link: PasswordLink, user: User) -> None:
    secret = secrets.token_urlsafe(24)
    link.user = user
    link.token_hash = _hash(link, user, secret)
    _mail(
        user,
        "password_link",
        key=f"password_link:{link.pk}",
        language=link.language,
        address=reverse("new-password", args=[f"{link.pk.hex}-{secret}"]),
        lives=LIVES,
    )
    signing.tell(Happening(what=What.PASSWORD_LINK_SENT, method=Session.Method.PASSWORD, user=user))


def whose(token: str) -> User:
    """Whose password the link sets; nothing is used up. Raises DeadLink."""
    _link, user = _linked(token)
    return user


def _linked(token: str) -> tuple[PasswordLink, User]:
    link_id, _dash, secret = token.partition("-")
    try:
        rows = PasswordLink.objects.live(timezone.now()).select_related("user")
        link = rows.filter(pk=UUID(hex=link_id)).first()
    except ValueError:
        link = None
    user = link.user if link else None
    if link is None or user is None or not hmac.compare_digest(link.token_hash, _hash(link, user, secret)):
        raise DeadLink()
    return link, user


def change_by_link(*, token: str, password: str) -> User:
    """Set a new password; whoever is signed in as this person anywhere no longer is. Raises DeadLink, Invalid."""
    user = whose(token)
    require_good(password, user=user, field="password")
    hashed = make_password(password_rules.normal(password))  # takes its time: not in the transaction
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        link, _user = _linked(token)  # of two at once the second is told
        link.used_at = timezone.now()
        link.save(update_fields=["used_at"])
        _change(user, hashed, short=password_rules.is_short(password), how="link")
    return user


def change_own(*, session: Session, old: str, password: str) -> None:
    """Of who is signed in by `session`, which goes on; all others end. Raises Invalid, TooMany, Unavailable."""
    user = session.user
    attempt = attempts.begin(account=user.email or str(user.pk))
    with attempt.being_judged():
        if not user.check_password(old):
            _refuse(user, session)
            raise Invalid.field("old", _("This is not your present password."))
    attempt.forgive()
    require_good(password, user=user, field="password")
    if old == password:
        raise Invalid.field("password", _("Choose another password than the present one."))
    hashed = make_password(password_rules.normal(password))
    with transaction.atomic():
        _change(user, hashed, short=password_rules.is_short(password), how="own", but=session)


def require_good(password: str, *, user: User, field: str) -> None:
    """Raises Invalid with a sentence for each rule that the password breaks."""
    if len(password) > LONGEST:
        raise Invalid.field(field, _("A password has at most %(count)d characters.") % {"count": LONGEST})
    try:
        validate_password(password, user)
    except ValidationError as weak:
        sentences = [_WEAK.get(str(error.code), error.messages[0]) for error in weak.error_list]
        raise Invalid(problems=[Problem(field, sentence) for sentence in sentences]) from None


@transaction.atomic
def _refuse(user: User, session: Session) -> None:
    signing.tell(Happening(what=What.PASSWORD_REFUSED, method="own", session=session, user=user))


def _change(user: User, hashed: str, *, short: bool, how: str, but: Session | None = None) -> None:
    User.objects.filter(pk=user.pk).update(password=hashed, short_password=short)
    user.password = hashed
    signing.end_every_session(user, but=but.pk if but else None)
    signing.tell(Happening(what=What.PASSWORD_CHANGED, method=how, session=but, user=user))
    _mail(
        user,
        "password_changed",
        key=f"password_changed:{new_id()}",
        language=translation.get_language() or "",
        address=reverse("forgotten-password"),
        lives=timedelta(days=7),
    )


def _mail(user: User, template: str, *, key: str, language: str, address: str, lives: timedelta) -> None:
    if not user.email:
        return
    outbox.put(
        key=key,
        channel="email",
        address=user.email,
        template=template,
        language=user.language or language,
        variables={"name": user.full_name or user.email, "link": settings.PUBLIC_URL.rstrip("/") + address},
        stale_after=timezone.now() + lives,
    )


def _hash(link: PasswordLink, user: User, secret: str) -> str:
    message = f"password:{link.pk}:{user.pk}:{user.email}:{user.password}:{secret}"
    return hmac.new(settings.CODE_SECRET.encode(), message.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
