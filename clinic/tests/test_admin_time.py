"""A change of hours in the admin reaches what search shows."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.utils import timezone

from clinic.models import Absence, DoctorDay, Holiday
from vitas import testing
from vitas.accounts.actor import Actor
from vitas.common import events

pytestmark = pytest.mark.django_db


def free(place) -> int:
    return sum(DoctorDay.objects.filter(place=place).values_list("free_count", flat=True))


@pytest.mark.parametrize("kind", ["absence", "holiday"])
def test_days_are_counted_again_when_the_admin_closes_and_opens_them(kind):
    place = testing.make_place()
    monday = testing.next_weekday(0)
    if kind == "absence":
        now = timezone.now()
        row = Absence.objects.create(doctor=place.doctor, starts_at=now, ends_at=now + timedelta(days=90))
    else:
        row = Holiday.objects.create(organization=place.clinic.organization, date=monday, name="Closed")
    request = RequestFactory().post("/admin/")
    request.actor = Actor(system="test")
    site = admin.site._registry[type(row)]

    site.log_addition(request, row, [])
    events.deliver_due()
    closed = free(place)
    site.log_deletions(request, [row])
    row.delete()
    events.deliver_due()

    assert closed < free(place)
