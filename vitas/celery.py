"""The worker's entrance: `celery -A vitas worker`, `celery -A vitas beat`."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vitas.settings")

app = Celery("vitas")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_web_does(**_signal: Any) -> None:
    """Celery would else write lines of its own, with the words of exceptions."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
