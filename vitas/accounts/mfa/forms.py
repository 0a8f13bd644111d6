"""Forms of the second step's pages."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vitas.common.page_forms import PageForm


class SignedField(forms.CharField):
    """What a passkey has signed, as the script hands it on in JSON."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput, max_length=20_000)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise forms.ValidationError(_("This passkey could not be checked. Try again."))
        return found


def _code_field(label: Any, **given: Any) -> forms.CharField:
    attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-field", "maxlength": 9}
    return forms.CharField(label=label, max_length=20, widget=forms.TextInput(attrs={**attrs, **given}))


class CodeForm(PageForm):
    code = _code_field(gettext_lazy("Code of the app"), autofocus=True)


class RecoveryForm(PageForm):
    recovery_code = forms.CharField(
        label=gettext_lazy("Recovery code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )


class PasskeyForm(PageForm):
    passkey = SignedField()


class NewPasskeyForm(PasskeyForm):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, required=False, help_text=gettext_lazy("Such as: my phone.")
    )


class NameForm(PageForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)


class PasswordForm(PageForm):
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "data-reveal": True, "autofocus": True}),
    )
