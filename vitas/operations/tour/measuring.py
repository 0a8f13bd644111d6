"""How heavy a page is and how soon it is seen, on a simulated mid-range phone over a simulated network."""

from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession

from vitas.operations.tour import chromium
from vitas.operations.tour.places import ANYBODY, PATIENTS, PLACES, Place, go

CPU_SLOWER: Final = 4  # times
BITS_PER_SECOND: Final = 10_000_000
LATENCY: Final = 40  # ms there and back
TIMES: Final = 3  # the median counts

# Where people wait: every page of patients, and the first ones of each other role.
MEASURED: Final = (
    *ANYBODY,
    *PATIENTS,
    *(place for place in PLACES if place.name in ("today", "agenda", "patient", "admin-day")),
)

# Asked once the page is still: when its largest piece was painted, when its first, and what loaded until then.
_SEEN = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    const largest = list.getEntries().at(-1).startTime;
    const first = performance.getEntriesByName("first-contentful-paint")[0].startTime;
    done({ largest, first });
  }).observe({ type: "largest-contentful-paint", buffered: true });
})"""


@dataclass(frozen=True)
class Measure:
    """Bytes as they went over the wire, headers included; times in milliseconds since the page was asked for."""

    largest_paint: float
    before_first_paint: int  # bytes of everything that had arrived by then
    styles_and_scripts: int  # bytes, on a first visit
    requests: int


@dataclass
class _Loaded:
    kind: str
    url: str
    sent: float = 0.0
    ended: float = 0.0
    size: int = 0


def measure(browser: Browser, server: str, place: Place, *, signed_in: Any = None) -> Measure:
    """The median of three first visits, with nothing in the browser's cache."""
    found = [_visit(browser, server, place, signed_in) for _time in range(TIMES)]
    return sorted(found, key=lambda one: one.largest_paint)[len(found) // 2]


def _visit(browser: Browser, server: str, place: Place, signed_in: Any) -> Measure:
    if place.through:
        _find(browser, server, place, signed_in)
    context = chromium.visitor(browser, address=server, signed_in=signed_in)
    try:
        page = context.new_page()
        line = context.new_cdp_session(page)
        _slow_down(line)
        loaded = _listen(line)
        go(page, place, server)
        page.wait_for_load_state("networkidle")
        seen = page.evaluate(_SEEN)
        return _sum_up(loaded, seen)
    finally:
        context.close()


def _find(browser: Browser, server: str, place: Place, signed_in: Any) -> None:
    """Learn its address in a window of its own, which leaves nothing in the cache."""
    context = chromium.visitor(browser, address=server, signed_in=signed_in)
    try:
        go(context.new_page(), place, server)
    finally:
        context.close()


def _slow_down(line: CDPSession) -> None:
    line.send("Network.enable")
    line.send("Network.clearBrowserCache")
    line.send("Network.setCacheDisabled", {"cacheDisabled": False})
    line.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
    throughput = BITS_PER_SECOND / 8
    line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY, "downloadThroughput": throughput, "uploadThroughput": throughput},
    )


def _listen(line: CDPSession) -> dict[str, _Loaded]:
    loaded: dict[str, _Loaded] = {}

    def sent(event: dict[str, Any]) -> None:
        loaded[event["requestId"]] = _Loaded(event.get("type", ""), event["request"]["url"], sent=event["timestamp"])

    def finished(event: dict[str, Any]) -> None:
        if one := loaded.get(event["requestId"]):
            one.ended, one.size = event["timestamp"], int(event["encodedDataLength"])

    line.on("Network.requestWillBeSent", sent)
    line.on("Network.loadingFinished", finished)
    return loaded


def _sum_up(loaded: dict[str, _Loaded], seen: dict[str, float]) -> Measure:
    began = min(one.sent for one in loaded.values())
    first = began + seen["first"] / 1000
    return Measure(
        largest_paint=round(seen["largest"]),
        before_first_paint=sum(one.size for one in loaded.values() if one.ended and one.ended <= first),
        styles_and_scripts=sum(one.size for one in loaded.values() if one.kind in ("Stylesheet", "Script")),
        requests=len(loaded),
    )
