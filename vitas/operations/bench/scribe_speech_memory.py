"""A worker that writes down one recording and says what memory that took: `python -m … <file>`."""

import json
import os
import resource
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vitas.settings")
    from processing.transcribers.local import LocalTranscriber

    found = LocalTranscriber().transcribe(Path(sys.argv[1]), language="es")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(json.dumps({"megabytes": most, "seconds": found.details["seconds"]}))


if __name__ == "__main__":
    main()
