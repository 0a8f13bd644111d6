"""Forms for taking a file out and bringing records in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from records.csv_layouts import Layout
from vitas.common.page_forms import PageForm

LAYOUTS = {
    "": _("Told by its columns"),
    Layout.RESULTS: _("Results"),
    Layout.PRESCRIPTIONS: _("Prescriptions"),
    Layout.PROBLEMS: _("Problems"),
    Layout.ALLERGIES: _("Allergies"),
    Layout.RECORDS: _("Records"),
}


class ExportForm(PageForm):
    format = forms.ChoiceField(
        label=_("As what"),
        choices=[
            ("zip", _("ZIP: to read and to keep, with all files")),
            ("fhir", _("FHIR: for another clinic's program")),
        ],
        initial="zip",
        widget=forms.RadioSelect,
    )
    with_files = forms.BooleanField(label=_("With the files inside (FHIR)"), required=False)


class ImportForm(PageForm):
    file = forms.FileField(
        label=_("File to bring in"),
        help_text=_("A FHIR bundle (JSON), a ZIP that Vitas gave out, or a CSV. At most 50 MB."),
        widget=forms.FileInput(attrs={"accept": ".json,.zip,.csv,.txt,application/fhir+json,application/zip,text/csv"}),
    )
    layout = forms.ChoiceField(label=_("What a CSV holds"), choices=lambda: list(LAYOUTS.items()), required=False)
    decimal = forms.ChoiceField(
        label=_("Decimals of a CSV"),
        choices=[("", _("As the file shows")), (",", _("Comma: 5,4")), (".", _("Point: 5.4"))],
        required=False,
    )
    day_first = forms.BooleanField(label=_("03/04/2026 is the third of April"), required=False)

    def asked(self, **more: Any) -> dict[str, Any]:
        """As exchange.brought_in takes it."""
        return {**self.cleaned_data, **more}
