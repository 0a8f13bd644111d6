"""API addresses of this room, mounted under /api/v1/ and /api/."""

from django.urls import path

from vitas.accounts import api
from vitas.accounts.mfa import api as mfa

urlpatterns = [
    path("auth/refresh", api.Refresh.as_view(), name="auth-refresh"),
    path("auth/logout", api.Logout.as_view(), name="auth-logout"),
    path("auth/firebase", api.Firebase.as_view(), name="auth-firebase"),
    path("auth/session-heartbeat", api.Heartbeat.as_view(), name="auth-heartbeat"),
    path("auth/sessions", api.Sessions.as_view(), name="auth-sessions"),
    path("auth/sessions/<uuid:session_id>", api.OneSession.as_view(), name="auth-session"),
    path("auth/mfa", mfa.Mfa.as_view(), name="auth-mfa"),
    path("auth/mfa/verify", mfa.Verify.as_view(), name="auth-mfa-verify"),
    path("auth/mfa/setup", mfa.Setup.as_view(), name="auth-mfa-setup"),
    path("auth/mfa/setup/confirm", mfa.SetupConfirm.as_view(), name="auth-mfa-setup-confirm"),
    path("auth/mfa/totp", mfa.Totp.as_view(), name="auth-mfa-totp"),
    path("auth/mfa/recovery-codes", mfa.RecoveryCodes.as_view(), name="auth-mfa-recovery-codes"),
    path("auth/mfa/passkeys", mfa.Passkeys.as_view(), name="auth-mfa-passkeys"),
    path("auth/mfa/passkeys/options", mfa.PasskeyOptions.as_view(), name="auth-mfa-passkey-options"),
    path("auth/mfa/passkeys/registration", mfa.PasskeyRegistration.as_view(), name="auth-mfa-passkey-registration"),
    path("auth/mfa/passkeys/<uuid:passkey_id>", mfa.OnePasskey.as_view(), name="auth-mfa-passkey"),
    path("auth/mfa/confirm", mfa.Confirm.as_view(), name="auth-mfa-confirm"),
    path("auth/mfa/confirm/options", mfa.ConfirmOptions.as_view(), name="auth-mfa-confirm-options"),
    path("users/me", api.Me.as_view(), name="users-me"),
]
