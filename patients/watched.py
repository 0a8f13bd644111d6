"""What the audit trail asks of this room: who looks at somebody of their own family name."""

from collections.abc import Collection
from uuid import UUID

from patients.models import Patient
from vitas.accounts.models import User
from vitas.audit import anomalies
from vitas.common.search_key import search_key

Pair = tuple[UUID, UUID]


def register() -> None:
    anomalies.families_by(same_family_name)


def same_family_name(pairs: Collection[Pair]) -> set[Pair]:
    """Those pairs of a user and a patient whose family names share a word: a person may bear two of them."""
    users = User.objects.filter(pk__in={user for user, _patient in pairs}).values_list("pk", "full_name")
    patients = Patient.objects.filter(pk__in={patient for _user, patient in pairs}).values_list("pk", "last_name")
    of_user = {pk: _words(name.partition(" ")[2]) for pk, name in users}
    of_patient = {pk: _words(name) for pk, name in patients}
    return {(user, patient) for user, patient in pairs if of_user.get(user, set()) & of_patient.get(patient, set())}


def _words(name: str) -> set[str]:
    """Without particles such as de, da, dos."""
    return {word for word in search_key(name).split() if len(word) > 3}
