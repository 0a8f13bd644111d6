"""`manage.py compile_texts`: make the .mo files that gettext reads. Needs no gettext tools on the machine."""

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile the translations that have changed."
    requires_system_checks = []

    def handle(self, *_arguments: Any, verbosity: int, **_options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                compiled = source.with_suffix(".mo")
                if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
                    continue
                # Written beside and renamed, for a process that is just starting may read it.
                unfinished = compiled.with_suffix(".mo.new")
                polib.pofile(str(source)).save_as_mofile(str(unfinished))
                unfinished.rename(compiled)
                if verbosity:
                    self.stdout.write(f"Compiled {source.parent.parent.name}.")
