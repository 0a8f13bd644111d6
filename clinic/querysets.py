"""How clinics, doctors and what hangs on them are asked for, and whose a person sees.

Staff see the rows of their own organization, listed or not, and no other's; patients and people who are not signed in
see what is listed; the operator sees all, for it is configuration. Who wants the public directory asks for `listed()`.
"""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from clinic.permissions import sees_every_organization
from vitas.accounts.actor import Actor


class OrganizationQuerySet(models.QuerySet[Any]):
    """Rows of an organization. `organization_path` leads there, `public` says which of them anybody may see."""

    organization_path: ClassVar[str] = "organization"
    public: ClassVar[Q | None] = None

    def visible_to(self, actor: Actor) -> Self:
        """The one place that says whose rows a person may see."""
        if sees_every_organization(actor):
            return self.all()
        if actor.is_staff and actor.organization_id is not None:
            return self.of(actor.organization_id)
        return self.listed()

    def of(self, organization_id: UUID) -> Self:
        return self.filter(**{self.organization_path: organization_id})

    def listed(self) -> Self:
        """What the public directory shows."""
        return self.none() if self.public is None else self.filter(self.public)


class ClinicQuerySet(OrganizationQuerySet):
    public = Q(active=True, organization__active=True)


class StaffPlaceQuerySet(OrganizationQuerySet):
    organization_path = "clinic__organization"


class DoctorQuerySet(OrganizationQuerySet):
    def listed(self) -> Self:
        """Doctors whom one can book: active, at a place that is active, at a clinic that is."""
        places = self.model._meta.get_field("places").related_model._default_manager
        return self.filter(Exists(places.filter(doctor=OuterRef("pk"), listed=True)), active=True)


class DoctorPlaceQuerySet(OrganizationQuerySet):
    organization_path = "clinic__organization"
    public = Q(listed=True)

    def primary_first(self) -> Self:
        """In the order in which a doctor's places stand for the doctor."""
        return self.order_by("-is_primary", "pk")


class LicenceQuerySet(OrganizationQuerySet):
    organization_path = "doctor__organization"
    public = Q(doctor__active=True)


class PlaceRowQuerySet(OrganizationQuerySet):
    """Weekly hours and counted days of a doctor's place."""

    organization_path = "place__clinic__organization"
    public = Q(place__listed=True)


class AbsenceQuerySet(OrganizationQuerySet):
    """Why a doctor is away is the organization's matter alone."""

    organization_path = "doctor__organization"

    def coming(self) -> Self:
        """Those that are not over."""
        return self.filter(ends_at__gt=timezone.now())


class HolidayQuerySet(OrganizationQuerySet):
    public = Q(organization__active=True)


class VisitKindQuerySet(OrganizationQuerySet):
    public = Q(organization__active=True)
