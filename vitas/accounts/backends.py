"""Signing in to pages and the admin by e-mail and password."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from vitas.accounts.models import User


class PasswordBackend(BaseBackend):
    """An unknown e-mail takes as long to refuse as a wrong password."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        email = str(credentials.get("username") or credentials.get("email") or "").strip().lower()
        password = str(credentials.get("password") or "")
        user = User.objects.filter(email=email).first() if email else None
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
