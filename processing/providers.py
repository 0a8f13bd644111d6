"""The engines that settings name, each made once a process and only when its first recording comes."""

from functools import cache
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string

from processing.audio.checking import Checked
from processing.coders import Coder
from processing.drafters import Drafter
from processing.transcribers import Transcriber


def check(path: Any) -> Checked:
    """Raises EngineError; see processing/audio/checking.py."""
    return cast(Checked, import_string(settings.SOUND_CHECK)(path))


def transcriber() -> Transcriber:
    return cast(Transcriber, _made(settings.TRANSCRIBER))


def drafter() -> Drafter:
    return cast(Drafter, _made(settings.DRAFTER))


def coder() -> Coder:
    return cast(Coder, _made(settings.CODER))


@cache
def _made(dotted_path: str) -> Any:
    return import_string(dotted_path)()
