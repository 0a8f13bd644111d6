from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "appointments.payments"
    verbose_name = _("Payments")
    label = "payments"

    def ready(self) -> None:
        from appointments.payments import refunds
        from vitas.common import events

        events.receive(events.AppointmentStepped, refunds.on_step)
        events.receive(events.PaidTooLate, refunds.on_paid_too_late)
