"""Tables are set down whole and once; what a newer one has no more is retired."""

import pytest
from django.core.management import CommandError, call_command

from records.codes import loading, searching, sources
from records.codes.models import Code, CodeSystem, CodeWord
from records.codes.sources import Row, Table

pytestmark = pytest.mark.django_db

ROWS = (
    Row("K35", "Apendicitis aguda", "", False),
    Row("K35.8", "Otras apendicitis agudas, y las no especificadas", "K35", True),
    Row("R51", "Cefalea", "", True),
)


def a_table(*rows: Row, version: str = "1") -> Table:
    return Table(
        key="own", name="Own", uri="http://hl7.org/fhir/sid/icd-10", language="es", version=version, rows=rows or ROWS
    )


def test_table_is_set_down_with_its_words_and_its_hash():
    done = loading.load(a_table())

    system = CodeSystem.objects.get(pk="own")
    assert (done.codes, done.changed, done.retired, done.was_there) == (3, 3, 0, False)
    assert (system.codes_count, system.sha256) == (3, a_table().sha256)
    assert " dolor de cabeza " in Code.objects.get(system="own", code="R51").words
    assert CodeWord.objects.filter(system="own", word="apendicitis").exists()


def test_same_table_again_changes_nothing():
    loading.load(a_table())

    done = loading.load(a_table())

    assert (done.changed, done.retired, done.was_there) == (0, 0, True)


def test_code_that_a_newer_table_lacks_is_retired_and_comes_back_with_the_next():
    loading.load(a_table())

    newer = loading.load(a_table(*ROWS[:2], version="2"))

    assert (newer.changed, newer.retired) == (0, 1)
    assert Code.objects.get(system="own", code="R51").retired_at is not None
    assert searching.search("own", "cefalea") == []

    again = loading.load(a_table(version="3"))

    assert (again.changed, again.retired) == (1, 0)
    assert [found.code for found in searching.search("own", "cefalea")] == ["R51"]


def test_own_table_is_read_from_a_file(tmp_path):
    file = tmp_path / "cid10.csv"
    file.write_text("code;display\nr51;Cefaléia\nK358;Apendicite aguda\nK35;Apendicite\n", encoding="utf-8")

    call_command("load_codes", "cid-10", file=file, language="pt", table_version="2008", verbosity=0)

    rows = Code.objects.filter(system="cid-10").order_by("code").values_list("code", "display", "parent", "is_leaf")
    assert list(rows) == [
        ("K35", "Apendicite", "", False),
        ("K35.8", "Apendicite aguda", "K35", True),
        ("R51", "Cefaléia", "", True),
    ]


@pytest.mark.parametrize("text", ["code,name\nR51,x\n", "code,display\n", "code,display\nheadache,x\n"])
def test_file_that_is_no_table_is_refused(tmp_path, text):
    file = tmp_path / "cid10.csv"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(CommandError):
        call_command("load_codes", "cid-10", file=file, language="pt", table_version="1", verbosity=0)

    assert not CodeSystem.objects.exists()


def test_packaged_spanish_table_is_whole():
    table = sources.of("cie-10")

    rows = {row.code: row for row in table.rows}
    assert len(rows) > 14_000
    assert rows["R51"] == Row("R51", "Cefalea", "", True)
    assert (rows["K35.8"].parent, rows["E11"].is_leaf) == ("K35", False) if "K35.8" in rows else True
    assert {row.parent for row in table.rows} - {""} <= rows.keys()
