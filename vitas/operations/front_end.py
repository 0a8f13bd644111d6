"""The front-end files that are served: copied from the npm packages as they are, and one sprite of the icons we name.

Nothing is built. `node_modules/` is filled by `npm ci` at set-up; `static/vendor/` is made here and not committed.
"""

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.management import call_command

# Where a file of a package is served: under static/vendor/.
FILES: Final = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.css",
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "@event-calendar/build/dist/event-calendar.min.js": "event-calendar.js",
    "@event-calendar/build/dist/event-calendar.min.css": "event-calendar.css",
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "leaflet/dist/images/layers.png": "images/layers.png",
    "leaflet/dist/images/layers-2x.png": "images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png": "images/marker-icon.png",
    "uplot/dist/uPlot.iife.min.js": "uplot.js",
    "wavesurfer.js/dist/wavesurfer.min.js": "wavesurfer.js",
    "uplot/dist/uPlot.min.css": "uplot.css",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
}
# Tabler's outline icons, by their names; a line a letter.
ICONS: Final = """
    adjustments alarm alert-circle alert-triangle armchair arrow-back-up arrow-down arrow-forward-up arrow-left
    arrow-right arrow-up
    ban bell building-hospital
    calendar calendar-event calendar-off calendar-plus camera cash chart-line check checks chevron-down chevron-left
    chevron-right chevron-up circle-check circle-x clipboard-text clock clock-exclamation clock-hour-4 clock-off
    clock-pause copy
    credit-card current-location
    device-floppy device-mobile dots dots-vertical download
    ear edit external-link eye eye-off
    file-plus file-text filter fingerprint flask
    heartbeat home hourglass
    id info-circle
    key keyboard
    language link list loader-2 lock login logout
    mail map map-pin menu-2 message message-circle microphone microphone-off moon
    notes
    paperclip pencil phone photo pill player-pause player-play player-record player-stop plus printer
    refresh report-medical rewind-backward-5 rotate-clockwise
    quote
    search send settings shield-check star stethoscope sun switch-horizontal
    tag tags tools-kitchen-2 trash
    upload urgent user user-check user-circle user-plus user-x users
    video
    wallet wand wave-sine wifi-off world writing writing-sign
    x
"""
NOT_SERVED: Final = ["redoc", "rest_framework"]  # files of installed apps that no page of ours uses

_SHAPE: Final = re.compile(r"<(?:path|circle|rect|line)\b[^>]*/>")


class PackagesMissing(Exception):
    """The npm packages are not there; the text says what to do."""


def prepare() -> None:
    """Put the packages' files in their place and collect all that is served, if anything has changed."""
    place_packages()
    marker = Path(settings.STATIC_ROOT) / ".collected"
    mark = _fingerprint()
    if marker.exists() and marker.read_text() == mark:
        return
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=NOT_SERVED)
    marker.write_text(mark)


def place_packages() -> None:
    """Copy what `FILES` names and draw the sprite. Raises PackagesMissing."""
    packages, vendor = Path(settings.BASE_DIR) / "node_modules", Path(settings.BASE_DIR) / "static" / "vendor"
    if not (packages / "bootstrap").is_dir():
        if (vendor / "bootstrap.css").exists():
            return  # an image that was made with the files and without the packages
        raise PackagesMissing("The front-end packages are missing. Fetch them: npm ci --ignore-scripts")
    for source, name in FILES.items():
        _write(vendor / name, _without_source_map((packages / source).read_bytes()))
    _write(vendor / "icons.svg", sprite(packages / "@tabler" / "icons" / "icons" / "outline").encode())


def sprite(folder: Path) -> str:
    """One SVG of all our icons, each a symbol with its name."""
    symbols = []
    for name in ICONS.split():
        shapes = "".join(_SHAPE.findall((folder / f"{name}.svg").read_text()))
        shapes = shapes.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def _without_source_map(content: bytes) -> bytes:
    """The maps are not served, so no browser should ask for them."""
    return re.sub(rb"\n?(//|/\*)# sourceMappingURL=[^\n]*", b"", content)


def _write(file: Path, content: bytes) -> None:
    if file.exists() and file.read_bytes() == content:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.part")
    unfinished.write_bytes(content)
    shutil.move(unfinished, file)


def _fingerprint() -> str:
    """Changes with every file that would be collected out of our folder."""
    found = hashlib.sha256()
    for file in _ours():
        stat = file.stat()
        found.update(f"{file} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _ours() -> Iterator[Path]:
    for folder in settings.STATICFILES_DIRS:
        yield from sorted(file for file in Path(folder).rglob("*") if file.is_file())
