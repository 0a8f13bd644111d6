"""Numbers of documents: `12.345.678-9` and `123456789` are one."""

import re
from typing import Any

from django.db.models import CharField, Func


def bare(number: str) -> str:
    """`12.345.678-x` → `12345678X`."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())


class Bare(Func):
    """The same in SQL; `identifier_bare` is its index."""

    template = "regexp_replace(upper(%(expressions)s), '[^0-9A-Z]', '', 'g')"

    def __init__(self, expression: Any) -> None:
        super().__init__(expression, output_field=CharField())
