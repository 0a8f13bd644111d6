"""The base of every API view."""

from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from vitas.accounts.actor import NOBODY, Actor
from vitas.accounts.authentication import count_address
from vitas.accounts.permissions import DeclaresAccess
from vitas.common.acting import act_as
from vitas.common.errors import Invalid, NotSignedIn


class ApiView(DeclaresAccess, APIView):
    """The base of every address. Subclasses say in `access` who may call each method; answers are not stored."""

    metadata_class = None
    cache_control = "no-store"

    @property
    def actor(self) -> Actor:
        """Who is calling; NOBODY at an address that is open to all."""
        user = self.request.user
        return user if isinstance(user, Actor) else NOBODY

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}  # `Allow` belongs to 405, where the error handler says it

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who calls, then how often, then whether they may: what is refused counts too, or guessing would be free."""
        self.format_kwarg = self.get_format_suffix(**kwargs)
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        try:
            self.perform_authentication(request)
        except NotSignedIn:
            if self.throttle_classes:
                count_address(request)
            raise
        act_as(self.actor)  # until the request ends (vitas.common.middleware)
        self.check_throttles(request)
        _require_clean_query(request)
        self.check_permissions(request)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        if "Cache-Control" not in final:
            final["Cache-Control"] = self.cache_control if final.status_code in (200, 304) else "no-store"
        counted = getattr(request, "counted", None)
        if counted is not None:
            final["RateLimit-Limit"] = str(counted.limit)
            final["RateLimit-Remaining"] = str(counted.remaining)
            final["RateLimit-Reset"] = str(counted.seconds)
        return final

    def read(self, serializer: type[BaseSerializer[Any]], source: Any = None) -> dict[str, Any]:
        """The validated body (or `source`). Raises Invalid with a sentence a field."""
        given = self.request.data if source is None else source
        if not isinstance(given, dict):
            raise Invalid(_("The body must be a JSON object."))
        return dict(_one_of(serializer, get_language()).run_validation(given))  # type: ignore[arg-type]  # a class is hashable

    def read_query(self, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The validated query string; names in camelCase or snake_case, the last of a repeated one counts, an empty
        one is as if it were left out (a form's field that nobody filled in)."""
        from vitas.common.api.parsers import snake

        given = self.request.query_params.dict().items()
        return self.read(serializer, {snake(name): value for name, value in given if value})


@cache
def _one_of(serializer: type[BaseSerializer[Any]], _language: str | None) -> BaseSerializer[Any]:
    """Made once a language: DRF copies every field for each instance, and keeps a refusal in the words it first had."""
    return serializer()


def _require_clean_query(request: Request) -> None:
    query = request.META.get("QUERY_STRING", "")
    if "%" not in query and query.isascii():
        return
    try:
        clean = "\x00" not in unquote_to_bytes(query.encode("latin-1", "replace")).decode("utf-8")
    except UnicodeDecodeError:
        clean = False
    if not clean:
        raise ParseError(_("The address holds characters that are not text."))
