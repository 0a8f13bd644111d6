from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "vitas.messaging"
    label = "messaging"

    def ready(self) -> None:
        from django.conf import settings

        from vitas.messaging.providers.approved import content_sids

        content_sids(settings.TWILIO_TEMPLATES)  # a mistake in it stops the start, not the first message
