from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = _("Clinics and doctors")

    def ready(self) -> None:
        from clinic import watched
        from clinic.identity import doctor_claims
        from clinic.locking import register_locks
        from clinic.sign_in import doctor_of
        from vitas.accounts import answers
        from vitas.accounts.tokens import contribute_claims

        contribute_claims(doctor_claims)
        answers.contribute(doctor_of)
        register_locks()
        watched.register()
