from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "vitas.audit"
    verbose_name = _("Audit trail")
    label = "audit"

    def ready(self) -> None:
        from vitas.accounts.signing import observe
        from vitas.audit.sign_ins import write

        observe(write)
