"""The sweep of stored events."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from vitas.common.ids import first_id_at
from vitas.live.models import LiveEvent

KEPT = timedelta(days=90)


@shared_task
def drop_old_events() -> None:
    """Forget what nobody has come for in a long time."""
    LiveEvent.objects.filter(id__lt=first_id_at(timezone.now() - KEPT)).delete()
