"""`manage.py bench_scribe` (`make bench-scribe`): from a recording to a draft, measured beside the published figures.

Each part is a module `vitas.operations.bench.scribe_<part>` with one function, `measure(work: Work) -> bool`: it tells
its figures and answers whether they reach what docs/scribe.md says they must.
"""

from argparse import ArgumentParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from vitas.accounts.actor import OPERATIONS
from vitas.common.acting import acting_as
from vitas.operations.bench.scribe_work import Work

PARTS = {
    "speech": "word errors, real-time factor and memory of the transcriber",
    "notes": "ROUGE and evidence of the embedded drafter (needs --data)",
    "codes": "MAP and F1 of the coder, speed of the search (needs --data)",
    "kill": "200 recordings, four workers killed at random moments: 200 drafts, none twice",
}


class Command(BaseCommand):
    help = "Measure the way from a recording to a draft: " + "; ".join(
        f"{name}: {what}" for name, what in PARTS.items()
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
        parser.add_argument("--data", type=Path, help="folder of the data that docs/scribe.md names")
        parser.add_argument("--few", type=int, default=0, metavar="N", help="only the first N rows of each set")
        parser.add_argument("--seed", type=int, default=1, help="of what is random (default 1)")

    @acting_as(OPERATIONS)
    def handle(self, *args: Any, **options: Any) -> None:
        parts = options["parts"] or list(PARTS)
        if unknown := [name for name in parts if name not in PARTS]:
            raise CommandError(f"There is no part {unknown[0]}: choose of {', '.join(PARTS)}.")
        data: Path | None = options["data"]
        if data is not None and not data.is_dir():
            raise CommandError(f"{data} is no folder.")
        work = Work(data=data, few=options["few"], seed=options["seed"], tell=self.stdout.write)
        short = [name for name in parts if not self._measure(name, work)]
        if short:
            raise CommandError(f"Short of the mark: {', '.join(short)}.")

    def _measure(self, name: str, work: Work) -> bool:
        self.stdout.write(self.style.MIGRATE_HEADING(f"{name}: {PARTS[name]}"))
        module = f"vitas.operations.bench.scribe_{name}"
        if find_spec(module) is None:
            self.stdout.write("  not measured: this installation lacks the part")
            return True
        return bool(import_module(module).measure(work))
