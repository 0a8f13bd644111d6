"""`manage.py run`: the whole of Vitas on this machine until Ctrl-C (see vitas/operations/run.py)."""

import contextlib
import os
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from vitas import environment
from vitas.operations import embedded, front_end, run

GREETING = """
Vitas is up after {seconds:.0f} s. Ctrl-C ends it.

  Pages          {address}/
  Admin          {address}/admin/
  API            {address}/api/v1/    documentation: {address}/api/docs/
  Health         {address}/health
"""

DEMO = """
Demo sign-ins, password vitas-demo for all of them:

  admin@demo.vitas.test           the platform's operator
  manager@demo.vitas.test         administrator of Clínica Vitas
  recepcion@demo.vitas.test       front desk of Clínica Vitas       frontdesk@demo.vitas.test  of Harbor Family Clinic
  nurse@demo.vitas.test           nurse at Clínica Vitas
  ana.ruiz@demo.vitas.test        doctor at Clínica Vitas           sarah.johnson@demo.vitas.test  at Harbor
  paulo.costa@demo.vitas.test     doctor at Clínica Boa Vida        guardia@demo.vitas.test  urgent care, day and night

Patients sign in with a code: João Silva +5511999999999, María González +5491155550101, John Miller +16175550102.
What would have been sent to them: {address}/demo/outbox?to=%2B5511999999999
"""


class Command(BaseCommand):
    help = "Start everything that Vitas needs on this machine and serve it on http://localhost:8000 (PORT changes it)."
    requires_system_checks = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        began = time.monotonic()
        port = environment.number("PORT", 8000, least=1)
        try:
            run.require_free(port)
            with contextlib.ExitStack() as stack:
                servers = [
                    stack.enter_context(contextlib.closing(embedded.Use(kind, settings.VAR))) for kind in self.missing()
                ]
                for server in servers:
                    server.wait()
                self.prepare()
                supervisor = run.Supervisor(servers=servers, children=run.children(port=port, var=settings.VAR))
                with run.signals_to(supervisor):
                    stack.callback(supervisor.stop)
                    supervisor.run(port=port, greeting=lambda: self.greeting(port, time.monotonic() - began))
                    run.tell("Stopping …")
                    stack.close()
        except (run.CannotRun, embedded.NotStarted, front_end.PackagesMissing) as error:
            raise CommandError(str(error)) from None

    def missing(self) -> list[str]:
        """The servers that nobody has named, so that private ones must run."""
        names = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
        return [kind for kind, name in names.items() if not os.environ.get(name)]

    def prepare(self) -> None:
        if "owner" not in settings.DATABASES:
            raise run.CannotRun("DATABASE_OWNER_URL must name the role that owns the tables, beside DATABASE_URL.")
        front_end.prepare()
        call_command("compile_texts", verbosity=0)
        call_command("migrate", database="owner", verbosity=1, interactive=False)
        if settings.DEMO:
            call_command("demo_data")
        connections.close_all()

    def greeting(self, port: int, seconds: float) -> str:
        address = f"http://localhost:{port}"
        return (GREETING + (DEMO if settings.DEMO else "")).format(address=address, seconds=seconds)
