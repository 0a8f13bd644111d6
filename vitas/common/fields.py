"""Model fields of ours."""

import json
import uuid
from typing import Any

from django.db import models

from vitas.common import crypto


class _Sealed:
    """The attribute of an encrypted field: plain text to whoever reads it, opened only then."""

    def __init__(self, field: "EncryptedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model] | None = None) -> Any:
        if instance is None:
            return self
        value = instance.__dict__.get(self.field.attname)
        if self.field.attname not in instance.__dict__:
            instance.refresh_from_db(fields=[self.field.attname])
            value = instance.__dict__[self.field.attname]
        if isinstance(value, bytes | memoryview):
            place = self.field.place(instance)
            sealed = bytes(value)
            try:
                opened = sealed and crypto.open_sealed(sealed, subject=self.field.subject_of(instance), place=place)
            except crypto.KeyDestroyed:
                opened = b""  # forgotten for good: the law's time is over
            value = instance.__dict__[self.field.attname] = self.field.read(opened.decode())
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.BinaryField):
    """Text sealed under the data key of a subject; empty text is stored as empty bytes.

    `subject` names the attribute of the row that holds the subject's UUID (a patient's id); without it the platform's
    own key is used. Never filtered or searched by, nor set by `QuerySet.update` or `bulk_update`: what would send plain
    text to the database is refused. A row that changes its subject must be read (opened) first, then saved.
    """

    _pyi_private_get_type: str  # type: ignore[assignment]  # what a type checker reads of a field
    empty_values = [None, "", b""]

    def __init__(self, *args: Any, subject: str = "", **kwargs: Any) -> None:
        self.subject = subject
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "subject": self.subject}

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only=private_only)
        setattr(cls, self.attname, _Sealed(self))

    def subject_of(self, instance: models.Model) -> uuid.UUID:
        return getattr(instance, self.subject) if self.subject else crypto.PLATFORM

    def place(self, instance: models.Model) -> str:
        """Table, column and row; without the row where the database draws the key, which is not known when sealing."""
        column = f"{self.model._meta.db_table}.{self.column}"
        if isinstance(self.model._meta.pk, models.AutoField):
            return column
        if instance.pk is None:
            raise TypeError(f"{column}: the row has no key yet to seal for.")
        return f"{column}.{instance.pk}"

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, bytes | memoryview):
            return bytes(value) if value is not None else None
        if not value:
            return b""
        plain = self.written(value).encode()
        return crypto.seal(plain, subject=self.subject_of(model_instance), place=self.place(model_instance))

    def written(self, value: Any) -> str:
        """The text that is sealed."""
        return str(value)

    def read(self, text: str) -> Any:
        """What the sealed text says."""
        return text

    def get_default(self) -> str | None:
        return None if self.null else ""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            raise TypeError(f"{self.model._meta.label}.{self.name} would reach the database unsealed.")
        return super().get_db_prep_value(value, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        return getattr(obj, self.attname) or ""

    def to_python(self, value: Any) -> Any:
        return value


class EncryptedJsonField(EncryptedTextField):
    """A small JSON object, sealed as a whole: codes, numbers and words of one clinical statement."""

    _pyi_private_get_type: dict[str, Any]  # type: ignore[assignment]

    def written(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def read(self, text: str) -> Any:
        return json.loads(text) if text else {}

    def get_default(self) -> Any:
        return None if self.null else {}

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, dict):
            raise TypeError(f"{self.model._meta.label}.{self.name} would reach the database unsealed.")
        return super().get_db_prep_value(value, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        return self.written(getattr(obj, self.attname) or {})
