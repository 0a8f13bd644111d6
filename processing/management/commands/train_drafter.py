"""Teach the embedded drafter: `manage.py train_drafter --data DIR` (docs/scribe.md names the data)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from processing.drafters.embedded.learned import FILE, KNOWN
from processing.drafters.embedded.training import corpus
from processing.drafters.embedded.training.train import train


class Command(BaseCommand):
    help = "Trains the embedded drafter and writes its file of numbers with the hash that loading asks for."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", required=True, type=Path, help="the folder of the training data")
        parser.add_argument("--out", type=Path, default=FILE, help="the file to write; its hash goes beside it")

    def handle(self, *, data: Path, out: Path, **options: Any) -> None:
        if not (data / corpus.VISITS).exists():
            raise CommandError(f"{data} holds no {corpus.VISITS}.")
        learned = train(data, tell=self.stdout.write)
        digest = learned.save(out, KNOWN if out == FILE else out.with_suffix(".sha256"))
        self.stdout.write(f"{out.name}: {out.stat().st_size} bytes, SHA-256 {digest}")
