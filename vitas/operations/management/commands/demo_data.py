"""`manage.py demo_data`: load the demo installation, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vitas.operations import demo


class Command(BaseCommand):
    help = "Loads the demo: three organizations, their staff, doctors, patients and visits. Refuses other data."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            fresh = demo.load()
        except demo.NotEmpty as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("The demo data is loaded." if fresh else "The demo data was there already.")
