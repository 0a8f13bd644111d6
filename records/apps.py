from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = _("Medical records")

    def ready(self) -> None:
        from appointments.panels import Panel, Place, contribute
        from patients.merging import follow_by
        from patients.moving import SealedFollows
        from records import news, panels
        from records.locking import register_locks
        from records.models import AllergyIntolerance, Condition, MedicalRecord, MedicationRequest, Observation
        from vitas.audit.reading import tell
        from vitas.common import events
        from vitas.live.news import say
        from vitas.live.presenting import present

        register_locks()
        follow_by(SealedFollows(MedicalRecord, Observation, MedicationRequest, Condition, AllergyIntolerance))
        contribute(Panel(Place.PATIENT, "records/panel_patient.html", panels.of_patient))
        contribute(Panel(Place.VISIT, "records/panel_visit.html", panels.of_visit))
        events.receive(events.RecordWritten, news.on_written)
        present("record:new", news.record_new)
        say("record:new", news.of_record)
        for action, what in {
            "READ_MEDICAL_RECORDS": _("saw the list of your records"),
            "READ_MEDICAL_RECORD": _("opened one of your records"),
            "READ_SUMMARY": _("saw your problems, allergies and medicines"),
            "READ_OBSERVATIONS": _("saw your results over time"),
            "CREATE_MEDICAL_RECORD": _("wrote a record"),
            "CREATE_ADDENDUM": _("added to a record"),
            "MARK_RECORD_ERROR": _("marked a record as an error"),
            "CREATE_ATTACHMENT": _("attached a file to a record"),
            "READ_ATTACHMENT": _("opened a file of a record"),
            "READ_PRESCRIPTION_PAPER": _("printed a prescription"),
            "VERIFY_PRESCRIPTION": _("checked that a prescription is real"),
            "REFUSE_ATTACHMENT": _("refused a file of a record"),
            "CREATE_PROBLEM": _("wrote down a problem"),
            "UPDATE_PROBLEM": _("changed a problem"),
            "CREATE_ALLERGY": _("wrote down an allergy"),
            "UPDATE_ALLERGY": _("changed an allergy"),
            "CREATE_MEDICINE": _("wrote down a medicine"),
            "UPDATE_MEDICINE": _("changed a medicine"),
        }.items():
            tell(action, what)
