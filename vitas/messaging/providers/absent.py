"""No carrier: production without a mail server. Pages that would send ask `mailer().absent` first, and say so."""

from vitas.messaging.providers.base import Messenger, Outgoing, Undeliverable


class NoMailer(Messenger):
    """Takes nothing."""

    absent = True

    def send(self, message: Outgoing) -> str:
        raise Undeliverable("NO_MAIL_SERVER")
