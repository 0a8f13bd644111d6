"""E-mail by the mail server that the environment names (RFC 5321), through Django's mail backend.

SMTP cannot be asked whether it took a message before. What is sent again after a broken connection carries the same
`Message-ID`, by which mailboxes drop the second copy.
"""

import contextlib
import hashlib
import smtplib
import ssl

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string

from vitas.messaging.providers.base import Busy, Messenger, NotSent, Outgoing, Undeliverable, WrongChannel


class SmtpMailer(Messenger):
    """One connection a message: there are few, and each must be settled alone."""

    def send(self, message: Outgoing) -> str:
        if message.channel != "email":
            raise WrongChannel("NO_SENDER")
        key = hashlib.sha256(message.key.encode()).hexdigest()[:32]
        letter = _letter(message, message_id=f"<{key}@{_host()}>")
        line = EmailBackend(fail_silently=False, timeout=settings.EMAIL_TIMEOUT)
        try:
            _open(line)
            _hand_over(line, letter)
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                line.close()  # taken is taken, however the server says goodbye
        return key


def _letter(message: Outgoing, *, message_id: str) -> EmailMultiAlternatives:
    """Plain text, and the same as simple HTML."""
    letter = EmailMultiAlternatives(
        subject=" ".join(message.subject.split()),
        body=message.text,
        to=[message.address],
        headers={
            "Message-ID": message_id,
            "Content-Language": message.language,
            "Auto-Submitted": "auto-generated",  # RFC 3834: no answer of an absent person comes back
        },
    )
    html = render_to_string("messaging/mail.html", {"text": message.text, "language": message.language})
    letter.attach_alternative(html, "text/html")
    return letter


def _open(line: EmailBackend) -> None:
    """Raises Busy: whatever is wrong before the address is named is no fault of the address."""
    try:
        line.open()
    except smtplib.SMTPResponseException as error:  # also a wrong password, until somebody puts it right
        raise Busy(error.smtp_code) from None
    except ssl.SSLError:
        raise Busy("TLS") from None
    except smtplib.SMTPNotSupportedError:
        raise Busy("NOT_SUPPORTED") from None
    except (smtplib.SMTPException, OSError):
        raise Busy("NO_CONNECTION") from None


def _hand_over(line: EmailBackend, letter: EmailMultiAlternatives) -> None:
    try:
        line.send_messages([letter])
    except smtplib.SMTPRecipientsRefused as error:
        code, _words = next(iter(error.recipients.values()), (0, b""))
        raise _judged(code) from None
    except smtplib.SMTPSenderRefused as error:
        raise Busy(error.smtp_code) from None  # our own address is not welcome: for us to put right
    except smtplib.SMTPResponseException as error:
        raise _judged(error.smtp_code) from None
    except ValueError:  # Django and the codecs of a domain say it so, with the address in their words
        raise Undeliverable("NOT_AN_ADDRESS") from None
    except smtplib.SMTPNotSupportedError:
        raise Undeliverable("NOT_SUPPORTED") from None  # this server takes no address with such letters
    except (smtplib.SMTPException, OSError):
        raise Busy(Busy.NO_ANSWER) from None


def _judged(code: int) -> NotSent:
    """RFC 5321 4.2.1: 4yz is for now, 5yz for good. 421 and 45z come from servers that are full, or greylist."""
    if 500 <= code < 600:
        return Undeliverable(code)
    return Busy(code, retry_after=60.0 if code in (450, 451) else None)


def _host() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
