"""What is asked of the directory: a form, its address that can be shared, and a chip for every filter."""

import datetime as dt
import re
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Final, Self
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Specialty
from clinic.search import Near, Wanted
from clinic.spoken import LANGUAGES
from vitas.common.page_forms import PageForm
from vitas.common.search_key import search_key
from vitas.common.shown import day_text

RADII: Final = (5, 10, 25, 50)  # kilometres
USUAL_RADIUS: Final = 10
SOONEST: Final = "soonest"

_POINT: Final = re.compile(r"(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?)", re.ASCII)


class FindForm(PageForm):
    """The filters. A value that makes no sense is said beside its field and does not narrow the search."""

    specialty = forms.ChoiceField(label=gettext_lazy("Specialty"), required=False)
    location = forms.CharField(
        label=gettext_lazy("City or address"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2", "enterkeyhint": "search"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Doctor's name"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"enterkeyhint": "search"}),
    )
    date = forms.DateField(
        label=gettext_lazy("Free on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    language = forms.ChoiceField(label=gettext_lazy("Speaks"), required=False)
    insurance = forms.CharField(
        label=gettext_lazy("Insurance"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "insurers", "enterkeyhint": "search"}),
    )
    fee = forms.DecimalField(
        label=gettext_lazy("Fee up to"),
        required=False,
        min_value=0,
        max_digits=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    new = forms.BooleanField(label=gettext_lazy("Takes new patients"), required=False)
    near = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    km = forms.TypedChoiceField(label=gettext_lazy("Distance"), required=False, coerce=int)
    sort = forms.ChoiceField(label=gettext_lazy("Order"), required=False)

    def __init__(self, given: QueryDict) -> None:
        given = given.copy()
        given["km"] = given.get("km") or str(USUAL_RADIUS)
        super().__init__(given)
        self.fields["specialty"].choices = [("", _("All specialties")), *by_name(Specialty.choices)]  # type: ignore[attr-defined]
        languages = by_name([(code, name) for code, (name, _names) in LANGUAGES.items()])
        self.fields["language"].choices = [("", _("Any language")), *languages]  # type: ignore[attr-defined]
        self.fields["km"].choices = [(km, _("within %(km)d km") % {"km": km}) for km in RADII]  # type: ignore[attr-defined]
        usual = _("nearest first") if given.get("near") else _("best rated first")
        self.fields["sort"].choices = [("", usual), (SOONEST, _("soonest first"))]  # type: ignore[attr-defined]
        for name in ("km", "sort"):  # they stand by the results
            self.fields[name].widget.attrs["form"] = "find"
        self.fields["date"].widget.attrs["min"] = dt.datetime.now(dt.UTC).date().isoformat()

    def clean_date(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["date"]
        if day and day < dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1):
            raise ValidationError(_("This day has passed."))
        return day


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in words, and the search without it."""

    field: str
    label: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search as its address has it. `near` is latitude and longitude, rounded to about a hundred metres."""

    specialty: str = ""
    location: str = ""
    near: tuple[float, float] | None = None
    km: int = USUAL_RADIUS
    name: str = ""
    date: dt.date | None = None
    language: str = ""
    insurance: str = ""
    fee: Decimal | None = None
    new: bool = False
    sort: str = ""

    @classmethod
    def of(cls, form: FindForm) -> Self:
        form.is_valid()
        found = {field.name: form.cleaned_data[field.name] for field in fields(cls) if field.name in form.cleaned_data}
        near, km = point(form.cleaned_data.get("near", "")), form.cleaned_data.get("km") or USUAL_RADIUS
        return cls(**{**found, "near": near, "km": km if near else USUAL_RADIUS})

    def wanted(self) -> Wanted:
        return Wanted(
            specialty=self.specialty,
            location=self.location,
            near=Near(*self.near, radius=self.km) if self.near else None,
            name=self.name,
            on=self.date,
            language=self.language,
            insurance=self.insurance,
            max_fee=self.fee,
            accepting_new_patients=True if self.new else None,
            soonest=self.sort == SOONEST,
        )

    def address(self, *, page: int = 1) -> str:
        """The search's own address: only what is asked for stands in it."""
        given: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                given[field.name] = _written(value)
        if page > 1:
            given["page"] = page
        return reverse("find") + (f"?{urlencode(given)}" if given else "")

    def without(self, name: str) -> Self:
        usual: dict[str, Any] = {field.name: field.default for field in fields(self)}
        return replace(self, **{name: usual[name] for name in ((name, "km") if name == "near" else (name,))})

    def chips(self) -> list[Chip]:
        return [Chip(name, text, self.without(name).address()) for name, text in self._texts().items() if text]

    def _texts(self) -> dict[str, str]:
        """Each filter in words; empty where it is not asked for."""
        language = LANGUAGES.get(self.language)
        return {
            "specialty": str(Specialty(self.specialty).label) if self.specialty else "",
            "location": self.location,
            "near": _("within %(km)d km of you") % {"km": self.km} if self.near else "",
            "name": f"“{self.name}”" if self.name else "",
            "date": _("free on %(day)s") % {"day": day_text(self.date)} if self.date else "",
            "language": str(language[0]) if language else "",
            "insurance": self.insurance,
            "fee": _("up to %(fee)s") % {"fee": _number(self.fee)} if self.fee is not None else "",
            "new": _("takes new patients") if self.new else "",
        }


def point(text: str) -> tuple[float, float] | None:
    """`-34.589,-58.411`; None where it is no point on the globe."""
    found = _POINT.fullmatch(text.strip())
    if not found:
        return None
    latitude, longitude = round(float(found[1]), 3), round(float(found[2]), 3)
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def by_name(choices: Any) -> list[tuple[str, str]]:
    """In the order of the reader's alphabet, nearly: accents do not matter."""
    return sorted(((code, str(name)) for code, name in choices), key=lambda choice: search_key(choice[1]))


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(f"{part:g}" for part in value)
    return "1" if value is True else str(value)


def _number(amount: Decimal) -> str:
    places = 0 if amount == amount.to_integral_value() else 2
    return formats.number_format(amount, places, force_grouping=True)
