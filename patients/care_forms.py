"""Forms of emergency access and of consents."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.emergency import LONGEST, Verdict
from vitas.common.page_forms import PageForm


class EmergencyForm(PageForm):
    reason = forms.CharField(
        label=_("Why do you need to see this patient now?"),
        help_text=_(
            "At least 10 letters. The patient and a reviewer learn that you did this; the reviewer reads this sentence."
            " Write no findings into it."
        ),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReviewForm(PageForm):
    verdict = forms.ChoiceField(
        label=_("Was it justified?"),
        choices=Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it was justified.")},
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        help_text=_("Needed where it was not justified. The doctor and the patient do not read it."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NewConsentForm(PageForm):
    """What the page showed goes along, so that nobody agrees to another text."""

    organization = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.CharField(max_length=10, widget=forms.HiddenInput)
    recipient = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.CharField(max_length=20, widget=forms.HiddenInput)
    language = forms.CharField(max_length=5, widget=forms.HiddenInput)


class OpenedForm(PageForm):
    """From when until when; both days count."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("since") and found.get("until") and found["since"] > found["until"]:
            self.add_error("until", _("The last day lies before the first."))
        return found
