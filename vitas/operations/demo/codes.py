"""Code tables of the demo: ICD-10 in Spanish and English. ICD-10-CM is large: `manage.py load_codes` has it."""

from typing import Final

from records.codes import loading, sources
from records.codes.models import CodeSystem

TABLES: Final = ("cie-10", "icd-10")


def make() -> None:
    there = set(CodeSystem.objects.values_list("key", flat=True))
    for key in TABLES:
        if key not in there:
            loading.load(sources.of(key))
