"""Pages of this room, at the root."""

from django.urls import path

from vitas.accounts import views
from vitas.accounts.mfa import sign_in_views
from vitas.accounts.mfa import views as mfa

page_urlpatterns = [
    path("sign-in/staff", views.sign_in, name="staff-sign-in"),
    path("sign-in/second-step", sign_in_views.second_step, name="second-step"),
    path("sign-in/set-up", sign_in_views.set_up, name="set-up-second-step"),
    path("sign-in/passkey", sign_in_views.by_passkey, name="passkey-sign-in"),
    path("sign-in/passkey/options", sign_in_views.passkey_options, name="passkey-sign-in-options"),
    path("session/left", mfa.session_left, name="session-left"),
    path("session/seen", mfa.session_seen, name="session-seen"),
    path("security", mfa.security, name="security"),
    path("security/confirm", mfa.confirm, name="confirm"),
    path("security/confirm/options", mfa.confirm_options, name="confirm-options"),
    path("security/app", mfa.app, name="security-app"),
    path("security/app/new", mfa.begin_app, name="security-app-new"),
    path("security/app/remove", mfa.remove_app, name="security-app-remove"),
    path("security/recovery-codes", mfa.new_codes, name="security-codes"),
    path("security/passkeys", mfa.add_passkey, name="security-passkeys"),
    path("security/passkeys/options", mfa.passkey_options, name="security-passkey-options"),
    path("security/passkeys/<uuid:passkey_id>", mfa.rename_passkey, name="security-passkey"),
    path("security/passkeys/<uuid:passkey_id>/remove", mfa.remove_passkey, name="security-passkey-remove"),
    path("security/sessions/<uuid:session_id>/end", mfa.end_session, name="security-session-end"),
    path("security/sessions/end-others", mfa.end_other_sessions, name="security-sessions-end"),
    path("password/forgotten", views.forgotten, name="forgotten-password"),
    path("password/new/<str:token>", views.new_password, name="new-password"),
    path("password/change", views.change_password, name="change-password"),
]
