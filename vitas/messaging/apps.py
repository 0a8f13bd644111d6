from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "vitas.messaging"
    label = "messaging"
