from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "vitas.live"
    label = "live"
