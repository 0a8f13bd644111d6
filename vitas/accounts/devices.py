"""A browser's own name for itself, as a person would call the device: `Chrome, Android`."""

from typing import Final

from django.utils.translation import gettext as _

# The first that stands in the header counts: Edge also says Chrome, Chrome also says Safari.
_BROWSERS: Final = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS: Final = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


def called(agent: str) -> str:
    """`Mozilla/5.0 (Linux; Android 14) … Chrome/131.0 …` → `Chrome, Android`."""
    parts = [next((name for mark, name in known.items() if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, parts)) or _("Another device or program")


def is_handheld(agent: str) -> bool:
    return any(mark in agent for mark in ("Android", "iPhone", "iPad", "Mobile"))
