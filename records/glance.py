"""What must be known of a patient at a glance, for a page that shows other things too and notes the reading itself."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from records import summary
from records.models import Condition
from records.summary import Summary
from vitas.accounts.actor import Actor
from vitas.common import crypto


def of(actor: Actor, patient_id: UUID) -> Summary:
    """What stands today, the dangerous first. The caller may read of the patient, and notes it. Three queries."""
    over = (timezone.now() - timedelta(hours=12)).date()  # the last day is not cut short anywhere
    problems = summary.problems_of(patient_id, actor).filter(clinical_status=Condition.ClinicalStatus.ACTIVE)
    allergies = list(summary.allergies_of(patient_id, actor).filter(ended_on=None))
    medicines = summary.medicines_of(patient_id, actor).filter(Q(ends_on=None) | Q(ends_on__gte=over), stopped_at=None)
    found = Summary(list(problems), allergies, list(medicines))
    crypto.load_keys({row.words_subject for row in [*found.problems, *found.allergies, *found.medicines]})
    allergies.sort(key=lambda row: row.words.get("criticality") != "high")
    return found
