"""Spanish rewrites: what was said, and how it is noted."""

import pytest

from processing.drafters.rewrites import form_words, rewrite

TOLD = [
    ("Me duele la cabeza desde hace tres días.", "Refiere dolor de cabeza desde hace tres días."),
    ("Me duele la rodilla derecha.", "Refiere dolor de rodilla derecha."),
    ("Me duelen las piernas de noche.", "Refiere dolor en las piernas de noche."),
    ("No tengo fiebre.", "Niega fiebre."),
    ("No he tenido vómitos.", "Niega vómitos."),
    ("Tengo mucha tos.", "Refiere mucha tos."),
    ("Tengo cuarenta y dos años.", "Tiene cuarenta y dos años."),
    ("Tomo losartán de cincuenta, una por día.", "Toma losartán de cincuenta, una por día."),
    ("No fumo.", "No fuma."),
    ("Me siento muy cansada.", "Se siente muy cansada."),
    ("Yo me despierto tres veces por noche.", "Se despierta tres veces por noche."),
    ("Me dieron nitrofurantoína y se me quitó.", "Le dieron nitrofurantoína y se le quitó."),
    ("Subí cuatro kilos en el verano.", "Subió cuatro kilos en el verano."),
    ("Pues, este, me mareo cuando me levanto.", "Se marea cuando se levanta."),
    ("No deja de toser.", "No deja de toser."),
    ("No puedo dormir.", "No puede dormir."),
    ("Nunca fumé.", "Nunca fumó."),
    ("Dejé de fumar hace diez años.", "Dejó de fumar hace diez años."),
    ("Fiebre no.", "Niega fiebre."),
    ("Náuseas sí, vómito no.", "Refiere náuseas, niega vómito."),
    ("No estoy segura si tuve fiebre.", "No está segura si tuvo fiebre."),
    ("Gracias, doctora, muy amable.", ""),
    ("Buenos días, doctor.", ""),
    ("Sin fiebre.", "Niega fiebre."),
    ("Mi mamá tiene diabetes.", "Su mamá tiene diabetes."),
    ("No tengo fiebre, pero tengo tos.", "Niega fiebre, pero tiene tos."),
]
ANSWERED = [
    ("¿Tiene alergias?", "No.", "Niega alergias."),
    ("¿Dolor en el pecho, falta de aire?", "No, nada de eso.", "Niega dolor de pecho, falta de aire."),
    ("¿Fuma?", "Sí, diez al día.", "Fuma diez al día."),
    ("¿Fuma?", "No, dejé hace diez años.", "No fuma, dejó hace diez años."),
    ("¿Tuvo fiebre?", "No.", "Niega fiebre."),
    ("¿Tuvo fiebre?", "Sí.", "Refiere fiebre."),
    ("¿Ha tenido fiebre?", "Sí, anoche.", "Refiere fiebre, anoche."),
    ("¿Toma alcohol?", "No.", "No toma alcohol."),
    ("¿Se le hinchan las piernas?", "No, las piernas no.", "No se le hinchan las piernas."),
    ("¿Se le hinchan los pies?", "Sí, por la tarde.", "Se le hinchan los pies, por la tarde."),
    ("¿Desde cuándo?", "Desde hace dos semanas.", "Desde hace dos semanas."),
    ("¿Dónde te duele?", "En la sien izquierda.", "Le duele en la sien izquierda."),
    ("¿Qué tomaste?", "Naproxeno de 500.", "Tomó naproxeno de 500."),
    ("¿Cuántos días a la semana tomas pastillas?", "Como tres días.", "Toma pastillas como tres días a la semana."),
    ("¿Tuvo fiebre?", "No sé.", "Tuvo fiebre: no sabe."),
    ("¿Alguna alergia?", "A la penicilina.", "Refiere alergia a la penicilina."),
    ("¿Náuseas, vómito?", "Náuseas sí, vómito no.", "Refiere náuseas, niega vómito."),
    ("¿Alguna alergia?", "A ninguna, que yo sepa.", "Niega alergia."),
    ("¿Visión borrosa, mareos?", "Mareos no.", "Niega mareos."),
    ("¿Le duele la cabeza?", "No.", "Niega dolor de cabeza."),
    ("¿Fumás?", "Sí.", "Fuma."),
    ("¿Náuseas o vómito?", "Tampoco.", "Niega náuseas o vómito."),
    ("¿Tiene diabetes?", "No, no tengo.", "Niega diabetes."),
    ("¿Qué rodilla fue?", "La derecha. No, perdón, la izquierda.", "Rodilla fue la izquierda."),
]
SAID_BY_THE_DOCTOR = [
    ("plan", "Le voy a pedir un análisis de sangre.", "Se solicita un análisis de sangre."),
    ("plan", "Le voy a subir el losartán de 50 a 100 miligramos.", "Se aumenta el losartán de 50 a 100 miligramos."),
    ("plan", "Nos vemos en seis semanas.", "Control en seis semanas."),
    ("plan", "Siga con el calcio.", "Continuar con el calcio."),
    ("plan", "Te mando con el ortopedista.", "Se deriva al ortopedista."),
    ("plan", "Le agrego dapagliflozina de 10 miligramos.", "Se agrega dapagliflozina de 10 miligramos."),
    ("plan", "No hace falta una tomografía.", "No hace falta una tomografía."),
    ("objective", "Los pulmones están limpios.", "Pulmones limpios."),
    ("objective", "No escucho soplos.", "Sin soplos."),
    ("objective", "No tiene tiraje.", "Sin tiraje."),
    ("objective", "Tiene sibilancias en los dos campos.", "Sibilancias en los dos campos."),
    ("objective", "A ver… la presión está en 118 sobre 74.", "Presión en 118 sobre 74."),
    (
        "plan",
        "Propranolol de 20 miligramos, no, perdón, de 40 miligramos, cada doce horas.",
        "Propranolol de 40 miligramos, cada doce horas.",
    ),
    ("plan", "Si te da un dolor de repente, te vas a urgencias.", "Si le da un dolor de repente, se va a urgencias."),
    ("assessment", "Lo que tienes es una migraña sin aura.", "Migraña sin aura."),
    ("assessment", "Es una cistitis aguda.", "Cistitis aguda."),
    ("subjective", "¿Tiene fiebre?", ""),
    ("plan", "Muy bien.", ""),
]


@pytest.mark.parametrize(("said", "noted"), TOLD)
def test_what_the_patient_tells_is_noted_of_the_patient(said, noted):
    assert rewrite(said, speaker="patient", part="subjective", language="es") == noted


@pytest.mark.parametrize(("question", "said", "noted"), ANSWERED)
def test_question_and_answer_are_one_statement(question, said, noted):
    assert rewrite(said, speaker="patient", part="subjective", language="es", question=question) == noted


@pytest.mark.parametrize(("part", "said", "noted"), SAID_BY_THE_DOCTOR)
def test_what_the_doctor_says_is_noted_by_its_part(part, said, noted):
    assert rewrite(said, speaker="doctor", part=part, language="es") == noted


def test_language_has_fifty_rows_or_more():
    assert len(TOLD) + len(ANSWERED) + len(SAID_BY_THE_DOCTOR) >= 50


@pytest.mark.parametrize("said", [row[0] for row in TOLD])
def test_no_digit_comes_or_goes(said):
    noted = rewrite(said, speaker="patient", part="subjective", language="es")

    assert not noted or [letter for letter in noted if letter.isdigit()] == [
        letter for letter in said if letter.isdigit()
    ]


def test_words_of_the_form_are_few():
    assert len(form_words("es")) < 20
