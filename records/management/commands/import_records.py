"""`manage.py import_records FILE --organization SLUG`: bring records in, try it first, take it back."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from records import import_undo, imports, incoming_file
from records.csv_layouts import Layout
from records.incoming import MOST_BYTES
from vitas.accounts.actor import OPERATIONS
from vitas.accounts.models import Organization
from vitas.common.acting import acting_as
from vitas.common.errors import Refused


class Command(BaseCommand):
    help = (
        "Brings in a FHIR bundle, a ZIP as export_patient makes it, or a CSV (docs/records-exchange.md): all of it or"
        " nothing, the same again without harm. Patients are found by document and birth date."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--organization", help="its short name; who keeps the records from now on")
        parser.add_argument("--patient", type=UUID, help="whose it is, where the file is of one patient")
        parser.add_argument("--layout", choices=list(Layout), default="", help="of a CSV whose columns do not show it")
        parser.add_argument("--day-first", action="store_true", help="03/04/2026 is the third of April")
        parser.add_argument("--decimal", choices=[".", ","], default="", help="the sign before decimals")
        parser.add_argument("--zone", default="UTC", help="IANA time zone of a CSV's hours")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, and tell what would happen")
        parser.add_argument("--undo", type=UUID, metavar="ID", help="take this import back")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_as(OPERATIONS), translation.override("en"):
                if options["undo"]:
                    self._undo(options["undo"])
                else:
                    self._import(**options)
        except Refused as refusal:
            raise CommandError("\n".join([str(refusal.message), *_details(refusal)])) from None

    def _import(self, file: Path | None, organization: str | None, patient: UUID | None, **options: Any) -> None:
        if file is None or not organization:
            raise CommandError("Give a file and --organization, or --undo.")
        keeper = Organization.objects.filter(slug=organization).first()
        if keeper is None:
            raise CommandError(f"There is no organization {organization}.")
        ways = {name: options[name] for name in ("layout", "day_first", "decimal", "zone")}
        try:
            if file.stat().st_size > MOST_BYTES:
                raise CommandError(f"{file} is larger than {MOST_BYTES // 1024 // 1024} MB.")
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        incoming = incoming_file.read(content, chosen=patient is not None, **ways)
        report = imports.bring_in(
            incoming, organization_id=keeper.pk, by=OPERATIONS, patient_id=patient, trial=options["dry_run"]
        )
        self._tell(report)

    def _tell(self, report: imports.Report) -> None:
        for name, counted in (("added", report.added), ("known", report.known), ("changed", report.changed)):
            said = ", ".join(f"{count} {kind}" for kind, count in sorted(counted.items())) or "nothing"
            self.stdout.write(f"{f'would be {name}' if report.trial else name}: {said}")
        shown = report.shown()
        self.stdout.write(f"left out: {shown['skipped_count']}")
        for one in shown["skipped"]:
            self.stdout.write(f"  {one['where']}: {one['code']} ({one['message']})")
        if report.import_id:
            self.stdout.write(f"import {report.import_id} (take it back with --undo {report.import_id})")

    def _undo(self, import_id: UUID) -> None:
        found = import_undo.undo(import_id=import_id, by=OPERATIONS)
        if found.before:
            self.stdout.write(f"taken back before, at {found.batch.undone_at:%Y-%m-%d %H:%M} UTC; nothing was done")
            return
        said = ", ".join(f"{count} {kind}" for kind, count in sorted(found.rows.items())) or "nothing"
        self.stdout.write(f"marked as entered in error: {said}")


def _details(refusal: Refused) -> list[str]:
    named = [f"  {problem.field}: {problem.message}" for problem in refusal.problems]
    return named + [f"  {row['kind']} {row['id']}" for row in refusal.extra.get("rows", [])]
