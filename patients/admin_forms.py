"""The admin's forms about patients: a new one, what is changed of one, a document."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.documents import bare
from patients.models import Patient, PatientIdentifier
from patients.registering import Document, register_at_desk
from vitas.accounts import phones
from vitas.accounts.actor import Actor
from vitas.accounts.models import Language


class BirthDateInput(forms.DateInput):
    """The browser's own calendar, by the language of whoever looks."""

    input_type = "date"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})}, format="%Y-%m-%d")


class NewPatientForm(forms.Form):
    """What the desk asks of somebody who stands there. Only the name is needed."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100, required=False)
    birth_date = forms.DateField(label=gettext_lazy("Birth date"), required=False, widget=BirthDateInput)
    document = forms.CharField(
        label=gettext_lazy("Document number"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("With or without dots and dashes."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("With its area code; from abroad with + and the country."),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=100, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices, required=False)
    is_another = forms.BooleanField(
        label=gettext_lazy("This is another person of the same name"), required=False, widget=forms.HiddenInput
    )

    def offer_another(self) -> None:
        self.fields["is_another"].widget = forms.CheckboxInput()

    def register(self, by: Actor) -> Patient:
        """Raises Invalid, DocumentTaken, MayBeKnown."""
        given = dict(self.cleaned_data)
        number = given.pop("document")
        return register_at_desk(by=by, document=Document(number=number) if number else None, **given)


class PatientForm(forms.ModelForm):
    """A phone is stored in the one form that reaches it."""

    class Meta:
        model = Patient
        fields = ["first_name", "last_name", "birth_date", "phone", "email", "city", "language", "zone"]
        widgets = {"birth_date": BirthDateInput, "phone": forms.TextInput(attrs={"type": "tel"})}

    country = ""  # of the organization: numbers without a prefix are its own

    def clean_phone(self) -> str:
        typed = self.cleaned_data.get("phone") or ""
        found = phones.normal(typed, country=self.country or None) if typed.strip() else ""
        if found is None:
            raise forms.ValidationError(_("This is no phone number. Write it with its area code."))
        return found


class IdentifierForm(forms.ModelForm):
    """Stored without dots, so that one number is one row however it is typed."""

    class Meta:
        model = PatientIdentifier
        fields = ["country", "kind", "number"]

    def clean_country(self) -> str:
        return (self.cleaned_data.get("country") or "").upper()

    def clean_kind(self) -> str:
        return (self.cleaned_data.get("kind") or "").strip().lower()

    def clean_number(self) -> str:
        return bare(self.cleaned_data.get("number") or "")
