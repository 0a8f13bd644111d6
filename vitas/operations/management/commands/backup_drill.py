"""`manage.py backup_drill`: restore a backup into a database of its own and compare all of it."""

import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vitas.accounts.actor import OPERATIONS
from vitas.common.acting import acting_as
from vitas.operations.backup import BackupFailed, drill, making
from vitas.operations.backup.database import Database
from vitas.operations.backup.progress import Progress


class Command(BaseCommand):
    help = (
        "Restores a backup (a fresh one, or --from one that is there) into a scratch database and folder, compares the"
        " rows and hashes of every table and file, and drops both again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="backup", type=Path, metavar="DIR", help="a backup that is there")
        parser.add_argument("--scratch", metavar="URL", help="an empty database, where the owner may not make one")

    def handle(self, *args: Any, **options: Any) -> None:
        progress, began = Progress(self.stdout.write), time.monotonic()
        scratch = Database.at(options["scratch"]) if options["scratch"] else None
        try:
            with acting_as(OPERATIONS), tempfile.TemporaryDirectory(prefix="vitas-drill-") as folder:
                owner = Database.owners()
                backup = options["backup"] or making.make(to=Path(folder), source=owner, tell=progress)
                manifest = drill.run(backup, key=making.required_key(), scratch=scratch, beside=owner, tell=progress)
            progress.end()
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        rows = sum(held.rows for held in manifest.tables.values())
        self.stdout.write(
            f"The drill is passed: {len(manifest.tables)} tables with {rows} rows and {len(manifest.files)} files came"
            f" back as they were, in {time.monotonic() - began:.0f} s."
        )
