"""English."""

from processing.facts.language import Language, pattern, rewritings, words

STOP = words("""
a about above after again all also am an and any anything are aren't around as at be because been before being below between
both but by can can't cannot come comes coming could couldn't day days did didn't do does doesn't doing don't down during each
either else ever every everything few for from further get gets getting go goes going gonna gone good got gotta had hadn't has
hasn't have haven't having he he's her here hers herself him himself his hmm hour hours how i i'd i'll i'm i've if in into is
isn't it it's its itself just kind kinda know let let's like little look looking lot lots make makes maybe me mean might mm
mm-hmm month months more most much must my myself need needs never no nope nor not nothing now of off oh ok okay on once one
only or other ought our out over own put quite really right said same say says see seems she she's should so some something
sometimes sort sorry still such sure take takes taken taking than thank thanks that that's the their them then there there's
these they they're thing things think this those though through time times to today together too took try trying uh um under
until up us use used using very want was wasn't way we we'll we're week weeks well went were weren't what what's when where
which while who why will with without won't would wouldn't yeah year years yep yes yesterday yet you you're your yours
probably maybe actually basically certainly feel feels feeling felt give given gave going hey hi left right bilateral side
minute minutes doctor mister mr mrs ms dr tonight morning night able ago almost already always anyway back bit
""")
FORM = words("""
patient patients reports reported denies denied states stated presents presented presenting complains complaint notes noted
describes endorses history hpi follow-up followup follow up plan assessment exam examination physical findings symptoms
symptom medication medications treatment continue start order ordered discussed advised recommend recommended return
male female man woman gentleman old year-old status current currently past medical family social positive negative
associated approximately daily evaluation reviewed review impression consistent mother father child
vital vitals signs blood pressure heart rate temperature weight results normal visit clinic chronic additionally regarding
mild moderate secondary due prior previously since however including related today dose unit oral
""")
CUES = rewritings(
    (
        r"(?:can't|cannot|couldn't|won't|doesn't|don't|didn't|not|never) (?:stop|stopped|stops|quit|fail|fails|failed)(?: \w+ing)?(?=\s)",
        "KEEP",
    ),
    (r"not without|no doubt|without a doubt|not only|no more than|not just|no problem|no worries", ""),
    (r"without (?:missing|skipping)(?: a| any)?", ""),
    (
        r"(?:i'm |is |he's |she's |am )?(?:not|n't) (?:\w+ )?(?:sure|certain)(?: if| whether| that| about| of)*|unsure(?: if| whether| about)*",
        "UNSURE",
    ),
    (
        r"(?:i |he |she |they )?(?:don't|doesn't|do not|does not) (?:know|remember|recall)(?: if| whether)?|maybe|perhaps|might",
        "UNSURE",
    ),
    (r"(?:can't|cannot|can not|couldn't|could not|unable to|not able to|difficulty|trouble|hard to|hard time)", "HARD"),
    (r"(?:stopped|quit|discontinued|gave up)(?= \w+ing| smoke| alcohol)|former|ex", "STOPPED"),
    (
        r"but|however|although|though|except(?: for)?|other than|apart from|aside from|besides|only|because|so|then|instead",
        "END",
    ),
    (r"and then|and also|yet", "END"),
    (r"denies|denied|deny|denying|negative for|absence of|absent|free of", "DENY"),
    (r"afebrile", "NEG fever"),
    (r"nor", "LIST NEG"),
    (
        r"no longer|not yet|not|no|never|none|without|neither|nothing|nope|isn't|aren't|wasn't|weren't|don't|doesn't|didn't",
        "NEG",
    ),
    (r"haven't|hasn't|hadn't|won't|wouldn't|shouldn't", "NEG"),
    (r"until|till", "UNTIL"),
    (r"with|for|since|when|if|while|after|before|due to", "WIDE"),
    (r"or|any", "LIST"),
    (r"and", "AND"),
    (
        r"have|has|had|is|are|was|were|i|i'm|i've|he|she|we|it|it's|they|there|there's|takes|reports|feels|yes|still|does|my",
        "HAS",
    ),
    (r"the|his|her|your|this|that", "THE"),
)
TERMS = rewritings(
    (r"head (?:hurts|aches|pain|is killing me|has been hurting)|headaches?|cephalalgia", "headache"),
    (r"short(?:ness)? of breath|dyspnea|out of breath|breathless(?:ness)?|trouble breathing|winded", "dyspnea"),
    (r"high blood pressure|hypertension|hypertensive|htn", "hypertension"),
    (r"blood pressures?|bp(?= \d| of| is)", "pressure"),
    (r"pains?|painful|hurts?|hurting|aches?|aching|achy|sore|soreness|tender(?:ness)?", "pain"),
    (r"coughs?|coughing|coughed", "cough"),
    (r"vomit(?:s|ing|ed)?|throw(?:ing|n)? up|threw up|emesis", "vomit"),
    (r"fevers?|febrile|feverish", "fever"),
    (r"dizz(?:y|iness)|light ?headed(?:ness)?", "dizzy"),
    (r"smok(?:e|es|ed|er|ing)|cigarettes?|tobacco", "smoke"),
    (r"allerg(?:y|ies|ic)", "allergy"),
    (r"asthma(?:tic)?", "asthma"),
    (r"diabet(?:es|ic)", "diabetes"),
    (r"pregnan(?:t|cy)", "pregnant"),
    (r"swell(?:s|ing)?|swollen|edema", "swelling"),
    (r"urin(?:e|ating|ation|ate)|pee(?:ing|s)?", "urine"),
    (r"burn(?:s|ing|ed)?|dysuria", "burning"),
    (r"nause(?:a|ous|ated)|queasy|sick to (?:my|his|her) stomach", "nausea"),
    (r"diarrhea|loose stools?|the runs", "diarrhea"),
    (r"sleep(?:s|ing)?|slept|insomnia", "sleep"),
    (r"bleed(?:s|ing)?|bled|blood|bloody", "blood"),
    (r"itch(?:y|ing|es|iness)?|pruritus", "itch"),
    (r"alcohol|drink(?:s|ing)?|beers?|wine", "alcohol"),
    (r"wheez(?:e|es|ing|y)", "wheeze"),
    (r"numb(?:ness)?|tingl(?:ing|es|e)", "numbness"),
    (r"fatigued?|tired(?:ness)?|exhausted|no energy|lack of energy", "fatigue"),
    (r"sh?ots?|injections?", "injection"),
    (r"belly|abdomen|abdominal|stomach|tummy", "abdomen"),
    (r"pills?|tablets?", "tablet"),
)
NUMERALS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000,
}  # fmt: skip
UNITS = {
    "minute": "minute", "minutes": "minute", "min": "minute", "mins": "minute", "hour": "hour", "hours": "hour",
    "hr": "hour", "hrs": "hour", "day": "day", "days": "day", "week": "week", "weeks": "week", "month": "month",
    "months": "month", "year": "year", "years": "year", "yr": "year", "mg": "mg", "milligram": "mg", "milligrams": "mg",
    "mgs": "mg", "g": "g", "gram": "g", "grams": "g", "mcg": "mcg", "µg": "mcg", "microgram": "mcg", "micrograms": "mcg",
    "ml": "ml", "milliliters": "ml", "milliliter": "ml", "cc": "ml", "cubic": "ml", "liter": "l", "liters": "l", "l": "l", "units": "iu", "iu": "iu",
    "drops": "drop", "drop": "drop", "puff": "puff", "puffs": "puff", "kg": "kg", "kilos": "kg", "kilograms": "kg",
    "pound": "lb", "pounds": "lb", "lbs": "lb", "lb": "lb", "%": "percent", "percent": "percent", "cm": "cm",
    "centimeters": "cm", "tablet": "tablet", "tablets": "tablet", "pill": "tablet", "pills": "tablet", "capsule": "tablet",
    "capsules": "tablet",
}  # fmt: skip
RHYTHMS = [
    (pattern(r"(?:every|q\.?) ?(?P<n>\d+)(?: (?:to|or) \d+)? ?(?:hours?|hrs?|h)"), "hours"),
    (pattern(r"(?P<n>\d+) ?(?:times|x) ?(?:a|per|each|every|/)? ?(?:day|daily)"), "a day"),
    (pattern(r"(?P<n>\d+)(?: [^\W\d]+)? (?:a|per|each) day"), "a day"),
    (pattern(r"daily|every day|(?:1 times )?(?:a|per|each) day|every single day"), "daily"),
    (pattern(r"every other day|alternate days|every 2 days"), "alternate"),
    (pattern(r"(?P<n>\d+) ?(?:times|days)? ?(?:a|per) week|weekly"), "a week"),
    (pattern(r"morning and (?:at |\d+ at |in the )?night|b\.?i\.?d\.?"), "twice"),
    (pattern(r"(?:in the|every|each) (?:morning|evening|night)|at (?:night|bedtime)"), "once"),
]
OPPOSITES = [
    (pattern(r"increas\w+|go(?:ing)? up on|raise"), pattern(r"decreas\w+|reduc\w+|lower\w*|cut(?:ting)? (?:down|back)")),
    (pattern(r"improv\w+|better|gotten better"), pattern(r"wors\w+")),
    (pattern(r"stop(?:ped|s)?|discontinu\w+|hold off"), pattern(r"start\w*|begin\w*|continu\w+|keep taking|stay on|resume\w*")),
    (pattern(r"normal"), pattern(r"abnormal\w*")),
    (pattern(r"positive"), pattern(r"negative")),
]  # fmt: skip
FILLERS = r"(?:(?:well|um+|uh|oh|so|you know|like|actually|honestly|hmm)[,. ]+)*"
LANGUAGE = Language(
    stemmer="english",
    stop=STOP,
    form=FORM,
    cues=CUES,
    terms=TERMS,
    tag_questions=pattern(
        r"[,.]? ?(?:right|correct|okay|yeah|no|huh|(?:is|are|was|were|do|does|did|have|has)n't (?:it|you|they|he|she|there|we))\?"
    ),
    refuses=pattern(
        FILLERS
        + r"(?:no|nope|nah|never|none|nothing|neither|i don't(?: think so)?|i do not|i haven't|i didn't|not (?:really|that|at|lately|"
        r"anymore|yet|so far|recently)|not|hasn't|doesn't|didn't|negative|i'm not|i am not|uh-uh|mm-mm)"
    ),
    agrees=pattern(
        FILLERS
        + r"(?:yes|yeah|yep|yup|uh-huh|mm-hmm|mhm|sure|right|correct|definitely|absolutely|i do|i am|i have|i did|it does|it is|it has|"
        r"they do|sometimes|a little|a bit|exactly|of course)"
    ),
    doubts=pattern(
        FILLERS
        + r"(?:i don't know|i do not know|i'm not sure|i am not sure|not sure|maybe|perhaps|i don't remember|i can't remember|hard to say)"
    ),
    wonders=pattern(r"(?:(?:and|so|okay|alright|now)[,. ]+)*(?:what|what's|when|where|which|who|why|how)"),
    left=pattern(r"left(?!\s(?:the|my|his|her|home|work|a|it|off|over|at))|left-sided"),
    right=pattern(
        r"(?<!all )(?<!that's )(?<!you're )(?<!is )(?<!yeah )(?<!okay )"
        r"right(?= (?!now|away|here|there|after|before|when|and|so|where|up|in\b|at\b|on\b|to\b|around|next|back)\w)"
        r"|right-sided|(?:the|my|your|his|her|on) right"
    ),
    both=pattern(r"both|bilateral(?:ly)?|either side"),
    numerals=NUMERALS,
    joiner="and",
    point="point",
    half=pattern(r"and a half"),
    amounts=rewritings(
        (r"a couple(?: of)?", "2"),
        (r"a dozen", "12"),
        (r"half a year", "6 months"),
        (r"half an hour|half hour", "30 minutes"),
        (r"twice", "2 times"),
        (r"once", "1 times"),
        (r"three times", "3 times"),
        (r"thrice", "3 times"),
        (r"day before yesterday", "2 days"),
        (r"yesterday|last night", "1 day"),
        (r"a fortnight", "2 weeks"),
        (
            r"(?:(?<=for )|(?<=about )|(?<=in )|(?<=like )|(?<=than )|(?<=over )|(?<=just )|(?<=past )|(?<=last )|(?<=almost )|(?<=been )|"
            r"(?<=after )|(?<=within )|(?<=started )|(?<=took )|(?<=take ))an?(?= (?:minute|hour|day|week|month|year|tablet|pill|capsule)\b)",
            "1",
        ),
        (r"an?(?= (?:day|week|month|year|hour) (?:and a half|ago|later)\b)", "1"),
        (r"half(?: an?)?", "0.5"),
        (r"(?:last|past)(?= (?:week|month|year)\b)", "1"),
    ),
    units=UNITS,
    over="over|/",
    corrected=r"no,? sorry|sorry|i mean|i meant|actually,? no|no,? wait|wait,? no|correction|no,? no|or rather|make that",
    rhythms=RHYTHMS,
    opposites=OPPOSITES,
)
