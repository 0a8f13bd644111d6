"""Recordings in a queue, four workers that are killed at random moments: each ends with one draft, none with two."""

import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.models import Count
from django.utils import timezone

from appointments.models import Appointment
from processing import audio_store
from processing.models import Notice, ProcessingRun, Recording, Stage, Transcript
from records.codes.models import CodeSystem
from records.notes.models import Note, NoteVersion
from vitas import testing
from vitas.accounts.models import Role
from vitas.operations.bench.scribe_work import Work

DATABASE: Final = "vitas_bench_scribe"
SOUND: Final = b"somebody speaks " * 64
WORKERS: Final = 4
LEASE: Final = "2s"  # production has 60 s: a lost recording waits that long
BETWEEN_KILLS: Final = (4, 20)  # stages that end, however fast the machine is
LOOK: Final = (0.02, 0.2)  # seconds
LONGEST: Final = 300.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    recordings: int
    ready: int
    drafts: int
    twice: int  # recordings with two drafts, transcripts, notices, or a stage that was done twice
    failed: int
    kills: int
    lost: int  # tries whose worker was killed in their middle
    seconds: float

    @property
    def is_right(self) -> bool:
        return self.recordings == self.ready == self.drafts and not self.twice and not self.failed


def measure(work: Work) -> bool:
    """In a database of its own, made anew."""
    _open_database()
    found = try_it(recordings=work.few or 200, seed=work.seed)
    work.tell(
        f"  {found.recordings} recordings, {found.kills} workers killed, {found.lost} of them at work: {found.drafts}"
        f" drafts, {found.twice} twice, {found.failed} failed, in {found.seconds:.0f} s"
    )
    return found.is_right


def try_it(*, recordings: int, seed: int) -> Outcome:
    """Queue so many and kill workers until all are done, or it lasts too long."""
    keys = queue(recordings)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, _forker(Path(folder)) as forker:
        kills = _until_done(forker, random.Random(seed), began + LONGEST)  # nosec B311  # no secret
    took = time.monotonic() - began
    for key in keys:
        audio_store.forget(key)
    return _found(recordings, kills, took)


def queue(how_many: int) -> list[str]:
    """A doctor with so many visits, each with a recording that waits. Answers with the sounds' keys."""
    place = testing.make_place()
    patient, by = testing.make_patient(), place.doctor.membership.user_id
    CodeSystem.objects.get_or_create(
        key="icd-10", defaults={"name": "ICD-10", "uri": "http://hl7.org/fhir/sid/icd-10", "codes_count": 0}
    )
    now, digest = timezone.now(), hashlib.sha256(SOUND).hexdigest()
    whose = {"organization": place.clinic.organization, "doctor": place.doctor, "patient": patient}
    visits = Appointment.objects.bulk_create(
        Appointment(
            **whose,
            clinic=place.clinic,
            place=place,
            starts_at=now - timedelta(hours=number),
            ends_at=now - timedelta(hours=number - 1),
            type="consultation",
            status="completed",
            firm_at=now,
            fee=0,
            payment_in_advance=False,
            currency="USD",
            booked_by=by,
            booked_by_role=Role.PATIENT,
        )
        for number in range(how_many)
    )
    rows = [_recording(visit, whose, by, digest) for visit in visits]
    for row in rows:
        audio_store.put(row.key, io.BytesIO(SOUND))
    Recording.objects.bulk_create(rows)
    return [row.key for row in rows]


def _recording(visit: Appointment, whose: dict[str, Any], by: Any, digest: str) -> Recording:
    now = timezone.now()
    return Recording(
        **whose,
        appointment=visit,
        source=Recording.Source.RECORDED,
        created_by=by,
        key=audio_store.new_key(),
        content_type="audio/ogg",
        size=len(SOUND),
        sha256=digest,
        upload_ends_at=now,
        uploaded_at=now,
        stage=Stage.UPLOADED,
    )


def _until_done(forker: "Forker", chance: random.Random, until: float) -> int:
    workers, kills = [forker.start() for _ in range(WORKERS)], 0
    over, next_kill = [Stage.READY, Stage.FAILED], chance.randint(*BETWEEN_KILLS)
    while Recording.objects.exclude(stage__in=over).exists() and time.monotonic() < until:
        time.sleep(chance.uniform(*LOOK))
        if ProcessingRun.objects.exclude(outcome="").count() >= next_kill:
            next_kill += chance.randint(*BETWEEN_KILLS)
            at = chance.randrange(WORKERS)
            _kill(workers[at])
            workers[at] = forker.start()
            kills += 1
    for pid in workers:
        _kill(pid)
    return kills


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _found(recordings: int, kills: int, seconds: float) -> Outcome:
    done = ProcessingRun.objects.filter(outcome=ProcessingRun.Outcome.DONE)
    drafted = NoteVersion.objects.filter(kind=NoteVersion.Kind.DRAFTED)
    more_than_one = [
        done.values("recording", "stage"),
        Transcript.objects.values("recording"),
        Note.objects.values("appointment"),
        drafted.values("note"),
        Notice.objects.values("recording_id"),
    ]
    return Outcome(
        recordings=recordings,
        ready=Recording.objects.filter(stage=Stage.READY).count(),
        drafts=Note.objects.exclude(drafter="").count(),
        twice=sum(rows.annotate(times=Count("pk")).filter(times__gt=1).count() for rows in more_than_one),
        failed=Recording.objects.filter(stage=Stage.FAILED).count(),
        kills=kills,
        lost=ProcessingRun.objects.filter(outcome=ProcessingRun.Outcome.LOST).count(),
        seconds=seconds,
    )


class Forker:
    """The process that starts workers, each in a moment."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None and process.stdout is not None
        self._asks: IO[str] = process.stdin
        self._answers: IO[str] = process.stdout

    def start(self) -> int:
        """The process id of one more worker."""
        self._asks.write("\n")
        self._asks.flush()
        return int(self._answers.readline())


@contextmanager
def _forker(folder: Path) -> Iterator[Forker]:
    name = connections["default"].settings_dict["NAME"]
    environment = os.environ | {
        "DATABASE_URL": settings.DATABASE_URL.rsplit("/", 1)[0] + f"/{name}",
        "REDIS_URL": settings.REDIS_URL,
        "SCRIBE_FOLDER": str(folder),
        "SCRIBE_LEASE": LEASE,
        "LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "vitas.operations.bench.scribe_kill_worker"]
    process = subprocess.Popen(
        command, env=environment, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Forker(process)
    finally:
        process.kill()
        process.wait()


def _open_database() -> None:
    with psycopg.connect(**connections["owner"].get_connection_params(), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {DATABASE}")
    for alias in ("owner", "default"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = DATABASE
    call_command("migrate", database="owner", verbosity=0)
