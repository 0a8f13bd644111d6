"""Forms of pages: Bootstrap's classes on the widgets, errors beside the field and once at the top."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

from vitas.common.errors import Refused


class PageRenderer(TemplatesSetting):
    """Draws a field with its label, help and errors: `{{ form.name.as_field_group }}`."""

    field_template_name = "field.html"


class PageForm(forms.Form):
    """A form of a page. Labels carry no colon; a wrong field says so to a screen reader by itself (Django 5)."""

    default_renderer = PageRenderer
    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _dress(field.widget)

    def refuse(self, refusal: Refused) -> None:
        """Say a refusal of the domain where it belongs: on its fields, else over the form."""
        for problem in refusal.problems:
            self.add_error(problem.field if problem.field in self.fields else None, str(problem.message))
        if not refusal.problems:
            self.add_error(None, str(refusal.message))


def _dress(widget: forms.Widget) -> None:
    if isinstance(widget, (forms.HiddenInput, forms.MultipleHiddenInput)):
        return
    if isinstance(widget, (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)):
        kind = "form-check-input"
    else:
        kind = "form-select" if isinstance(widget, forms.Select) else "form-control"
    widget.attrs["class"] = f"{kind} {widget.attrs.get('class', '')}".strip()
