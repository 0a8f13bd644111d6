from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppointmentsConfig(AppConfig):
    name = "appointments"
    verbose_name = _("Appointments")

    def ready(self) -> None:
        from appointments import day_counts, news, notices, presenters
        from appointments.merging import VisitsFollow
        from appointments.querysets import patients_of_the_day
        from patients.merging import follow_by
        from patients.permissions import nurses_see
        from vitas.common import events
        from vitas.live.news import say
        from vitas.live.presenting import present
        from vitas.live.topics import contribute_topics

        events.receive(events.TimeChanged, day_counts.time_changed)
        for kind in (
            events.AppointmentHeld,
            events.AppointmentFirm,
            events.AppointmentMoved,
            events.AppointmentStepped,
        ):
            events.receive(kind, day_counts.visit_changed)

        events.receive(events.AppointmentFirm, notices.on_firm)
        events.receive(events.AppointmentStepped, notices.on_step)
        events.receive(events.AppointmentMoved, notices.on_moved)
        events.receive(events.PaymentChanged, notices.on_payment)
        events.receive(events.PaidTooLate, notices.on_paid_too_late)
        contribute_topics(presenters.own_profiles)
        follow_by(VisitsFollow())
        nurses_see(patients_of_the_day)
        present("appointment:new", presenters.appointment_new)
        present("appointment:update", presenters.appointment_update)
        present("payment:update", presenters.payment_update)
        say("appointment:new", news.of_new)
        say("appointment:update", news.of_change, worth=news.changes_for)
        say("payment:update", news.of_payment, worth=news.payments_for)
