"""What the embedded coder suggests, and above all what it does not: a table of hard cases in three languages."""

import json

import numpy as np
import pytest
from django.core.management import call_command

from processing.coders.embedded import model, tables, trees
from processing.coders.embedded.coder import EmbeddedCoder
from processing.coders.embedded.standing import Standing, standing
from processing.engines import EngineError
from records.codes import loading, sources
from records.codes.models import Code

TABLES = {"es": "cie-10", "pt": "icd-10", "en": "icd-10"}

# language, text, codes affirmed, codes suspected
CASES = [
    ("es", "Niega fiebre. Refiere dolor de cabeza desde hace tres días.", {"R51"}, set()),
    ("es", "Madre diabética, padre hipertenso. Paciente con asma.", {"J45.9"}, set()),
    ("es", "Posible neumonía derecha. Sin disnea.", set(), {"J18.9"}),
    ("es", "No tiene fiebre pero presenta tos seca.", {"R05"}, set()),
    ("es", "Antecedentes de cáncer de mama. Hipertensión arterial en tratamiento.", {"Z85.3", "I10"}, set()),
    ("es", "Presión alta y azúcar alta en sangre.", {"I10", "E11.9"}, set()),
    ("es", "Se descarta apendicitis aguda.", set(), set()),
    ("es", "Cefalea tensional. Plan: ibuprofeno.", {"G44.2"}, set()),
    ("es", "Hipertencion arterial, neumonia.", {"I10", "J18.9"}, set()),
    ("es", "Sospecha de infarto de miocardio.", set(), {"I21.9"}),
    ("es", "El paciente no fuma. Hematuria, sin edemas.", {"R31"}, set()),
    ("es", "", set(), set()),
    ("pt", "Nega febre. Refere dor de cabeça há três dias e tosse seca.", {"R51", "R05"}, set()),
    ("pt", "Mãe diabética. Paciente com asma e pressão alta.", {"J45.9", "I10"}, set()),
    ("pt", "Sem febre, mas com dor de garganta.", {"J02.9"}, set()),
    ("pt", "Suspeita de pneumonia.", set(), {"J18.9"}),
    ("pt", "Pneumonia descartada. Infecção urinária.", {"N39.0"}, set()),
    ("en", "Denies fever. Reports headache for three days.", {"R51"}, set()),
    ("en", "Mother has diabetes. Patient has asthma and high blood pressure.", {"J45.9", "I10"}, set()),
    ("en", "No chest pain, but has shortness of breath.", {"R06.0"}, set()),
    ("en", "Rule out pneumonia. Possible appendicitis.", set(), {"J18.9", "K35.8"}),
    ("en", "History of breast cancer. Essential hypertension.", {"Z85.3", "I10"}, set()),
    ("en", "Pneumonia was ruled out.", set(), set()),
    ("en", "Headache, no nausea or vomiting.", {"R51"}, set()),
]


@pytest.fixture(scope="module")
def coder():
    return EmbeddedCoder(tables.packaged)


@pytest.mark.parametrize(("language", "text", "affirmed", "suspected"), CASES)
def test_codes_are_those_that_the_text_holds(coder, language, text, affirmed, suspected):
    found = coder.suggest([text], language=language, table=TABLES[language])

    assert {each.code for each in found if not each.suspected} == affirmed
    assert {each.code for each in found if each.suspected} == suspected


def test_evidence_names_the_sentence_and_its_letters(coder):
    texts = ["Paciente de 40 años.", "Refiere ciática.", "Se indica reposo por lumbalgia."]

    found = coder.suggest(texts, language="es", table="cie-10")

    spans = [span for each in found for span in each.evidence]
    assert {span.source for span in spans} == {1, 2}
    assert all(texts[span.source][span.start : span.end] == span.text for span in spans)


def test_codes_as_sure_as_each_other_are_ranked_by_how_close_their_text_is(coder):
    texts = ["She had a long drive to the clinic with some fever on the way.", "Wheezing."]

    found = coder.suggest(texts, language="en", table="icd-10")

    assert [each.code for each in found] == ["R06.2", "R50.9"]
    assert found[0].score == found[1].score


