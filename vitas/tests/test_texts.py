"""Every text is there in every language, and people read it in theirs."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils.translation.template import templatize

from vitas import testing
from vitas.messaging import outbox, templates

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("appointments", "clinic", "patients", "processing", "records", "vitas")
LANGUAGES = ("es", "pt_BR")
MARKS = {"gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
_IN_TEMPLATE = re.compile(r"""\b(?:n?gettext|_)\(u?(?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}")


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))


def texts_of_code(source: str) -> Iterator[str]:
    """What each call of gettext says, by whatever name it was imported; before it may stand a context."""
    tree = ast.parse(source)
    marks = {
        name.asname or name.name: name.name.startswith("pgettext")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in MARKS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in marks:
            # A text that is put together at run time cannot be translated.
            yield ast.literal_eval(node.args[marks[node.func.id]])


def texts_of_template(source: str) -> Iterator[str]:
    return (ast.literal_eval(found["text"]) for found in _IN_TEMPLATE.finditer(templatize(source)))


def texts_in_use() -> set[str]:
    code = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "tests" not in path.parts]
    pages = (ROOT / "templates").rglob("*.html")
    return {text for path in code for text in texts_of_code(path.read_text())} | {
        text for path in pages for text in texts_of_template(path.read_text())
    }


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_the_code_are_those_of_the_catalogue(language):
    wanted, given = texts_in_use(), {entry.msgid for entry in catalogue(language) if not entry.obsolete}

    assert (sorted(wanted - given), sorted(given - wanted)) == ([], [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language):
    found = catalogue(language)
    forms = int(re.search(r"nplurals=(\d)", found.metadata["Plural-Forms"])[1])

    unfinished = [
        entry.msgid
        for entry in found
        if entry.fuzzy
        or entry.obsolete
        or not all(said(entry))
        or len(said(entry)) != (forms if entry.msgid_plural else 1)
    ]

    assert unfinished == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders(language):
    different = [
        (entry.msgid, text)
        for entry in catalogue(language)
        for text in said(entry)
        if sorted(_PLACEHOLDER.findall(text))
        not in [sorted(_PLACEHOLDER.findall(source)) for source in (entry.msgid, entry.msgid_plural or entry.msgid)]
    ]

    assert different == []


def test_texts_are_found_however_they_are_marked():
    code = (
        "from django.utils.translation import gettext_lazy as _, gettext, ngettext as many\n"
        "a = _('One' ' line'), gettext('Two'), many('%(n)d day', '%(n)d days', n), other('Four')"
    )
    page = (
        '{% load i18n %}{% translate "It\'s" %}{% blocktranslate %}To {{ name }}{% endblocktranslate %}'
        "{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}"
    )

    assert list(texts_of_code(code)) == ["One line", "Two", "%(n)d day"]
    assert list(texts_of_template(page)) == ["It's", "To %(name)s", "%(n)s day"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "sentence", "problem"),
    [
        ("en", "Validation failed. Correct the fields named below.", "Latitude and longitude go together."),
        (
            "es-AR,es;q=0.9",
            "Hay datos por corregir. Revise los campos indicados.",
            "La latitud y la longitud van juntas.",
        ),
        ("pt-BR", "Há dados a corrigir. Confira os campos indicados.", "A latitude e a longitude vão juntas."),
        ("ja", "Hay datos por corregir. Revise los campos indicados.", "La latitud y la longitud van juntas."),
    ],
)
def test_api_answers_in_the_language_that_was_asked_for(language, sentence, problem):
    client = testing.ApiClient(language=language)

    answer = client.get("/api/v1/doctors?latitude=10").json()

    assert (answer["message"], answer["error"]["message"]) == (sentence, sentence)
    assert answer["error"]["details"] == [{"field": "longitude", "message": problem}]


@pytest.mark.django_db
def test_words_of_one_answer_are_not_kept_for_the_next_language():
    def refusal(language: str) -> str:
        address = "/api/v1/doctors?latitude=1&longitude=1&radius=-1"
        return testing.ApiClient(language=language).get(address).json()["error"]["details"][0]["message"]

    said = {refusal(language) for language in ("es", "pt-br", "en")}

    assert len(said) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "123456 is your Vitas code. It works for 5 minutes. Give it to nobody, not even to us."),
        (
            "es",
            "123456 es su código de Vitas. Sirve durante 5 minutos. No se lo dé a nadie, tampoco a nosotros.",
        ),
        ("pt-br", "123456 é o seu código da Vitas. Vale por 5 minutos. Não o passe a ninguém, nem a nós."),
    ],
)
def test_message_is_in_the_language_of_its_row(language, body):
    message = outbox.put(
        key="code:1",
        address="+5511999999999",
        template="sign_in_code",
        language=language,
        variables={"code": "123456"},
    )

    assert templates.named(message.template).render(json.loads(message.variables), message.language) == body
