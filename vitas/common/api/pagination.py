"""Lists: `{"data": […], "pagination": {page, limit, total, totalPages}}` and the same in headers."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Window
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vitas.common.errors import Invalid, Problem

DEFAULT_LIMIT = 20
MOST_LIMIT = 100
COUNTED_TO = 10_000


class PaginationOut(serializers.Serializer[Any]):
    """The `pagination` of a list, for the description of the API."""

    page = serializers.IntegerField(min_value=1)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_LIMIT)
    total = serializers.IntegerField(min_value=0)
    total_pages = serializers.IntegerField(min_value=0)
    total_is_at_least = serializers.BooleanField(required=False, help_text="There are more than were counted.")


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for: `page` from 1, `limit` rows."""

    page: int = 1
    limit: int = DEFAULT_LIMIT

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit


def asked_page(request: Request) -> Page:
    """`page` and `limit` of the query; a limit over 100 means 100. Raises Invalid."""
    problems = []
    found = {"page": 1, "limit": DEFAULT_LIMIT}
    for name in found:
        text = request.query_params.get(name)
        if text is None:
            continue
        if text.isascii() and text.isdigit() and 1 <= len(text) <= 9 and int(text) >= 1:
            found[name] = int(text)
        else:
            problems.append(Problem(name, _("This must be a whole number from 1.")))
    if problems:
        raise Invalid(problems=problems)
    return Page(found["page"], min(found["limit"], MOST_LIMIT))


def listed(
    request: Request,
    rows: QuerySet[Any],
    present: Callable[[Sequence[Any]], Iterable[Any]],
    *,
    exact: bool = True,
) -> Response:
    """Answer one page of `rows`. With `exact=False` the total is counted to 10,000 and said to be at least that."""
    page = asked_page(request)
    total = rows.count() if exact else rows.order_by()[: COUNTED_TO + 1].count()
    shown = list(rows[page.offset : page.offset + page.limit]) if page.offset < total or not exact else []
    return page_of(page, list(present(shown)), total=total, at_least=not exact and total > COUNTED_TO)


def listed_by_key(
    request: Request, rows: QuerySet[Any], present: Callable[[list[Any]], Sequence[Any]], *, exact: bool = True
) -> Response:
    """As `listed`, where `present` reads the rows itself: it gets the keys of the page, in the order of `rows`."""
    page = asked_page(request)
    part = slice(page.offset, page.offset + page.limit)
    if exact:
        numbered = list(rows.values_list("pk").annotate(total=Window(Count("*")))[part])
        keys = [key for key, _total in numbered]
        total = numbered[0][1] if numbered else rows.count()
    else:
        total = rows.order_by()[: COUNTED_TO + 1].count()
        keys = list(rows.values_list("pk", flat=True)[part])
    return page_of(page, present(keys), total=total, at_least=not exact and total > COUNTED_TO)


def page_of(page: Page, data: Sequence[Any], *, total: int, at_least: bool = False) -> Response:
    """The envelope and headers of a list whose page was already read."""
    total = min(total, COUNTED_TO) if at_least else total
    pagination: dict[str, Any] = {
        "page": page.page,
        "limit": page.limit,
        "total": total,
        "total_pages": math.ceil(total / page.limit),
    }
    if at_least:
        pagination["total_is_at_least"] = True
    headers = {"X-Total-Count": str(total), "X-Page": str(page.page), "X-Per-Page": str(page.limit)}
    return Response({"data": data, "pagination": pagination}, headers=headers)
