"""The batch commands' common loop: rows of a JSON Lines file in, rows out, each on its own, resumable."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from processing.engines import EngineError

Row = dict[str, Any]
_WIDTH: Final = 30  # letters of the bar


class BatchCommand(BaseCommand):
    """`--in M.jsonl --out O.jsonl`. What `row` returns is written with the row's id; what it raises as `error`.

    Rows that `O` holds already are skipped, those that failed there are tried again. One row's failure stops no
    other; the command ends with an error if any failed. No database is needed or touched.
    """

    requires_system_checks: list[str] = []
    needs: tuple[str, ...] = ()  # keys that every row must have, beside `id`

    def row(self, row: Row, *, folder: Path) -> Row:
        """The answer to one row; `folder` is where the input lies. Raises EngineError."""
        raise NotImplementedError

    def prepare(self, options: dict[str, Any]) -> None:
        """Once, before the first row."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--in", dest="source", required=True, type=Path, help="rows, one JSON object a line")
        parser.add_argument("--out", dest="target", required=True, type=Path, help="answers; what it holds is kept")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, **options: Any) -> None:
        rows = list(_read(options["source"]))
        done = _resumed(options["target"])
        waiting = [row for row in rows if str(row["id"]) not in done]
        self.prepare(options)
        bar = Bar(len(rows), done=len(rows) - len(waiting), quiet=options["quiet"])
        failed = 0
        with options["target"].open("a", encoding="utf-8") as out:
            for row in waiting:
                answer = self._answered(row, options["source"].parent)
                failed += "error" in answer
                out.write(json.dumps(answer, ensure_ascii=False) + "\n")
                out.flush()
                bar.step(failed)
        bar.close()
        if failed:
            raise CommandError(f"{failed} of {len(rows)} rows failed; run it again to try those once more.")

    def _answered(self, row: Row, folder: Path) -> Row:
        missing = [name for name in self.needs if not isinstance(row.get(name), str | list)]
        if missing:
            return {"id": row["id"], "error": "INVALID_ROW", "message": f"It has no {', '.join(missing)}."}
        try:
            return {"id": row["id"], **self.row(row, folder=folder)}
        except EngineError as error:
            return {"id": row["id"], "error": error.code}
        except Exception as error:  # one row's fault must not stop the others
            return {"id": row["id"], "error": "UNEXPECTED", "message": type(error).__name__}


class Bar:
    """How far, on the terminal's error stream, so that output may be piped. A line every 10 s where none is."""

    def __init__(self, total: int, *, done: int = 0, quiet: bool = False, stream: IO[str] | None = None) -> None:
        self.total, self.done, self.quiet = total, done, quiet
        self.stream = stream or sys.stderr
        self.first, self.began, self.told = done, time.monotonic(), 0.0

    def step(self, failed: int = 0) -> None:
        self.done += 1
        now = time.monotonic()
        if not self.quiet and (self.stream.isatty() or now - self.told > 10 or self.done == self.total):
            self.told = now
            self._show(now - self.began, failed)

    def close(self) -> None:
        if not self.quiet and self.stream.isatty():
            self.stream.write("\n")

    def _show(self, spent: float, failed: int) -> None:
        left = spent / max(1, self.done - self.first) * (self.total - self.done)
        full = int(_WIDTH * self.done / max(1, self.total))
        line = f"[{'#' * full}{'.' * (_WIDTH - full)}] {self.done}/{self.total} {_clock(left)} left"
        line += f", {failed} failed" if failed else ""
        self.stream.write(f"\r{line} " if self.stream.isatty() else f"{line}\n")
        self.stream.flush()


def _read(source: Path) -> Iterator[Row]:
    """Raises CommandError on the first line that is no object with an id, or repeats one: nothing is begun then."""
    seen: set[str] = set()
    for number, line in enumerate(_lines(source), start=1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise CommandError(f"{source}, line {number}: this is not JSON.") from error
        if not isinstance(row, dict) or not isinstance(row.get("id"), str | int):
            raise CommandError(f'{source}, line {number}: an object with an "id" is expected.')
        if str(row["id"]) in seen:
            raise CommandError(f'{source}, line {number}: the id "{row["id"]}" stands here twice.')
        seen.add(str(row["id"]))
        yield row


def _lines(source: Path) -> list[str]:
    try:
        return [line for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{source} cannot be read ({type(error).__name__}).") from error


def _resumed(target: Path) -> set[str]:
    """Ids that are done. What failed, and a last line that was cut off, are taken out, so that they come anew."""
    if not target.exists():
        return set()
    kept = [row for row in map(_parsed, _lines(target)) if row is not None and "error" not in row]
    fresh = target.with_name(target.name + ".tmp")
    fresh.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), encoding="utf-8")
    fresh.replace(target)
    return {str(row["id"]) for row in kept}


def _parsed(line: str) -> Row | None:
    try:
        row = json.loads(line)
    except json.JSONDecodeError:
        return None
    return row if isinstance(row, dict) and "id" in row else None


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
