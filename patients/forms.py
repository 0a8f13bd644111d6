"""Forms of signing in, of profiles and of one's own data."""

import re
from collections.abc import Collection
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patients import countries
from vitas.accounts import phones
from vitas.accounts.models import Language
from vitas.common.page_forms import PageForm
from vitas.common.seen import SeenField

_AREAS: Final = ("America", "Europe", "Africa", "Asia", "Atlantic", "Australia", "Indian", "Pacific")


class PhoneForm(PageForm):
    """One number, as it is typed or pasted: with its prefix, or as people of `country` write it."""

    country = forms.ChoiceField(
        label=_("Country"), required=False, widget=forms.Select(attrs={"autocomplete": "tel-country-code"})
    )
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "autofocus": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = countries.choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if typed := found.get("phone"):
            # `00` is how many dial abroad; a prefix says more than the list beside it.
            normal = phones.normal(re.sub(r"^\s*00", "+", typed), country=found.get("country") or None)
            if normal is None:
                self.add_error("phone", gettext("This is no phone number. Write it with its area code."))
            found["phone"] = normal
        return found


class CodeField(forms.CharField):
    """Six digits, however they were pasted: `123 456`, `123-456`."""

    def __init__(self) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True, "class": "code-field"}
        super().__init__(label=_("Code"), max_length=20, widget=forms.TextInput(attrs=attrs))

    def clean(self, value: Any) -> str:
        found = re.sub(r"[\s.\-]", "", super().clean(value))
        if not re.fullmatch(r"[0-9]{6}", found):
            raise forms.ValidationError(gettext("The code has six digits."))
        return found


class CodeForm(PageForm):
    code = CodeField()


class FirstTimeForm(CodeForm):
    """For a phone that nobody has signed in by yet."""

    patient_name = forms.CharField(
        label=_("Your first and last name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )


class ProofForm(PageForm):
    """What opens a closed profile: one of the two."""

    birth_date = forms.DateField(
        label=_("Birth date"), required=False, widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"})
    )
    document = forms.CharField(
        label=_("or number of a document"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NewProfileForm(PageForm):
    relation = forms.ChoiceField(
        label=_("Who is it?"),
        choices=[("child", _("My child")), ("ward", _("Another minor in my care"))],
        widget=forms.RadioSelect,
        initial="child",
    )
    first_name = forms.CharField(
        label=_("First name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    birth_date = forms.DateField(
        label=_("Birth date"), widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"})
    )


class OwnDataForm(PageForm):
    """What a person changes by themselves. Fields that are the desk's are not asked."""

    seen = SeenField()
    first_name = forms.CharField(
        label=_("First name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    birth_date = forms.DateField(
        label=_("Birth date"),
        required=False,
        help_text=_("It opens this profile should the phone not be enough. Once written, the front desk changes it."),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    city = forms.CharField(
        label=_("City"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    language = forms.ChoiceField(
        label=_("Language of messages"),
        choices=Language.choices,
        widget=forms.Select(attrs={"autocomplete": "off"}),
    )
    zone = forms.ChoiceField(label=_("Time zone"), required=False, widget=forms.Select(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, without: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in without:
            del self.fields[name]
        if "zone" in self.fields:
            self.fields["zone"].choices = [("", gettext("The clinic's")), *_zones()]  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


@cache
def _zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Zones by continent: `America/Argentina/Ushuaia` is `Argentina, Ushuaia`."""
    return [
        (
            area,
            [
                (zone, zone.partition("/")[2].replace("_", " ").replace("/", ", "))
                for zone in sorted(available_timezones())
                if zone.startswith(f"{area}/")
            ],
        )
        for area in _AREAS
    ]
