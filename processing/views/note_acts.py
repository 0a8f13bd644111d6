"""What a doctor does with a draft: begins it, saves it, keeps a sentence that was flagged.

The form is saved by its button; with scripts the note is saved while it is written (static/js/note_editing.js).
"""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appointments.models import Appointment
from clinic.pages import for_doctors
from processing import pipeline
from processing.views import room
from records.notes import bodies, editing, reading, signing
from records.notes.models import Note
from vitas.common.errors import Invalid, NotFound, Refused

MOST_LETTERS: Final = 200_000  # of a whole note


@for_doctors
@require_POST
def begin(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """By hand, where there is no recording or nobody waits for it."""
    visit = room.visit_of(request, visit_id)
    try:
        editing.begin(appointment_id=visit.pk, by=request.actor)  # type: ignore[attr-defined]
    except NotFound:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect(f"{_page(visit)}#written")


@for_doctors
@require_POST
def save(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """`body` is the whole note as JSON, and answered so; without it, the page's form."""
    visit, row = _note_of(request, visit_id)
    if "body" in request.POST:
        return _answered(lambda: _saved(request, row, _body_sent(request)))
    try:
        merged = _saved(request, row, _form_sent(request))["words"]
        messages.success(request, merged or _("Saved."))
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect(f"{_page(visit)}#written")


@for_doctors
@require_POST
def keep(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """`keep` names the sentence that is right as it is, `unkeep` one that is not so sure."""
    visit, row = _note_of(request, visit_id)
    kept = "keep" in request.POST
    sentence = request.POST.get("keep" if kept else "unkeep", "")[:80]
    if request.headers.get("Accept") == "application/json":
        return _answered(lambda: _state(_kept(request, row, sentence, kept)))
    try:
        if "text" in request.POST:  # what was typed in the form is not lost on the way
            _saved(request, row, _form_sent(request))
        _kept(request, row, sentence, kept)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect(f"{_page(visit)}#sentence-{sentence}")


def _kept(request: HttpRequest, row: Note, sentence: str, kept: bool) -> Note:
    return editing.keep_sentence(row.pk, sentence_id=sentence, by=request.actor, kept=kept)  # type: ignore[attr-defined]


def _saved(request: HttpRequest, row: Note, body: Mapping[str, Any]) -> dict[str, Any]:
    found = editing.save(row.pk, seen_version=_version(request), body=body, by=request.actor)  # type: ignore[attr-defined]
    state = _state(found.note) | {"ids": dict(found.ids), "merged": found.merged}
    return state | {"words": _merged_words() if found.merged else ""}


def _state(row: Note) -> dict[str, Any]:
    """What the page needs to know after each act."""
    return {
        "version": row.version,
        "open": [sentence["id"] for sentence in bodies.left_to_keep(row.body)],
        "kept": [sentence["id"] for sentence in bodies.sentences(row.body) if sentence["flags"] and sentence["kept"]],
        "sentences": [sentence["id"] for sentence in bodies.sentences(row.body)],
        "hindrances": signing.hindrances(row),
    }


def _answered(act: Any) -> JsonResponse:
    try:
        return JsonResponse(act())
    except Refused as refusal:
        problems = [str(problem.message) for problem in refusal.problems]
        return JsonResponse({"message": " ".join(problems) or str(refusal.message)}, status=refusal.status)


def _note_of(request: HttpRequest, visit_id: UUID) -> tuple[Appointment, Note]:
    visit = room.visit_of(request, visit_id)
    row = reading.of_visit(visit.pk, request.actor)  # type: ignore[attr-defined]
    if row is None:
        raise Http404
    return visit, row


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _body_sent(request: HttpRequest) -> dict[str, Any]:
    """Raises Invalid."""
    text = request.POST["body"]
    try:
        found = json.loads(text) if len(text) <= MOST_LETTERS else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid()
    return found


def _form_sent(request: HttpRequest) -> dict[str, Any]:
    """The sentences of the form: a line that was broken in two is two sentences, an empty one is none."""
    sent = request.POST
    removed = sent.get("remove", "")
    sections: dict[str, list[dict[str, str]]] = {}
    for key, name, text in zip(sent.getlist("section"), sent.getlist("id"), sent.getlist("text"), strict=False):
        sentences = sections.setdefault(key, [])
        lines = [line.strip() for line in text.replace("\x00", "").splitlines() if line.strip()]
        if name and name == removed:
            continue
        for number, line in enumerate(lines):
            sentences.append({"text": line} | ({"id": name} if name and number == 0 else {}))
    return {"sections": [{"key": key, "sentences": sentences} for key, sentences in sections.items()]}


def _merged_words() -> str:
    return _("Somebody else had saved meanwhile: what you both wrote is here now.")


def _page(visit: Appointment) -> str:
    return reverse("doctor-visit-note", args=[visit.pk])


@for_doctors
@require_POST
def retry(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """A recording that failed is worked on again, from where it failed."""
    visit = room.visit_of(request, visit_id)
    try:
        wanted = UUID(request.POST.get("recording", ""))
        pipeline.retry(recording_id=wanted, by=request.actor)  # type: ignore[attr-defined]
    except (ValueError, NotFound):
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect(_page(visit))
