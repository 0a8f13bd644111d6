"""Workers of the pipeline that can be killed (scribe_kill.py). A process that forks one for each line it reads.

Each goes on with whatever is due, as `processing.tasks.work` does, with engines that only take their time: it is the
pipeline that is tried. Started as `python -m vitas.operations.bench.scribe_kill_worker`.
"""

import os
import random
import signal
import sys
import time

PAUSE = 0.05  # seconds between two looks where nothing is due


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vitas.settings")
    import django

    django.setup()
    from django.conf import settings

    from vitas.operations.bench import scribe_scripted

    for name, value in scribe_scripted.SETTINGS.items():
        setattr(settings, name, value)
    import processing.pipeline  # noqa: F401  # now, so that a worker is at work a moment after it was forked

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not kept
    for _line in sys.stdin:
        pid = os.fork()
        if not pid:
            _work_on()
        print(pid, flush=True)  # noqa: T201


def _work_on() -> None:
    from django.db import Error, connection

    from processing import pipeline
    from vitas.common.acting import acting_as_system

    random.seed()
    parent = os.getppid()
    with acting_as_system("processing"):
        while os.getppid() == parent:
            try:
                if not pipeline.work_one():
                    time.sleep(PAUSE)
            except Error:
                connection.close()
                time.sleep(PAUSE)
    os._exit(0)


if __name__ == "__main__":
    main()
