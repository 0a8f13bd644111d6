"""From a recording to a draft: each stage claimed, worked on and saved once, whatever happens in between."""

import errno
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from processing import claiming, pipeline, sound, stages, tasks, words
from processing.models import ProcessingRun, Recording, Stage, Transcript
from processing.tests import scripted
from processing.tests.scripted import Ward, fails
from records.codes.models import Code, CodeSystem
from records.notes.models import Diagnosis, Note
from vitas.common.errors import NotFound, NotPossibleNow

pytestmark = pytest.mark.django_db

Outcome = ProcessingRun.Outcome


def reread(recording: Recording) -> Recording:
    return Recording.objects.get(pk=recording.pk)


def outcomes(recording: Recording) -> list[tuple[str, str]]:
    return list(recording.runs.order_by("started_at", "id").values_list("stage", "outcome"))


def run_out(recording: Recording) -> None:
    """Its worker has given no sign of life for too long."""
    Recording.objects.filter(pk=recording.pk).update(claimed_until=timezone.now() - timedelta(hours=1))


def now_due(recording: Recording) -> None:
    Recording.objects.filter(pk=recording.pk).update(next_try_at=timezone.now() - timedelta(hours=1))


def test_recording_becomes_a_transcript_and_a_draft(ward: Ward) -> None:
    recording = ward.recording()

    assert pipeline.work_one() is True

    found = reread(recording)
    assert (found.stage, found.percent, found.claim, found.seconds) == (Stage.READY, 100, None, 60.0)
    assert found.ready_at is not None
    assert [(each["id"], each["speaker"]) for each in found.transcript.body["segments"]] == [
        ("s0", "patient"),
        ("s1", "doctor"),
    ]
    note = Note.objects.get(appointment_id=recording.appointment_id)
    assert (note.drafter, note.drafted_from) == ("scripted drafter 1", recording.pk)
    assert outcomes(recording) == [
        ("checking", Outcome.DONE),
        ("transcribing", Outcome.DONE),
        ("drafting", Outcome.DONE),
        ("coding", Outcome.DONE),
    ]
    assert pipeline.work_one() is False


def test_task_works_behind_the_walls(ward: Ward) -> None:
    """As the system actor `processing`, that is, and nobody else."""
    recording = ward.recording()
    CodeSystem.objects.create(key="icd-10", name="ICD-10", uri="http://x.test", language="en", codes_count=1)
    Code.objects.create(system_id="icd-10", code="R51", display="Headache", is_leaf=True, words="headache")

    assert tasks.work() is True

    assert reread(recording).stage == Stage.READY
    assert [each.words["code"] for each in Diagnosis.objects.filter(appointment_id=recording.appointment_id)] == ["R51"]
    assert tasks.work() is False


def test_tries_tell_engine_details_and_cost(ward: Ward) -> None:
    recording = ward.recording()

    pipeline.work_one()

    run = recording.runs.get(stage=Stage.TRANSCRIBING)
    assert (run.engine, run.cost_micro, run.details["segments"]) == ("scripted 1", 600, 2)
    assert run.ended_at is not None


def test_oldest_is_worked_on_first_and_one_a_call(ward: Ward) -> None:
    second, first = ward.recording(), ward.recording(created_at=timezone.now() - timedelta(hours=1))

    pipeline.work_one()

    assert (reread(first).stage, reread(second).stage) == (Stage.READY, Stage.UPLOADED)
    assert pipeline.any_due() is True


@pytest.mark.parametrize("stage", [Stage.AWAITING, Stage.READY])
def test_what_is_not_due_is_left_alone(ward: Ward, stage: Stage) -> None:
    ward.recording(stage=stage)

    assert pipeline.work_one() is False


def test_what_is_delivered_twice_is_worked_on_once(ward: Ward) -> None:
    recording = ward.recording()
    mine = claiming.claim_next()

    assert claiming.claim_next() is None
    assert mine is not None
    assert (mine.recording_id, mine.stage) == (recording.pk, Stage.CHECKING)


