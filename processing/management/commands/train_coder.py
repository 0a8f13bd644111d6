"""`manage.py train_coder --data DIR`: learn the embedded coder's model anew from CodiEsp's training documents."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from processing.coders.embedded import model, training


class Command(BaseCommand):
    help = "Learn the embedded coder from codiesp_train.jsonl and write its model file."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", required=True, type=Path, help="the folder that has codiesp_train.jsonl")
        parser.add_argument("--to", type=Path, default=Path(str(model.__path__[0])), help="where the model is written")

    def handle(self, *, data: Path, to: Path, **_options: Any) -> None:
        given = training.documents(data / "codiesp_train.jsonl")
        self.stderr.write(f"{len(given)} documents. The threshold by {training.FOLDS} folds …")
        threshold, f1 = training.threshold(given)
        self.stderr.write(f"{threshold} (F1 {f1:.3f} on documents not seen). The whole …")
        about = {"corpus": "CodiEsp v4, train (CC BY 4.0)", "documents": len(given), "table": training.TABLE}
        found = model.save(training.learn(given), to, threshold=threshold, about=about)
        size = (to / model.NAME).stat().st_size
        self.stdout.write(f"{model.NAME}: {size:,} bytes, SHA-256 {found}")
