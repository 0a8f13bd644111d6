"""`manage.py forget`: a patient asked to be forgotten. Also: who was, since a backup, to be forgotten again."""

import json
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from vitas.accounts.actor import OPERATIONS
from vitas.common.acting import acting_as
from vitas.common.errors import NotFound, Refused
from vitas.operations.keeping import forgetting


class Command(BaseCommand):
    help = (
        "Takes a patient's name, contacts and sign-in away; records stay as long as the law says. Who it was lies"
        " sealed until then: --identity opens it, with an entry in the audit trail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("patient", type=UUID, nargs="?", help="the patient's id")
        what.add_argument("--identity", type=UUID, metavar="PATIENT", help="say who a forgotten patient was")
        what.add_argument("--list-since", type=moment, metavar="MOMENT", help="ids of who was forgotten since")
        what.add_argument("--from", dest="ids", type=Path, metavar="FILE", help="forget these ids, one a line")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(OPERATIONS):
            try:
                self._do(options)
            except Refused as refusal:
                raise CommandError(str(refusal.message)) from refusal

    def _do(self, options: dict[str, Any]) -> None:
        if options["list_since"]:
            for patient_id in forgetting.forgotten_since(options["list_since"]):
                self.stdout.write(str(patient_id))
        elif options["identity"]:
            found = forgetting.sealed_identity(patient_id=options["identity"], by=OPERATIONS)
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        elif options["ids"]:
            self._forget_again([UUID(line) for line in options["ids"].read_text().split()])
        else:
            forgetting.forget(patient_id=options["patient"], by=OPERATIONS)
            self.stdout.write("The patient is forgotten. The records stay until the law's time is over.")

    def _forget_again(self, ids: list[UUID]) -> None:
        refused = 0
        for patient_id in ids:
            try:
                forgetting.forget(patient_id=patient_id, by=OPERATIONS)
            except NotFound:
                self.stdout.write(f"{patient_id} is not here.")
            except Refused as refusal:
                self.stdout.write(f"{patient_id}: {refusal.message}")
                refused += 1
        if refused:
            raise CommandError(
                f"{refused} of {len(ids)} were not forgotten. Mend what is said above, and run this again."
            )
        self.stdout.write("All of them are forgotten.")


def moment(text: str) -> datetime:
    found = parse_datetime(text if "T" in text or " " in text else f"{text}T00:00")
    if found is None:
        raise ValueError(text)
    return found if timezone.is_aware(found) else timezone.make_aware(found)
