"""Which kinds of sound files are taken, by what they say of themselves. What is in them is checked later."""

from pathlib import PurePosixPath
from typing import Final

from django.utils.translation import gettext as _

from vitas.common.errors import Invalid

# By the ending of a name: the type as it is kept.
ENDINGS: Final = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "mp4": "audio/mp4",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "webm": "audio/webm",
    "wav": "audio/wav",
    "flac": "audio/flac",
}
_NAMES: Final = {
    "audio/mpeg": "audio/mpeg",
    "audio/mp3": "audio/mpeg",
    "audio/mp4": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/ogg": "audio/ogg",
    "application/ogg": "audio/ogg",
    "audio/opus": "audio/ogg",
    "audio/webm": "audio/webm",
    "video/webm": "audio/webm",  # what some browsers say of a recording without a picture
    "audio/wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/flac": "audio/flac",
    "audio/x-flac": "audio/flac",
}
ACCEPTED: Final = ".mp3,.m4a,.ogg,.webm,.wav,.flac,audio/*"  # for a file field of a page


def known(content_type: str) -> str:
    """The type as it is kept; empty for what is not taken. `audio/webm;codecs=opus` is `audio/webm`."""
    return _NAMES.get(content_type.partition(";")[0].strip().lower(), "")


def named(file_name: str) -> str:
    """By the name's ending; empty for what is not taken."""
    return ENDINGS.get(PurePosixPath(file_name.replace("\\", "/")).suffix.lstrip(".").lower(), "")


def required(*, content_type: str, file_name: str) -> str:
    """By the type where one is told, else by the name's ending. Raises Invalid on the one that counts."""
    found = known(content_type) if content_type else named(file_name)
    if not found:
        field = "content_type" if content_type else "file_name"
        raise Invalid.field(field, _("Send mp3, m4a, ogg, webm, wav or flac."))
    return found
