from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotesConfig(AppConfig):
    name = "records.notes"
    verbose_name = _("Notes")

    def ready(self) -> None:
        from patients.merging import follow_by
        from patients.moving import SealedFollows
        from records import writing
        from records.notes import locking, signing
        from records.notes.models import Diagnosis, Note
        from vitas.audit.reading import tell
        from vitas.live import locks

        follow_by(SealedFollows(Note, Diagnosis))
        writing.when_in_error(signing.follow_record)
        locks.register("note", locking.note)
        for action, what in {
            "CREATE_NOTE": _("began the note of a visit"),
            "DRAFT_NOTE": _("drafted the note of a visit"),
            "UPDATE_NOTE": _("wrote in the note of a visit"),
            "SIGN_NOTE": _("signed the note of a visit"),
            "DISCARD_NOTE": _("discarded the draft of a note"),
            "READ_NOTE": _("opened the note of a visit"),
            "READ_NOTE_VERSIONS": _("looked at what was changed in a note"),
            "READ_NOTE_PAPER": _("printed the note of a visit"),
            "KEEP_SENTENCE": _("checked a sentence of a note"),
            "DOUBT_SENTENCE": _("marked a sentence of a note again"),
            "READ_DIAGNOSES": _("saw the diagnoses of a visit"),
            "ADD_DIAGNOSIS": _("wrote down a diagnosis"),
            "ACCEPT_DIAGNOSIS": _("accepted a diagnosis"),
            "REJECT_DIAGNOSIS": _("rejected a diagnosis"),
        }.items():
            tell(action, what)
