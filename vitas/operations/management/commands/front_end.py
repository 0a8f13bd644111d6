"""`manage.py front_end`: make the files that browsers get (see vitas/operations/front_end.py)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vitas.operations import front_end


class Command(BaseCommand):
    help = "Copy the front-end packages' files to static/vendor/ and collect all static files, hashed and compressed."
    requires_system_checks = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        try:
            front_end.prepare()
        except front_end.PackagesMissing as missing:
            raise CommandError(str(missing)) from None
