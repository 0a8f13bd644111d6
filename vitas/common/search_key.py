"""How search reads a text: lower case, without accents, single spaces."""

import unicodedata


def search_key(text: str) -> str:
    """`"  José  Muñoz "` → `"jose munoz"`."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())
