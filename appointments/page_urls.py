"""Pages of this room, at the root."""

from django.urls import path

from appointments.views import absences, agenda, booking, doctor_page, finding, hours, strands, visits

page_urlpatterns = [
    path("doctors", finding.find, name="find"),
    path("doctors/<uuid:place_id>", doctor_page.times, name="times"),
    path("doctors/<uuid:place_id>/book", booking.book, name="book"),
    path("visits", visits.visits, name="visits"),
    path("visits/<uuid:visit_id>", visits.visit, name="visit"),
    path("visits/<uuid:visit_id>/pay", visits.pay, name="pay"),
    path("visits/<uuid:visit_id>/cancel", visits.cancel, name="cancel"),
    path("doctor/agenda", agenda.agenda_page, name="doctor-agenda"),
    path("doctor/agenda/events", agenda.agenda_events, name="doctor-agenda-events"),
    path("doctor/agenda/absences", absences.new_absence, name="doctor-absences"),
    path("doctor/agenda/absences/<int:absence_id>", absences.one_absence, name="doctor-absence"),
    path("doctor/agenda/hours/<uuid:place_id>", hours.hours_page, name="doctor-hours"),
    path("doctor/agenda/stranded", strands.stranded_page, name="doctor-stranded"),
]
