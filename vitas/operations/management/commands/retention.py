"""`manage.py retention`: erase what the law keeps no longer; `--dry-run` only says what that is."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from vitas.accounts.actor import OPERATIONS
from vitas.common.acting import acting_as
from vitas.common.errors import Refused
from vitas.operations.backup.progress import Progress
from vitas.operations.keeping import audit_months, erasing, sweeps
from vitas.operations.keeping.terms import OWNER, Term, due, files_of, patients_nobody_keeps, terms


class Command(BaseCommand):
    help = (
        "Erases patients' files whose time by the law is over, patients whom nobody keeps, months of the audit trail,"
        " and what no law keeps. What a legal hold covers stays. May be broken off and run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be erased")

    def handle(self, *args: Any, **options: Any) -> None:
        if OWNER not in connections.databases:
            raise CommandError("Set DATABASE_OWNER_URL: the application itself may not delete what it wrote.")
        now = timezone.now()
        with acting_as(OPERATIONS):
            found = terms(now)
            for term in found:
                self._tell(term)
            if options["dry_run"]:
                self._would(now)
                return
            try:
                self._erase(found, now)
            except Refused as refusal:
                raise CommandError(str(refusal.message)) from refusal

    def _tell(self, term: Term) -> None:
        over, erasable = files_of(term).count(), due(term).count()
        self.stdout.write(
            f"{term.organization.slug}: {term.law.years} years ({term.law.source}); last act before"
            f" {term.before:%Y-%m-%d}: {over} files, of which {over - erasable} are held"
        )

    def _would(self, now: datetime) -> None:
        self.stdout.write(f"patients of whom nobody keeps anything: {patients_nobody_keeps(now).count()}")
        self.stdout.write(f"months of the audit trail: {len(audit_months.due(now))}")
        for name, rows in sweeps.count(now).items():
            self.stdout.write(f"{name}: {rows}")
        self.stdout.write("Nothing was erased.")

    def _erase_of(self, term: Term, progress: Progress) -> int:
        return erasing.erase_due(term, tell=lambda done: progress(f"{term.organization.slug}: {done} erased"))

    def _erase(self, found: list[Term], now: datetime) -> None:
        progress = Progress(self.stdout.write)
        files = sum(self._erase_of(term, progress) for term in found)
        patients = erasing.erase_patients(now, tell=lambda done: progress(f"patients: {done} erased"))
        months = audit_months.drop_due(now, tell=lambda done: progress(f"months: {done} dropped"))
        progress.end()
        dropped = sum(sweeps.drop(now).values())
        self.stdout.write(
            f"Erased: {files} files, {patients} patients, {months} months of the audit trail, {dropped} other rows."
        )
