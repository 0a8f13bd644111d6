"""`manage.py restore DIR`: read a backup back into an empty database and an empty store."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

from vitas.accounts.actor import OPERATIONS
from vitas.common.acting import acting_as
from vitas.operations.backup import BackupFailed, files, making, restoring
from vitas.operations.backup.database import Database
from vitas.operations.backup.manifest import Manifest
from vitas.operations.backup.progress import Progress


class Command(BaseCommand):
    help = (
        "Proves a backup whole, restores it into the database and the store of the settings, which must be empty, and"
        " compares every table and file. Broken off, it is run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path, metavar="DIR", help="the backup's folder")
        parser.add_argument("--check", action="store_true", help="only prove that it is whole; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        progress = Progress(self.stdout.write)
        try:
            with acting_as(OPERATIONS):
                key = making.required_key()
                manifest = restoring.check(options["backup"], key=key, tell=progress)
                if not options["check"]:
                    stores = {alias: storages[alias] for alias in files.stores()}
                    target = Database.owners()
                    restoring.restore(options["backup"], manifest, target=target, stores=stores, key=key, tell=progress)
            progress.end()
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        self._tell(manifest, only_checked=options["check"])

    def _tell(self, manifest: Manifest, *, only_checked: bool) -> None:
        rows = sum(held.rows for held in manifest.tables.values())
        done = "is whole" if only_checked else "is restored, and equal"
        self.stdout.write(
            f"The backup of {manifest.made_at} {done}: {len(manifest.tables)} tables, {rows} rows,"
            f" {len(manifest.files)} files."
        )
        if lacking := sorted(set(manifest.master_keys) - set(settings.MASTER_KEYS)):
            self.stdout.write(
                f"MASTER_KEYS lacks {', '.join(lacking)}: what they protect cannot be read until it has them."
            )
        if not only_checked:
            self.stdout.write(
                "Now run migrate --database=owner and retention, and forget again whom you forgot since:"
                " forget --from FILE."
            )
