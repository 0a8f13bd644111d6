"""Left and right, and of what."""

import re
from collections import defaultdict
from collections.abc import Mapping

from processing.facts import words
from processing.facts.language import Language
from processing.facts.quantities import taken_back

NEAR = 28  # letters before and after the side in which the part of the body stands
WORD = re.compile(r"[^\W\d_]+")


def sides(text: str, language: Language) -> Mapping[str, set[str]]:
    """Side to the stems beside it: {"left": {"knee"}}. "both" too; "not left" where left was taken back."""
    text = words.unified(text, language)
    found: defaultdict[str, set[str]] = defaultdict(set)
    either = re.compile(f"{language.left.pattern}|{language.right.pattern}")
    for name, pattern in (("left", language.left), ("right", language.right), ("both", language.both)):
        for match in pattern.finditer(text):
            said = f"not {name}" if taken_back(text, match.start(), either, language) else name
            found[said] |= _beside(text, match, language)
    return found


def _beside(text: str, match: re.Match[str], language: Language) -> set[str]:
    before = re.split(r"[.,;:!?]", text[max(0, match.start() - NEAR) : match.start()])[-1]
    after = re.split(r"[.,;:!?]", text[match.end() : match.end() + NEAR])[0]
    near = WORD.findall(before)[-2:] + WORD.findall(after)[:3]
    return {words.stem(word, language) for word in near if words.states(word, language)}
