"""Filters of the admin's lists that ask the list nothing: they stay quick over a million rows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

MOST_CHOICES: Final = 100


class DaysFilter(admin.FieldListFilter):
    """From one day to another: by links for the usual ones, and by two dates that are typed or picked.

    A list whose rows lie on clinics' calendars says so by `from_day` and `until_day` (`AppointmentQuerySet`); for
    others a day is one of UTC.
    """

    template = "admin/days_filter.html"

    def __init__(
        self,
        field: Any,
        request: HttpRequest,
        params: dict[str, Any],
        model: type[models.Model],
        model_admin: Any,
        field_path: str,
    ) -> None:
        self.names = (f"{field_path}__from", f"{field_path}__until")
        super().__init__(field, request, params, model, model_admin, field_path)
        self.first, self.last = (_day(self.used_parameters.get(name)) for name in self.names)
        # What else the address says, so that the two dates are sent along with it.
        kept = {key: value for key, value in request.GET.items() if key not in {*self.names, "p", "_facets"}}
        self.kept = sorted(kept.items())

    def expected_parameters(self) -> list[str | None]:
        return list(self.names)

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        found: Any = rows
        if self.first and hasattr(found, "from_day"):
            found = found.from_day(self.first)
        elif self.first:
            found = found.filter(**{f"{self.field_path}__gte": datetime.combine(self.first, time(), UTC)})
        if self.last and hasattr(found, "until_day"):
            found = found.until_day(self.last)
        elif self.last:
            after = datetime.combine(self.last + timedelta(days=1), time(), UTC)
            found = found.filter(**{f"{self.field_path}__lt": after})
        return found

    def choices(self, changelist: Any) -> Iterator[Any]:
        today = timezone.now().astimezone(UTC).date()
        for label, first, last in (
            (_("Any day"), None, None),
            (_("Today"), today, today),
            (_("Coming 7 days"), today, today + timedelta(days=6)),
            (_("Past 7 days"), today - timedelta(days=6), today),
            (_("This month"), today.replace(day=1), _month_ends(today)),
        ):
            fresh = {name: day.isoformat() for name, day in zip(self.names, (first, last), strict=True) if day}
            yield {
                "selected": (self.first, self.last) == (first, last),
                "query_string": changelist.get_query_string(fresh, list(self.names)),
                "display": label,
            }

    @property
    def inputs(self) -> list[tuple[str, str, str]]:
        """Name, label and value of the two."""
        shown = (self.first.isoformat() if self.first else "", self.last.isoformat() if self.last else "")
        return list(zip(self.names, (_("from"), _("until")), shown, strict=True))


class VisibleRelatedFilter(admin.RelatedFieldListFilter):
    """Offers what the person may see, by the other table; nothing is counted."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rows = field.related_model._default_manager.visible_to(request.actor)  # type: ignore[attr-defined]
        ordered = rows.order_by(*self.field_admin_ordering(field, request, model_admin))
        return [(row.pk, str(row)) for row in ordered[:MOST_CHOICES]]


def _day(value: Any) -> date | None:
    """A day out of an address; what is none narrows nothing."""
    text = value[-1] if isinstance(value, list) else value
    try:
        found = date.fromisoformat(text or "")
    except (TypeError, ValueError):
        return None
    return found if date(1900, 1, 1) <= found <= date(2200, 1, 1) else None


def _month_ends(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
