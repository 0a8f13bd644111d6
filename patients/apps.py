from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"

    def ready(self) -> None:
        from patients.identity import patient_claims
        from vitas.accounts.tokens import contribute_claims

        contribute_claims(patient_claims)
