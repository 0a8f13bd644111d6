"""Whoever saves a form says what they saw; what somebody else saved meanwhile is shown to them, and not lost.

A form carries `seen`: a short word for the value of each field as it was shown. Only a field that another person
changed, and that would now be written over, stops the form; saving once more puts the own value there, knowingly.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vitas.common.errors import Conflict, Problem

_LONGEST_SHOWN = 200  # characters of what another person saved
_EMPTY = gettext_lazy("nothing")


class SavedMeanwhile(Conflict):
    """409: `problems` name the fields, and what somebody else saved in them."""

    sentence = gettext_lazy(
        "Somebody saved other values while you were writing. They stand beside the fields; save again to keep yours."
    )


class SeenField(forms.CharField):
    """Hidden; never a change by itself."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, max_length=4000)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


def seen_of(values: Mapping[str, Any]) -> str:
    """`name:word,name:word`, for the hidden field."""
    return ",".join(f"{name}:{_word(value)}" for name, value in values.items())


def changed_since(seen: str, now: Mapping[str, Any]) -> list[str]:
    """The names of the values that are not as they were seen. What was not said to be seen is not judged."""
    words = dict(part.split(":", 1) for part in seen.split(",") if ":" in part)
    return [name for name, value in now.items() if name in words and words[name] != _word(value)]


def require_seen(seen: str, *, now: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Raises SavedMeanwhile where a value of somebody else would be lost. Ask with the row locked."""
    lost = [name for name in changed_since(seen, now) if name in wanted and wanted[name] != now[name]]
    if lost:
        raise SavedMeanwhile(problems=[Problem(name, saved(now[name])) for name in lost])


def saved(value: Any) -> str:
    """What stands beside the field."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str("" if value is None else value)
    text = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return _("Saved meanwhile: %(value)s") % {"value": text.strip() or _EMPTY}


def see_anew(form: forms.BaseForm, seen: str) -> None:
    """The person has been shown what is there (`seen_of` it): saving once more is knowingly."""
    sent: Any = form.data
    form.data = sent.copy()
    form.data[form.add_prefix("seen")] = seen  # type: ignore[index]


class SeenModelForm(forms.Form):
    """Mixed into a model's form (before it): `seen` is checked against the row, which is locked until the end.

    Use it within a transaction.
    """

    seen = SeenField()

    instance: models.Model

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["seen"] = seen_of(_shown(self))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        seen = self.cleaned_data.get("seen", "")
        if seen and not self.instance._state.adding:
            self._refuse_what_would_be_lost(seen)
        return cleaned

    def _refuse_what_would_be_lost(self, seen: str) -> None:
        rows = type(self.instance)._base_manager.select_for_update(of=("self",), no_key=True)
        row = rows.filter(pk=self.instance.pk).first()
        if row is None:
            return
        now: Any = type(self)(instance=row)
        values = _shown(now)
        lost = [name for name in changed_since(seen, values) if name in self.fields and self._differs(name, values)]
        for name in lost:
            self.add_error(name, saved(_as_read(row, name, values[name])))
        if lost:
            self.add_error(None, str(SavedMeanwhile.sentence))
            see_anew(self, seen_of(values))

    def _differs(self, name: str, values: Mapping[str, Any]) -> bool:
        field = self.fields[name]
        return field.has_changed(values[name], self[name].data)


def _shown(form: Any) -> dict[str, Any]:
    fields = form.fields.items()
    return {name: form.get_initial_for_field(field, name) for name, field in fields if name != "seen"}


def _as_read(row: models.Model, name: str, value: Any) -> Any:
    """The words of a choice, the name of what a row points at."""
    said = getattr(row, f"get_{name}_display", None)
    if said is not None:
        return said()
    return getattr(row, name) if isinstance(getattr(row, name, None), models.Model) else value


def _word(value: Any) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:10]
