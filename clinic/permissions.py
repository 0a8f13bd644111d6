"""Who may call the directory's addresses. Whose rows a person sees is `visible_to` (querysets.py)."""

from typing import Final

from vitas.accounts.actor import Actor
from vitas.accounts.permissions import PUBLIC, SIGNED_IN, Access

READ_DIRECTORY: Final[Access] = PUBLIC  # doctors, doctors/search, doctors/:id: the booking pages of S0 and S4
SEARCH_PROVIDERS: Final[Access] = SIGNED_IN  # S3 3.2: any authenticated user


def sees_every_organization(actor: Actor) -> bool:
    """The operator sees configuration, of which the directory is a part; the platform's own acts see all."""
    return actor.is_operator or bool(actor.system)
