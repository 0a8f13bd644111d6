"""API addresses of this room, mounted under /api/v1/ and /api/."""

from django.urls import path

from patients import api

root_urlpatterns = [
    path("otp/send", api.SendCode.as_view(), name="otp-send"),
    path("otp/verify", api.VerifyCode.as_view(), name="otp-verify"),
]

urlpatterns = [
    *root_urlpatterns,
    path("auth/profile", api.ChooseProfile.as_view(), name="auth-profile"),
    path("auth/phone", api.ChangeNumber.as_view(), name="auth-phone"),
    path("auth/profiles", api.Profiles.as_view(), name="auth-profiles"),
]
