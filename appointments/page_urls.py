"""Pages of this room, at the root."""

from django.urls import path

from appointments.views import (
    absences,
    agenda,
    booking,
    calendar,
    cancelling,
    doctor_page,
    doctor_visit,
    finding,
    hours,
    moving,
    patient,
    paying,
    strands,
    today,
    visits,
)

page_urlpatterns = [
    path("doctors", finding.find, name="find"),
    path("doctors/<uuid:place_id>", doctor_page.times, name="times"),
    path("doctors/<uuid:place_id>/book", booking.book, name="book"),
    path("visits", visits.visits, name="visits"),
    path("visits/<uuid:visit_id>", visits.visit, name="visit"),
    path("visits/<uuid:visit_id>/pay", paying.pay, name="pay"),
    path("visits/<uuid:visit_id>/move", moving.move, name="move"),
    path("visits/<uuid:visit_id>/cancel", cancelling.cancel, name="cancel"),
    path("visits/<uuid:visit_id>/calendar.ics", calendar.visit_file, name="visit-calendar"),
    path("visits/calendar", calendar.feed_page, name="calendar-feed"),
    path("calendar/<str:token>.ics", calendar.feed_file, name="calendar-feed-file"),
    path("booking/<str:way>", paying.came_back, name="booking-came-back"),
    path("doctor", today.today, name="doctor-today"),
    path("doctor/visits/<uuid:visit_id>", doctor_visit.visit, name="doctor-visit"),
    path("doctor/visits/<uuid:visit_id>/step", today.step, name="doctor-step"),
    path("doctor/patients", patient.patients, name="doctor-patients"),
    path("doctor/patients/<uuid:patient_id>", patient.patient, name="doctor-patient"),
    path("doctor/agenda", agenda.agenda_page, name="doctor-agenda"),
    path("doctor/agenda/events", agenda.agenda_events, name="doctor-agenda-events"),
    path("doctor/agenda/absences", absences.new_absence, name="doctor-absences"),
    path("doctor/agenda/absences/<int:absence_id>", absences.one_absence, name="doctor-absence"),
    path("doctor/agenda/hours/<uuid:place_id>", hours.hours_page, name="doctor-hours"),
    path("doctor/agenda/stranded", strands.stranded_page, name="doctor-stranded"),
]
