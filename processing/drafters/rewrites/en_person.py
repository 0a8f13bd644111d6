"""English: from "I" and "you" to the patient, from the doctor's "I'd like to" to what will be done."""

import re

from processing.drafters.rewrites.en_words import BETWEEN, IRREGULAR, VERBS

SHORT_FORMS = [
    (re.compile(r"\bcan't\b|\bcannot\b", re.I), "can not"),
    (re.compile(r"\bwon't\b", re.I), "will not"),
    (re.compile(r"\bain't\b", re.I), "is not"),
    (re.compile(r"\b(\w+)n't\b", re.I), r"\1 not"),
    (re.compile(r"\bi'm\b", re.I), "i am"),
    (re.compile(r"\b(you|we|they|i|who|that)'re\b", re.I), r"\1 are"),
    (re.compile(r"\b(\w+)'ve\b", re.I), r"\1 have"),
    (re.compile(r"\b(\w+)'ll\b", re.I), r"\1 will"),
    (re.compile(r"\b(i|you|we)'d (?=(?:like|love|prefer|recommend|suggest|want|rather|say|be)\b)", re.I), r"\1 would "),
    (re.compile(r"\b(i|you|we|he|she|it|they)'d\b", re.I), r"\1 had"),
    (re.compile(r"\b(it|that|there|he|she|what|here|this|pain)'s (?=been\b|gotten\b|had\b|gone\b)", re.I), r"\1 has "),
    (re.compile(r"\b(it|that|there|he|she|what|here|this|where|how)'s\b", re.I), r"\1 is"),
    (re.compile(r"\blet's\b", re.I), "we will"),
    (re.compile(r"\bgonna\b", re.I), "going to"),
    (re.compile(r"\bwanna\b", re.I), "want to"),
    (re.compile(r"\bgotta\b", re.I), "have to"),
    (re.compile(r"\b'?cause\b", re.I), "because"),
]
DOCTOR_WILL = re.compile(
    r"\b(?:i|we) (?:(?:also|think|still|do|will|do also|definitely|would also) )*"
    r"(?:(?:am|are) (?:also )?going to|would (?:also )?(?:like|love) to|want to|will|(?:am|are) also going to"
    r"|need to|have to|can)"
    r"(?: go ahead and| be able to| try and)?(?= (?!not\b|see how|hear\b|ask\b)[a-z])",
    re.I,
)
DOCTOR_ASKS = re.compile(
    r"\b(?:i|we) (?:(?:also|still|do|really|am going to) )*(?:would like|want|need|am going to have|will have"
    r"|have|would love)"
    r" (?:for )?you (?:to )?(?:go ahead and )?(?=[a-z])",
    re.I,
)
DOCTOR_THINKS = re.compile(
    r"^(?:(?:i|we) (?:do )?(?:think|believe|feel|see|know|mean|guess|understand)(?: that| like)?"
    r"|it (?:does )?(?:looks|sounds|seems) like"
    r"|that means(?: that)?|(?:what )?i would like to (?:say|see) is|the (?:good|bad) news is(?: that)?"
    r"|as far as i can see)"
    r" (?=(?:you|your|this|that|it|there|we|the)\b)",
    re.I,
)
FOUND = re.compile(
    r"\b(?:i|we) (?:(?:also|still|do|can|could|am) )*(?:appreciate|appreciated|hear|heard|see|saw|feel|felt"
    r"|note|noted|notice|noticed"
    r"|hearing|seeing|feeling|noticing)(?= (?!that|like|how|you\b|what|if))",
    re.I,
)
NOT_FOUND = re.compile(
    r"\b(?:i|we) (?:(?:also|still) )*(?:do|did|can|could) not (?:really )?(?:appreciate|hear|see|feel|note"
    r"|notice)(?: any| a| an)?\b",
    re.I,
)


def unfolded(text: str) -> str:
    """ "I'm", "don't", "gonna" in full, so that one rule sees them all."""
    for pattern, instead in SHORT_FORMS:
        text = pattern.sub(instead, text)
    return text


def about_patient(text: str, *, who: str, gender: str | None) -> str:
    """`who`, the word that means the patient ("i" or "you"), in the third person: first by name, then by pronoun."""
    he, his, him = {"female": ("she", "her", "her"), "male": ("he", "his", "him")}.get(
        gender or "", ("the patient", "the patient's", "the patient")
    )
    text = _agreeing(text, who)
    own, object_of, self = ("my|mine", "me", "myself") if who == "i" else ("your|yours", "", "yourself")
    text = re.sub(rf"\b(?:{own})\b", his, text, flags=re.I)
    text = re.sub(rf"\b{self}\b", {"her": "herself", "him": "himself"}.get(him, "themselves"), text, flags=re.I)
    if object_of:
        text = re.sub(rf"\b{object_of}\b", him, text, flags=re.I)
    if who == "you":
        # after a verb or a preposition "you" is the object
        text = re.sub(
            r"\b(to|for|with|on|give|gave|get|send|sent|help|helps|see|saw|bothering|refer|start|put|keep|call"
            r"|have|let|tell|told|show"
            r"|from|at|of|about|by|want|like|place|make|makes|made|giving|taking|getting) you\b(?! (?:is|has"
            r"|was|does|are|have|will|can)\b)",
            rf"\1 {him}", text, flags=re.I,
        )  # fmt: skip
    first = "the patient"
    return re.sub(rf"\b{who}\b", lambda _found: he, re.sub(rf"\b{who}\b", first, text, count=1, flags=re.I), flags=re.I)


def _agreeing(text: str, who: str) -> str:
    """ "I take" is "takes", "you do not" is "does not"; "did you take" stays."""

    def third(found: re.Match[str]) -> str:
        verb, between = found["verb"].lower(), found["between"].lower()
        if verb in IRREGULAR and (verb != "do" or re.match(r" not\b| *(?:$|[.,])", found["rest"])):
            return f"{who} {between}{IRREGULAR[verb]}"
        if verb == "do" and (emphasized := re.match(r" (\w+)", found["rest"])) and emphasized[1] in VERBS | {"have"}:
            return f"{who} {between}does"
        return f"{who} {between}{third_of(verb)}" if verb in VERBS else f"{who} {between}{verb}"

    return re.sub(
        r"(?<!do )(?<!did )(?<!does )(?<!have )(?<!let )(?<!make )(?<!see )(?<!help )"
        rf"\b{who} (?P<between>(?:{BETWEEN} )*)(?P<verb>[a-z]+)\b(?=(?P<rest>.*))",
        third,
        text,
        flags=re.I,
    )


def third_of(verb: str) -> str:
    """ "go" is "goes", "try" is "tries"."""
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{verb}s"


def by_doctor(text: str, *, part: str) -> str:
    """What the doctor thinks, finds, wants and asks for, as a note says it."""
    text = re.sub(r"\b(have|want) (to )?see how\b", r"\1 \2see how", text)
    text = DOCTOR_ASKS.sub("the patient should ", text)
    text = NOT_FOUND.sub("no", text)
    if part == "objective":
        text = FOUND.sub("there is", text)
    text = DOCTOR_WILL.sub("we will", text)
    text = re.sub(r"\bwe will (?:we will|also we will)\b", "we will", text)
    return DOCTOR_THINKS.sub("", text)
