"""What went wrong with a recording, in words: what happened, what to do, and when it is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from processing.models import Recording, Stage

DISK_FULL = "DISK_FULL"
STORE_AWAY = "STORE_AWAY"
SOUND_GONE = "SOUND_GONE"
SOUND_CHANGED = "SOUND_CHANGED"
TOO_SLOW = "TOO_SLOW"
WORKER_LOST = "WORKER_LOST"
UNEXPECTED = "UNEXPECTED"
NOTE_SIGNED = "NOTE_SIGNED"
NOTHING_TO_NOTE = "NOTHING_TO_NOTE"


@dataclass(frozen=True, slots=True)
class Words:
    """`happened` is a sentence for a list, `advice` says what helps."""

    happened: str | Promise
    advice: str | Promise


_TRY_AGAIN = gettext_lazy("Try again. If it fails once more, tell whoever runs Vitas the code below.")
_BY_HAND = gettext_lazy("Write the note by hand, or record again.")

WORDS = {
    "NOT_AUDIO": Words(
        gettext_lazy("The file holds no sound that can be read."),
        gettext_lazy("Upload the recording itself: mp3, m4a, ogg, webm, wav or flac."),
    ),
    "DAMAGED": Words(
        gettext_lazy("The file is damaged and ends before it should."),
        gettext_lazy("Upload it again from the device that made it."),
    ),
    "UPLOAD_MISSING": Words(
        gettext_lazy("The recording was announced and never arrived."),
        gettext_lazy("Upload it again, or record again."),
    ),
    "TOO_LARGE": Words(
        gettext_lazy("The recording is larger than 500 MB."),
        gettext_lazy("Save it as mp3 or m4a, which are smaller, or cut it into parts."),
    ),
    "EMPTY": Words(gettext_lazy("The file is empty."), gettext_lazy("Upload it again from the device that made it.")),
    "DISCARDED": Words(gettext_lazy("The recording was given up before it was complete."), ""),
    "TOO_SHORT": Words(
        gettext_lazy("The recording is too short to hold a visit."),
        gettext_lazy("Record again, or upload the whole file."),
    ),
    "TOO_LONG": Words(
        gettext_lazy("The recording is longer than can be worked on."),
        gettext_lazy("Cut it into parts and upload each of them."),
    ),
    "NO_SPEECH": Words(
        gettext_lazy("Nobody speaks in the recording, so there is no note."),
        gettext_lazy("Listen to it. If it is silent, check the microphone and record again."),
    ),
    "LANGUAGE_UNKNOWN": Words(
        gettext_lazy("The language of the recording was not recognized."),
        gettext_lazy("An administrator can set the language of recordings for your organization. Then try again."),
    ),
    "PROVIDER_AWAY": Words(
        gettext_lazy("The service that does this work does not answer."),
        gettext_lazy("There is nothing to do: the recording is kept, and it goes on when the service is back."),
    ),
    "PROVIDER_BUSY": Words(
        gettext_lazy("The service that does this work has too much to do."),
        gettext_lazy("There is nothing to do: the recording is kept, and it goes on when there is room."),
    ),
    "PROVIDER_REFUSED": Words(
        gettext_lazy("The service that does this work refused the recording."),
        gettext_lazy("Whoever runs Vitas should check the service's key and limits. Then try again."),
    ),
    "PROVIDER_BROKEN": Words(
        gettext_lazy("The service that does this work answered with something that cannot be used."), _TRY_AGAIN
    ),
    "MODEL_MISSING": Words(
        gettext_lazy("A model that this work needs is not installed."),
        gettext_lazy("Whoever runs Vitas should install it (docs/scribe.md). Then try again."),
    ),
    "MODEL_CHANGED": Words(
        gettext_lazy("A model that this work needs is not the one that was installed."),
        gettext_lazy("Whoever runs Vitas should install it again (docs/scribe.md). Then try again."),
    ),
    "CODE_TABLE_UNKNOWN": Words(
        gettext_lazy("There are no suggestions for the code table of your organization."),
        gettext_lazy("The draft is there. Look for codes by hand, or ask an administrator for another table."),
    ),
    "NOTHING_SAID": Words(
        gettext_lazy("Nothing was said that could be drafted."),
        gettext_lazy("Listen to the recording. If somebody speaks in it, write the note by hand."),
    ),
    DISK_FULL: Words(
        gettext_lazy("The disk of the machine that does this work is full."),
        gettext_lazy("The recording is kept. Whoever runs Vitas should make room; then it goes on by itself."),
    ),
    STORE_AWAY: Words(
        gettext_lazy("The place where recordings are kept does not answer."),
        gettext_lazy("There is nothing to do: it goes on when the place answers again."),
    ),
    SOUND_GONE: Words(gettext_lazy("The sound is not there any more, so nothing can be made of it."), _BY_HAND),
    SOUND_CHANGED: Words(
        gettext_lazy("The sound is not the one that was uploaded."),
        gettext_lazy("Upload it again. Tell whoever runs Vitas: nobody should change what is kept."),
    ),
    TOO_SLOW: Words(gettext_lazy("The work took far longer than it should, and was stopped."), _TRY_AGAIN),
    WORKER_LOST: Words(
        gettext_lazy("The work on this recording ended unexpectedly several times, so it was stopped."),
        gettext_lazy("Try again later, or convert the file to another format and upload that."),
    ),
    UNEXPECTED: Words(gettext_lazy("Something went wrong that nobody foresaw."), _TRY_AGAIN),
    "OUTSIDE": Words(
        gettext_lazy("A service outside could not finish its work on this visit."),
        gettext_lazy("What it said stands beside it. Record or upload the visit here, or write the note by hand."),
    ),
    NOTE_SIGNED: Words(
        gettext_lazy("The note of this visit was signed before a draft was ready."),
        gettext_lazy("The transcript is there. What it adds to the note can be written as an addendum."),
    ),
    NOTHING_TO_NOTE: Words(
        gettext_lazy("Nothing in the conversation belongs in a note."),
        gettext_lazy("The transcript is there. Write the note by hand."),
    ),
}


def of(code: str) -> Words:
    """The words for a code; for one that nobody has words for, those for what nobody foresaw."""
    return WORDS.get(code, WORDS[UNEXPECTED])


def next_try(recording: Recording) -> str:
    """Whether and when it is tried again, as a sentence; empty while nothing is wrong."""
    if recording.stage == Stage.FAILED:
        return _("It is not tried again by itself.")
    if not recording.error_code or recording.next_try_at is None:
        return ""
    left = seconds_until(recording.next_try_at)
    if left < 60:
        return _("It is tried again within a minute.")
    minutes = round(left / 60)
    return ngettext(
        "It is tried again in %(minutes)d minute.", "It is tried again in %(minutes)d minutes.", minutes
    ) % {"minutes": minutes}


def seconds_until(moment: datetime) -> int:
    return max(0, round((moment - timezone.now()) / timedelta(seconds=1)))
