"""Finding a patient by what somebody at a desk has at hand: a name, a phone, a document, a file number.

Every way is a bounded query on an index, so that an answer takes as long with a million visits as with a thousand.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib.postgres.search import TrigramStrictWordSimilarity
from django.db import connection, transaction
from django.db.models import Case, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from patients.documents import Bare, bare
from patients.models import Patient, PatientFile, PatientIdentifier
from patients.querysets import PatientQuerySet
from vitas.accounts.actor import Actor
from vitas.common.search_key import search_key

FEWEST_DIGITS: Final = 4  # of a phone or a document: fewer are half the town's
FEWEST_LETTERS: Final = 4  # of a word that may be misspelt
LIKE_ENOUGH: Final = 0.45  # share of a word's groups of three letters; PostgreSQL's own 0.6 misses `gonsalez`
MOST_WORDS: Final = 6
MOST_LOOKED_AT: Final = 3_000  # rows that one way ranks; a name that more people bear is narrowed by another word
_HIGHEST_FILE: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: words of a name, and digits of a number, as search reads them."""

    key: str
    words: tuple[str, ...]
    digits: str
    document: str

    @classmethod
    def of(cls, text: str) -> "Asked":
        words = re.findall(r"[^\W\d_]+", search_key(text))[:MOST_WORDS]
        return cls(
            key=" ".join(words), words=tuple(words), digits=re.sub(r"[^0-9]", "", text)[:20], document=bare(text)[:40]
        )


def find_patients(actor: Actor, text: str, *, limit: int = 20) -> list[Patient]:
    """The patients whom the actor's organization knows and who match, the likeliest first; at most `limit`.

    Each carries `number_here`, the file number at that organization, and `document`, the first of their numbers.
    """
    ids = matching(actor, text, limit=limit)
    found = _described(Patient.objects.filter(pk__in=ids), actor).in_bulk()
    return [found[patient_id] for patient_id in ids if patient_id in found]


def matching(actor: Actor, text: str, *, limit: int = 200) -> list[UUID]:
    """Their ids, to narrow a list to."""
    found: dict[UUID, None] = {}  # in the order of finding
    asked = Asked.of(text)
    for rows in _ways(Patient.objects.visible_to(actor).filter(merged_into=None), actor, asked, found):
        if len(found) < limit:
            found |= dict.fromkeys(rows.values_list("pk", flat=True)[:limit])
    return list(found)[:limit]


def _ways(rows: PatientQuerySet, actor: Actor, asked: Asked, found: dict[UUID, None]) -> Iterator[PatientQuerySet]:
    """From the surest to the vaguest. A guess at the spelling is made only where nothing else was found."""
    named = rows.filter(_bears(asked.words))
    if asked.digits:
        yield from _by_file(named, actor, asked)
        yield from _by_document(rows, asked)
        yield from _by_phone(named, asked)
    elif asked.words:
        yield _by_name(named, asked)
        if not found and max(map(len, asked.words)) >= FEWEST_LETTERS:
            with _alike(LIKE_ENOUGH):
                yield _by_sound(rows, asked)


def _by_file(rows: PatientQuerySet, actor: Actor, asked: Asked) -> Iterator[PatientQuerySet]:
    if int(asked.digits) <= _HIGHEST_FILE and actor.organization_id:
        files = PatientFile.objects.filter(organization_id=actor.organization_id, number=int(asked.digits))
        # A file of who was merged leads to whom they are now.
        holder = Coalesce("patient__merged_into_id", "patient_id")
        yield rows.filter(pk__in=files.annotate(holder=holder).values("holder"))


def _by_document(rows: PatientQuerySet, asked: Asked) -> Iterator[PatientQuerySet]:
    """The whole of what was typed is the number (a passport has letters), or its digits are, beside a name."""
    for number, names in {asked.document: (), asked.digits: asked.words}.items():
        if len(number) >= FEWEST_DIGITS:
            numbers = PatientIdentifier.objects.alias(bare=Bare("number"))
            begins = numbers.filter(bare__startswith=number).values("patient_id")[:MOST_LOOKED_AT]
            exact = numbers.filter(bare=number).values("patient_id")
            yield rows.filter(_bears(names), pk__in=begins).order_by(_rank(Q(pk__in=exact)), "name_key", "pk")


def _by_phone(rows: PatientQuerySet, asked: Asked) -> Iterator[PatientQuerySet]:
    """Any part of it. Last digits are what people say; a `0` before an area code is dialled and not written down."""
    digits = asked.digits
    if len(digits) >= FEWEST_DIGITS:
        undialled = digits.lstrip("0") if len(digits) > FEWEST_DIGITS * 2 else digits
        near = _bounded(rows.filter(phone__contains=undialled))
        yield near.order_by(_rank(Q(phone=f"+{digits}"), Q(phone__endswith=digits)), "-last_used_at", "pk")


def _by_name(rows: PatientQuerySet, asked: Asked) -> PatientQuerySet:
    words_begin = Q()
    for word in asked.words:
        words_begin &= Q(name_key__startswith=word) | Q(name_key__contains=f" {word}")
    rank = _rank(Q(name_key=asked.key), Q(name_key__startswith=asked.key), words_begin)
    return _bounded(rows).order_by(rank, "name_key", "pk")


def _by_sound(rows: PatientQuerySet, asked: Asked) -> PatientQuerySet:
    """`gonzales mria` finds María González: most groups of three letters are the same."""
    for word in asked.words:
        rows = rows.filter(name_key__trigram_word_similar=word)
    likeness = TrigramStrictWordSimilarity(asked.key, "name_key")
    return _bounded(rows).order_by(likeness.desc(), "name_key", "pk")


@contextmanager
def _alike(threshold: float) -> Iterator[None]:
    """What `%>` takes for alike, until this transaction ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(threshold)])
        yield


def _bears(words: Iterable[str]) -> Q:
    """The name has each of the words, or parts of it, in any order.

    One or two letters must begin a word: they make no group of three that the index could find inside one.
    """
    found = Q()
    for word in words:
        inside = Q(name_key__contains=word)
        begins = Q(name_key__startswith=word) | Q(name_key__contains=f" {word}")
        found &= inside if len(word) > 2 else begins
    return found


def _bounded(rows: PatientQuerySet) -> PatientQuerySet:
    return Patient.objects.filter(pk__in=rows.order_by().values("pk")[:MOST_LOOKED_AT])


def _rank(*conditions: Q) -> Case:
    whens = [When(condition, then=Value(at)) for at, condition in enumerate(conditions)]
    return Case(*whens, default=Value(len(conditions)), output_field=IntegerField())


def _described(rows: PatientQuerySet, actor: Actor) -> PatientQuerySet:
    here = PatientFile.objects.filter(Q(organization_id=actor.organization_id), patient=OuterRef("pk"))
    numbers = PatientIdentifier.objects.filter(patient=OuterRef("pk")).order_by("pk")
    return rows.annotate(
        number_here=Subquery(here.values("number")[:1]), document=Subquery(numbers.values("number")[:1])
    )
