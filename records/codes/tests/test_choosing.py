"""Which table an organization codes by."""

import pytest

from records.codes import choosing, loading
from records.codes.sources import Row, Table
from vitas import testing

pytestmark = pytest.mark.django_db


def load(*keys: str) -> None:
    for key in keys:
        rows = (Row("R51", "Cefalea", "", True),)
        loading.load(Table(key=key, name=key, uri="urn:x", language="es", version="1", rows=rows))


def test_without_any_table_there_is_none():
    assert choosing.table_for(testing.make_organization().pk) is None


@pytest.mark.parametrize(
    ("language", "country", "key"),
    [
        ("es", "AR", "cie-10"),
        ("es", "ES", "cie-10-es"),
        ("pt-BR", "BR", "icd-10"),
        ("en", "US", "icd-10-cm"),
        ("en", "GB", "icd-10"),
    ],
)
def test_country_and_language_choose(language, country, key):
    load("cie-10", "cie-10-es", "icd-10", "icd-10-cm")
    organization = testing.make_organization(language=language, country=country)

    assert choosing.table_for(organization.pk).key == key


def test_choice_of_the_organization_goes_first(monkeypatch):
    load("cie-10", "icd-10")
    organization = testing.make_organization(language="es", country="AR")
    monkeypatch.setattr(choosing, "_choices", [lambda _organization_id: "icd-10"])

    assert choosing.table_for(organization.pk).key == "icd-10"
