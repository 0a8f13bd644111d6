from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = _("Medical records")

    def ready(self) -> None:
        from patients.merging import follow_by
        from patients.moving import SealedFollows
        from records.models import AllergyIntolerance, Condition, MedicalRecord, MedicationRequest, Observation

        follow_by(SealedFollows(MedicalRecord, Observation, MedicationRequest, Condition, AllergyIntolerance))
