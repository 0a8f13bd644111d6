from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "vitas.audit"
    label = "audit"
