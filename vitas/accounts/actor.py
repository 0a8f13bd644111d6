"""Who is acting: built from a token, from a page session, or a named system actor."""

from dataclasses import dataclass
from uuid import UUID

from vitas.accounts.models import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Ids and role, nothing to look up. `patient_id` is the acting profile, `organization_id` the tenant of staff."""

    role: Role | None = None
    user_id: UUID | None = None
    session_id: UUID | None = None
    membership_id: UUID | None = None
    organization_id: UUID | None = None
    doctor_id: UUID | None = None
    patient_id: UUID | None = None
    phone: str = ""
    email: str = ""
    is_operator: bool = False
    system: str = ""

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_patient(self) -> bool:
        return self.role == Role.PATIENT

    @property
    def is_desk(self) -> bool:
        """The front desk, or the organization's administrator: an administrator takes the desk's steps."""
        return self.role in (Role.RECEPTIONIST, Role.ADMIN)

    @property
    def is_staff(self) -> bool:
        return self.role is not None and self.role != Role.PATIENT

    @property
    def role_name(self) -> str:
        return f"system:{self.system}" if self.system else (self.role or ("operator" if self.is_operator else ""))


NOBODY = Actor()
BOOKING = Actor(system="booking")
PAYMENTS = Actor(system="payments")
SWEEP = Actor(system="sweep")
MERGING = Actor(system="merging")
DEMO = Actor(system="demo")
OPERATIONS = Actor(system="operations")  # backup, retention, imports by command: sees every row
PROCESSING = Actor(system="processing")  # recordings on their way to a draft
RECORDS = Actor(system="records")  # files being checked, prescriptions that anyone may verify
