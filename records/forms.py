"""Forms in which doctors and nurses write. What is right decides the domain (writing.py, statements.py)."""

import re
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from records.models import MedicalRecord
from records.writing import LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE, MOST_MEDICINES, MOST_RESULTS
from vitas.common.errors import Refused
from vitas.common.ids import new_id
from vitas.common.page_forms import PageForm

Type = MedicalRecord.Type

ROWS_MORE: Final = 5

_COMMA = re.compile(r"-?\d+,\d+")


class NumberField(forms.CharField):
    """A decimal in the writer's way: `5,4` is `5.4`."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace(",", ".") if _COMMA.fullmatch(text) else text


def _day_widget() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RecordForm(PageForm):
    """What every record has. `key` makes a second click harmless."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE, help_text=_("What the patient reads first."))
    date = forms.DateField(label=_("Date"), help_text=_("Of the act, not of the writing."), widget=_day_widget())
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    visit = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **given: Any) -> None:
        given["initial"] = {"key": new_id(), **(given.get("initial") or {})}
        super().__init__(*args, **given)


class ResultRow(PageForm):
    """One measured value. An empty row is left out."""

    display = forms.CharField(label=_("What was measured"), required=False, max_length=200)
    value = NumberField(label=_("Value"), required=False, max_length=500)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=40)
    low = NumberField(label=_("Range from"), required=False, max_length=20)
    high = NumberField(label=_("Range to"), required=False, max_length=20)
    code = forms.CharField(label=_("LOINC code"), required=False, max_length=40)
    note = forms.CharField(label=_("Note"), required=False, max_length=1000)

    numbers = ("value", "low", "high")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for name in self.numbers:
            self.fields[name].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}


class MedicineRow(PageForm):
    """One medicine of a prescription. An empty row is left out."""

    display = forms.CharField(
        label=_("Medicine"), required=False, max_length=200, help_text=_("With its strength: 500 mg.")
    )
    dose = forms.CharField(label=_("Dose"), required=False, max_length=200, help_text=_("One tablet, 5 ml."))
    route = forms.CharField(label=_("Route"), required=False, max_length=100, help_text=_("By mouth, on the skin."))
    frequency = forms.CharField(
        label=_("How often"), required=False, max_length=200, help_text=_("Every 8 hours, with meals.")
    )
    duration = forms.CharField(
        label=_("For how long"), required=False, max_length=100, help_text=_("7 days, 3 months.")
    )
    quantity = forms.CharField(label=_("Quantity"), required=False, max_length=100, help_text=_("21 tablets."))
    instructions = forms.CharField(
        label=_("Instructions"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class Rows(forms.BaseFormSet):
    """Rows of a record; `given` are those that say something, and where each stands in the form."""

    def given(self) -> tuple[list[dict[str, str]], list[int]]:
        found = [
            (at, {name: str(value).strip() for name, value in form.cleaned_data.items()})
            for at, form in enumerate(self.forms)
        ]
        kept = [(at, words) for at, words in found if any(words.values())]
        return [words for _at, words in kept], [at for at, _words in kept]


ResultRows: Final = forms.formset_factory(
    ResultRow, formset=Rows, extra=0, max_num=MOST_RESULTS, absolute_max=MOST_RESULTS
)
MedicineRows: Final = forms.formset_factory(
    MedicineRow, formset=Rows, extra=0, max_num=MOST_MEDICINES, absolute_max=MOST_MEDICINES
)


class AddendumForm(PageForm):
    text = forms.CharField(
        label=_("What is to be added"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4})
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **given: Any) -> None:
        given["initial"] = {"key": new_id(), **(given.get("initial") or {})}
        super().__init__(*args, **given)


class ErrorForm(PageForm):
    reason = forms.CharField(
        label=_("Why it is a mistake"),
        max_length=LONGEST_REASON,
        help_text=_("The patient reads it. The record stays, struck through."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FileForm(PageForm):
    file = forms.FileField(
        label=_("File to attach"),
        required=False,
        help_text=_("PDF, JPEG, PNG or WebP, at most 25 MB."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}),
    )


class AllergyForm(PageForm):
    display = forms.CharField(label=_("Allergic to"), max_length=200)
    reaction = forms.CharField(label=_("What happens"), required=False, max_length=500)
    criticality = forms.ChoiceField(
        label=_("How dangerous"),
        required=False,
        choices=[("", _("Not known")), ("low", _("Not dangerous")), ("high", _("Dangerous"))],
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=2000)


class ProblemForm(PageForm):
    display = forms.CharField(label=_("Problem"), max_length=200)
    code = forms.CharField(label=_("ICD-10 code"), required=False, max_length=40)
    onset_on = forms.DateField(label=_("Since"), required=False, widget=_day_widget())
    note = forms.CharField(label=_("Note"), required=False, max_length=2000)


class MedicineForm(PageForm):
    """What the patient says they take."""

    display = forms.CharField(label=_("Medicine"), max_length=200, help_text=_("With its strength: 500 mg."))
    dose = forms.CharField(label=_("Dose"), required=False, max_length=200)
    frequency = forms.CharField(label=_("How often"), required=False, max_length=200)
    starts_on = forms.DateField(label=_("Since"), required=False, widget=_day_widget())


def say(refusal: Refused, form: PageForm, rows: Rows | None, places: Sequence[int]) -> None:
    """A refusal of the domain, said where it belongs: `observations.1.value` in the row that was the second given."""
    for problem in refusal.problems:
        place, field = _place(problem.field, form, rows, places)
        place.add_error(field, str(problem.message))
    if not refusal.problems:
        form.add_error(None, str(refusal.message))


def _place(named: str, form: PageForm, rows: Rows | None, places: Sequence[int]) -> tuple[forms.Form, str | None]:
    _group, _dot, rest = named.partition(".")
    number, _dot, name = rest.partition(".")
    if rows is not None and number.isdigit() and int(number) < len(places):
        row: forms.Form = rows.forms[places[int(number)]]
        return row, name if name in row.fields else None
    return form, named if named in form.fields else None
