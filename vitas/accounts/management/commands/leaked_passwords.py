"""Makes the list of leaked passwords anew (vitas/accounts/leaked/README.md)."""

from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand

from vitas.accounts import leaked, password_rules

SHORT: Final = 300_000
LONG: Final = 100_000


class Command(BaseCommand):
    help = "Write the list of leaked passwords anew from files with one a line, the most used first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--short", type=Path, required=True, help=f"The first {SHORT} of 8 characters and more.")
        parser.add_argument("--long", type=Path, required=True, help=f"The first {LONG} of 15 characters and more.")

    def handle(self, *args: Any, **options: Any) -> None:
        short = islice(_lines(options["short"], password_rules.LEAST_WITH_FACTOR), SHORT)
        long = islice(_lines(options["long"], password_rules.LEAST_ALONE), LONG)
        self.stdout.write(f"{leaked.write([*short, *long])} passwords in {leaked.FILE.name}")


def _lines(file: Path, least: int) -> Iterator[str]:
    with file.open("rb") as opened:
        for line in opened:
            try:
                password = line.decode().rstrip("\r\n")
            except UnicodeDecodeError:
                continue
            if len(password) >= least:
                yield password
