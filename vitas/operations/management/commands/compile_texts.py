"""`manage.py compile_texts`: make the .mo files that gettext reads. Needs no gettext tools on the machine."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile the translations that have changed."
    requires_system_checks = []

    def handle(self, *_arguments: Any, verbosity: int, **_options: Any) -> None:
        for source in compile_changed(settings.LOCALE_PATHS):
            if verbosity:
                self.stdout.write(f"Compiled {source.parent.parent.name}.")


def compile_changed(folders: Iterable[str | Path]) -> Iterator[Path]:
    """The .po files that were newer than their .mo, each given once it is compiled."""
    for folder in folders:
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            compiled = source.with_suffix(".mo")
            if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
                continue
            # Written beside and renamed, for another process that is just starting may read it, or write it too.
            unfinished = compiled.with_suffix(f".{os.getpid()}.mo")
            polib.pofile(str(source)).save_as_mofile(str(unfinished))
            unfinished.rename(compiled)
            yield source
