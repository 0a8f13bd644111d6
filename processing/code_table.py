"""The table of codes an organization chooses from: its own choice, else the one in its language."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from processing.models import ScribePolicy
from records.codes.models import Code, CodeSystem
from vitas.accounts.models import Organization


def of(organization_id: UUID) -> CodeSystem | None:
    """None where no table is loaded at all."""
    policy = ScribePolicy.objects.filter(organization_id=organization_id).select_related("code_system").first()
    if policy is not None and policy.code_system is not None:
        return policy.code_system
    language = Organization.objects.values_list("language", flat=True).get(pk=organization_id)[:2]
    tables = list(CodeSystem.objects.order_by("key"))
    same = [table for table in tables if table.language[:2] == language]
    return next(iter([*same, *tables]), None)


def found(table: CodeSystem, words: str, limit: int) -> Sequence[Any]:
    """Rows with `code` and `display`, the best first."""
    begins = Code.objects.filter(system=table, is_leaf=True, retired_at=None, code__istartswith=words)
    named = Code.objects.filter(system=table, is_leaf=True, retired_at=None)
    for word in words.lower().split():
        named = named.filter(words__contains=word)
    return [*begins.order_by("code")[:limit], *named.order_by("code")[:limit]][:limit]
