"""`manage.py rotate_keys`: wrap every patient's key by the current master key. `--new NAME` makes a master key."""

import time
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from vitas.common import crypto
from vitas.common.key_providers import MasterKeyMissing, MasterKeysUnavailable, provider
from vitas.common.models import DataKey

OTHERS_PAUSE = 1.0  # seconds to wait for another run that has the last keys in hand
OTHERS_TRIES = 60


class Command(BaseCommand):
    help = (
        "Wraps the data keys anew that an older master key wraps, batch by batch; content is not touched. May be broken"
        " off, run again, and run by two at once. Says when an older master key may be removed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many keys each master key wraps")
        parser.add_argument("--batch", type=int, default=500, help="keys a transaction (500)")
        parser.add_argument(
            "--new", metavar="NAME", help="print a fresh master key for MASTER_KEYS, and do nothing else"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["new"]:
                self.stdout.write(provider().new_entry(options["new"]))
                return
            if not options["dry_run"]:
                self._rotate(batch=max(1, options["batch"]))
            self._tell()
        except MasterKeysUnavailable as error:
            raise CommandError(
                "The service that keeps the master keys does not answer. Run this again later."
            ) from error
        except MasterKeyMissing as error:
            raise CommandError(str(error)) from error

    def _rotate(self, *, batch: int) -> None:
        total, done, tries = crypto.keys_to_rewrap().count(), 0, 0
        while tries < OTHERS_TRIES:
            wrapped = crypto.rewrap_keys(batch=batch)
            done += wrapped
            if wrapped:
                tries = 0
                self.stdout.write(f"{done} of {max(total, done)} keys wrapped anew.")
            elif crypto.keys_to_rewrap().exists():
                tries += 1  # another run has them in hand, or died and is about to let go
                time.sleep(OTHERS_PAUSE)
            else:
                return
        raise CommandError("Another run has kept the last keys in hand for a minute. Run this again.")

    def _tell(self) -> None:
        """What each master key wraps, and which may go."""
        used = Counter(DataKey.objects.filter(destroyed_at=None).values_list("master", flat=True))
        current = provider().current()
        for name in [*settings.MASTER_KEYS, *(used.keys() - settings.MASTER_KEYS.keys())]:
            role = "wraps" if name == current else "still opens" if name in settings.MASTER_KEYS else "IS MISSING"
            self.stdout.write(f"{name}: {used[name]} keys ({role})")
        spare = [name for name in settings.MASTER_KEYS if name != current and not used[name]]
        if spare and used.keys() <= settings.MASTER_KEYS.keys():
            self.stdout.write(
                f"No key needs {', '.join(spare)} any more. Take it out of MASTER_KEYS once every process was started"
                " anew with the current list and this command has found nothing since; keep a copy for as long as"
                " backups from before today are kept."
            )
