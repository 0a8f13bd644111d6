"""Who may call an address at all. Whose rows they see there is `visible_to`'s matter; nothing is open by default."""

from typing import Any, ClassVar, Final

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.common.errors import NotAllowed, NotSignedIn

Access = frozenset[Role | str]

PUBLIC: Final[Access] = frozenset({"public"})
OPERATOR: Final = "operator"
SIGNED_IN: Final[Access] = frozenset({*Role, OPERATOR})
STAFF: Final[Access] = frozenset({Role.DOCTOR, Role.NURSE, Role.RECEPTIONIST, Role.ADMIN})
DESK: Final[Access] = frozenset({Role.RECEPTIONIST, Role.ADMIN})


class MayCall(BasePermission):
    """Reads the view's `access`: {"GET": PUBLIC, "POST": DESK}. A method that is not named there is closed to all."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method == "OPTIONS" or request.method not in view.allowed_methods:
            return True  # answered by 405, or by CORS
        access: Access = view.access.get("GET" if request.method == "HEAD" else request.method, frozenset())
        if access == PUBLIC:
            return True
        if not isinstance(request.user, Actor):
            raise NotSignedIn()
        if request.user.role in access or (request.user.is_operator and OPERATOR in access):
            return True
        raise NotAllowed()


class DeclaresAccess:
    """Mixed into every API view: what it must say of itself."""

    access: ClassVar[dict[str, Access]] = {}

    @classmethod
    def is_public(cls, method: str | None) -> bool:
        return cls.access.get(method or "") == PUBLIC
