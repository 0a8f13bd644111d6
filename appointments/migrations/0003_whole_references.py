"""A visit's doctor and clinic are its place's, its organization is the clinic's: two keys of several columns say so."""

import django.db.models.deletion
from django.db import migrations, models

REFERENCES = """
ALTER TABLE appointments_appointment
    ADD CONSTRAINT visit_at_doctors_place FOREIGN KEY (place_id, doctor_id, clinic_id)
        REFERENCES clinic_doctorplace (id, doctor_id, clinic_id),
    ADD CONSTRAINT visit_at_organizations_clinic FOREIGN KEY (clinic_id, organization_id)
        REFERENCES clinic_clinic (id, organization_id);
"""

BACK = """
ALTER TABLE appointments_appointment
    DROP CONSTRAINT visit_at_doctors_place,
    DROP CONSTRAINT visit_at_organizations_clinic;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('appointments', '0002_steps_are_kept'),
        ('clinic', '0004_visits_refer_to_them'),
    ]

    operations = [
        migrations.AlterField(
            model_name='appointment',
            name='clinic',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='clinic.clinic'),
        ),
        migrations.AlterField(
            model_name='appointment',
            name='doctor',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='clinic.doctor'),
        ),
        migrations.AlterField(
            model_name='appointment',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='accounts.organization'),
        ),
        migrations.AlterField(
            model_name='appointment',
            name='place',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='clinic.doctorplace'),
        ),
        migrations.RunSQL(REFERENCES, BACK),
    ]
