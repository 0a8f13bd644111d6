"""What was denied stays denied in the embedded drafter's notes, what was affirmed affirmed: a table of hard cases.

Each visit is drafted once by the real drafter. A term that the draft leaves out proves nothing, so a share of them must
be in it.
"""

from functools import cache

import pytest

from processing import evidence, flags
from processing.drafters.dialogue import parse
from processing.drafters.embedded.drafter import EmbeddedDrafter
from processing.engines import Drafted
from processing.facts import language as languages
from processing.facts import polarity, words
from processing.facts.polarity import Polarity

VISITS = {
    "en": """D: Good morning. What brings you in today?
P: I can't stop coughing, it has been two weeks now.
D: Any fever?
P: No.
D: Chills, night sweats?
P: Chills yes, night sweats no.
D: Any chest pain or shortness of breath?
P: No chest pain, but I do get short of breath when I climb the stairs.
D: Do you smoke?
P: I never smoked until 2010, and I smoke half a pack a day now.
D: Any nausea or vomiting?
P: I don't have any nausea, vomiting or diarrhea.
D: Are you allergic to any medication?
P: Not that I know of.
D: Have you had any weight loss?
P: I'm not sure, maybe a little.
D: Any swelling in your legs?
P: Nope, no swelling.
D: Have you ever had asthma?
P: My sister has asthma, I don't.
D: Do you take your lisinopril every day?
P: Yes, twenty milligrams, without missing a dose.
D: Your lungs have crackles on the right side, no wheezing. There is no leg swelling on exam.
D: I think this is a bronchitis. I don't think it is pneumonia. We will not start an antibiotic today.
D: I am going to order a chest x-ray, and I want you back in one week.""",
    "es": """D: Buenos días. ¿Qué le pasa?
P: No dejo de toser, doctora, ya van dos semanas.
D: ¿Tiene fiebre?
P: No.
D: ¿Escalofríos, sudor de noche?
P: Escalofríos sí, sudor no.
D: ¿Dolor de pecho o falta de aire?
P: Dolor de pecho no, pero me falta el aire cuando subo la escalera.
D: ¿Fuma?
P: Nunca fumé hasta el 2010, ahora fumo diez por día.
D: ¿Náuseas o vómitos?
P: No tengo náuseas, vómitos ni diarrea.
D: ¿Es alérgico a algún medicamento?
P: Que yo sepa, no.
D: ¿Bajó de peso?
P: No estoy seguro, tal vez un poco.
D: ¿Se le hinchan las piernas?
P: No, las piernas no.
D: ¿Tuvo asma alguna vez?
P: Mi hermana tiene asma, yo no.
D: ¿Toma el enalapril todos los días?
P: Sí, de diez miligramos, sin saltarme ninguna.
D: En el pulmón derecho se escuchan crepitantes, no hay sibilancias. No tiene edema en las piernas.
D: Esto es una bronquitis. No creo que sea neumonía. No le voy a dar antibiótico.
D: Le voy a pedir una radiografía de tórax y lo veo en una semana.""",
    "pt": """D: Bom dia. O que você tá sentindo?
P: Não paro de tossir, doutora, já faz duas semanas.
D: Teve febre?
P: Não.
D: Calafrio, suor de noite?
P: Calafrio sim, suor não.
D: Dor no peito ou falta de ar?
P: Dor no peito não, mas tenho falta de ar quando subo a escada.
D: Você fuma?
P: Nunca fumei até 2010, agora fumo dez por dia.
D: Náusea, vômito?
P: Não tenho náusea, vômito nem diarreia.
D: Tem alergia a algum remédio?
P: Que eu saiba, não.
D: Emagreceu?
P: Não tenho certeza, talvez um pouco.
D: As pernas incham?
P: Não, as pernas não.
D: Já teve asma?
P: Minha irmã tem asma, eu não.
D: Toma o enalapril todo dia?
P: Sim, de dez miligramas, sem esquecer nenhum.
D: No pulmão direito escuto crepitação, não tem sibilo. Não tem edema nas pernas.
D: Isso é uma bronquite. Não acho que seja pneumonia. Não vou passar antibiótico.
D: Vou pedir uma radiografia de tórax e você volta em uma semana.""",
}
DENIED = {
    "en": [
        "fever",
        "sweats",
        "nausea",
        "vomiting",
        "diarrhea",
        "allergic",
        "swelling",
        "wheezing",
        "pneumonia",
        "antibiotic",
    ],
    "es": [
        "fiebre",
        "sudor",
        "náuseas",
        "vómitos",
        "diarrea",
        "alergia",
        "hinchan",
        "sibilancias",
        "neumonía",
        "antibiótico",
    ],
    "pt": ["febre", "suor", "náusea", "vômito", "diarreia", "alergia", "incham", "sibilo", "pneumonia", "antibiótico"],
}
AFFIRMED = {
    "en": ["coughing", "chills", "crackles", "bronchitis", "x-ray"],
    "es": ["toser", "escalofríos", "crepitantes", "bronquitis", "radiografía"],
    "pt": ["tossir", "calafrio", "crepitação", "bronquite", "radiografia"],
}
LEAST = 0.5  # of the terms must be in the draft


@cache
def drafted(language: str) -> Drafted:
    segments = parse(VISITS[language])
    return evidence.check(EmbeddedDrafter().draft(segments, language=language), segments, language=language)


def noted(language: str) -> list[str]:
    return [sentence.text for sentences in drafted(language).sections.values() for sentence in sentences]


def as_noted(language: str, term: str) -> set[Polarity]:
    """How the draft has a term, wherever it has it."""
    table = languages.of(language)
    wanted = words.stems(term, table)
    return {
        mention.polarity
        for sentence in noted(language)
        for mention in polarity.mentions(sentence, table)
        if mention.stem in wanted
    }


@pytest.mark.parametrize(("language", "term"), [(language, term) for language in VISITS for term in DENIED[language]])
def test_what_was_denied_is_nowhere_affirmed(language, term):
    assert Polarity.AFFIRMED not in as_noted(language, term)


@pytest.mark.parametrize(("language", "term"), [(language, term) for language in VISITS for term in AFFIRMED[language]])
def test_what_was_affirmed_is_nowhere_denied(language, term):
    assert Polarity.DENIED not in as_noted(language, term)


@pytest.mark.parametrize("language", VISITS)
def test_no_sentence_contradicts_what_it_rests_on_and_none_is_without_evidence(language):
    flagged = [
        (sentence.text, flag)
        for sentences in drafted(language).sections.values()
        for sentence in sentences
        for flag in sentence.flags
        if flag in (flags.NEGATION, flags.NO_EVIDENCE)
    ]

    assert flagged == []


@pytest.mark.parametrize("language", VISITS)
def test_draft_holds_enough_of_the_hard_cases_to_prove_something(language):
    terms = DENIED[language] + AFFIRMED[language]

    assert len([term for term in terms if as_noted(language, term)]) >= LEAST * len(terms)
