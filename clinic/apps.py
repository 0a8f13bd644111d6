from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = _("Clinics and doctors")

    def ready(self) -> None:
        from clinic import watched
        from clinic.identity import doctor_claims
        from clinic.locking import register_locks
        from vitas.accounts.tokens import contribute_claims

        contribute_claims(doctor_claims)
        register_locks()
        watched.register()
