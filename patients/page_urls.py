"""Pages of this room, at the root."""

from django.urls import path

from patients.views import me, phone, places, profiles, sign_in

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
    path("messages", places.sent_messages, name="messages"),
]
