"""What requests about taking out and bringing in may hold, and how answers are documented."""

from typing import Any

from rest_framework import serializers

from records.csv_layouts import Layout
from records.models import RecordImport
from vitas.common.api.pagination import PaginationOut


class ExportQuery(serializers.Serializer[Any]):
    """`patientId`: a profile you may act for, or a patient in your care; your own without it."""

    format = serializers.ChoiceField(choices=["fhir", "zip"], required=False, default="fhir")
    patient_id = serializers.UUIDField(required=False)
    files = serializers.BooleanField(
        required=False, default=False, help_text="fhir: the files within the bundle, as Binary; at most 100 MB."
    )


class ImportIn(serializers.Serializer[Any]):
    """A FHIR bundle, a ZIP as `export` gives it, or a CSV."""

    file = serializers.FileField(help_text="At most 50 MB.")
    patient_id = serializers.UUIDField(help_text="A patient in your care; the file must be theirs.")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Write nothing, and tell the same.")
    layout = serializers.ChoiceField(choices=list(Layout), required=False, help_text="CSV; else told by its columns.")
    day_first = serializers.BooleanField(required=False, default=False, help_text="CSV: `03/04` is the third of April.")
    decimal = serializers.ChoiceField(choices=[".", ","], required=False, help_text="CSV: the sign before decimals.")
    zone = serializers.CharField(
        required=False, max_length=64, default="UTC", help_text="CSV: IANA time zone of its hours."
    )


class SkippedOut(serializers.Serializer[Any]):
    where = serializers.CharField(help_text="A line, or a place in the bundle.")
    code = serializers.CharField()
    message = serializers.CharField()


class ReportOut(serializers.Serializer[Any]):
    """Counts by what a row becomes: record, addendum, result, medicine, problem, allergy, file."""

    import_id = serializers.UUIDField(allow_null=True, help_text="Null for a trial, and where nothing was new.")
    dry_run = serializers.BooleanField()
    added = serializers.DictField(child=serializers.IntegerField())
    known = serializers.DictField(child=serializers.IntegerField(), help_text="Here already, and the same.")
    changed = serializers.DictField(
        child=serializers.IntegerField(), help_text="Here already, and the file says something else: left as it is."
    )
    context = serializers.IntegerField(help_text="Resources that only help to understand the others.")  # type: ignore[assignment]  # a name of the answer
    skipped_count = serializers.IntegerField()
    skipped = SkippedOut(many=True, help_text="The first 500.")


class ImportOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=RecordImport.Kind.choices)
    sha256 = serializers.CharField()
    made_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)
    added = serializers.DictField(child=serializers.IntegerField())
    skipped_count = serializers.IntegerField()


class ImportsOut(serializers.Serializer[Any]):
    data = ImportOut(many=True)  # type: ignore[assignment]
    pagination = PaginationOut()


class UndoneOut(serializers.Serializer[Any]):
    import_id = serializers.UUIDField()
    undone_at = serializers.DateTimeField()
    before = serializers.BooleanField(help_text="It was taken back earlier; nothing was done now.")
    rows = serializers.DictField(child=serializers.IntegerField())
