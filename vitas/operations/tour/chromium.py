"""The browser: the machine's own Chromium, headless, that asks nobody but the server."""

import contextlib
import itertools
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from playwright.sync_api import Browser, BrowserContext, sync_playwright

Theme = Literal["light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")

LANGUAGE_COOKIE: Final = "django_language"

MISSING: Final = "no Chromium on this machine, so the browser tests are skipped (on Debian: apt-get install chromium)"

# Chromium looks for updates, models and accounts by itself; here it may not.
_QUIET: Final = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,CertificateTransparencyComponentUpdater",
    "--disable-gpu",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
]

# A microphone that beeps, and may be used without asking.
_HEARING: Final = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]

_visitors = itertools.count(1)


@dataclass(frozen=True)
class Device:
    name: str
    width: int
    height: int
    phone: bool


PHONE: Final = Device("phone", 390, 844, phone=True)
DESK: Final = Device("desk", 1280, 800, phone=False)
DEVICES: Final = (PHONE, DESK)


def path() -> str | None:
    """Where Chromium is; `CHROMIUM` in the environment names another."""
    named = os.environ.get("CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextlib.contextmanager
def running() -> Iterator[Browser]:
    found = path()
    assert found, MISSING
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*_QUIET, *_HEARING, *as_root])
        try:
            yield browser
        finally:
            browser.close()


def visitor(
    browser: Browser,
    *,
    address: str,
    device: Device = PHONE,
    theme: Theme = "light",
    language: str = "en",
    zone: str = "America/Argentina/Buenos_Aires",
    scripts: bool = True,
    signed_in: Any = None,
    chosen: bool = True,
    **more: Any,
) -> BrowserContext:
    """A browser of one person, from an address of its own, for limits count by address.

    `signed_in` is Playwright's storage state. With `chosen` the language is not only
    the browser's but also the visitor's choice.
    """
    number = next(_visitors)
    context = browser.new_context(
        base_url=address,
        viewport=more.pop("viewport", {"width": device.width, "height": device.height}),
        has_touch=device.phone,
        is_mobile=device.phone and more.pop("is_mobile", True),
        color_scheme=theme,
        locale={"en": "en-GB", "es": "es-AR", "pt-br": "pt-BR"}[language],
        timezone_id=zone,
        java_script_enabled=scripts,
        reduced_motion="reduce",
        storage_state=signed_in,
        extra_http_headers={"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"},
        **more,
    )
    if chosen:
        context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": address}])
    context.set_default_timeout(10_000)
    context.set_default_navigation_timeout(20_000)
    return context
