from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "vitas.common"
    label = "common"
