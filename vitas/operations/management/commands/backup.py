"""`manage.py backup`: the database and the files of the store, encrypted and checksummed, as a new folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from vitas.accounts.actor import OPERATIONS
from vitas.common.acting import acting_as
from vitas.operations.backup import BackupFailed, making
from vitas.operations.backup.database import Database
from vitas.operations.backup.progress import Progress


class Command(BaseCommand):
    help = (
        "Makes a backup of database and files, sealed by BACKUP_KEY: whole, or none. MASTER_KEYS are not in it and must"
        " be kept elsewhere: without them no text about anybody's health can be read again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.VAR / "backups", metavar="DIR", help="where it is put")
        parser.add_argument("--keep-days", type=int, metavar="N", help="then drop backups there that are older")

    def handle(self, *args: Any, **options: Any) -> None:
        progress = Progress(self.stdout.write)
        try:
            with acting_as(OPERATIONS):
                made = making.make(to=options["to"], source=Database.owners(), tell=progress)
            progress.end()
            if options["keep_days"] is not None:
                for name in making.drop_old(options["to"], days=max(1, options["keep_days"]), now=timezone.now()):
                    self.stdout.write(f"Dropped {name}.")
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(made))
