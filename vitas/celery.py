"""The worker's entrance: `celery -A vitas worker`, `celery -A vitas beat`."""

import logging.config
import os
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging

from vitas.common.acting import acting_as_system, room_of

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vitas.settings")


class SystemTask(Task):
    """A task acts on nobody's behalf: as the system actor that bears its room's name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with acting_as_system(room_of(self.name)):
            return super().__call__(*args, **kwargs)


app = Celery("vitas", task_cls=SystemTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_web_does(**_signal: Any) -> None:
    """Celery would else write lines of its own, with the words of exceptions."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
