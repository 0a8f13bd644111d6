"""Words of a text, and what they have in common with other forms of the same word."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import snowballstemmer

from processing.facts.language import Language

TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]*[^\W\d_][^\W_]*(?:['’][^\W\d_]+)?|[^\s\w]")
SENTENCE = re.compile(r"[^.;!?…\n]*(?:\.(?=\d)[^.;!?…\n]*)*[.;!?…\n]*")
GLUED = re.compile(r"(?<=\d)(?=(?:mg|mcg|µg|ug|ml|kg|g|cm|mm|h|hs|ui|iu)\b)")
TOKENIZED = re.compile(r"\s+(n['’]t)\b")  # "do n't", as some transcripts write
ENDING = 5  # letters that two words share at their beginning, to be taken for forms of one


def lowered(text: str) -> str:
    text = TOKENIZED.sub(r"\1", text.lower().replace("’", "'"))
    return GLUED.sub(" ", text)


def in_sentences(text: str) -> Iterator[str]:
    for found in SENTENCE.findall(text):
        if re.search(r"\w", found):
            yield found.strip()


def unified(text: str, language: Language) -> str:
    """Lower case, with one word for what has several: "me duele la cabeza" and "cefalea" alike."""
    text = lowered(text)
    for found, instead in language.terms:
        text = found.sub(instead, text)
    return text


def content(text: str, language: Language) -> list[str]:
    """The words that state something, as they stand."""
    return [token for token in TOKEN.findall(unified(text, language)) if states(token, language)]


def states(token: str, language: Language) -> bool:
    return len(token) > 1 and not token[0].isdigit() and token[0].isalnum() and token not in language.stop


def stems(text: str, language: Language) -> set[str]:
    return {stem(word, language) for word in content(text, language)}


def stem(word: str, language: Language) -> str:
    return _stem(word, language.stemmer)


@cache
def _stemmer(name: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(name)


@cache
def _stem(word: str, name: str) -> str:
    return folded(_stemmer(name).stemWord(word))


def folded(text: str) -> str:
    """Without accents."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def akin(word: str, others: set[str]) -> bool:
    """A form of one of the others, by its beginning: "vomitó" and "vómitos"."""
    return word in others or (len(word) >= ENDING and any(other[:ENDING] == word[:ENDING] for other in others))
