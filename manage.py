#!/usr/bin/env python
"""The command line of Vitas: `manage.py help` lists what it can do."""

import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vitas.settings")
    from django.core.exceptions import ImproperlyConfigured

    try:
        _execute()
    except ImproperlyConfigured as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"Vitas cannot start: {error}")


def _execute() -> None:
    from django.core.management import execute_from_command_line

    if _needs_no_servers(sys.argv[1:]):
        execute_from_command_line(sys.argv)
        return
    from vitas.operations import embedded

    with embedded.running(Path(os.environ.get("VITAS_VAR") or Path(__file__).parent / "var")):
        execute_from_command_line(sys.argv)


def _needs_no_servers(arguments: list[str]) -> bool:
    configured = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
    offline = {"help", "run", "compile_texts", "makemessages", "collectstatic", "spectacular"}
    offline |= {"transcribe", "draft_notes"}
    return bool(configured) or not arguments or arguments[0] in offline or bool({"-h", "--help"} & set(arguments))


if __name__ == "__main__":
    main()
