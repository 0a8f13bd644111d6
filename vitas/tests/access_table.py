"""Who may do what, address by address: the table that test_access.py holds every address of Vitas against.

Columns: method, address (without `/api/v1/` or `/api/`; `/…` at the root), whose thing it is, then what each role gets.
Whose: `own` (of the person, their doctor, their clinic), `other` (of the same organization, but of another patient,
doctor and clinic), `foreign` (of another organization), `-` (there is no thing).

Roles: N nobody, P patient, D doctor, U nurse, R receptionist, A administrator of the organization, O operator of the
platform. Nurse and receptionist work at the clinic of `own`, the administrator for that of `own` and `other`.
"""

ROLES = ("nobody", "patient", "doctor", "nurse", "receptionist", "admin", "operator")

TABLE = """
# method, address, whose                                       N    P    D    U    R    A    O
GET    appointments                                    -       401  200  200  200  200  200  403
POST   appointments                                    own     401  201  403  403  201  201  403
POST   appointments                                    other   401  403  403  403  403  201  403
POST   appointments                                    foreign 401  403  403  403  403  403  403
GET    appointments/<uuid:appointment_id>              own     401  200  200  200  200  200  403
GET    appointments/<uuid:appointment_id>              other   401  404  404  404  200  200  403
GET    appointments/<uuid:appointment_id>              foreign 401  404  404  404  404  404  403
PUT    appointments/<uuid:appointment_id>              own     401  403  200  403  200  200  403
PUT    appointments/<uuid:appointment_id>              other   401  403  404  403  403  200  403
PUT    appointments/<uuid:appointment_id>              foreign 401  403  404  403  404  404  403
DELETE appointments/<uuid:appointment_id>/cancel       own     401  200  200  403  200  200  403
DELETE appointments/<uuid:appointment_id>/cancel       other   401  404  404  403  403  200  403
DELETE appointments/<uuid:appointment_id>/cancel       foreign 401  404  404  403  404  404  403
PUT    appointments/<uuid:appointment_id>/reschedule   own     401  200  403  403  200  200  403
PUT    appointments/<uuid:appointment_id>/reschedule   other   401  404  403  403  403  200  403
PUT    appointments/<uuid:appointment_id>/reschedule   foreign 401  404  403  403  404  404  403
POST   appointments/book                               own     401  201  403  403  201  201  403
POST   appointments/book                               other   401  403  403  403  403  201  403
POST   appointments/book                               foreign 401  403  403  403  403  403  403
POST   appointments/search-providers                   -       401  200  200  200  200  200  200
GET    appointments/slots                              own     200  200  200  200  200  200  200
GET    appointments/slots                              other   200  200  200  200  200  200  200
GET    appointments/slots                              foreign 200  200  200  200  200  200  200
POST   auth/firebase                                   -       400  400  400  400  400  400  400
POST   auth/login                                      -       400  400  400  400  400  400  400
POST   auth/logout                                     -       401  200  200  200  200  200  200
POST   auth/phone                                      -       401  403  403  403  403  403  403
POST   auth/profile                                    own     401  200  403  403  403  403  403
POST   auth/profile                                    other   401  404  403  403  403  403  403
POST   auth/profile                                    foreign 401  404  403  403  403  403  403
GET    auth/profiles                                   -       401  200  403  403  403  403  403
POST   auth/profiles                                   -       401  201  403  403  403  403  403
POST   auth/refresh                                    -       401  401  401  401  401  401  401
POST   auth/session-heartbeat                          -       401  200  200  200  200  200  200
POST   auth/signin                                     -       400  400  400  400  400  400  400
GET    doctors                                         -       200  200  200  200  200  200  200
GET    doctors/<uuid:doctor_id>                        own     200  200  200  200  200  200  200
GET    doctors/<uuid:doctor_id>                        other   200  200  200  200  200  200  200
GET    doctors/<uuid:doctor_id>                        foreign 200  200  200  200  200  200  200
GET    doctors/<uuid:doctor_id>/availability           own     200  200  200  200  200  200  200
GET    doctors/<uuid:doctor_id>/availability           other   200  200  200  200  200  200  200
GET    doctors/<uuid:doctor_id>/availability           foreign 200  200  200  200  200  200  200
GET    doctors/search                                  -       200  200  200  200  200  200  200
GET    notifications                                   -       401  200  200  200  200  200  200
POST   notifications/read                              -       401  400  400  400  400  400  400
POST   otp/send                                        -       400  400  400  400  400  400  400
POST   otp/verify                                      -       400  400  400  400  400  400  400
GET    payments                                        -       401  200  200  403  200  200  403
POST   payments                                        own     401  200  403  403  201  201  403
POST   payments                                        other   401  404  403  403  201  201  403
POST   payments                                        foreign 401  404  403  403  404  404  403
PUT    payments/<str:payment_id>/status                own     401  403  403  403  200  200  403
PUT    payments/<str:payment_id>/status                other   401  403  403  403  200  200  403
PUT    payments/<str:payment_id>/status                foreign 401  403  403  403  404  404  403
GET    providers/<uuid:doctor_id>                      own     401  200  200  200  200  200  200
GET    providers/<uuid:doctor_id>                      other   401  200  200  200  200  200  200
GET    providers/<uuid:doctor_id>                      foreign 401  200  200  200  200  200  200
GET    providers/<uuid:doctor_id>/available-slots      own     401  200  200  200  200  200  200
GET    providers/<uuid:doctor_id>/available-slots      other   401  200  200  200  200  200  200
GET    providers/<uuid:doctor_id>/available-slots      foreign 401  200  200  200  200  200  200
GET    receptionists/queue                             -       401  403  403  403  200  200  403
GET    receptionists/queue                             own     401  403  403  403  200  200  403
GET    receptionists/queue                             other   401  403  403  403  403  200  403
GET    receptionists/queue                             foreign 401  403  403  403  404  404  403
GET    receptionists/stats                             -       401  403  403  403  200  200  403
POST   signin                                          -       400  400  400  400  400  400  400
GET    users/me                                        -       401  200  200  200  200  200  200
# At the root, and what describes the whole. Signing in refuses an empty body, the gateway's notice an absent signature.
GET    /api/docs                                       -       200  200  200  200  200  200  200
GET    /api/schema                                     -       200  200  200  200  200  200  200
POST   /auth/signin                                    -       400  400  400  400  400  400  400
POST   /confirm-pay                                    -       401  401  401  401  401  401  401
GET    /health                                         -       200  200  200  200  200  200  200
POST   /otp/send                                       -       400  400  400  400  400  400  400
POST   /otp/verify                                     -       400  400  400  400  400  400  400
# Pages, in a browser that is signed in: 302 leads to signing in, or on.
GET    /                                               -       200  200  200  200  200  200  200
POST   /                                               -       200  200  200  200  200  200  200
GET    /^demo/outbox/?$                                -       200  200  200  200  200  200  200
POST   /^demo/outbox/?$                                -       405  405  405  405  405  405  405
GET    /booking/<str:way>                              -       200  200  200  200  200  200  200
POST   /booking/<str:way>                              -       405  405  405  405  405  405  405
GET    /demo/checkout/<uuid:payment_id>                own     200  200  200  200  200  200  200
GET    /demo/checkout/<uuid:payment_id>                other   200  200  200  200  200  200  200
GET    /demo/checkout/<uuid:payment_id>                foreign 200  200  200  200  200  200  200
POST   /demo/checkout/<uuid:payment_id>                own     200  200  200  200  200  200  200
POST   /demo/checkout/<uuid:payment_id>                other   200  200  200  200  200  200  200
POST   /demo/checkout/<uuid:payment_id>                foreign 200  200  200  200  200  200  200
GET    /doctor                                         -       302  302  200  200  302  302  302
POST   /doctor                                         -       302  302  405  405  302  302  302
GET    /doctor/agenda                                  -       302  302  200  302  302  302  302
POST   /doctor/agenda                                  -       302  302  405  302  302  302  302
GET    /doctor/agenda/absences                         -       302  302  200  302  302  302  302
POST   /doctor/agenda/absences                         -       302  302  422  302  302  302  302
GET    /doctor/agenda/absences/<int:absence_id>        own     302  302  200  302  302  302  302
GET    /doctor/agenda/absences/<int:absence_id>        other   302  302  404  302  302  302  302
GET    /doctor/agenda/absences/<int:absence_id>        foreign 302  302  404  302  302  302  302
POST   /doctor/agenda/absences/<int:absence_id>        own     302  302  422  302  302  302  302
POST   /doctor/agenda/absences/<int:absence_id>        other   302  302  404  302  302  302  302
POST   /doctor/agenda/absences/<int:absence_id>        foreign 302  302  404  302  302  302  302
GET    /doctor/agenda/events                           -       302  302  400  302  302  302  302
POST   /doctor/agenda/events                           -       302  302  405  302  302  302  302
GET    /doctor/agenda/hours/<uuid:place_id>            own     302  302  200  302  302  302  302
GET    /doctor/agenda/hours/<uuid:place_id>            other   302  302  404  302  302  302  302
GET    /doctor/agenda/hours/<uuid:place_id>            foreign 302  302  404  302  302  302  302
POST   /doctor/agenda/hours/<uuid:place_id>            own     302  302  409  302  302  302  302
POST   /doctor/agenda/hours/<uuid:place_id>            other   302  302  404  302  302  302  302
POST   /doctor/agenda/hours/<uuid:place_id>            foreign 302  302  404  302  302  302  302
GET    /doctor/agenda/stranded                         -       302  302  200  302  302  302  302
POST   /doctor/agenda/stranded                         -       302  302  302  302  302  302  302
GET    /doctor/patients                                -       302  302  200  302  302  302  302
POST   /doctor/patients                                -       302  302  405  302  302  302  302
GET    /doctor/patients/<uuid:patient_id>              own     302  302  200  302  302  302  302
GET    /doctor/patients/<uuid:patient_id>              other   302  302  404  302  302  302  302
GET    /doctor/patients/<uuid:patient_id>              foreign 302  302  404  302  302  302  302
POST   /doctor/patients/<uuid:patient_id>              own     302  302  405  302  302  302  302
POST   /doctor/patients/<uuid:patient_id>              other   302  302  405  302  302  302  302
POST   /doctor/patients/<uuid:patient_id>              foreign 302  302  405  302  302  302  302
GET    /doctor/profile                                 -       302  302  200  302  302  302  302
POST   /doctor/profile                                 -       302  302  302  302  302  302  302
GET    /doctor/profile/photo                           -       302  302  405  302  302  302  302
POST   /doctor/profile/photo                           -       302  302  422  302  302  302  302
GET    /doctor/visits/<uuid:visit_id>                  own     302  302  200  200  302  302  302
GET    /doctor/visits/<uuid:visit_id>                  other   302  302  404  404  302  302  302
GET    /doctor/visits/<uuid:visit_id>                  foreign 302  302  404  404  302  302  302
POST   /doctor/visits/<uuid:visit_id>                  own     302  302  405  405  302  302  302
POST   /doctor/visits/<uuid:visit_id>                  other   302  302  405  405  302  302  302
POST   /doctor/visits/<uuid:visit_id>                  foreign 302  302  405  405  302  302  302
GET    /doctor/visits/<uuid:visit_id>/step             own     302  302  405  302  302  302  302
GET    /doctor/visits/<uuid:visit_id>/step             other   302  302  405  302  302  302  302
GET    /doctor/visits/<uuid:visit_id>/step             foreign 302  302  405  302  302  302  302
POST   /doctor/visits/<uuid:visit_id>/step             own     302  302  302  302  302  302  302
POST   /doctor/visits/<uuid:visit_id>/step             other   302  302  404  302  302  302  302
POST   /doctor/visits/<uuid:visit_id>/step             foreign 302  302  404  302  302  302  302
GET    /doctors                                        -       200  200  200  200  200  200  200
POST   /doctors                                        -       405  405  405  405  405  405  405
GET    /doctors/<uuid:place_id>                        own     200  200  200  200  200  200  200
GET    /doctors/<uuid:place_id>                        other   200  200  200  200  200  200  200
GET    /doctors/<uuid:place_id>                        foreign 200  200  200  200  200  200  200
POST   /doctors/<uuid:place_id>                        own     405  405  405  405  405  405  405
POST   /doctors/<uuid:place_id>                        other   405  405  405  405  405  405  405
POST   /doctors/<uuid:place_id>                        foreign 405  405  405  405  405  405  405
GET    /doctors/<uuid:place_id>/book                   own     302  302  302  302  302  302  302
GET    /doctors/<uuid:place_id>/book                   other   302  302  302  302  302  302  302
GET    /doctors/<uuid:place_id>/book                   foreign 302  302  302  302  302  302  302
POST   /doctors/<uuid:place_id>/book                   own     302  302  302  302  302  302  302
POST   /doctors/<uuid:place_id>/book                   other   302  302  302  302  302  302  302
POST   /doctors/<uuid:place_id>/book                   foreign 302  302  302  302  302  302  302
GET    /password/change                                -       302  302  200  200  200  200  200
POST   /password/change                                -       302  302  422  422  422  422  422
GET    /password/forgotten                             -       200  200  200  200  200  200  200
POST   /password/forgotten                             -       422  422  422  422  422  422  422
GET    /password/new/<str:token>                       -       404  404  404  404  404  404  404
POST   /password/new/<str:token>                       -       404  404  404  404  404  404  404
GET    /photos/<photo_key:key>.webp                    -       404  404  404  404  404  404  404
POST   /photos/<photo_key:key>.webp                    -       405  405  405  405  405  405  405
GET    /profiles                                       -       302  200  302  302  302  302  302
POST   /profiles                                       -       302  200  302  302  302  302  302
GET    /profiles/new                                   -       302  200  302  302  302  302  302
POST   /profiles/new                                   -       302  422  302  302  302  302  302
GET    /me                                             -       302  200  302  302  302  302  302
POST   /me                                             -       302  422  302  302  302  302  302
GET    /me/phone                                       -       302  200  302  302  302  302  302
POST   /me/phone                                       -       302  422  302  302  302  302  302
GET    /me/phone/code                                  -       302  302  302  302  302  302  302
POST   /me/phone/code                                  -       302  302  302  302  302  302  302
GET    /me/sessions/<uuid:session_id>/end              own     302  405  302  302  302  302  302
GET    /me/sessions/<uuid:session_id>/end              other   302  405  302  302  302  302  302
GET    /me/sessions/<uuid:session_id>/end              foreign 302  405  302  302  302  302  302
POST   /me/sessions/<uuid:session_id>/end              own     302  302  302  302  302  302  302
POST   /me/sessions/<uuid:session_id>/end              other   302  404  302  302  302  302  302
POST   /me/sessions/<uuid:session_id>/end              foreign 302  404  302  302  302  302  302
GET    /me/sessions/end                                -       302  405  302  302  302  302  302
POST   /me/sessions/end                                -       302  302  302  302  302  302  302
GET    /records                                        -       302  200  302  302  302  302  302
POST   /records                                        -       302  405  302  302  302  302  302
GET    /messages                                       -       302  200  302  302  302  302  302
POST   /messages                                       -       302  405  302  302  302  302  302
GET    /manifest.webmanifest                           -       200  200  200  200  200  200  200
POST   /manifest.webmanifest                           -       405  405  405  405  405  405  405
GET    /sw.js                                          -       200  200  200  200  200  200  200
POST   /sw.js                                          -       405  405  405  405  405  405  405
GET    /offline                                        -       200  200  200  200  200  200  200
POST   /offline                                        -       405  405  405  405  405  405  405
GET    /sign-in/code/again                             -       405  405  405  405  405  405  405
POST   /sign-in/code/again                             -       302  302  302  302  302  302  302
GET    /sign-in/lost-phone                             -       200  200  200  200  200  200  200
POST   /sign-in/lost-phone                             -       405  405  405  405  405  405  405
GET    /sign-in                                        -       200  200  200  200  200  200  200
POST   /sign-in                                        -       422  422  422  422  422  422  422
GET    /sign-in/code                                   -       302  302  302  302  302  302  302
POST   /sign-in/code                                   -       302  302  302  302  302  302  302
GET    /sign-in/staff                                  -       200  200  302  302  302  302  302
POST   /sign-in/staff                                  -       422  422  422  422  422  422  422
GET    /sign-out                                       -       405  405  405  405  405  405  405
POST   /sign-out                                       -       302  302  302  302  302  302  302
GET    /style/                                         -       200  200  200  200  200  200  200
POST   /style/                                         -       405  405  405  405  405  405  405
GET    /language                                       -       405  405  405  405  405  405  405
POST   /language                                       -       302  302  302  302  302  302  302
GET    /notifications                                  -       302  200  200  200  200  200  200
POST   /notifications                                  -       302  405  405  405  405  405  405
GET    /notifications/count                            -       302  200  200  200  200  200  200
POST   /notifications/count                            -       302  405  405  405  405  405  405
GET    /notifications/read                             -       302  405  405  405  405  405  405
POST   /notifications/read                             -       302  302  302  302  302  302  302
GET    /visits                                         -       302  200  302  302  302  302  302
POST   /visits                                         -       302  405  302  302  302  302  302
GET    /visits/<uuid:visit_id>                         own     302  200  302  302  302  302  302
GET    /visits/<uuid:visit_id>                         other   302  404  302  302  302  302  302
GET    /visits/<uuid:visit_id>                         foreign 302  404  302  302  302  302  302
POST   /visits/<uuid:visit_id>                         own     302  405  302  302  302  302  302
POST   /visits/<uuid:visit_id>                         other   302  405  302  302  302  302  302
POST   /visits/<uuid:visit_id>                         foreign 302  405  302  302  302  302  302
GET    /visits/<uuid:visit_id>/cancel                  own     302  200  302  302  302  302  302
GET    /visits/<uuid:visit_id>/cancel                  other   302  404  302  302  302  302  302
GET    /visits/<uuid:visit_id>/cancel                  foreign 302  404  302  302  302  302  302
POST   /visits/<uuid:visit_id>/cancel                  own     302  422  302  302  302  302  302
POST   /visits/<uuid:visit_id>/cancel                  other   302  404  302  302  302  302  302
POST   /visits/<uuid:visit_id>/cancel                  foreign 302  404  302  302  302  302  302
GET    /visits/<uuid:visit_id>/pay                     own     302  302  302  302  302  302  302
GET    /visits/<uuid:visit_id>/pay                     other   302  404  302  302  302  302  302
GET    /visits/<uuid:visit_id>/pay                     foreign 302  404  302  302  302  302  302
POST   /visits/<uuid:visit_id>/pay                     own     302  302  302  302  302  302  302
POST   /visits/<uuid:visit_id>/pay                     other   302  404  302  302  302  302  302
POST   /visits/<uuid:visit_id>/pay                     foreign 302  404  302  302  302  302  302
GET    /visits/<uuid:visit_id>/move                    own     302  200  302  302  302  302  302
GET    /visits/<uuid:visit_id>/move                    other   302  404  302  302  302  302  302
GET    /visits/<uuid:visit_id>/move                    foreign 302  404  302  302  302  302  302
POST   /visits/<uuid:visit_id>/move                    own     302  200  302  302  302  302  302
POST   /visits/<uuid:visit_id>/move                    other   302  404  302  302  302  302  302
POST   /visits/<uuid:visit_id>/move                    foreign 302  404  302  302  302  302  302
GET    /visits/<uuid:visit_id>/calendar.ics            own     302  200  302  302  302  302  302
GET    /visits/<uuid:visit_id>/calendar.ics            other   302  404  302  302  302  302  302
GET    /visits/<uuid:visit_id>/calendar.ics            foreign 302  404  302  302  302  302  302
POST   /visits/<uuid:visit_id>/calendar.ics            own     302  405  302  302  302  302  302
POST   /visits/<uuid:visit_id>/calendar.ics            other   302  405  302  302  302  302  302
POST   /visits/<uuid:visit_id>/calendar.ics            foreign 302  405  302  302  302  302  302
GET    /visits/calendar                                -       302  200  302  302  302  302  302
POST   /visits/calendar                                -       302  302  302  302  302  302  302
GET    /calendar/<str:token>.ics                       -       404  404  404  404  404  404  404
POST   /calendar/<str:token>.ics                       -       405  405  405  405  405  405  405
"""


def rows() -> dict[tuple[str, str, str], dict[str, int]]:
    """`{(method, address, whose): {role: status}}`"""
    found = {}
    for line in TABLE.splitlines():
        if line and not line.startswith("#"):
            method, address, whose, *statuses = line.split()
            found[method, address, whose] = dict(zip(ROLES, map(int, statuses), strict=True))
    return found
