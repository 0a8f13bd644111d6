from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotesConfig(AppConfig):
    name = "records.notes"
    verbose_name = _("Notes")

    def ready(self) -> None:
        from patients.merging import follow_by
        from patients.moving import SealedFollows
        from records.notes.models import Diagnosis, Note

        follow_by(SealedFollows(Note, Diagnosis))
