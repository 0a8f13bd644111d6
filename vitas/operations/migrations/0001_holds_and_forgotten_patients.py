"""Orders to keep, and who was forgotten."""

import django.db.models.deletion
import django.utils.timezone
import vitas.common.fields
import vitas.common.ids
from django.db import migrations, models

from vitas.common.sql import acting, revoke, wall

ADMIN = f"{acting('role')} = 'admin' AND organization_id = {acting('organization')}"
OPERATOR = f"patient_id IS NULL AND {acting('role')} = 'operator'"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0005_second_factors'),
        ('patients', '0005_consents_and_emergency_access'),
    ]

    operations = [
        migrations.CreateModel(
            name='Forgetting',
            fields=[
                ('patient', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='forgetting', serialize=False, to='patients.patient', verbose_name='patient')),
                ('identity', vitas.common.fields.EncryptedJsonField(editable=True, subject='words_subject', verbose_name='identity')),
                ('forgotten_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='forgotten at')),
                ('forgotten_by', models.UUIDField(help_text='The user; none for a command.', null=True, verbose_name='by')),
                ('erased_at', models.DateTimeField(null=True, verbose_name='erased at')),
            ],
            options={
                'verbose_name': 'forgotten patient',
                'verbose_name_plural': 'forgotten patients',
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.UUIDField(default=vitas.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason', vitas.common.fields.EncryptedTextField(editable=True, help_text='Who asks for it, and why.', subject='', verbose_name='reason')),
                ('set_by', models.UUIDField(help_text='The user; none for a command.', null=True, verbose_name='set by')),
                ('set_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='set at')),
                ('released_by', models.UUIDField(null=True, verbose_name='released by')),
                ('released_at', models.DateTimeField(null=True, verbose_name='released at')),
                ('released_because', vitas.common.fields.EncryptedTextField(blank=True, editable=True, subject='', verbose_name='released because')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to='accounts.organization', verbose_name='organization')),
                ('patient', models.ForeignKey(blank=True, help_text='Empty: all patients of the organization.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to='patients.patient', verbose_name='patient')),
            ],
            options={
                'verbose_name': 'legal hold',
                'verbose_name_plural': 'legal holds',
                'indexes': [models.Index(condition=models.Q(('released_at', None)), fields=['organization', 'patient'], name='hold_live')],
                'constraints': [models.CheckConstraint(condition=models.Q(('released_at', None), ('released_at__gte', models.F('set_at')), _connector='OR'), name='hold_is_released_later')],
            },
        ),
        wall("operations_legalhold", reads=f"({ADMIN}) OR ({OPERATOR})", writes=f"({ADMIN}) OR ({OPERATOR})", systems=[]),
        wall("operations_forgetting", reads="false", systems=[]),
        revoke("DELETE, TRUNCATE", "operations_legalhold"),
        revoke("TRUNCATE", "operations_forgetting"),
    ]
