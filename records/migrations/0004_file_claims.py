"""A key of the file store is claimed before a file is stored under it, so that nothing stays there unowned."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0002_nothing_is_written_over'),
    ]

    operations = [
        migrations.CreateModel(
            name='FileClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(help_text='In the file store.', max_length=200, unique=True, verbose_name='key')),
                ('claimed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='claimed at')),
            ],
            options={
                'verbose_name': 'file on its way',
                'verbose_name_plural': 'files on their way',
            },
        ),
    ]
