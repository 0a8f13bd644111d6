from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProcessingConfig(AppConfig):
    name = "processing"
    verbose_name = _("Recordings")

    def ready(self) -> None:
        from appointments.panels import Panel, Place, contribute, contribute_marks
        from patients.merging import follow_by
        from patients.moving import Follows, SealedFollows
        from processing import code_table, marks, news
        from processing.models import Recording, Transcript
        from records.codes.choosing import register_choice
        from vitas.audit.reading import tell
        from vitas.live.news import say
        from vitas.live.presenting import present

        register_choice(code_table.chosen)
        follow_by(Follows(Recording, "patient"))
        follow_by(SealedFollows(Transcript))
        contribute(Panel(Place.ACTS, "processing/panel_note.html", marks.panel))
        contribute_marks(marks.of_visits)
        present(news.PROGRESS, news.payloads)
        present(news.DONE, news.payloads)
        present(news.FAILED, news.failures)
        say(news.DONE, news.of_done, worth=news.final)
        say(news.FAILED, news.of_failed, worth=news.final)
        for action, what in {
            "CREATE_RECORDING": _("began to record a visit"),
            "FINISH_RECORDING": _("finished the recording of a visit"),
            "DISCARD_RECORDING": _("deleted a recording that was not finished"),
            "RECEIVE_RECORDING": _("received the recording of a visit"),
            "CLOSE_RECORDING": _("closed a recording that did not arrive whole"),
            "READ_RECORDINGS": _("saw the list of recordings"),
            "READ_RECORDING": _("listened to the recording of a visit"),
            "DELETE_AUDIO": _("deleted the sound of a visit, its time being over"),
        }.items():
            tell(action, what)
        tell("TRANSCRIBE_RECORDING", _("wrote down what was said in a recording"))
        tell("RETRY_RECORDING", _("began the work on a recording again"))
