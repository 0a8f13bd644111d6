"""`manage.py export_patient ID --output FILE`: everything of one patient, for the operator of the server."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from records.export_zip import zip_of
from records.fhir import checking
from records.fhir.export import NO_FILES, Files, note_export, reader, write_bundle
from records.fhir.held import held_of
from vitas.accounts.actor import OPERATIONS
from vitas.common.acting import acting_as
from vitas.common.errors import Refused


class Command(BaseCommand):
    help = (
        "Writes everything of one patient, of all organizations: a FHIR R4 bundle, or a ZIP with it, a PDF to read, the"
        " prescriptions and files. The file tells of a person's health: it is made readable by you alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("patient", type=UUID, help="the patient's id")
        parser.add_argument("--output", type=Path, required=True, help="a file that is not there yet")
        parser.add_argument("--format", choices=["fhir", "zip"], default="fhir")
        parser.add_argument("--files", action="store_true", help="fhir: the files within the bundle, as Binary")
        parser.add_argument("--check", action="store_true", help="fhir: ask fhir.resources whether all of it is right")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_as(OPERATIONS):
                self._export(**options)
        except FileExistsError:
            raise CommandError(f"{options['output']} is there already.") from None
        except Refused as refusal:
            raise CommandError(str(refusal.message)) from None

    def _export(self, patient: UUID, output: Path, format: str, files: bool, check: bool, **_: Any) -> None:
        held = held_of(patient, OPERATIONS)
        output.touch(mode=0o600, exist_ok=False)
        with output.open("wb") as out, translation.override(held.patient.language):
            if format == "zip":
                with zip_of(patient, OPERATIONS) as packed:
                    shutil.copyfileobj(packed, out)
            else:
                with transaction.atomic():
                    note_export(held, OPERATIONS, "fhir")
                    write_bundle(out, held, files=Files(read=reader) if files else NO_FILES)
        self.stdout.write(f"{output}: {output.stat().st_size} bytes")
        if check and format == "fhir":
            self._check(output)

    def _check(self, output: Path) -> None:
        wrong = checking.problems(output.read_bytes())
        if wrong:
            raise CommandError("\n".join(["Not what FHIR says:", *wrong[:50]]))
        self.stdout.write("Right by fhir.resources (R4B) and the rules of a document.")
