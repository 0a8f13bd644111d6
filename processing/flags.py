"""What may be wrong with a sentence of a draft, in words for who signs it. `evidence.py` finds it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NO_EVIDENCE = "NO_EVIDENCE"
NEGATION = "NEGATION"
SIDE = "SIDE"
NUMBER = "NUMBER"
DOSE = "DOSE"
UNSUPPORTED = "UNSUPPORTED"


@dataclass(frozen=True, slots=True)
class Flag:
    """`label` fits on a chip; `sentence` says what to look at before the sentence is kept."""

    code: str
    label: Promise
    sentence: Promise


FLAGS = {
    flag.code: flag
    for flag in (
        Flag(
            NO_EVIDENCE,
            _("No evidence"),
            _("Nothing that was said is named as the source of this sentence."),
        ),
        Flag(
            NEGATION,
            _("Affirmed or denied?"),
            _("What was said denies something that this sentence affirms, or the other way round."),
        ),
        Flag(
            SIDE,
            _("Left or right?"),
            _("The side in this sentence is not the side that was said."),
        ),
        Flag(
            NUMBER,
            _("Number"),
            _("A number in this sentence is not among those that were said: an age, a duration, a measurement."),
        ),
        Flag(
            DOSE,
            _("Dose"),
            _("A dose, its unit or how often it is taken is not as it was said."),
        ),
        Flag(
            UNSUPPORTED,
            _("Not said"),
            _("Something in this sentence is not in the words it rests on."),
        ),
    )
}
