"""The code on a prescription, by which anyone may check that it is real: 12 letters and digits that nobody confuses."""

import re
import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LENGTH: Final = 12  # 60 bits: nobody finds another one by trying

_READ_AS = str.maketrans("ILO", "110")


def new_check_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def spelled(code: str) -> str:
    """`7KQ2-9XMD-04TB`, as it stands on paper."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read(text: str) -> str | None:
    """The code that somebody typed from paper, in whatever case and groups; None if it can be none."""
    bare = re.sub(r"[\s\-–.]", "", text).upper().translate(_READ_AS)
    return bare if len(bare) == LENGTH and set(bare) <= set(ALPHABET) else None
