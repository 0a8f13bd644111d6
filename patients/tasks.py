"""Sweeps of patients; each finds its work in the database, so it may run twice or never."""

from celery import shared_task

from patients import merging, notices


@shared_task
def gather_late() -> int:
    """What was written for a patient who was merged meanwhile follows to the kept one."""
    return merging.gather_late()


@shared_task
def remind_of_reviews() -> int:
    """Administrators hear, once a day, of emergency access that nobody has reviewed."""
    return notices.remind_of_reviews()
