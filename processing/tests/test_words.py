"""Every way in which the work on a recording can fail has words: what happened, and what helps."""

import re
from datetime import timedelta
from pathlib import Path

from django.utils import timezone, translation

from processing import words
from processing.models import Recording, Stage

ROOM = Path(words.__file__).parent


def test_every_code_that_is_raised_has_words() -> None:
    sources = [path.read_text() for path in ROOM.rglob("*.py") if "tests" not in path.parts]
    raised = {code for text in sources for code in re.findall(r'EngineError\(\s*"([A-Z_]+)"', text)}
    refused = re.findall(r'"([A-Z_]{5,})"', (ROOM / "audio" / "sound_check.py").read_text())

    assert sorted((raised | set(refused)) - set(words.WORDS)) == []


def test_code_without_words_gets_those_of_what_nobody_foresaw() -> None:
    assert words.of("NEVER_HEARD_OF") == words.WORDS[words.UNEXPECTED]


@translation.override("en")
def test_next_try_is_told_in_minutes() -> None:
    now = timezone.now()
    waits = Recording(stage=Stage.DRAFTING, error_code="PROVIDER_AWAY", next_try_at=now + timedelta(minutes=4))

    assert words.next_try(waits) == "It is tried again in 4 minutes."
    waits.next_try_at = now + timedelta(seconds=20)
    assert words.next_try(waits) == "It is tried again within a minute."
    assert words.next_try(Recording(stage=Stage.FAILED, error_code="NOT_AUDIO")) == "It is not tried again by itself."
    assert words.next_try(Recording(stage=Stage.CODING)) == ""
