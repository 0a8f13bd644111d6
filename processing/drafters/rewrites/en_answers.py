"""English: a question and its answer as one statement. "Any fever?", "no" is "Denies fever."."""

import re

from processing.drafters.rewrites.en_words import NO, OPENERS, YES

TAIL = re.compile(
    r"(?:^|[, ]+)(?:(?:or |and )?(?:anything|something|things)(?: else)? like that|or anything(?: else)?|at all"
    r"|or no|or not"
    r"|or|and|right|okay|is that (?:right|correct)|correct)\s*$",
    re.I,
)
SYMPTOM = re.compile(
    r"^(?:(?:do|did) you (?:ever )?(?:have|get|notice|feel|experience|see)|have you (?:ever )?(?:had|noticed"
    r"|experienced|felt|been having"
    r"|been experiencing|gotten|seen)|are you (?:having|experiencing|feeling|getting|noticing)|(?:is|are|was"
    r"|were) there|you have"
    r"|(?:what|how) about)? ?(?:(?:also|still|ever|been having) )*(?:any|some|a|an)(?: (?:other )?(?:symptoms"
    r"|problems|issues)(?: like| such as))? (?P<what>.+)$",
    re.I,
)
INVERTED = re.compile(
    r"^(?P<aux>do|does|did|are|is|was|were|have|has|had|can|could|will|would) (?P<who>you|it|they|that|this|he"
    r"|she|there|we) (?P<rest>.+)$",
    re.I,
)
GOES_ON = re.compile(
    r"(?:i|i'm|it|that|they|not|we|my|yeah|no|nope|nothing|none|yes|yep|he|she|just|but|and|so|well|okay"
    r"|maybe)\b",
    re.I,
)
NEGATED = re.compile(r"(?:no|not|nothing|never|none|neither)\b", re.I)
ASKS_AGAIN = re.compile(r"\b(?:what|how|when|where|why|(?:do|are|did|have|is) (?:you|it|they)|any other)\b", re.I)
DENIED = re.compile(r"^(?:so |and )?(?:no|not|denies|without) (?:any )?(?P<what>.+)$", re.I)
# No yes or no answers these.
OPEN = re.compile(
    r"^(?:tell|how|what|when|where|which|who|why|let|can you|could you|would you|remind|show|i|we)\b", re.I
)
WH = re.compile(
    r"^(?P<wh>how long|how many|how much|how often|how old|how far|how bad|when|where|what|which|who"
    r"|how) (?P<rest>.+)$",
    re.I,
)
AUX = re.compile(r"^(?:do|does|did|are|is|was|were|have|has|had|would|will|can) (?:you|it|they|that|this)\b ?", re.I)


def polarity(answer: str) -> tuple[str | None, str]:
    """Whether it says "yes" or "no", and what is said besides."""
    rest, found = answer.strip(" ,.;!"), None
    while True:
        opened = re.match(
            rf"(?P<no>{NO})\b[ ,.;!]*|(?P<yes>{YES})\b[ ,.;!]*|(?:well|so|um|uh|oh|okay|i mean|but)\b[ ,.;!]*",
            rest,
            re.I,
        )
        if not opened or not opened[0]:
            return found, rest
        bare = rest[opened.end() :]
        verb_follows = (
            re.match(r"(?:i|i'm|we) \w+$|(?:i) (?:do|have|am|did|was)$", opened[0].strip(" ,."), re.I) and bare
        )
        if verb_follows and not GOES_ON.match(bare) and not re.search(r"[,.;]\s*$", opened[0]):
            return found, rest
        if opened["no"]:
            found = found or "no"
            if bare and opened[0].endswith(" ") and not re.search(r"[,.;!]", opened[0]) and not GOES_ON.match(bare):
                return found, rest  # "no fever", "nothing significant": the word belongs to what follows
        elif opened["yes"]:
            found = found or "yes"
        rest = bare


def merged(question: str, answer: str) -> tuple[str, str]:
    """The statement the two make ("" if the answer stands alone), and what is left of the answer."""
    asked = _asked(question)
    says, rest = polarity(answer)
    if not asked:
        return "", answer
    if NEGATED.match(rest):
        return "", rest  # "no drugs" denies drugs, not all that was asked about
    if says is None:
        return ("", answer) if _stands_alone(rest) else (_topic(asked, rest), "")
    if not (statement := _polar(asked, says == "no")):
        return "", answer
    return statement, rest if len(rest.split()) > 2 and _adds(rest, asked) else ""


FUNCTION = {"no", "not", "any", "i", "and", "or", "the", "it", "is", "have", "do", "am"}


def _adds(rest: str, asked: str) -> bool:
    known = set(re.findall(r"\w+", asked.lower())) | FUNCTION
    return len(set(re.findall(r"\w+", rest.lower())) - known) > 1


def _asked(question: str) -> str:
    text = question.strip(" ?.,!")
    while True:
        shorter = TAIL.sub("", re.sub(rf"^(?:{OPENERS})\b[ ,.]*", "", text, flags=re.I)).strip(" ,")
        if shorter == text:
            return text
        text = shorter


def _polar(asked: str, negative: bool) -> str:
    """ "" where it cannot be told what a "yes" or a "no" means: "Tell me more?"."""
    if ASKS_AGAIN.search(asked[3:]) and not re.match(
        r"(?:do|did|have|are|is) \w+ (?:\w+ ){0,8}(?:when|what|how|where)", asked, re.I
    ):
        return ""
    if denied := DENIED.match(asked):
        return f"denies {denied['what']}" if negative else ""
    if symptom := SYMPTOM.match(asked):
        return f"{'denies' if negative else 'reports'} {symptom['what']}"
    if inverted := INVERTED.match(asked):
        return _statement(inverted["aux"].lower(), inverted["who"].lower(), inverted["rest"], negative)
    if re.match(r"(?:you|your|it|that|this|there) ", asked, re.I) and negative == bool(re.search(r"\bnot\b", asked)):
        return asked
    if OPEN.match(asked) or not re.match(r"(?:do|does|did|are|is|was|were|have|has|any|and|the|your) ", asked, re.I):
        return ""
    return f"{asked}: {'no' if negative else 'yes'}"


def _statement(aux: str, who: str, rest: str, negative: bool) -> str:
    rest = re.sub(r"^ever ", "ever " if negative else "", rest, flags=re.I)
    if not negative and aux in ("do", "does"):
        return f"{who} {rest}" if aux == "do" else f"{who} does {rest}"
    return f"{who} {aux} {'not ' if negative else ''}{rest}"


def _topic(asked: str, answer: str) -> str:
    """A fragment says what was asked about: "How long have you smoked?", "twenty years"."""
    if not answer:
        return ""
    if found := WH.match(asked):
        about = AUX.sub("", found["rest"]).strip()
        if found["wh"].lower() in ("how many", "how much", "how often") or not about:
            about = found["rest"] if about else ""
        return f"{about}: {answer}" if about and len(about.split()) <= 10 else answer
    return answer


def _stands_alone(answer: str) -> bool:
    return len(answer.split()) >= 5 or bool(
        re.search(r"\b(?:i|i'm|i've|it|it's|my|we|they|he|she|there)\b", answer, re.I)
    )
