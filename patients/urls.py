"""API addresses of this room, mounted under /api/v1/ and /api/."""

from django.urls import path

from patients import api, consents_api, emergency_api

root_urlpatterns = [
    path("otp/send", api.SendCode.as_view(), name="otp-send"),
    path("otp/verify", api.VerifyCode.as_view(), name="otp-verify"),
]

urlpatterns = [
    *root_urlpatterns,
    path("auth/profile", api.ChooseProfile.as_view(), name="auth-profile"),
    path("auth/phone", api.ChangeNumber.as_view(), name="auth-phone"),
    path("auth/profiles", api.Profiles.as_view(), name="auth-profiles"),
    path("consents", consents_api.ConsentsView.as_view(), name="api-consents"),
    path("consents/text", consents_api.ConsentTextView.as_view(), name="api-consent-text"),
    path("consents/<uuid:consent_id>/revoke", consents_api.RevokeConsentView.as_view(), name="api-revoke-consent"),
    path("break-glass", emergency_api.BrokenGlassView.as_view(), name="api-broken-glass"),
    path("break-glass/<uuid:glass_id>/end", emergency_api.EndBreakGlassView.as_view(), name="api-end-break-glass"),
    path("break-glass/<uuid:glass_id>/review", emergency_api.ReviewBreakGlassView.as_view(), name="api-review-glass"),
    path("patients/<uuid:patient_id>/break-glass", emergency_api.BreakGlassView.as_view(), name="api-break-glass"),
]
