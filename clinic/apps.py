from django.apps import AppConfig


class ClinicConfig(AppConfig):
    name = "clinic"

    def ready(self) -> None:
        from clinic.identity import doctor_claims
        from vitas.accounts.tokens import contribute_claims

        contribute_claims(doctor_claims)
