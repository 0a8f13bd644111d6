"""How visits are asked for."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

from vitas.accounts.actor import Actor

if TYPE_CHECKING:
    from appointments.models import Appointment


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, actor: Actor) -> "AppointmentQuerySet":
        """The one place that says whose appointments a person may see."""
        return self.none()

    def lapsed(self, now: datetime) -> "AppointmentQuerySet":
        """Holds whose time has run out."""
        return self.filter(status="pending", hold_ends_at__lte=now)