def test_lost_worker_is_found_and_its_recording_goes_on(ward: Ward) -> None:
    recording = ward.recording()
    claiming.claim_next()
    run_out(recording)

    pipeline.work_one()

    assert reread(recording).stage == Stage.READY
    assert outcomes(recording)[:2] == [("checking", Outcome.LOST), ("checking", Outcome.DONE)]


@pytest.mark.parametrize("stage", list(stages.NEXT))
def test_worker_lost_in_any_stage_is_made_good(ward: Ward, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    recording, die = ward.recording(), {"once": True}

    class Killed(BaseException):
        pass

    work = pipeline.WORK[stage]

    def killed_once(bench):
        if die.pop("once", False):
            raise Killed
        return work(bench)

    monkeypatch.setattr(pipeline, "WORK", {**pipeline.WORK, stage: killed_once})
    with pytest.raises(Killed):
        pipeline.work_one()
    assert reread(recording).stage == stage
    run_out(recording)

    pipeline.work_one()

    assert reread(recording).stage == Stage.READY
    assert (stage, Outcome.LOST) in outcomes(recording)
    assert Transcript.objects.filter(recording=recording).count() == 1
    assert Note.objects.filter(appointment_id=recording.appointment_id).count() == 1


@pytest.mark.parametrize("stage", list(stages.NEXT))
def test_worker_lost_while_it_saves_leaves_nothing_half(
    ward: Ward, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording, die = ward.recording(), {"once": True}

    class Killed(BaseException):
        pass

    def killed_at_the_end(token, outcome, **found):
        if die and ProcessingRun.objects.get(claim=token).stage == stage:
            die.clear()
            raise Killed
        end(token, outcome, **found)

    end = claiming._end
    monkeypatch.setattr(claiming, "_end", killed_at_the_end)
    with pytest.raises(Killed):
        pipeline.work_one()
    assert reread(recording).stage == stage
    run_out(recording)

    pipeline.work_one()

    assert reread(recording).stage == Stage.READY
    assert (Transcript.objects.count(), Note.objects.count()) == (1, 1)


def test_of_two_workers_with_the_same_recording_one_result_is_kept(ward: Ward) -> None:
    recording = ward.recording()

    def another_takes_over(*_given):
        scripted.before.clear()
        run_out(recording)
        assert pipeline.work_one() is True  # it works all of it while the first one still draws its draft

    scripted.before["draft"] = another_takes_over

    pipeline.work_one()

    assert scripted.calls.count("draft") == 2
    assert (Transcript.objects.count(), Note.objects.count()) == (1, 1)
    assert outcomes(recording).count(("drafting", Outcome.DONE)) == 1
    assert outcomes(recording).count(("drafting", Outcome.LOST)) == 1


def test_who_lost_the_claim_is_told_at_the_next_progress(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    recording, reached = ward.recording(), []
    monkeypatch.setattr("processing.watch.TELL_EVERY", 0.0)

    def report(_audio, progress, *_more):
        Recording.objects.filter(pk=recording.pk).update(claim=None, claimed_until=None, next_try_at=timezone.now())
        progress(10.0)
        reached.append("on")

    scripted.before["transcribe"] = report

    pipeline.work_one()

    assert reached == []
    assert Transcript.objects.count() == 0


def test_temporary_error_waits_and_is_tried_again(ward: Ward) -> None:
    recording = ward.recording()
    scripted.before["transcribe"] = fails("PROVIDER_AWAY", temporary=True)

    pipeline.work_one()

    found = reread(recording)
    assert (found.stage, found.error_code, found.claim) == (Stage.TRANSCRIBING, "PROVIDER_AWAY", None)
    assert 20 < words.seconds_until(found.next_try_at) < 40
    assert pipeline.work_one() is False
    scripted.before.clear()
    now_due(recording)

    pipeline.work_one()

    assert (reread(recording).stage, reread(recording).error_code) == (Stage.READY, "")
    assert scripted.calls.count("check") == 1


def test_wait_grows_and_honours_what_the_provider_asks(ward: Ward) -> None:
    waits = [stages.wait_after(tries).total_seconds() for tries in range(1, 9)]

    assert all(24 * 2**at <= wait <= 36 * 2**at for at, wait in enumerate(waits[:6]))
    assert waits[-1] <= 3600 * 1.2
    assert stages.wait_after(1, retry_after=7200).total_seconds() == 7200


def test_provider_that_stays_away_fails_for_good_after_so_many_tries(ward: Ward) -> None:
    recording = ward.recording()
    scripted.before["draft"] = fails("PROVIDER_AWAY", temporary=True)

    for _ in range(stages.MOST_TRIES + 2):
        pipeline.work_one()
        now_due(recording)

    found = reread(recording)
    assert (found.stage, found.failed_at, found.error_code) == (Stage.FAILED, Stage.DRAFTING, "PROVIDER_AWAY")
    assert scripted.calls.count("draft") == stages.MOST_TRIES


@pytest.mark.parametrize("code", ["NOT_AUDIO", "NO_SPEECH"])
def test_permanent_error_fails_at_once_and_makes_no_note(ward: Ward, code: str) -> None:
    recording = ward.recording()
    scripted.before["check"] = fails(code, temporary=False)

    pipeline.work_one()

    found = reread(recording)
    assert (found.stage, found.failed_at, found.error_code) == (Stage.FAILED, Stage.CHECKING, code)
    assert (Transcript.objects.count(), Note.objects.count()) == (0, 0)


def test_draft_without_a_sentence_makes_no_note(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = ward.recording()
    empty = scripted.Drafted(sections={part: [] for part in scripted.Segment.__annotations__}, engine="x")
    monkeypatch.setattr(scripted.ScriptedDrafter, "draft", lambda *given, **more: empty)

    pipeline.work_one()

    assert reread(recording).error_code == words.NOTHING_TO_NOTE
    assert (Transcript.objects.count(), Note.objects.count()) == (1, 0)


def test_broken_output_of_an_engine_is_tried_again_and_never_written(ward: Ward, caplog) -> None:
    recording = ward.recording()

    def broken(*_given):
        raise ValueError("The patient has gonorrhoea")

    scripted.before["draft"] = broken

    pipeline.work_one()

    found = reread(recording)
    assert (found.stage, found.error_code) == (Stage.DRAFTING, words.UNEXPECTED)
    assert [record.message for record in caplog.records if "gonorrhoea" in record.getMessage()] == []


def test_recording_that_ends_worker_after_worker_is_given_to_no_other(ward: Ward) -> None:
    recording = ward.recording()
    for _ in range(stages.MOST_LOST):
        claiming.claim_next()
        run_out(recording)

    assert claiming.claim_next() is None

    found = reread(recording)
    assert (found.stage, found.failed_at, found.error_code) == (Stage.FAILED, Stage.CHECKING, words.WORKER_LOST)


def test_full_disk_waits_for_room_and_leaves_nothing(ward: Ward, monkeypatch: pytest.MonkeyPatch, settings) -> None:
    recording = ward.recording()

    def full(*_given):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sound, "_pieces", full)

    pipeline.work_one()

    found = reread(recording)
    assert (found.stage, found.error_code) == (Stage.CHECKING, words.DISK_FULL)
    assert list(settings.SCRIBE_FOLDER.iterdir()) == []


def test_sound_goes_from_the_workers_disk_in_every_case(ward: Ward, settings) -> None:
    ward.recording()
    seen = []
    scripted.before["check"] = lambda path: seen.append(path.read_bytes())
    scripted.before["transcribe"] = fails("PROVIDER_REFUSED", temporary=False)

    pipeline.work_one()

    assert seen == [scripted.SOUND]
    assert list(settings.SCRIBE_FOLDER.iterdir()) == []


def test_what_a_killed_worker_left_on_the_disk_is_removed(ward: Ward, settings) -> None:
    left = settings.SCRIBE_FOLDER / "left"
    left.mkdir(parents=True)
    (left / "lock").touch()
    (left / "sound").write_bytes(b"somebody's visit")
    ward.recording()

    pipeline.work_one()

    assert not left.exists()


def test_other_bytes_than_were_uploaded_are_not_worked_on(ward: Ward) -> None:
    recording = ward.recording(sha256="0" * 64)

    pipeline.work_one()

    assert reread(recording).error_code == words.SOUND_CHANGED


def test_sound_that_is_gone_fails(ward: Ward) -> None:
    recording = ward.recording(key="sound/none")

    pipeline.work_one()

    assert (reread(recording).stage, reread(recording).error_code) == (Stage.FAILED, words.SOUND_GONE)


def test_slow_provider_is_stopped_at_its_time_limit(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = ward.recording()
    monkeypatch.setattr(stages, "time_limit", lambda stage, seconds: -1.0)
    scripted.before["transcribe"] = lambda audio, progress, *more: progress(10.0)

    pipeline.work_one()

    assert (reread(recording).stage, reread(recording).error_code) == (Stage.TRANSCRIBING, words.TOO_SLOW)


def test_time_limit_grows_with_the_sound() -> None:
    assert stages.time_limit(Stage.TRANSCRIBING, 60.0) == 840.0
    assert stages.time_limit(Stage.TRANSCRIBING, 3 * 3600.0) == 600 + 4 * 3 * 3600


def test_what_was_found_survives_a_database_that_goes_away(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    away = [OperationalError("server closed the connection"), OperationalError("connection refused")]

    class Outside:
        in_atomic_block = False
        close = staticmethod(lambda: None)

    def advance(claimed, done):
        if claimed.stage == Stage.TRANSCRIBING and away:
            raise away.pop()
        return saved(claimed, done)

    saved = claiming.advance
    monkeypatch.setattr(claiming, "advance", advance)
    monkeypatch.setattr(pipeline, "connection", Outside)
    monkeypatch.setattr(pipeline.time, "sleep", lambda seconds: None)
    recording = ward.recording()

    pipeline.work_one()

    assert reread(recording).stage == Stage.READY
    assert scripted.calls.count("transcribe") == 1


def test_organizations_language_and_words_are_given_to_the_transcriber(ward: Ward) -> None:
    from processing.models import ScribePolicy

    given = []
    scripted.before["transcribe"] = lambda audio, progress, language, glossary: given.append((language, [*glossary]))
    ward.recording()
    pipeline.work_one()
    ScribePolicy.objects.create(organization=ward.organization, language="", glossary="metformina\nenalapril")
    ward.recording()
    pipeline.work_one()

    assert given == [("en", []), ("", ["metformina", "enalapril"])]


def test_failed_recording_goes_on_where_it_failed(ward: Ward) -> None:
    recording = ward.recording()
    scripted.before["draft"] = fails("PROVIDER_REFUSED", temporary=False)
    pipeline.work_one()
    scripted.before.clear()

    pipeline.retry(recording_id=recording.pk, by=ward.dr)

    assert (reread(recording).stage, reread(recording).error_code) == (Stage.DRAFTING, "")
    pipeline.work_one()
    assert reread(recording).stage == Stage.READY
    assert scripted.calls.count("transcribe") == 1


def test_recording_that_waits_is_tried_at_once_when_asked(ward: Ward) -> None:
    recording = ward.recording()
    scripted.before["draft"] = fails("PROVIDER_AWAY", temporary=True)
    pipeline.work_one()
    scripted.before.clear()

    pipeline.retry(recording_id=recording.pk, by=ward.dr)

    assert pipeline.work_one() is True
    assert reread(recording).stage == Stage.READY


@pytest.mark.parametrize("stage", [Stage.READY, Stage.UPLOADED])
def test_only_what_failed_is_tried_again(ward: Ward, stage: Stage) -> None:
    recording = ward.recording(stage=stage)

    with pytest.raises(NotPossibleNow):
        pipeline.retry(recording_id=recording.pk, by=ward.dr)


def test_deleted_sound_cannot_be_written_down_again(ward: Ward) -> None:
    recording = ward.recording(
        stage=Stage.FAILED, failed_at=Stage.TRANSCRIBING, error_code="X", audio_deleted_at=timezone.now()
    )

    with pytest.raises(NotPossibleNow):
        pipeline.retry(recording_id=recording.pk, by=ward.dr)


def test_who_does_not_care_for_the_patient_cannot_try_again(ward: Ward) -> None:
    recording = ward.recording(stage=Stage.FAILED, failed_at=Stage.CHECKING, error_code="X")

    with pytest.raises(NotFound):
        pipeline.retry(recording_id=recording.pk, by=ward.other_doctor())
