"""docs/tour.md: which pictures it shows, and what it says about each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser

from vitas.operations.tour.chromium import DESK, PHONE, Device, Theme
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
        "On a phone, held in one hand; every form and link here works without scripts too.",
        (
            Stop("landing", "The first page asks what one came for."),
            Stop("sign-in", "Signing in takes a phone number and a code; there is no password to remember."),
            Stop("find", "Doctors with the next free times on each card; the filters stand in the address."),
            Stop("find-nothing", "A search that finds nobody says which wider searches would."),
            Stop("doctor", "A doctor: who, where, what it costs, and the week of free times."),
            Stop("book", "Before anything is held: when, where, the fee, and until when it comes back."),
            Stop("visit", "The visit, with what happened so far; it changes by itself when something does."),
            Stop("cancel", "What cancelling gives back is said before the click."),
            Stop("visits", "All visits, coming and past, of oneself and of those one cares for."),
            Stop("me", "One's own data, sign-ins and family."),
            Stop("notifications", "What happened, in words."),
            Stop("find", "The same search in the dark, in Spanish.", theme="dark", language="es"),
            Stop("visit", "A visit in the dark, in Portuguese.", theme="dark", language="pt-br"),
            Stop("find", "On a desk the filters and free times stand beside each other.", device=DESK),
            Stop("doctor", "A week as columns.", device=DESK),
        ),
    ),
    Chapter(
        "A doctor",
        "Today is the first page: who waits since when, who is in the room, what is next.",
        (
            Stop("today", "The day's visits as they stand now, and the open one beside them.", device=DESK),
            Stop(
                "agenda", "The agenda of the week: visits, absences and hours, moved by mouse or keyboard.", device=DESK
            ),
            Stop("hours", "Working hours are drawn; visits that a change would strand are listed first.", device=DESK),
            Stop("patient", "A patient's page.", device=DESK),
            Stop("today", "Between two rooms, on a phone."),
            Stop("today", "The day in the dark.", device=DESK, theme="dark"),
        ),
    ),
    Chapter(
        "The front desk",
        "The admin, in the receptionist's language and limited to her clinics.",
        (
            Stop("admin-day", "The day board: check in, start, take cash, move, with one click each.", device=DESK),
            Stop("admin-book", "Booking for somebody on the phone.", device=DESK),
            Stop("admin-patients", "Patients by name, phone, document or file number.", device=DESK),
            Stop("admin-day", "The board in Spanish, in the dark.", device=DESK, theme="dark", language="es"),
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
