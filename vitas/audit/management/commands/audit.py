"""`manage.py audit`: seal and verify the audit trail, write the files of seals, check one that a keeper gives back."""

import base64
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from vitas.accounts.actor import OPERATIONS
from vitas.audit import closing, keys, seal_files, sealing, verifying
from vitas.common.acting import acting_as


class Command(BaseCommand):
    help = "The audit trail's seals. `verify` and `check-seals` end with 1 where something is not as it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="act")
        verify = acts.add_parser("verify", help="is the trail what was sealed, whoever may have touched it?")
        verify.add_argument("--since", type=_moment, help="only what was sealed from this day (2026-11-20) on")
        verify.add_argument("--month", type=_month, help="only the entries of this month (2026-11)")
        verify.add_argument("--no-files", action="store_true", help="do not look at the files of seals in the store")
        acts.add_parser("seal", help="seal what waits, and close the months that are over, now")
        acts.add_parser("export-seals", help="write the signed file of each past day that has none")
        check = acts.add_parser("check-seals", help="is this file of seals genuine, and does our chain still agree?")
        check.add_argument("file", type=Path)
        check.add_argument("--public-key", type=_public, help="base64; without it the keys of the settings")
        check.add_argument("--file-only", action="store_true", help="do not compare with the database")
        acts.add_parser("public-key", help="say the public half of the key that signs now")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        with acting_as(OPERATIONS):
            getattr(self, f"_{act.replace('-', '_')}")(**options)

    def _verify(self, *, since: datetime | None, month: date | None, no_files: bool, **_others: Any) -> None:
        report = verifying.verify(since=since, month=month)
        for finding in report.findings:
            where = " ".join(f"{name} {value}" for name, value in _places(finding) if value)
            self.stdout.write(f"{finding.what.value}: {where}: {finding.because}")
        in_files = [] if no_files else [*_in_files()]
        for problem in in_files:
            self.stdout.write(f"broken: {problem}")
        found = len(report.findings) + len(in_files)
        self.stdout.write(f"{report.seals:,} seals, {report.entries:,} sealed entries looked at, {found:,} findings.")
        if waiting := sealing.waiting():
            self.stdout.write(f"{waiting:,} entries wait for their seal.")
        if found:
            raise CommandError("The audit trail is not what was sealed.")

    def _seal(self, **_others: Any) -> None:
        sealed, closed = sealing.seal_waiting(), closing.close_months()
        self.stdout.write(f"{sealed:,} entries sealed, {len(closed):,} months closed.")

    def _export_seals(self, **_others: Any) -> None:
        for name in seal_files.write_missing():
            self.stdout.write(name)

    def _check_seals(self, *, file: Path, public_key: bytes | None, file_only: bool, **_others: Any) -> None:
        try:
            content = file.read_bytes()
            problems = seal_files.problems_of(content, public=public_key)
            problems += [] if file_only else [*seal_files.differences_from(content)]
        except (OSError, seal_files.NotAFile) as error:
            raise CommandError(str(error)) from error
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise CommandError("The file and the chain do not agree.")
        self.stdout.write("The file is genuine" + ("." if file_only else ", and the chain holds every seal of it."))

    def _public_key(self, **_others: Any) -> None:
        public = keys.public_key()
        self.stdout.write(f"{keys.in_base64(public)} (named {keys.name_of(public)} in seals)")


def _in_files() -> list[str]:
    """What the files in our own store say against the chain."""
    found = []
    for name, content in seal_files.kept():
        try:
            problems = [*seal_files.problems_of(content), *seal_files.differences_from(content)]
        except seal_files.NotAFile as error:
            problems = [str(error)]
        found += [f"{name}: {problem}" for problem in problems]
    return found


def _places(finding: verifying.Finding) -> list[tuple[str, Any]]:
    return [("seal", finding.seal), ("entry", finding.entry)]


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def _public(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