def test_at_most_as_many_as_asked_and_the_surest_first(coder):
    text = "Tos, fiebre, cefalea, asma, hipertensión arterial, hematuria, anemia."

    found = coder.suggest([text], language="es", table="cie-10", limit=3)

    assert len(found) == 3
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


@pytest.mark.django_db
def test_code_that_the_table_lacks_or_retired_is_never_suggested():
    rows = tuple(row for row in sources.of("cie-10").rows if row.code in ("I10", "R51"))
    loading.load(sources.Table(key="own", name="Own", uri="urn:x", language="es", version="1", rows=rows))
    Code.objects.filter(system="own", code="R51").update(retired_at="2026-01-01T00:00Z")
    tables._loaded.cache_clear()

    found = EmbeddedCoder().suggest(["Hipertensión arterial, cefalea, asma."], language="es", table="own")

    assert [each.code for each in found] == ["I10"]


@pytest.mark.django_db
def test_table_that_is_not_loaded_is_an_error_that_trying_again_does_not_mend():
    with pytest.raises(EngineError) as refused:
        EmbeddedCoder().suggest(["Tos."], language="es", table="nowhere")

    assert (refused.value.code, refused.value.temporary) == ("CODE_TABLE_UNKNOWN", False)


@pytest.mark.parametrize(
    ("text", "phrase", "stands"),
    [
        ("No refiere fiebre", "fiebre", Standing.NEGATED),
        ("fiebre ausente", "fiebre", Standing.NEGATED),
        ("No solo fiebre", "fiebre", Standing.AFFIRMED),
        ("No fuma. Tiene fiebre", "fiebre", Standing.AFFIRMED),
        ("No tiene tos pero tiene fiebre", "fiebre", Standing.AFFIRMED),
        ("No se descarta apendicitis", "apendicitis", Standing.SUSPECTED),
        ("Abuela con diabetes", "diabetes", Standing.FAMILY),
        ("historia de gota", "gota", Standing.PAST),
        ("nega dor", "dor", Standing.NEGATED),
        ("não tem febre", "febre", Standing.NEGATED),
        ("provável dengue", "dengue", Standing.SUSPECTED),
        ("family history of gout", "gout", Standing.FAMILY),
        ("without fever", "fever", Standing.NEGATED),
        ("not only fever", "fever", Standing.AFFIRMED),
        ("pneumonia not ruled out", "pneumonia", Standing.SUSPECTED),
    ],
)
def test_mention_stands_as_its_sentence_says(text, phrase, stands):
    start = text.index(phrase)

    assert standing(text, start, start + len(phrase)) is stands


def test_model_that_was_changed_is_refused(monkeypatch, tmp_path):
    (tmp_path / model.NAME).write_bytes(b"something else")
    (tmp_path / model.SUM).write_text("0" * 64)
    monkeypatch.setattr(model.resources, "files", lambda _name: tmp_path)

    with pytest.raises(EngineError):
        model.load.__wrapped__()


def test_trees_learn_what_tells_rows_apart_and_come_back_from_their_file():
    draw = np.random.default_rng(1)
    rows = draw.normal(size=(600, 3)).astype(np.float32)
    truth = (rows[:, 1] > 0.2) & (rows[:, 2] < 0.5)

    forest = trees.learn(rows, truth, rounds=60)
    again = trees.read(json.loads(json.dumps(forest.saved())))

    assert ((again.chances(rows) > 0.5) == truth).mean() > 0.97


def test_batch_command_answers_each_row_without_a_database(tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [{"id": "a", "text": "Niega fiebre. Tos seca.", "language": "es"}, {"id": "b", "text": 7}]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    with pytest.raises(Exception, match="1 of 2"):
        call_command("suggest_codes", source=source, target=target, table="cie-10", quiet=True)

    answers = {row["id"]: row for row in map(json.loads, target.read_text(encoding="utf-8").splitlines())}
    assert [(each["code"], each["standing"]) for each in answers["a"]["codes"]] == [("R05", "affirmed")]
    assert answers["b"]["error"] == "INVALID_ROW"
