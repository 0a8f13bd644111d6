"""Twilio: WhatsApp by approved templates, SMS as text, through Twilio's own SDK.

Twilio takes no idempotency key for messages. So a message whose earlier try ended without an answer is looked for among
those that Twilio has for the number since then, and sent only if it is not there. Where an account has message bodies
redacted nothing is found, and such a message may arrive twice; that is the better of the two mistakes.
"""

import json
import logging
from datetime import timedelta
from functools import cached_property

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from vitas.messaging import templates
from vitas.messaging.providers.approved import content_sids
from vitas.messaging.providers.base import Busy, Messenger, NotSent, Outgoing, Undeliverable, WrongChannel

# https://www.twilio.com/docs/api/errors; the text of an error holds the number, so only its code is kept.
NOT_BY_WHATSAPP = {
    21655,  # the ContentSid is not ours or invalid
    63003,  # no such address on the channel
    63005,  # the channel did not accept the content
    63007,  # our WhatsApp sender is not known (yet)
    63012,  # the channel's own service failed
    63013,  # the channel's policy
    63016,  # free text outside the 24-hour window
    63021,  # the channel takes no such content
    63024,  # the recipient is not on WhatsApp, or its client is too old
    63027,  # the template does not exist in this language
    63028,  # the template takes other parameters
    63030,  # a parameter the channel does not take
    63032,  # WhatsApp limits messages to this person
    63040,  # the template was rejected
    63041,  # the template is paused
    63042,  # the template is disabled
    63049,  # Meta chose not to deliver
}
TEMPORARY = {
    20003,
    20429,
    30001,
    30022,
    63017,
    63018,
    63020,
}  # 20003: wrong credentials, until somebody puts them right
_LOOKED_AT = 20  # messages to the number, newest first
_CLOCKS_DIFFER = timedelta(seconds=30)


class TwilioMessenger(Messenger):
    def send(self, message: Outgoing) -> str:
        try:
            known = self._found(message) if message.maybe_sent_since else None
            return known or self._create(message)
        except (TwilioRestException, TwilioServiceException) as error:
            raise _judged(error, message.channel) from None
        except requests.ConnectTimeout:
            raise Busy("NO_CONNECTION") from None
        except (requests.RequestException, TwilioException, ValueError):
            # The connection broke after the request went out, or what came back cannot be read.
            raise Busy(Busy.NO_ANSWER) from None

    def _create(self, message: Outgoing) -> str:
        words: dict[str, str]
        if message.channel == "whatsapp":
            words = {
                "content_sid": self._content_sid(message),
                "content_variables": json.dumps(
                    templates.named(message.template).numbered(message.variables), ensure_ascii=False
                ),
            }
        else:
            words = {"body": message.text}
        made = self._client.messages.create(to=_to(message), from_=_from(message.channel), **words)
        return str(made.sid)

    def _found(self, message: Outgoing) -> str | None:
        """The id of this message among those that Twilio already has for the number."""
        assert message.maybe_sent_since is not None
        since = message.maybe_sent_since - _CLOCKS_DIFFER
        for other in self._client.messages.list(to=_to(message), from_=_from(message.channel), limit=_LOOKED_AT):
            if other.date_created and other.date_created < since:
                return None
            if all(value in (other.body or "") for value in message.variables.values()):
                if other.status in ("failed", "undelivered"):
                    raise _judged_code(other.error_code, 400, message.channel)
                return str(other.sid)
        return None

    def _content_sid(self, message: Outgoing) -> str:
        """The approved template. Without one the words would be free text, which is refused with 63016: SMS then."""
        sid = self._content_sids.get((message.template, message.language))
        if sid is None:
            raise WrongChannel("NO_TEMPLATE")
        return sid

    @cached_property
    def _client(self) -> Client:
        quiet = logging.getLogger("vitas.twilio")
        quiet.setLevel(logging.ERROR)  # the SDK logs numbers
        web = TwilioHttpClient(timeout=settings.OUTSIDE_TIMEOUT, logger=quiet)
        client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=web)
        if settings.TWILIO_API_URL:
            client.api.base_url = settings.TWILIO_API_URL
        return client

    @cached_property
    def _content_sids(self) -> dict[tuple[str, str], str]:
        return content_sids(settings.TWILIO_TEMPLATES)


def _to(message: Outgoing) -> str:
    return f"whatsapp:{message.address}" if message.channel == "whatsapp" else message.address


def _from(channel: str) -> str:
    """Our number on the channel. Raises WrongChannel where there is none."""
    number = {"whatsapp": settings.TWILIO_WHATSAPP_FROM, "sms": settings.TWILIO_SMS_FROM}.get(channel, "")
    if not number:
        raise WrongChannel("NO_SENDER")
    return f"whatsapp:{number.removeprefix('whatsapp:')}" if channel == "whatsapp" else number


def _judged(error: TwilioRestException | TwilioServiceException, channel: str) -> NotSent:
    return _judged_code(error.code, error.status, channel)


def _judged_code(code: int | None, status: int, channel: str) -> NotSent:
    """What a refusal means: another channel, another time, or never."""
    if channel == "whatsapp" and code in NOT_BY_WHATSAPP:
        return WrongChannel(code)
    if code in TEMPORARY or status == 429:
        return Busy(code or status)
    if status >= 500:
        return Busy(Busy.NO_ANSWER)
    return Undeliverable(code or status)
