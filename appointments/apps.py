from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "appointments"

    def ready(self) -> None:
        from appointments import day_counts
        from vitas.common import events

        events.receive(events.TimeChanged, day_counts.time_changed)
        for kind in (
            events.AppointmentHeld,
            events.AppointmentFirm,
            events.AppointmentMoved,
            events.AppointmentStepped,
        ):
            events.receive(kind, day_counts.visit_changed)
