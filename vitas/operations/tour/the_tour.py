"""docs/tour.md: which pictures it shows, and what it says about each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser

from vitas.operations.tour.chromium import PHONE, Device, Theme
from vitas.operations.tour.demo_server import PROJECT
from vitas.operations.tour.pictures import Photographer, write_webp
from vitas.operations.tour.places import PLACES

DOCUMENT: Final = PROJECT / "docs" / "tour.md"
FOLDER: Final = PROJECT / "docs" / "tour"


@dataclass(frozen=True)
class Stop:
    """One picture and its sentence."""

    place: str
    sentence: str
    device: Device = PHONE
    theme: Theme = "light"
    language: str = "en"

    @property
    def file(self) -> str:
        return (
            f"{self.place}-{self.device.name}-{self.theme}{'' if self.language == 'en' else '-' + self.language}.webp"
        )


@dataclass(frozen=True)
class Chapter:
    title: str
    words: str
    stops: tuple[Stop, ...]


CHAPTERS: Final = (
    Chapter(
        "A patient",
        "On a phone, held in one hand. Nothing here needs an app or, apart from the map, a script.",
        (
            Stop("landing", "The first page."),
            Stop("find", "Doctors near a place, with their next free times."),
        ),
    ),
)


def take(browser: Browser, server: str, *, everything_to: Path | None = None, only: str = "") -> Iterator[Path]:
    """Write the pictures and the document, or every page as PNG into a folder; tells each file once it is there."""
    photographer = Photographer(browser, server)
    if everything_to is not None:
        everything_to.mkdir(parents=True, exist_ok=True)
        for name, picture in photographer.everything(only):
            file = everything_to / f"{name}.png"
            file.write_bytes(picture)
            yield file
        return
    places = {place.name: place for place in PLACES}
    FOLDER.mkdir(exist_ok=True)
    for stop in stops():
        picture = photographer.take(places[stop.place], stop.device, stop.theme, language=stop.language)
        write_webp(picture, FOLDER / stop.file)
        yield FOLDER / stop.file
    for left_over in {file.name for file in FOLDER.glob("*.webp")} - {stop.file for stop in stops()}:
        (FOLDER / left_over).unlink()
    DOCUMENT.write_text(document())
    yield DOCUMENT


def stops() -> list[Stop]:
    return [stop for chapter in CHAPTERS for stop in chapter.stops]


def document() -> str:
    """The tour as Markdown. Phones stand three in a row, desks alone."""
    lines = [
        "# A tour of Vitas",
        "",
        "Taken from the demo data by `make screenshots`, so that what stands here is what there is. To try it:",
        "`make run`, then http://localhost:8000.",
    ]
    for chapter in CHAPTERS:
        lines += ["", f"## {chapter.title}", "", chapter.words]
        for stop in chapter.stops:
            width = 260 if stop.device is PHONE else 720
            alone = stop.sentence.replace('"', "'")
            lines += ["", stop.sentence, "", f'<img src="tour/{stop.file}" width="{width}" alt="{alone}">']
    return "\n".join(lines) + "\n"
