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
    """`parameters` in the order of the carrier's {{1}}, {{2}} …; `body` names them as %(name)s.

    An empty line in `body` parts two paragraphs, where the channel has paragraphs.
    """

    name: str
    parameters: tuple[str, ...]
    body: Promise
    subject: Promise | None = None
    """What an e-mail of it is called; without one it has the name of the house."""

    def require(self, variables: Mapping[str, str]) -> None:
        """Raise ValueError unless these are the template's variables, all of them text."""
        if set(variables) != set(self.parameters) or not all(isinstance(value, str) for value in variables.values()):
            raise ValueError(f"{self.name} takes the texts {', '.join(self.parameters)}; got {', '.join(variables)}.")

    def render(self, variables: Mapping[str, str], language: str) -> str:
        """The text as the person reads it."""
        with translation.override(language):
            return str(self.body) % variables

    def title(self, language: str) -> str:
        """The subject of an e-mail. No variable stands in it: subjects are read over shoulders."""
        with translation.override(language):
            return str(self.subject or "Vitas")

    def numbered(self, variables: Mapping[str, str]) -> dict[str, str]:
        """`{"1": …, "2": …}`: Twilio's ContentVariables."""
        return {str(place): variables[name] for place, name in enumerate(self.parameters, start=1)}


_templates: dict[str, Template] = {}


def define(name: str, parameters: tuple[str, ...], body: Promise, *, subject: Promise | None = None) -> None:
    """Add a template; higher rooms bring their own."""
    _templates[name] = Template(name, parameters, body, subject)


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
define(
    "password_link",
    ("name", "link"),
    _(
        "Hello %(name)s,\n\nsomebody asked for a new password for your Vitas account. Choose one here within 30"
        " minutes; the link works once:\n\n%(link)s\n\nIf it was not you, nothing has changed and you need not do"
        " anything."
    ),
    subject=_("Choose a new password"),
)
define(
    "password_changed",
    ("name", "link"),
    _(
        "Hello %(name)s,\n\nthe password of your Vitas account was changed, and you were signed out everywhere else."
        "\n\nIf it was not you, choose a new password now and tell your administrator:\n\n%(link)s"
    ),
    subject=_("Your password was changed"),
)
define(
    "sign_in_changed",
    ("name", "change", "link"),
    _(
        "Hello %(name)s,\n\nsomething changed in how your Vitas account is signed in to: %(change)s.\n\nIf it was not"
        " you, choose a new password now and tell your administrator:\n\n%(link)s"
    ),
    subject=_("How you sign in was changed"),
)
define(
    "second_step_failing",
    ("name", "link"),
    _(
        "Hello %(name)s,\n\nsomebody gave your right password for Vitas today, and a wrong code after it, several"
        " times. If it was not you, somebody knows your password: choose a new one now.\n\n%(link)s"
    ),
    subject=_("Somebody may know your password"),
)
