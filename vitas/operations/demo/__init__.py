"""The demo installation: three organizations, their staff and patients, with visits in the past and to come.

Its facts are relied on by tests and documentation, and follow from nothing but today's date.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments import day_counts
from clinic.models import DoctorPlace
from patients.models import Patient
from vitas.accounts.actor import DEMO
from vitas.accounts.models import Organization, User
from vitas.common.acting import acting_as
from vitas.operations.demo import codes, directory, people, records, scribe, visits
from vitas.operations.demo.ids import demo_id


class NotEmpty(Exception):
    """The database holds something that is not the demo's; the text says so to whoever ran the command."""


def is_loaded() -> bool:
    return Organization.objects.filter(pk=demo_id("organization vitas")).exists()


@acting_as(DEMO)
@transaction.atomic
def load() -> bool:
    """Make the demo; true if there was none. On a later day, patients whose visits have become past get new ones."""
    fresh = not is_loaded()
    if fresh:
        _require_empty()
        directory.make()
        people.make()
        visits.make_past()
    codes.make()
    records.make()
    scribe.make()
    people.keep_in_use()
    visits.make_coming()
    visits.make_today()
    _count_free_days(fresh)
    return fresh


def _count_free_days(fresh: bool) -> None:
    """What search shows of each day, as the nightly sweep or the events of bookings would count it."""
    now = timezone.now()
    if fresh:
        day_counts.sweep(now)
    else:
        day_counts.recount_ahead(list(DoctorPlace.objects.values_list("pk", flat=True)), now)


def _require_empty() -> None:
    if any(model.objects.exists() for model in (Organization, User, Patient)):
        raise NotEmpty(_("This database holds other data already. Demo data is loaded into an empty database only."))
