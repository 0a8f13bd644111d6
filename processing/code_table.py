"""The table of codes an organization chooses from: its own choice, else its country's custom."""

from collections.abc import Sequence
from uuid import UUID

from processing.models import ScribePolicy
from records.codes import choosing, searching
from records.codes.models import CodeSystem


def of(organization_id: UUID) -> CodeSystem | None:
    """None where no table is loaded at all."""
    return choosing.table_for(organization_id)


def chosen(organization_id: UUID) -> str | None:
    """What the organization set, if it did."""
    rows = ScribePolicy.objects.filter(organization_id=organization_id)
    found: str | None = rows.values_list("code_system_id", flat=True).first()
    return found


def found(table: CodeSystem, words: str, limit: int) -> Sequence[searching.Found]:
    """Final codes, the best first."""
    return [each for each in searching.search(table.key, words, 3 * limit) if each.is_leaf][:limit]
