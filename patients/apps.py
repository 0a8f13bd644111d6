from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PatientsConfig(AppConfig):
    name = "patients"
    verbose_name = _("Patients")

    def ready(self) -> None:
        from patients import merging, moving, news, notices, watched
        from patients.identity import acting, patient_claims, patient_profiles
        from patients.locking import register_locks
        from patients.profiles import default_patient
        from vitas.accounts.page_sessions import show
        from vitas.accounts.people import contribute
        from vitas.accounts.signing import find_profiles_by
        from vitas.accounts.tokens import contribute_claims
        from vitas.audit.reading import tell
        from vitas.common import events
        from vitas.live.news import say
        from vitas.live.presenting import present

        contribute_claims(patient_claims)
        contribute(patient_profiles)
        show(acting)
        find_profiles_by(default_patient)
        register_locks()
        watched.register()
        events.receive(events.GlassBroken, notices.on_glass_broken)
        events.receive(events.GlassReviewed, notices.on_glass_reviewed)
        for name, said in (("opened", news.opened), ("overdue", news.overdue), ("reviewed", news.reviewed)):
            say(f"emergency:{name}", said)
            present(f"emergency:{name}", news.payload)
        for action, words in notices.PLAINLY.items():
            tell(action, words)
        for rule in moving.rules():
            merging.follow_by(rule)
