"""How much of what each drafter wrote was signed: the figure by which drafters are compared."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from records.notes.models import Note
from vitas.accounts.actor import OPERATIONS
from vitas.common.acting import acting_as


class Command(BaseCommand):
    help = "Print for each drafter how many of its notes were signed, and which share of its words survived."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", default="", help="Only of the organization with this short name.")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Note.objects.standing()
        if options["organization"]:
            rows = rows.filter(organization__slug=options["organization"])
        with acting_as(OPERATIONS):
            found = list(rows.quality())
        if not found:
            self.stdout.write("No drafted note was signed yet.")
        for row in found:
            self.stdout.write(
                f"{row['drafter']}: {row['notes']} notes, {row['mean']:.1%} of the words survived"
                f" (median {row['median']:.1%}), {row['untouched']} signed as drafted"
            )
