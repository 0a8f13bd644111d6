"""`manage.py verify_files`: whether every file of the records is in the store as it was stored."""

import io
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from records.files import store
from records.models import Attachment
from vitas.accounts.actor import OPERATIONS
from vitas.common.acting import acting_as


class _Nowhere(io.RawIOBase):
    """Takes what is read and keeps nothing."""

    def write(self, piece: Any) -> int:
        return len(piece)

    def seek(self, *_where: Any) -> int:
        return 0


class Command(BaseCommand):
    help = "Compares every stored file with its SHA-256; names those that are gone or damaged, and then ends with 1."

    @acting_as(OPERATIONS)
    def handle(self, *args: Any, **options: Any) -> None:
        wrong = right = 0
        rows = Attachment.objects.exclude(state=Attachment.State.REFUSED).order_by("id")
        for pk, key, sha256 in rows.values_list("pk", "key", "sha256").iterator():
            try:
                store.fetch(key, sha256, _Nowhere())
                right += 1
            except store.Damaged as error:
                wrong += 1
                self.stderr.write(f"{pk}: {'gone' if isinstance(error.__cause__, FileNotFoundError) else 'damaged'}")
            except store.StoreAway as error:
                raise CommandError("The file store does not answer.") from error
        self.stdout.write(f"{right} files are as they were stored, {wrong} are not.")
        if wrong:
            raise CommandError(f"{wrong} files are gone or damaged.")
