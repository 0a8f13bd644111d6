from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "vitas.operations"
    label = "operations"
