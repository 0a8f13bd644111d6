"""A place is listed only while its organization is active."""

from django.db import migrations

CLOSE = """
CREATE OR REPLACE FUNCTION clinic_place_repeats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT doctor.specialty, place.latitude, place.longitude,
        organization.active AND doctor.active AND place.active AND NEW.active
    INTO STRICT NEW.specialty, NEW.latitude, NEW.longitude, NEW.listed
    FROM clinic_doctor doctor, clinic_clinic place, accounts_organization organization
    WHERE doctor.id = NEW.doctor_id AND place.id = NEW.clinic_id AND organization.id = place.organization_id;
    RETURN NEW;
END $$;

CREATE FUNCTION clinic_places_of_organization_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE clinic_doctorplace SET active = active
    WHERE clinic_id IN (SELECT id FROM clinic_clinic WHERE organization_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER places_follow_organization AFTER UPDATE OF active ON accounts_organization
FOR EACH ROW WHEN (OLD.active IS DISTINCT FROM NEW.active)
EXECUTE FUNCTION clinic_places_of_organization_follow();
"""

BACK = """
DROP TRIGGER places_follow_organization ON accounts_organization;
DROP FUNCTION clinic_places_of_organization_follow();

CREATE OR REPLACE FUNCTION clinic_place_repeats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT doctor.specialty, place.latitude, place.longitude, doctor.active AND place.active AND NEW.active
    INTO STRICT NEW.specialty, NEW.latitude, NEW.longitude, NEW.listed
    FROM clinic_doctor doctor, clinic_clinic place
    WHERE doctor.id = NEW.doctor_id AND place.id = NEW.clinic_id;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("clinic", "0002_places_follow"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(CLOSE, BACK)]
