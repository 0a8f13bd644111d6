"""Fields that people fill in as they think of them: lists with commas, money in major units, times of the day."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DAY: Final = 1440


class CommaList(forms.CharField):
    """`Español, English` for a list of texts; the same word twice is one."""

    def __init__(self, *, longest: int = 100, most: int = 30, **given: Any) -> None:
        self.longest, self.most = longest, most
        given.setdefault("help_text", gettext_lazy("Separated by commas."))
        given.setdefault("widget", forms.TextInput(attrs={"class": "vTextField"}))
        super().__init__(**given)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        words = [word.strip() for word in super().clean(value).split(",")]
        found = list(dict.fromkeys(word for word in words if word))
        if len(found) > self.most:
            raise ValidationError(_("At most %(count)d entries.") % {"count": self.most})
        if any(len(word) > self.longest for word in found):
            raise ValidationError(_("An entry has at most %(count)d letters.") % {"count": self.longest})
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial) or "", data))


class Amount(forms.DecimalField):
    """Money in major units, as it is spoken of; which currency it is says the clinic."""

    def __init__(self, **given: Any) -> None:
        super().__init__(min_value=Decimal(0), max_digits=12, decimal_places=2, **given)


class ClockField(forms.TimeField):
    """The browser's own clock; `24:00` cannot be typed, so an end at `00:00` is midnight."""

    widget = forms.TimeInput(attrs={"type": "time", "class": "form-control"}, format="%H:%M")


class WallTimeField(forms.DateTimeField):
    """A date and a time as the clinic's clock shows them: no zone is put in by this field."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}, format="%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        return value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            found = datetime.fromisoformat(str(value).strip())
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        return found.replace(tzinfo=None, second=0, microsecond=0)


def minutes_of(at: time) -> int:
    return at.hour * 60 + at.minute


def time_of(minutes: int) -> time:
    return time(minutes % DAY // 60, minutes % 60)
