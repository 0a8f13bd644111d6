"""Pictures of pages: small WebP files for docs/tour.md, or PNG files of every page to look at."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.sync_api import Browser, Page

from vitas.operations.tour import chromium
from vitas.operations.tour.chromium import DEVICES, THEMES, Device, Theme
from vitas.operations.tour.people import Person, sign_in
from vitas.operations.tour.places import PLACES, NoSuchLink, Place, go

AT_MOST: Final = 40_000  # bytes of one picture of the tour
QUALITIES: Final = (80, 70, 60, 50, 40)  # of WebP, the first that is small enough


@dataclass
class Photographer:
    """Goes to places in one browser window a person, device and theme, and takes what is seen there."""

    browser: Browser
    server: str

    def __post_init__(self) -> None:
        self._states: dict[Person, Any] = {}
        self._pages: dict[tuple[Person | None, Device, Theme, str], Page] = {}

    def take(self, place: Place, device: Device, theme: Theme, *, language: str = "en", whole: bool = False) -> bytes:
        """A PNG of what the window shows, or of the whole page."""
        page = self._page(place.who, device, theme, language)
        go(page, place, self.server)
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready.then(() => null)")
        return page.screenshot(full_page=whole, animations="disabled", caret="hide")

    def everything(self, only: str = "") -> Iterator[tuple[str, bytes]]:
        """Every page at every size in every theme, with a name for its file."""
        for place in PLACES:
            if only in place.name:
                for device in DEVICES:
                    for theme in THEMES:
                        try:
                            picture = self.take(place, device, theme, whole=True)
                        except NoSuchLink as error:
                            print(error)  # noqa: T201
                            continue
                        yield f"{place.name}-{device.name}-{theme}", picture

    def state_of(self, who: Person) -> Any:
        """What a window needs to be signed in as this person, who signs in once."""
        if who not in self._states:
            context = chromium.visitor(self.browser, address=self.server)
            sign_in(context.new_page(), who)
            self._states[who] = context.storage_state()
            context.close()
        return self._states[who]

    def _page(self, who: Person | None, device: Device, theme: Theme, language: str) -> Page:
        key = (who, device, theme, language)
        if key not in self._pages:
            state = self.state_of(who) if who else None
            context = chromium.visitor(
                self.browser, address=self.server, device=device, theme=theme, language=language, signed_in=state
            )
            self._pages[key] = context.new_page()
        return self._pages[key]


def write_webp(picture: bytes, file: Path) -> None:
    """As good as fits into `AT_MOST` bytes."""
    with Image.open(io.BytesIO(picture)) as image:
        for quality in QUALITIES:
            written = io.BytesIO()
            image.convert("RGB").save(written, "WEBP", quality=quality, method=6)
            if written.tell() <= AT_MOST:
                break
    file.write_bytes(written.getvalue())
