"""What decides when doctors are free: each change of it in the admin makes their coming days be counted again."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from clinic.models import Doctor
from vitas.common import events
from vitas.common.visible_admin import VisibleAdmin

_COUNTED_AHEAD = timedelta(days=61)  # search shows the free days of the coming two months


class TimeAdmin(VisibleAdmin):
    """A model whose rows say when doctors are there."""

    def doctor_ids(self, row: Any) -> Iterable[UUID]:
        """Whose time the row speaks of: here every doctor's of its organization."""
        return Doctor.objects.filter(organization_id=row.organization_id).values_list("pk", flat=True)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._changed(request, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._changed(request, obj)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        self._tell(queryset)
        return super().log_deletions(request, queryset)

    def _changed(self, request: HttpRequest, row: Any) -> None:
        """Logged when all of the form is saved: visits that lie outside the hours by now are told of."""
        self._tell([row])
        self.admin_site.time_changed(request, set(self.doctor_ids(row)))

    def _tell(self, rows: Iterable[Any]) -> None:
        now = timezone.now()
        until = (now + _COUNTED_AHEAD).isoformat()
        for doctor_id in {doctor_id for row in rows for doctor_id in self.doctor_ids(row)}:
            events.record(events.TimeChanged(doctor_id, starts_at=now.isoformat(), ends_at=until))
