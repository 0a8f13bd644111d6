"""Addresses of sign-in by e-mail and password: the same view under the names that clients know."""

from django.urls import path

from clinic.sign_in_api import SignIn

root_urlpatterns = [path("auth/signin", SignIn.as_view(), name="auth-signin")]

urlpatterns = [
    *root_urlpatterns,
    path("signin", SignIn.as_view(), name="signin"),
    path("auth/login", SignIn.as_view(), name="auth-login"),
]
