from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "vitas.audit"
    label = "audit"

    def ready(self) -> None:
        from vitas.accounts.signing import observe
        from vitas.audit.sign_ins import write

        observe(write)
