"""What a doctor's place repeats of doctor and clinic follows them, whoever changes them and how."""

from django.db import migrations

FOLLOW = """
CREATE FUNCTION clinic_place_repeats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT doctor.specialty, place.latitude, place.longitude, doctor.active AND place.active AND NEW.active
    INTO STRICT NEW.specialty, NEW.latitude, NEW.longitude, NEW.listed
    FROM clinic_doctor doctor, clinic_clinic place
    WHERE doctor.id = NEW.doctor_id AND place.id = NEW.clinic_id;
    RETURN NEW;
END $$;
CREATE TRIGGER place_repeats BEFORE INSERT OR UPDATE ON clinic_doctorplace
FOR EACH ROW EXECUTE FUNCTION clinic_place_repeats();

CREATE FUNCTION clinic_places_of_doctor_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE clinic_doctorplace SET active = active WHERE doctor_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER places_follow_doctor AFTER UPDATE OF specialty, active ON clinic_doctor
FOR EACH ROW WHEN (OLD.specialty IS DISTINCT FROM NEW.specialty OR OLD.active IS DISTINCT FROM NEW.active)
EXECUTE FUNCTION clinic_places_of_doctor_follow();

CREATE FUNCTION clinic_places_at_clinic_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE clinic_doctorplace SET active = active WHERE clinic_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER places_follow_clinic AFTER UPDATE OF latitude, longitude, active ON clinic_clinic
FOR EACH ROW WHEN (
    (OLD.latitude, OLD.longitude, OLD.active) IS DISTINCT FROM (NEW.latitude, NEW.longitude, NEW.active)
)
EXECUTE FUNCTION clinic_places_at_clinic_follow();
"""

BACK = """
DROP TRIGGER places_follow_clinic ON clinic_clinic;
DROP TRIGGER places_follow_doctor ON clinic_doctor;
DROP TRIGGER place_repeats ON clinic_doctorplace;
DROP FUNCTION clinic_places_at_clinic_follow();
DROP FUNCTION clinic_places_of_doctor_follow();
DROP FUNCTION clinic_place_repeats();
"""


class Migration(migrations.Migration):
    dependencies = [("clinic", "0001_initial")]

    operations = [migrations.RunSQL(FOLLOW, BACK)]
