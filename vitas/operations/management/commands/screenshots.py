"""`manage.py screenshots`: the pictures of docs/tour.md, taken in Chromium from a demo server of their own."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Take the pictures of docs/tour.md anew, or with --all every page at both sizes in both themes."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", metavar="DIR", type=Path, help="write PNG files of every page here instead")
        parser.add_argument("--only", default="", help="with --all: pages whose name holds this")
        parser.add_argument("--server", help="the address of a demo server that runs already")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        # Playwright is a package of development: a server has none of this.
        try:
            from vitas.operations.tour import chromium, demo_server, the_tour
        except ImportError as error:
            raise CommandError(f"{error.name} is missing: make .venv/installed-dev") from None

        if chromium.path() is None:
            raise CommandError("There is no Chromium on this machine (on Debian: apt-get install chromium).")
        folder = options["all"]
        try:
            with (
                demo_server.demo_server_or(options["server"], settings.VAR / "screenshots") as address,
                chromium.running() as browser,
            ):
                for file in the_tour.take(browser, address, everything_to=folder, only=options["only"]):
                    self.stdout.write(str(file))
        except demo_server.NotUp as error:
            raise CommandError(str(error)) from None
