"""English rewrites: what was said, and how it is noted."""

import pytest

from processing.drafters.rewrites import rewrite

TOLD = [
    (
        "um, i've been having, you know, a lot of pain in my knee and i take ibuprofen twice a day, 400 milligrams",
        "The patient has been having, a lot of pain in her knee and she takes ibuprofen twice daily, 400 mg.",
    ),
    ("i don't know if that's stress", "The patient does not know if that is stress."),
    ("it's it's on my on my foot and it's getting worse", "It is on her foot and it is getting worse."),
    ("no fever", "Denies fever."),
    ("in nineteen ninety five i had it removed", "In 1995 the patient had it removed."),
    ("okay, thank you", ""),
    ("sounds good", ""),
]
ANSWERED = [
    ("okay and any fever or chills?", "no", "Denies fever or chills."),
    ("any swelling in your legs?", "no, not that i've noticed", "Denies swelling in her legs."),
    ("have you had any fever?", "no, just a bit of a cough", "Denies fever. Reports a bit of a cough."),
    ("and you're taking your medication?", "yes", "The patient is taking her medication."),
    ("do you get short of breath when you walk?", "no", "The patient does not get short of breath when she walks."),
    ("did you injure yourself anywhere else?", "no", "The patient did not injure herself anywhere else."),
    ("no chest pain?", "no", "Denies chest pain."),
    ("any fever or chills?", "no no no fever or chills", "Denies fever or chills."),
    ("do you have a history of smoking, illicit drugs, heavy alcohol?", "no drugs", "Denies drugs."),
    ("any pain in your legs or numbing?", "no nothing significant like that", "Reports nothing significant like that."),
    ("tell me what happened with your knee?", "yes", ""),
]
SAID_BY_DOCTOR = [
    ("plan", "i also wanna repeat another echocardiogram, okay?", "We will repeat another echocardiogram."),
    (
        "plan",
        "i want you to record your blood pressures every day",
        "The patient should record her blood pressures every day.",
    ),
    ("plan", "we'll have you use crutches for two days", "The patient should use crutches for 2 days."),
    ("plan", "i don't think you need surgery", "I do not think the patient needs surgery."),
    ("objective", "i don't appreciate any carotid bruits", "No carotid bruits."),
    ("objective", "you do have a two out of six murmur", "The patient does have a 2/6 murmur."),
    ("objective", "on your heart exam, i hear a murmur", "On heart exam, there is a murmur."),
    ("subjective", "you had a heart attack in twenty eighteen", "The patient had a heart attack in 2018."),
    ("plan", "hey, dragon, order an echocardiogram", ""),
]
NUMBERS = [
    ("five hundred milligrams every 6 hours", "500 mg every 6 hours."),
    ("a hundred and twenty over eighty five", "120/85."),
    ("one hundred and forty two over ninety", "142/90."),
    ("temperature is one oh two point five", "Temperature is 102.5."),
    ("take two twenty milligram tablets", "Take two twenty milligram tablets."),
    ("it is six eight weeks", "It is six eight weeks."),
    ("since twenty oh nine", "Since 2009."),
]


@pytest.mark.parametrize(("said", "noted"), TOLD)
def test_what_the_patient_told(said: str, noted: str) -> None:
    assert rewrite(said, speaker="patient", part="subjective", language="en", gender="female") == noted


@pytest.mark.parametrize(("question", "answer", "noted"), ANSWERED)
def test_a_question_and_its_answer_are_one_statement(question: str, answer: str, noted: str) -> None:
    told = rewrite(answer, speaker="patient", part="subjective", language="en", question=question, gender="female")

    assert told == noted


@pytest.mark.parametrize(("part", "said", "noted"), SAID_BY_DOCTOR)
def test_what_the_doctor_found_and_wants(part: str, said: str, noted: str) -> None:
    assert rewrite(said, speaker="doctor", part=part, language="en", gender="female") == noted


@pytest.mark.parametrize(("said", "noted"), NUMBERS)
def test_numbers_stay_what_they_were(said: str, noted: str) -> None:
    assert rewrite(said, speaker="doctor", part="objective", language="en") == noted


def test_nobody_is_given_a_sex_that_was_not_said() -> None:
    told = rewrite("i hurt my knee when i fell", speaker="patient", part="subjective", language="en")

    assert told == "The patient hurt the patient's knee when the patient fell."
