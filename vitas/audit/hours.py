"""Entries by the hour: counted once, when they are sealed, and read without looking at them again."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection

_COUNT: Final = """
INSERT INTO audit_audithour (hour, organization_id, category, action, outcome, of_patient, count)
SELECT date_trunc('hour', at, 'UTC'), organization_id, category, action, outcome, patient_id IS NOT NULL, count(*)
FROM audit_auditentry WHERE id = ANY(%s) AND id BETWEEN %s AND %s
GROUP BY 1, 2, 3, 4, 5, 6
ON CONFLICT (organization_id, hour, category, action, outcome, of_patient)
DO UPDATE SET count = audit_audithour.count + excluded.count
"""


def count(ids: Sequence[UUID]) -> None:
    """Add these entries, which were just sealed, to their hours."""
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [list(ids), min(ids), max(ids)])
