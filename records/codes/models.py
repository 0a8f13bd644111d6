"""Tables of diagnosis codes (ICD-10 and its national kin). Public knowledge: they tell of nobody."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CodeSystem(models.Model):
    """A loaded table of codes. `key`: `cie-10-es`, `icd-10`, `icd-10-cm`; `uri` is FHIR's name of it."""

    key = models.CharField(max_length=20, primary_key=True, verbose_name=_("key"))
    name = models.CharField(max_length=80, verbose_name=_("name"))
    uri = models.URLField(verbose_name="URI")
    language = models.CharField(max_length=5, help_text=_("Of the descriptions."), verbose_name=_("language"))
    version = models.CharField(max_length=40, verbose_name=_("version"))
    sha256 = models.CharField(max_length=64, help_text=_("Of the rows as loaded."), verbose_name="SHA-256")
    codes_count = models.PositiveIntegerField(verbose_name=_("codes"))
    loaded_at = models.DateTimeField(default=timezone.now, verbose_name=_("loaded at"))

    class Meta:
        verbose_name = _("code table")
        verbose_name_plural = _("code tables")


class Code(models.Model):
    """One code of a table. `words` is what it is found by: lower case, without accents, with lay synonyms."""

    system = models.ForeignKey(
        CodeSystem, models.CASCADE, related_name="codes", db_index=False, verbose_name=_("code table")
    )
    code = models.CharField(max_length=10, help_text=_("With its point, as K35.80."), verbose_name=_("code"))
    display = models.CharField(max_length=400, verbose_name=_("description"))
    parent = models.CharField(max_length=10, blank=True, help_text=_("The code above it."), verbose_name=_("within"))
    is_leaf = models.BooleanField(help_text=_("It may be given to a patient."), verbose_name=_("final"))
    words = models.TextField(verbose_name=_("words"))
    common = models.PositiveSmallIntegerField(
        default=0, help_text=_("The higher, the earlier in a search."), verbose_name=_("common")
    )
    retired_at = models.DateTimeField(
        null=True, help_text=_("A later version of the table has it no more."), verbose_name=_("retired at")
    )

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        constraints = [
            models.UniqueConstraint(fields=["system", "code"], name="code_is_once_in_its_table"),
            models.CheckConstraint(name="code_has_words", condition=~Q(words="")),
        ]
        indexes = [
            GinIndex(OpClass("words", name="gin_trgm_ops"), name="code_words"),
            models.Index(F("system"), OpClass("code", name="varchar_pattern_ops"), name="code_beginning"),
        ]


class CodeWord(models.Model):
    """A word that texts of a table have, so that one that is spelled wrong is read as one that they have."""

    system = models.ForeignKey(
        CodeSystem, models.CASCADE, related_name="+", db_index=False, verbose_name=_("code table")
    )
    word = models.CharField(max_length=40, verbose_name=_("word"))
    uses = models.PositiveIntegerField(help_text=_("Codes that have it."), verbose_name=_("uses"))

    class Meta:
        verbose_name = _("word of a code table")
        verbose_name_plural = _("words of code tables")
        constraints = [models.UniqueConstraint(fields=["system", "word"], name="code_word_once")]
        indexes = [GinIndex(OpClass("word", name="gin_trgm_ops"), name="code_word_alike")]
