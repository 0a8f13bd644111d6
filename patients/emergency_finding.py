"""Finding a patient of the organization in an emergency: by a whole number, or by a name, and few at a time.

Unlike a list this is for somebody who stands before the doctor. What is shown tells people apart and no more.
"""

from typing import Final

from django.db.models import Exists, OuterRef, Q, Subquery

from patients.documents import Bare
from patients.finding import FEWEST_DIGITS, Asked
from patients.models import Patient, PatientFile, PatientIdentifier
from patients.permissions import caring
from vitas.accounts.actor import Actor
from vitas.audit import trail

MOST: Final = 10
FEWEST_PHONE_DIGITS: Final = 8
FEWEST_WORDS: Final = 2


def find(actor: Actor, text: str) -> list[Patient]:
    """At most ten patients, with `number_here` (their file) and `seen_already`; each look is in the audit trail.

    A document, a file number or a phone is compared whole; a name needs two words, each the beginning of one of theirs.
    """
    asked = Asked.of(text)
    wanted = _wanted(asked, actor)
    if wanted is None or actor.organization_id is None:
        return []
    here = PatientFile.objects.filter(organization_id=actor.organization_id, patient=OuterRef("pk"))
    seen = Q(pk__in=[])
    for relationship in caring(actor):
        seen |= Q(Exists(relationship.filter(patient_id=OuterRef("pk"))))
    rows = Patient.objects.filter(wanted, Exists(here), merged_into=None)
    described = rows.annotate(number_here=Subquery(here.values("number")[:1]), seen_already=seen)
    found = list(described.order_by("name_key", "pk")[:MOST])
    _note(actor, found)
    return found


def _wanted(asked: Asked, actor: Actor) -> Q | None:
    if not asked.digits:
        return _named(asked) if len(asked.words) >= FEWEST_WORDS else None
    file = PatientFile.objects.filter(Q(organization_id=actor.organization_id), number__in=_file_number(asked))
    wanted = Q(pk__in=file.values("patient_id"))
    if len(asked.document) >= FEWEST_DIGITS:
        numbers = PatientIdentifier.objects.alias(bare=Bare("number"))
        wanted |= Q(pk__in=numbers.filter(bare=asked.document).values("patient_id"))
    if len(asked.digits) >= FEWEST_PHONE_DIGITS:
        wanted |= Q(phone__endswith=asked.digits.lstrip("0"))
    return wanted


def _file_number(asked: Asked) -> list[int]:
    return [int(asked.digits)] if len(asked.digits) < FEWEST_PHONE_DIGITS else []


def _named(asked: Asked) -> Q:
    found = Q()
    for word in asked.words:
        found &= Q(name_key__startswith=word) | Q(name_key__contains=f" {word}")
    return found


def _note(actor: Actor, found: list[Patient]) -> None:
    trail.record_each(
        actor,
        "FIND_PATIENT",
        patient_ids=[row.pk for row in found],
        category=trail.Category.BREAK_GLASS,
        resource="patients",
        by="emergency",
    )
