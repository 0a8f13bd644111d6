"""The English word lists that the rewrites look into."""


def words_of(text: str) -> frozenset[str]:
    """A set of words written as a line of them."""
    return frozenset(text.split())


# What a note does without, wherever it stands.
FILLERS = (
    r"\b(?:hey|ok|okay),? dragon\b[^.?!]*",
    r"\b\w{1,3}-(?=\s|,|$)",
    r"\b(?:um+|uh+|uhm|er|erm|hmm+|mm-?hmm?|mhm|uh-huh|ah|oh|gosh|huh|wow|yikes|oops|hm)\b,?",
    r"\b(?:you know|i mean|kind of|sort of|kinda|sorta|i guess|like i said|as you know|to be honest|honestly"
    r"|basically"
    r"|obviously|thankfully|unfortunately|actually|literally|of course|as well|or whatever|and stuff|and everything"
    r"|and all that|if that makes sense|let me see|let's see|you see|believe it or not|for sure|i would say|i'd say"
    r"|thank you|thanks|please)\b(?: like that)?,?",
    r",\s*like\b,?|\blike,\s",
    r"\b(?:really|just|pretty|very|quite|definitely|probably) (?=(?:really|just|pretty|very|quite)\b)",
    r"\b(?:just|simply|really)\b",
)
# What a spoken sentence begins with and a written one does not.
OPENERS = (
    r"(?:okay|ok|alright|all right|right|well|so|now|and|but|then|also|yeah|yes|yep|yup|sure|great|good|perfect"
    r"|awesome|excellent"
    r"|wonderful|fantastic|nice|hi|hello|hey|got it|i see|sounds good|understood|absolutely|exactly|correct"
    r"|because|'cause|cause"
    r"|first of all|first|like|anyway|that's good|that's great|that's fine|i understand|no problem|fair enough"
    r"|you're welcome"
    r"|sorry|i'm sorry(?: to hear that)?|(?:i'm )?(?:glad|happy) to hear (?:that|it)|(?:miss|mister|mr\.?"
    r"|mrs\.?|ms\.?) \w+,)"
)
ENDERS = (
    r"(?:okay|ok|alright|all right|right|yeah|is that (?:right|correct|okay)|does that (?:sound|make) \w+"
    r"|you know|correct"
    r"|or anything|anything like that|or anything like that|(?:and |or )?(?:things|stuff|something) like that"
    r"|so|and|but|or|because"
    r"|for me|at all|sir|ma'am|then|though|today is|i think|i believe)"
)
YES = (
    r"(?:yes|yeah|yep|yup|ye|mm-?hmm|uh-huh|correct|right|exactly|absolutely|definitely|sure|of course|that is right"
    r"|that is correct|i do|i have|i am|i did|i was|it does|it is|it has|it did|they do|they are|i think so"
    r"|a little(?: bit)?|sometimes"
    r"|occasionally)"
)
NO = (
    r"(?:no|nope|nah|none|never|negative|not really|not at all|not that i (?:know of|noticed|can think of"
    r"|recall|remember)"
    r"|not that i have (?:noticed|seen)|no sir|no ma'am|nothing like that|i do not(?: think so)?|i have not|i am not"
    r"|i did not|it does not|it has not|it is not|not yet|not recently|nothing|i was not|i can not|neither)"
)
# Verbs of the present that follow "I" and "you", and take an s after "she" and "he". Those whose past looks the same
# ("hurt", "put") are not here: when it was must not be made up.
VERBS = words_of(
    "take feel get go drink smoke use live work want need think know notice try eat sleep walk run see wake "
    "come do say tell cough sneeze throw ache start stop keep like love hate wear drive sit stand lie play "
    "exercise swim bike ride vape believe suppose remember recall forget wonder worry guess hope plan check "
    "measure monitor weigh find hear look make call stay lose gain gasp struggle suffer bleed bruise itch "
    "scratch sweat vomit throw pee urinate cry seem tend rest bend lift move turn twist push pull reach climb "
    "fall trip help give bring hold carry cook clean visit travel stretch avoid watch limit enjoy continue "
    "follow appear require deserve experience deny report describe state mention snore nap treat inject apply "
    "rub ice elevate remain show understand agree appreciate prefer spend support share teach study own limp "
    "shake tremble breathe wheeze choke swallow chew grind clench dream wish miss own pay buy grow change "
    "respond "
)
IRREGULAR = {"have": "has", "do": "does", "go": "goes", "am": "is", "are": "is", "were": "was", "be": "is"}
BETWEEN = (
    r"(?:also|usually|still|always|never|sometimes|often|occasionally|only|already|normally|currently|generally"
    r"|typically"
    r"|rarely|mostly|even|now|actually|recently|both|really|probably|kind of)"
)
# Talk about the talk: what is about to be done in the room, or said to a machine.
CHATTER = (
    r"^(?:(?:on to |under |in )?(?:the )?(?:assessment and plan|physical exam|assessment|plan"
    r"|review of systems)|end of recording"
    r"|use my \b.*|(?:we|i) (?:will|am|are)(?: going to)? (?:(?:do|take|have) (?:a|another|my) (?:\w+ )?(?:look"
    r"|listen|exam|physical)"
    r"|take a look|listen|examine|check out|review|go over|go through|talk|look at|pull up|see you"
    r"|be right back|be documenting"
    r"|feel|press|ask|start with|begin)\b(?!.*\b(?:follow|refer|order|schedul))[^.]*|(?:dr|mr|mrs|ms|miss)\.? \w+"
    r"|tell me .*|let me (?:know|see|take|check|look|ask|go).*|.*\b(?:any|have) (?:other )?questions.*"
    r"|take care.*|have a (?:good|great).*"
    r"|(?:does|is|are|do|did|have|has|what|where|when|how|who|why|any|which|can|could|would) (?:the patient|she"
    r"|he|that|it|you|we|i)\b.*"
    r"|nice to .*|it is good to see.*|how are.*|(?:take|give me) (?:a )?deep breaths?.*|lay back.*|hop (?:up|on).*)$"
)
