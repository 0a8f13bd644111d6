"""`manage.py load_codes [table …]`: code tables from the installed packages, or an organization's own from a CSV."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from records.codes import loading, sources
from vitas.accounts.actor import OPERATIONS
from vitas.common.acting import acting_as


class Command(BaseCommand):
    help = "Load tables of diagnosis codes. Loaded again, a table changes nothing; a newer one retires what is gone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tables", nargs="*", help=f"{', '.join(sources.keys())}, all, or the key of one's own")
        parser.add_argument("--file", type=Path, help="a CSV with the columns code and display: one's own table")
        parser.add_argument("--name", default="", help="of one's own table")
        parser.add_argument("--language", default="", help="of its descriptions: es, pt, en")
        parser.add_argument("--uri", default="http://hl7.org/fhir/sid/icd-10", help="FHIR's name of it")
        parser.add_argument("--table-version", default="", help="of one's own table")

    def handle(self, *, tables: list[str], file: Path | None, verbosity: int, **options: Any) -> None:
        for table in self._tables(tables, file, options):
            with acting_as(OPERATIONS):
                done = loading.load(table, told=self._told if verbosity and self.stderr.isatty() else _untold)
            if verbosity:
                news = "as it was" if done.was_there else f"{done.changed} new or changed, {done.retired} retired"
                self.stdout.write(f"{table.key} {table.version}: {done.codes} codes, {news}.")

    def _tables(self, keys: list[str], file: Path | None, options: dict[str, Any]) -> list[sources.Table]:
        if file is not None:
            return [self._own(keys, file, options)]
        wanted = list(sources.keys()) if keys in ([], ["all"]) else keys
        unknown = [key for key in wanted if key not in sources.keys()]  # noqa: SIM118  (a function, no mapping)
        if unknown:
            raise CommandError(f"No package has {', '.join(unknown)}. One's own table needs --file.")
        return [sources.of(key) for key in wanted]

    def _own(self, keys: list[str], file: Path, options: dict[str, Any]) -> sources.Table:
        if len(keys) != 1 or not options["language"] or not options["table_version"]:
            raise CommandError("One's own table needs a key, --language and --table-version.")
        try:
            return sources.from_file(
                file,
                key=keys[0],
                name=options["name"] or keys[0].upper(),
                uri=options["uri"],
                language=options["language"],
                version=options["table_version"],
            )
        except sources.BadTable as error:
            raise CommandError(str(error)) from error

    def _told(self, done: int, whole: int) -> None:
        self.stderr.write(f"\r{done} of {whole} ", ending="")
        self.stderr.flush()


def _untold(_done: int, _whole: int) -> None:
    pass
