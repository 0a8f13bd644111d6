"""The admin's lists about patients are searched as the desk searches: name, phone, document, file number."""

from typing import Any, ClassVar, Final

from django.contrib import messages
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patients.finding import matching

MOST_ROWS: Final = 10_000
MOST: Final = 200  # patients whose rows a list shows; who types one word more sees the right ones


class FoundByPatient:
    """For a `VisibleAdmin` with a `patient_path`: narrows the list to the rows of the patients who match."""

    patient_path: ClassVar[str]
    search_fields: ClassVar[Any] = ("pk",)  # so that Django draws the search box; what is typed is read below
    search_help_text: ClassVar[Any] = _("Name, phone, document or file number")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        found = matching(request.actor, search_term, limit=MOST)  # type: ignore[attr-defined]
        if len(found) == MOST and request.resolver_match and request.resolver_match.view_name != "admin:autocomplete":
            told = gettext("Only the first %(count)d patients who match are shown. Write more of the name or number.")
            messages.info(request, told % {"count": MOST})
        path = self.patient_path.removesuffix("_id")
        # The bound also keeps the planner from walking the whole list in its order until fifty of theirs turned up.
        theirs = queryset.model._default_manager.filter(**{f"{path}{LOOKUP_SEP}in": found})
        return queryset.filter(pk__in=theirs.order_by().values("pk")[:MOST_ROWS]), False
