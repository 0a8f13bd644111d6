"""Workers of the pipeline that are killed at random moments lose nothing and do nothing twice (`make bench-scribe`)."""

import pytest

from vitas.operations.bench import scribe_kill


@pytest.mark.django_db(transaction=True)
def test_killed_workers_lose_no_recording_and_draft_none_twice() -> None:
    """The large one, with 200 recordings, is `make bench-scribe PARTS=kill`."""
    found = scribe_kill.try_it(recordings=16, seed=7)

    assert found.is_right, found
    assert found.kills > 0
