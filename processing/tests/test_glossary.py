"""Near misses of medicines and of an organization's words are repaired; ordinary words, numbers and denials are not."""

import pytest

from processing.engines import Word
from processing.glossary import Glossary
from processing.glossary.sounding import distance, sounding


def repaired(text: str, language: str = "es", *, own: tuple[str, ...] = (), confidence: float = 0.4) -> str:
    words = [Word(at, at + 1.0, part, confidence) for at, part in enumerate(text.split())]
    return " ".join(word.text for word in Glossary(own, language).repair(words))


@pytest.mark.parametrize(
    ("language", "heard", "meant"),
    [
        ("es", "Vamos a cambiar por los artán de 50 miligramos.", "Vamos a cambiar por losartán de 50 miligramos."),
        ("es", "Toma metforina, cada noche", "Toma metformina, cada noche"),
        ("pt", "e tomei para cetamol, mas", "e tomei paracetamol, mas"),
        ("pt", "uma imoglobina clicada para", "uma hemoglobina glicada para"),
        ("en", "start azothromycin, 500 milligrams", "start azithromycin, 500 milligrams"),
        ("en", "Lissinopril every day", "Lisinopril every day"),
    ],
)
def test_a_near_miss_becomes_the_medicine(language: str, heard: str, meant: str) -> None:
    assert repaired(heard, language) == meant


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Voy a tomarle la presión, tiene ciento sesenta sobre cien."),
        ("es", "No, nunca tomé nada; sin fiebre, tampoco vómitos."),
        ("es", "Me duele la cabeza y la garganta desde el miércoles."),
        ("es", "prednisona 20 y después prednisolona"),
        ("es", "varias insulinas y penicilinas"),
        ("pt", "Dói do lado direito e do lado esquerdo, à noite."),
        ("pt", "Não, nenhuma alergia, nem tontura."),
        ("en", "My wife told me to come, I was walking to the station."),
        ("en", "I have never had a fever, not once in fifteen years."),
        ("en", "hydroxyzine and hydralazine are not the same"),
    ],
)
def test_ordinary_words_numbers_and_denials_stay(language: str, text: str) -> None:
    assert repaired(text, language) == text


def test_what_was_heard_well_stays() -> None:
    assert repaired("Toma metforina", confidence=0.95) == "Toma metforina"


def test_an_organizations_own_word_is_repaired_and_told_beforehand() -> None:
    glossary = Glossary(["Aconcagua Norte", "Zuckermann"], "es")

    assert glossary.hints() == "Aconcagua Norte, Zuckermann"
    assert repaired("al doctor Sukerman ayer", own=("Zuckermann",)) == "al doctor Zuckermann ayer"
    assert Glossary([], "es").hints() is None


def test_what_was_repaired_stays_doubtful_and_keeps_its_time() -> None:
    glossary = Glossary([], "es")

    (word,) = glossary.repair([Word(1.0, 1.5, "los", 0.9), Word(1.5, 2.0, "artán.", 0.3)])

    assert word == Word(1.0, 2.0, "losartán.", 0.3)
    assert glossary.repaired == 1


def test_sounds_and_distances() -> None:
    assert sounding("Hemoglobina") == sounding("emoglovina")
    assert sounding("los artán") == sounding("losartán")
    assert (distance("abc", "abc"), distance("abc", "acb"), distance("abc", "xabc"), distance("", "abc")) == (
        0,
        1,
        1,
        3,
    )
