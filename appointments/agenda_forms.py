"""What a doctor sends to change hours and absences: dates and times of the clinic's wall clock."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments import agenda
from clinic import hours
from clinic.models import Absence, DoctorPlace
from vitas.common.errors import Invalid, Problem, Refused
from vitas.common.page_forms import PageForm


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class _Time(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M", attrs={"step": 300})


class AbsenceForm(PageForm):
    """Whole days, unless times are given. `seen` is the version of the absence that is changed."""

    first_day = forms.DateField(label=_("First day"), widget=_Day())
    from_time = forms.TimeField(label=_("From"), required=False, widget=_Time())
    last_day = forms.DateField(label=_("Last day"), required=False, widget=_Day())
    until_time = forms.TimeField(label=_("Until"), required=False, widget=_Time())
    place = forms.ChoiceField(label=_("Where"), required=False)
    reason = forms.CharField(
        label=_("Why"), required=False, max_length=100, help_text=_("Only the clinic's staff sees it.")
    )
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, places: Sequence[DoctorPlace], shown: DoctorPlace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {str(place.pk): place for place in places}
        self.zone = shown.clinic.zone
        choices = [("", gettext("At all places")), *((key, place.clinic.name) for key, place in self.places.items())]
        self.fields["place"].choices = choices  # type: ignore[attr-defined]
        if len(places) < 2:
            self.fields["place"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day") or cleaned.get("first_day")
        if first and last and last < first:
            self.add_error("last_day", gettext("The last day must not be before the first."))
        return cleaned

    def refuse(self, refusal: Refused) -> None:
        fields = {"starts_at": "first_day", "ends_at": "last_day"}
        for problem in refusal.problems:
            self.add_error(fields.get(problem.field, problem.field), str(problem.message))
        if not refusal.problems:
            self.add_error(None, str(refusal.message))

    def span(self, absence: Absence | None = None) -> tuple[datetime, datetime]:
        """The instants that are meant; those of the absence where its wall time was left as it is."""
        cleaned = self.cleaned_data
        starts = datetime.combine(cleaned["first_day"], cleaned["from_time"] or time())
        last_day: date = cleaned["last_day"] or cleaned["first_day"]
        until: time | None = cleaned["until_time"]
        ends = datetime.combine(last_day, until) if until else datetime.combine(last_day, time()) + timedelta(days=1)
        return (
            self._instant(starts, absence.starts_at if absence else None),
            self._instant(ends, absence.ends_at if absence else None),
        )

    @property
    def chosen_place(self) -> DoctorPlace | None:
        return self.places.get(self.cleaned_data["place"])

    def _instant(self, wall: datetime, before: datetime | None) -> datetime:
        """The second of an hour that happens twice is kept where only something else was changed."""
        if before is not None and agenda.wall(before, self.zone).replace(second=0, microsecond=0) == wall:
            return before
        return agenda.instant(wall, self.zone)


def absence_fields(starts: datetime, ends: datetime) -> dict[str, Any]:
    """Wall times as the fields show them: midnights are whole days."""
    whole = ends.time() == time() and ends > starts
    last_day = (ends - timedelta(days=1)).date() if whole else ends.date()
    return {
        "first_day": starts.date(),
        "from_time": starts.time() if starts.time() != time() else None,
        "last_day": last_day,
        "until_time": None if whole else ends.time(),
    }


def spans_sent(weekdays: Sequence[str], starts: Sequence[str], ends: Sequence[str]) -> list[hours.Span]:
    """The typical week out of three lists of equal length; a row without times is none.

    An end that is not later than the start is on the next day. Raises Invalid on `spans`.
    """
    if not len(weekdays) == len(starts) == len(ends) <= 20 * hours.MOST_SPANS:
        raise Invalid.field("spans", _("Enter the hours again."))
    found, problems = [], []
    for day, start, end in zip(weekdays, starts, ends, strict=True):
        if not start and not end:
            continue
        span = _span(day, start, end)
        if span is None:
            problems.append(Problem("spans", _("Each span needs a beginning and an end, such as 09:00 and 12:30.")))
        else:
            found.append(span)
    if problems:
        raise Invalid(problems=problems[:1])
    return found


def _span(day: str, start: str, end: str) -> hours.Span | None:
    try:
        first, last = time.fromisoformat(start), time.fromisoformat(end)
        weekday = int(day)
    except ValueError:
        return None
    begins, closes = first.hour * 60 + first.minute, last.hour * 60 + last.minute
    return hours.Span(weekday, begins, (closes - begins) % hours.DAY or hours.DAY)
