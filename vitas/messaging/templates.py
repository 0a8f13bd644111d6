"""The words of every message. A carrier's approved template of the same name has the parameters in the same order.

No message says why somebody sees a doctor: phones are shared, and carriers read along.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Template:
    """`parameters` in the order of the carrier's {{1}}, {{2}} …; `body` names them as %(name)s."""

    name: str
    parameters: tuple[str, ...]
    body: Promise

    def require(self, variables: Mapping[str, str]) -> None:
        """Raise ValueError unless these are the template's variables, all of them text."""
        if set(variables) != set(self.parameters) or not all(isinstance(value, str) for value in variables.values()):
            raise ValueError(f"{self.name} takes the texts {', '.join(self.parameters)}; got {', '.join(variables)}.")

    def render(self, variables: Mapping[str, str], language: str) -> str:
        """The text as the person reads it."""
        with translation.override(language):
            return str(self.body) % variables

    def numbered(self, variables: Mapping[str, str]) -> dict[str, str]:
        """`{"1": …, "2": …}`: Twilio's ContentVariables."""
        return {str(place): variables[name] for place, name in enumerate(self.parameters, start=1)}


_templates: dict[str, Template] = {}


def define(name: str, parameters: tuple[str, ...], body: Promise) -> None:
    """Add a template; higher rooms bring their own."""
    _templates[name] = Template(name, parameters, body)


def names() -> list[str]:
    return sorted(_templates)


def named(name: str) -> Template:
    """Raises ValueError for a name that nobody defined."""
    if name not in _templates:
        raise ValueError(f"No message template is called {name}.")
    return _templates[name]


define(
    "sign_in_code",
    ("code",),
    _("%(code)s is your Vitas code. It works for 5 minutes. Give it to nobody, not even to us."),
)
define(
    "booking_confirmed",
    ("patient", "doctor", "when", "where"),
    _("Hello %(patient)s, your visit is confirmed: %(doctor)s, %(when)s, at %(where)s."),
)
define(
    "booking_moved",
    ("patient", "doctor", "when", "where"),
    _("Hello %(patient)s, your visit has a new time: %(doctor)s, %(when)s, at %(where)s."),
)
define(
    "booking_cancelled",
    ("patient", "doctor", "when", "link"),
    _("Hello %(patient)s, your visit with %(doctor)s on %(when)s was cancelled. Other times: %(link)s"),
)
define(
    "payment_late_refunded",
    ("patient", "amount", "doctor", "when", "link"),
    _(
        "Hello %(patient)s, your payment of %(amount)s came after the time with %(doctor)s on %(when)s was given to"
        " somebody else. We are returning all of it. Other times: %(link)s"
    ),
)
