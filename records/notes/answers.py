"""Notes and diagnoses as the API shows them, as plain dicts. Whose may be read was asked before."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.conf import settings

from records.answers import opened
from records.notes import bodies, differences, signing
from records.notes.editing import Saved
from records.notes.models import Diagnosis, Note, NoteVersion, Part
from records.notes.permissions import may_sign
from vitas.accounts.actor import Actor

_SENTENCE: Final = ("id", "text", "evidence", "recording", "flags", "kept", "by", "variant_of")


def note(row: Note, actor: Actor) -> dict[str, Any]:
    """Read by `reading`. Staff also learn how the draft fared, and what is left to do before it is signed."""
    is_signed = row.state == Note.State.SIGNED
    body = opened(row, "body") or {"sections": []}
    found = {
        "id": row.pk,
        "appointment_id": row.appointment_id,
        "patient_id": row.patient_id,
        "organization_id": row.organization_id,
        "provider_id": row.doctor_id,
        "provider_name": str(row.doctor),
        "status": row.status,
        "state": row.state,
        "version": row.version,
        "language": row.language,
        "drafter": row.drafter or None,
        **sections(body),
        "diagnoses": [_coded(words) for words in body.get("diagnoses", ())],
        "signed_at": row.signed_at,
        "record_id": row.record_id,
        "paper_url": f"{settings.PUBLIC_URL.rstrip('/')}/api/v1/notes/{row.pk}/paper" if is_signed else None,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    if actor.is_patient:
        return found
    return {
        **found,
        "recordings": body.get("recordings", []),
        "survived": row.survived,
        "may_sign": may_sign(actor, row),
        "hindrances": [] if is_signed else signing.hindrances(row),
    }


def sections(body: Mapping[str, Any]) -> dict[str, Any]:
    """`sections` by part of SOAP, each sentence with its section's `key`; `layout` in the order of the template."""
    parts: dict[str, list[dict[str, Any]]] = {part: [] for part in Part.values}
    for section in body["sections"]:
        parts[section["part"]] += [_sentence(one, section["key"]) for one in section["sentences"]]
    layout = [
        {"key": section["key"], "title": bodies.title_of(section), "part": section["part"]}
        for section in body["sections"]
    ]
    return {"sections": parts, "layout": layout}


def saved(found: Saved, actor: Actor) -> dict[str, Any]:
    conflicts = [{"sentence": pair.sentence, "variant": pair.variant} for pair in found.conflicts]
    ids = [{"key": key, "id": sentence_id} for key, sentence_id in found.ids.items()]
    return {**note(found.note, actor), "merged": found.merged, "conflicts": conflicts, "ids": ids}


def versions(rows: Iterable[NoteVersion]) -> list[dict[str, Any]]:
    """Each with what changed since the one before."""
    found: list[dict[str, Any]] = []
    before: Mapping[str, Any] = {"sections": []}
    for row in rows:
        body = opened(row, "body") or {"sections": []}
        found.append(
            {
                "number": row.number,
                "kind": row.kind,
                "made_by": row.made_by,
                "made_at": row.made_at,
                **sections(body),
                "changes": [_changed(one) for one in differences.between(before, body)] if found else [],
            }
        )
        before = body
    return found


def diagnosis(row: Diagnosis) -> dict[str, Any]:
    words = opened(row, "words") or {}
    return {
        "id": row.pk,
        "appointment_id": row.appointment_id,
        "patient_id": row.patient_id,
        **_coded(words),
        "state": row.state,
        "score": row.score,
        "coder": row.coder or None,
        "evidence": words.get("evidence", []),
        "decided_at": row.decided_at,
        "created_at": row.created_at,
    }


def soap_report(row: Note | None) -> dict[str, str] | None:
    """S0's: each part's sentences joined; None until there is a draft."""
    body = opened(row, "body") if row else None
    return {part: bodies.text_of_part(body, part) for part in Part.values} if body else None


def icd_diagnosis(row: Diagnosis) -> dict[str, Any]:
    """One of S0's bare `icdDiagnoses`, with the names it goes out under."""
    words = opened(row, "words") or {}
    return {"id": row.pk, **_coded(words), "state": row.state, "score": row.score}


def _coded(words: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": words.get("code", ""),
        "description": words.get("display", ""),
        "system": words.get("system", ""),
        "table": words.get("table", ""),
        "suspected": bool(words.get("suspected")),
    }


def _sentence(sentence: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {**{name: sentence[name] for name in _SENTENCE}, "section": key}


def _changed(found: differences.Changed) -> dict[str, Any]:
    lines = [[{"kind": run.kind, "text": run.text} for run in line] for line in found.lines]
    return {"key": found.key, "title": found.title or bodies.part_names()[found.part], "lines": lines}
