"""The worker's entrance: `celery -A vitas worker`, `celery -A vitas beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vitas.settings")

app = Celery("vitas")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
