"""Pages of this room, at the root."""

from django.urls import path

from patients.views import consents, emergency, me, opened, phone, places, profiles, sign_in

page_urlpatterns = [
    path("sign-in", sign_in.ask_for_code, name="sign-in"),
    path("sign-in/code", sign_in.enter_code, name="sign-in-code"),
    path("sign-in/code/again", sign_in.send_again, name="sign-in-again"),
    path("sign-in/lost-phone", sign_in.lost_phone, name="lost-phone"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("profiles", profiles.choose_profile, name="profiles"),
    path("profiles/new", profiles.new_profile, name="new-profile"),
    path("me", me.me, name="me"),
    path("me/phone", phone.new_number, name="new-phone"),
    path("me/phone/code", phone.confirm_number, name="new-phone-code"),
    path("me/sessions/end", me.end_other_sessions, name="end-other-sessions"),
    path("me/sessions/<uuid:session_id>/end", me.end_session, name="end-session"),
    path("me/opened", opened.who_opened, name="who-opened"),
    path("me/consents", consents.my_consents, name="my-consents"),
    path("me/consents/new", consents.new_consent, name="new-consent"),
    path("me/consents/<uuid:consent_id>", consents.consent, name="consent"),
    path("me/consents/<uuid:consent_id>/revoke", consents.revoke_consent, name="revoke-consent"),
    path("doctor/emergency", emergency.search, name="break-glass"),
    path("doctor/emergency/<uuid:patient_id>", emergency.open_patient, name="break-glass"),
    path("doctor/emergency/<uuid:glass_id>/end", emergency.end, name="end-emergency"),
    path("messages", places.sent_messages, name="messages"),
]
