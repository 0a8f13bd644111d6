from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProcessingConfig(AppConfig):
    name = "processing"
    verbose_name = _("Recordings")

    def ready(self) -> None:
        from patients.merging import follow_by
        from patients.moving import Follows, SealedFollows
        from processing.models import Recording, Transcript

        follow_by(Follows(Recording, "patient"))
        follow_by(SealedFollows(Transcript))
