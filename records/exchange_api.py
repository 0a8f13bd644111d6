"""Everything of one patient to take away, and records to bring in, over the API."""

from typing import Any, ClassVar, Final
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from records import examples, exchange, import_undo
from records import exchange_shapes as shapes
from records.files.checking import FileTooLarge
from records.models import RecordImport
from vitas.accounts.models import Role
from vitas.accounts.permissions import Access
from vitas.accounts.rest import ApiView
from vitas.common.api.pagination import listed
from vitas.common.api.parsers import snake
from vitas.common.uploads import was_too_large

MAY_EXPORT: Final[Access] = frozenset({Role.PATIENT, Role.DOCTOR})
MAY_IMPORT: Final[Access] = frozenset({Role.DOCTOR})

_IMPORT: Final = "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d44"
_REPORT: Final[dict[str, Any]] = {
    "importId": _IMPORT,
    "dryRun": False,
    "added": {"record": 2, "result": 14},
    "known": {"problem": 1},
    "changed": {},
    "context": 3,
    "skippedCount": 1,
    "skipped": [
        {
            "where": "entry[7]",
            "code": "visits_are_booked_here",
            "message": "Visits are booked here; those of elsewhere are not brought in.",
        }
    ],
}


class Export(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_EXPORT}

    @extend_schema(
        summary="Take everything of a patient away",
        description="What the caller may see, and nothing else: a FHIR R4 document bundle, or a ZIP with it, a PDF to "
        "read, prescriptions and files. Each is noted in the audit trail. A few an hour.",
        parameters=[shapes.ExportQuery],
        responses={
            (200, "application/fhir+json"): OpenApiTypes.OBJECT,
            (200, "application/zip"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request) -> Any:
        asked = self.read_query(shapes.ExportQuery)
        return exchange.answer(
            request._request,
            self.actor,
            patient_id=asked.get("patient_id"),
            form=asked["format"],
            with_files=asked["files"],
        )


class Import(ApiView):
    access: ClassVar[dict[str, Any]] = {"POST": MAY_IMPORT}
    parser_classes = [MultiPartParser]

    @extend_schema(
        summary="Bring records in",
        description="All of a file or nothing; the same file again adds nothing. The file must prove by number and "
        "birth date that it is of the patient (422). With `dryRun` nothing is written.",
        request={"multipart/form-data": shapes.ImportIn},
        responses={201: shapes.ReportOut, 200: shapes.ReportOut},
        examples=[examples.answer(_REPORT, "200", "201")],
    )
    def post(self, request: Request) -> Response:
        if was_too_large(request):
            raise FileTooLarge(_("The file is larger than 50 MB."))
        sent: Any = request.data
        asked = self.read(shapes.ImportIn, {snake(name): sent[name] for name in sent})
        report = exchange.brought_in(self.actor, asked)
        return Response(report.shown(), status=201 if report.import_id else 200)


class Imports(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_IMPORT}

    @extend_schema(
        summary="List what was brought in",
        description="Your own, newest first.",
        responses=shapes.ImportsOut,
        examples=[
            examples.page(
                {
                    "id": _IMPORT,
                    "kind": "fhir",
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "madeAt": "2026-01-10T14:30:00Z",
                    "undoneAt": None,
                    "added": {"record": 2},
                    "skippedCount": 1,
                }
            )
        ],
    )
    def get(self, request: Request) -> Response:
        rows = RecordImport.objects.visible_to(self.actor).order_by("-made_at", "-id")
        return listed(request, rows, lambda found: [_import(row) for row in found])


class Undo(ApiView):
    access: ClassVar[dict[str, Any]] = {"POST": MAY_IMPORT}

    @extend_schema(
        summary="Take an import back",
        description="All of its rows are marked as entered in error, unless somebody wrote on since: then 409, with "
        "`rows`. A second time does nothing.",
        request=None,
        responses=shapes.UndoneOut,
        examples=[
            examples.answer(
                {"importId": _IMPORT, "undoneAt": "2026-01-11T08:00:00Z", "before": False, "rows": {"record": 2}}
            )
        ],
    )
    def post(self, request: Request, import_id: UUID) -> Response:
        found = import_undo.undo(import_id=import_id, by=self.actor)
        return Response(
            {
                "import_id": found.batch.pk,
                "undone_at": found.batch.undone_at,
                "before": found.before,
                "rows": found.rows,
            }
        )


def _import(row: RecordImport) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "sha256": row.sha256,
        "made_at": row.made_at,
        "undone_at": row.undone_at,
        "added": row.report.get("added", {}),
        "skipped_count": row.report.get("skippedCount", 0),
    }
