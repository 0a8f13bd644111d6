"""Searching a table of codes over the API."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from records.codes import choosing, searching
from records.codes import serializers as shapes
from records.codes.models import CodeSystem
from records.examples import answer
from records.permissions import MAY_WRITE
from vitas.accounts.rest import ApiView
from vitas.common.errors import NotFound


class Codes(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_WRITE}
    cache_control = "private, max-age=300"  # public knowledge, but what is searched is of a visit

    @extend_schema(
        summary="Search diagnosis codes",
        description="By words (lay words too, in Spanish, Portuguese and English, spelled nearly right) or by the "
        "beginning of a code; the best first. `table` and `system` are null where no table is loaded.",
        parameters=[shapes.CodesQuery],
        responses=shapes.CodesOut,
        examples=[
            answer(
                {
                    "table": "cie-10",
                    "system": "http://hl7.org/fhir/sid/icd-10",
                    "data": [{"code": "R51", "display": "Cefalea", "isFinal": True}],
                }
            )
        ],
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(shapes.CodesQuery)
        table = self._table(asked.get("table"))
        found = searching.search(table.key, asked["q"], asked["limit"]) if table else []
        return Response(
            {
                "table": table.key if table else None,
                "system": table.uri if table else None,
                "data": [{"code": each.code, "display": each.display, "is_final": each.is_leaf} for each in found],
            }
        )

    def _table(self, key: str | None) -> CodeSystem | None:
        if key is None:
            assert self.actor.organization_id is not None  # doctors and nurses have one
            return choosing.table_for(self.actor.organization_id)
        table = CodeSystem.objects.filter(pk=key).first()
        if table is None:
            raise NotFound(_("There is no such code table."))
        return table
