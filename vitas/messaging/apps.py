from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "vitas.messaging"
    verbose_name = _("Messages")
    label = "messaging"

    def ready(self) -> None:
        from django.conf import settings

        from vitas.messaging.providers.approved import content_sids

        content_sids(settings.TWILIO_TEMPLATES)  # a mistake in it stops the start, not the first message
