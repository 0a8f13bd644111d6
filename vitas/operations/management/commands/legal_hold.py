"""`manage.py legal_hold`: keep everything of a patient, or of an organization, until it is released."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from vitas.accounts.actor import OPERATIONS
from vitas.accounts.models import Organization
from vitas.common.acting import acting_as
from vitas.common.errors import Refused
from vitas.operations.keeping import holds
from vitas.operations.models import LegalHold


class Command(BaseCommand):
    help = "Sets, releases and lists legal holds: what one covers is neither erased nor forgotten."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        placing = acts.add_parser("set", help="keep a patient of an organization, or all of it")
        placing.add_argument("organization", help="its short name")
        placing.add_argument("--patient", type=UUID, help="the patient's id; without it, all patients")
        placing.add_argument("--reason", required=True, help="who asks for it, and why; kept sealed")
        releasing = acts.add_parser("release", help="end a hold")
        releasing.add_argument("hold", type=UUID)
        releasing.add_argument("--reason", required=True, help="why it ends; kept sealed")
        acts.add_parser("list", help="the holds that stand")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(OPERATIONS):
            try:
                self._do(options)
            except Refused as refusal:
                said = [str(refusal.message), *(str(problem.message) for problem in refusal.problems)]
                raise CommandError(" ".join(said)) from refusal

    def _do(self, options: dict[str, Any]) -> None:
        if options["act"] == "list":
            for hold in LegalHold.objects.live().select_related("organization").order_by("set_at"):
                of_whom = hold.patient_id or "all patients"
                self.stdout.write(f"{hold.pk}  {hold.organization.slug}  {of_whom}  since {hold.set_at:%Y-%m-%d}")
        elif options["act"] == "release":
            holds.release(hold_id=options["hold"], reason=options["reason"], by=OPERATIONS)
            self.stdout.write("The hold is released.")
        else:
            found = Organization.objects.filter(slug=options["organization"]).first()
            if found is None:
                raise CommandError(f"There is no organization {options['organization']}.")
            made = holds.place(
                organization_id=found.pk, patient_id=options["patient"], reason=options["reason"], by=OPERATIONS
            )
            self.stdout.write(str(made.pk))
