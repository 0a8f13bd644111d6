"""`manage.py weigh_pages`: how heavy and fast pages are on a simulated phone, as a table for docs/performance.md."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

HEAD = """| page | largest paint ms | before first paint kB | CSS and JS kB | requests |
| --- | ---: | ---: | ---: | ---: |"""


class Command(BaseCommand):
    help = (
        "Measure pages in Chromium: CPU 4 times slower, 10 Mbit/s, 40 ms, nothing cached, the median of three visits."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--server", help="the address of a demo server that runs already")
        parser.add_argument("--only", default="", help="pages whose name holds this")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        # Playwright is a package of development: a server has none of this.
        try:
            from vitas.operations.tour import chromium, demo_server, measuring
            from vitas.operations.tour.pictures import Photographer
        except ImportError as error:
            raise CommandError(f"{error.name} is missing: make .venv/installed-dev") from None

        self.stdout.write(HEAD)
        with (
            demo_server.demo_server_or(options["server"], settings.VAR / "weights") as address,
            chromium.running() as browser,
        ):
            visitors = Photographer(browser, address)
            for place in measuring.MEASURED:
                if options["only"] in place.name:
                    state = visitors.state_of(place.who) if place.who else None
                    found = measuring.measure(browser, address, place, signed_in=state)
                    self.stdout.write(
                        f"| {place.name} | {found.largest_paint:.0f} | {found.before_first_paint / 1000:.0f}"
                        f" | {found.styles_and_scripts / 1000:.0f} | {found.requests} |"
                    )
