"""Portuguese rewrites: what was said, and how it is noted."""

import pytest

from processing.drafters.rewrites import form_words, rewrite

TOLD = [
    ("Tô com dor de cabeça faz três dias.", "Refere dor de cabeça faz três dias."),
    ("Tá doendo o joelho direito.", "Refere dor no joelho direito."),
    ("Dói a garganta.", "Refere dor de garganta."),
    ("Não tenho febre.", "Nega febre."),
    ("Não tive febre não.", "Nega febre."),
    ("Tenho muita tosse.", "Refere muita tosse."),
    ("Tenho quarenta e dois anos.", "Tem quarenta e dois anos."),
    ("Tomo losartana de 50, de manhã e de noite.", "Toma losartana de 50, de manhã e de noite."),
    ("Eu não fumo.", "Não fuma."),
    ("Me sinto muito cansada.", "Se sente muito cansada."),
    ("Acordo três vezes de noite.", "Acorda três vezes de noite."),
    ("Perdi uns quatro quilos.", "Perdeu uns quatro quilos."),
    ("Olha, tipo, eu fico tonta quando levanto rápido, né.", "Fica tonta quando levanta rápido."),
    ("Não para de tossir.", "Não para de tossir."),
    ("Não consigo dormir.", "Não consegue dormir."),
    ("Nunca fumei.", "Nunca fumou."),
    ("Parei de fumar faz vinte anos.", "Parou de fumar faz vinte anos."),
    ("Febre não.", "Nega febre."),
    ("Enjoo sim, vômito não.", "Refere enjoo, nega vômito."),
    ("Não tenho certeza se tive febre.", "Não tem certeza se teve febre."),
    ("Obrigada, doutora.", ""),
    ("Tá bom.", ""),
    ("Minha mãe teve derrame.", "Sua mãe teve derrame."),
    ("Sou alérgica a sulfa.", "É alérgica a sulfa."),
    ("Não tenho febre, mas tô com tosse.", "Nega febre, mas está com tosse."),
    ("Fumo uns cinco, não, mentira, uns dez.", "Fuma uns dez."),
]
ANSWERED = [
    ("Tem alergia?", "Não.", "Nega alergia."),
    ("Dor no peito, falta de ar?", "Não, dor no peito não.", "Nega dor no peito, falta de ar."),
    ("Você fuma?", "Fumo, uns dez por dia.", "Fuma uns dez por dia."),
    ("Você fuma?", "Não, parei faz dez anos.", "Não fuma, parou faz dez anos."),
    ("Teve febre?", "Não.", "Nega febre."),
    ("Teve febre?", "Sim.", "Refere febre."),
    ("Teve febre?", "Tive, ontem de noite.", "Refere febre, ontem de noite."),
    ("Você bebe?", "Não.", "Não bebe."),
    ("As pernas incham?", "Incham, no fim do dia.", "As pernas incham no fim do dia."),
    ("Faz quanto tempo?", "Faz uns dois meses.", "Faz uns dois meses."),
    ("Onde dói?", "Do lado direito.", "Dói do lado direito."),
    ("O que você toma pra dor?", "Dipirona de um grama.", "Toma para dor dipirona de um grama."),
    ("Teve febre?", "Não sei.", "Teve febre: não sabe."),
    ("Náusea, vômito?", "Também não.", "Nega náusea, vômito."),
    ("Tem alergia a algum remédio?", "Não que eu saiba.", "Nega alergia a remédio."),
    ("A senhora fuma?", "Nunca fumei.", "Nunca fumou."),
    ("Toma o remédio?", "Sim, todo dia.", "Toma o remédio todo dia."),
    ("Dor de cabeça, vista embaçada?", "Não, nenhuma dessas.", "Nega dor de cabeça, vista embaçada."),
]
SAID_BY_THE_DOCTOR = [
    ("plan", "Vou pedir um exame de sangue.", "Solicito um exame de sangue."),
    (
        "plan",
        "Vou aumentar a beclometasona de 50 pra 100 microgramas.",
        "Aumentar a beclometasona de 50 para 100 microgramas.",
    ),
    ("plan", "Volta em trinta dias.", "Retorno em trinta dias."),
    ("plan", "Vou te encaminhar pro oftalmologista.", "Encaminho para o oftalmologista."),
    ("plan", "Mantém a losartana de 50.", "Manter a losartana de 50."),
    ("plan", "Não precisa de antibiótico.", "Não precisa de antibiótico."),
    ("objective", "O pulmão tá limpo.", "Pulmão limpo."),
    ("objective", "Não tem tiragem.", "Sem tiragem."),
    ("objective", "Tem sibilos nos dois pulmões.", "Sibilos nos dois pulmões."),
    ("objective", "Pressão 120 por 80.", "Pressão 120 por 80."),
    ("plan", "Naproxeno, 500 miligramas, de doze em doze horas.", "Naproxeno, 500 miligramas, de doze em doze horas."),
    ("assessment", "Jeferson, isso é uma lombociatalgia esquerda.", "Lombociatalgia esquerda."),
    ("assessment", "É uma crise leve de asma.", "Crise leve de asma."),
    ("assessment", "Isso é enxaqueca com aura.", "Enxaqueca com aura."),
    ("subjective", "Teve febre?", ""),
    ("plan", "Ótimo.", ""),
]


@pytest.mark.parametrize(("said", "noted"), TOLD)
def test_what_the_patient_tells_is_noted_of_the_patient(said, noted):
    assert rewrite(said, speaker="patient", part="subjective", language="pt") == noted


@pytest.mark.parametrize(("question", "said", "noted"), ANSWERED)
def test_question_and_answer_are_one_statement(question, said, noted):
    assert rewrite(said, speaker="patient", part="subjective", language="pt", question=question) == noted


@pytest.mark.parametrize(("part", "said", "noted"), SAID_BY_THE_DOCTOR)
def test_what_the_doctor_says_is_noted_by_its_part(part, said, noted):
    assert rewrite(said, speaker="doctor", part=part, language="pt") == noted


def test_language_has_fifty_rows_or_more():
    assert len(TOLD) + len(ANSWERED) + len(SAID_BY_THE_DOCTOR) >= 50


@pytest.mark.parametrize("said", [row[0] for row in TOLD])
def test_no_digit_comes_or_goes(said):
    noted = rewrite(said, speaker="patient", part="subjective", language="pt")

    assert not noted or [letter for letter in noted if letter.isdigit()] == [
        letter for letter in said if letter.isdigit()
    ]


def test_words_of_the_form_are_few():
    assert len(form_words("pt")) < 20
