"""What search needs: which codes are common, codes by their beginning, and the words of a table."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("codes", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="code",
            name="common",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="The higher, the earlier in a search.", verbose_name="common"
            ),
        ),
        migrations.CreateModel(
            name="CodeWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=40, verbose_name="word")),
                ("uses", models.PositiveIntegerField(help_text="Codes that have it.", verbose_name="uses")),
                (
                    "system",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="codes.codesystem",
                        verbose_name="code table",
                    ),
                ),
            ],
            options={
                "verbose_name": "word of a code table",
                "verbose_name_plural": "words of code tables",
                "constraints": [models.UniqueConstraint(fields=("system", "word"), name="code_word_once")],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("word", name="gin_trgm_ops"), name="code_word_alike"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="code",
            index=models.Index(
                models.F("system"),
                django.contrib.postgres.indexes.OpClass("code", name="varchar_pattern_ops"),
                name="code_beginning",
            ),
        ),
    ]
