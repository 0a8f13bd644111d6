"""What stands in the demo's medical records, as tables: es, pt-br, en. All of it is made up."""

from typing import Final, NamedTuple

LANGUAGES: Final = ("es", "pt-br", "en")
SYNTHETIC: Final = ("Dato de demostración, inventado.", "Dado de demonstração, inventado.", "Demo data, made up.")

Said = tuple[str, str, str]


class Analyte(NamedTuple):
    """`start` and `drift` a year make the values; `wobble` keeps them from lying on a line."""

    code: str
    names: Said
    unit: str
    low: str
    high: str
    start: float
    drift: float
    wobble: float
    digits: int


class Drug(NamedTuple):
    code: str
    names: Said
    dose: str
    frequency: Said
    duration: Said


BLOOD: Final = (
    Analyte("4548-4", ("Hemoglobina glicosilada (HbA1c)", "Hemoglobina glicada (HbA1c)", "Hemoglobin A1c"),
            "%", "4.0", "5.6", 5.4, 0.35, 0.15, 1),
    Analyte("2345-7", ("Glucemia en ayunas", "Glicemia em jejum", "Fasting glucose"),
            "mg/dL", "70", "99", 92, 7, 6, 0),
    Analyte("13457-7", ("Colesterol LDL", "Colesterol LDL", "LDL cholesterol"), "mg/dL", "", "130", 148, -14, 7, 0),
    Analyte("3016-3", ("TSH", "TSH", "TSH"), "m[IU]/L", "0.40", "4.00", 2.4, 0.7, 0.5, 2),
    Analyte("2160-0", ("Creatinina", "Creatinina", "Creatinine"), "mg/dL", "0.60", "1.20", 0.88, 0.04, 0.06, 2),
    Analyte("718-7", ("Hemoglobina", "Hemoglobina", "Hemoglobin"), "g/dL", "12.0", "16.0", 13.4, -0.3, 0.5, 1),
)  # fmt: skip
VITALS: Final = (
    Analyte("8480-6", ("Presión sistólica", "Pressão sistólica", "Systolic blood pressure"),
            "mm[Hg]", "90", "130", 134, -4, 6, 0),
    Analyte("8462-4", ("Presión diastólica", "Pressão diastólica", "Diastolic blood pressure"),
            "mm[Hg]", "60", "85", 84, -2, 4, 0),
    Analyte("29463-7", ("Peso", "Peso", "Body weight"), "kg", "", "", 74, 1.5, 1, 1),
)  # fmt: skip

_DAILY: Final = ("una vez por día", "uma vez ao dia", "once a day")
_90_DAYS: Final = ("90 días", "90 dias", "90 days")
_7_DAYS: Final = ("7 días", "7 dias", "7 days")
LASTING: Final = (
    Drug("C09AA02", ("Enalapril 10 mg", "Enalapril 10 mg", "Enalapril 10 mg"), "10 mg", _DAILY, _90_DAYS),
    Drug("A10BA02", ("Metformina 850 mg", "Metformina 850 mg", "Metformin 850 mg"), "850 mg",
         ("cada 12 horas", "a cada 12 horas", "every 12 hours"), _90_DAYS),
    Drug("H03AA01", ("Levotiroxina 50 µg", "Levotiroxina 50 µg", "Levothyroxine 50 µg"), "50 µg", _DAILY, _90_DAYS),
    Drug("C10AA05", ("Atorvastatina 20 mg", "Atorvastatina 20 mg", "Atorvastatin 20 mg"), "20 mg", _DAILY, _90_DAYS),
)  # fmt: skip
SHORT: Final = (
    Drug("J01CA04", ("Amoxicilina 500 mg", "Amoxicilina 500 mg", "Amoxicillin 500 mg"), "500 mg",
         ("cada 8 horas", "a cada 8 horas", "every 8 hours"), _7_DAYS),
    Drug("M01AE01", ("Ibuprofeno 400 mg", "Ibuprofeno 400 mg", "Ibuprofen 400 mg"), "400 mg",
         ("cada 8 horas con comida", "a cada 8 horas com comida", "every 8 hours with food"), _7_DAYS),
)  # fmt: skip
ORAL: Final = ("vía oral", "via oral", "oral")

PROBLEMS: Final[tuple[tuple[str, Said], ...]] = (
    ("I10", ("Hipertensión esencial", "Hipertensão essencial", "Essential hypertension")),
    ("E11.9", ("Diabetes tipo 2", "Diabetes tipo 2", "Type 2 diabetes")),
    ("E03.9", ("Hipotiroidismo", "Hipotireoidismo", "Hypothyroidism")),
    ("E78.0", ("Hipercolesterolemia", "Hipercolesterolemia", "Hypercholesterolemia")),
)
PAST_PROBLEM: Final = ("J45.9", ("Asma de la infancia", "Asma da infância", "Childhood asthma"))
ALLERGIES: Final[tuple[tuple[Said, Said, str], ...]] = (
    (("Penicilina", "Penicilina", "Penicillin"), ("Urticaria", "Urticária", "Hives"), "high"),
    (("Polen", "Pólen", "Pollen"), ("Rinitis", "Rinite", "Rhinitis"), "low"),
    (("Maní", "Amendoim", "Peanuts"), ("Anafilaxia", "Anafilaxia", "Anaphylaxis"), "high"),
)
TOLD: Final[Said] = ("Vitamina D", "Vitamina D", "Vitamin D")

LAB: Final[Said] = ("Análisis de sangre anual", "Exame de sangue anual", "Annual Blood Work")
LAB_TEXT: Final[Said] = (
    "Panel metabólico, perfil lipídico, tiroides y hemograma. Muestra en ayunas.",
    "Painel metabólico, perfil lipídico, tireoide e hemograma. Amostra em jejum.",
    "Complete metabolic panel, lipid panel, thyroid and CBC. Fasting sample.",
)
NOTES: Final[tuple[tuple[Said, Said], ...]] = (
    (
        ("Control de rutina", "Consulta de rotina", "Routine check-up"),
        (
            "Se siente bien. Presión apenas por encima de lo deseado; se acuerda caminar media hora por día.",
            "Sente-se bem. Pressão pouco acima do desejado; combinou-se caminhar meia hora por dia.",
            "Feels well. Pressure slightly above target; agreed on half an hour of walking a day.",
        ),
    ),
    (
        ("Seguimiento", "Retorno", "Follow-up"),
        (
            "Tolera bien la medicación. Se repite el laboratorio antes de la próxima visita.",
            "Tolera bem a medicação. Repetir exames antes da próxima consulta.",
            "Tolerates the medicine well. Repeat the blood work before the next visit.",
        ),
    ),
    (
        ("Dolor de garganta", "Dor de garganta", "Sore throat"),
        (
            "Tres días de dolor, sin fiebre. Fauces rojas. Tratamiento por siete días.",
            "Três dias de dor, sem febre. Garganta vermelha. Tratamento por sete dias.",
            "Three days of pain, no fever. Red throat. Treated for seven days.",
        ),
    ),
)
PRESCRIPTION: Final[Said] = ("Receta", "Receita", "Prescription")
IMAGES: Final[tuple[tuple[Said, Said], ...]] = (
    (
        ("Radiografía de tórax", "Radiografia de tórax", "Chest X-ray"),
        ("Sin lesiones a la vista.", "Sem lesões visíveis.", "No lesion seen."),
    ),
    (
        ("Ecografía abdominal", "Ultrassonografia abdominal", "Abdominal ultrasound"),
        ("Órganos de tamaño normal.", "Órgãos de tamanho normal.", "Organs of normal size."),
    ),
)
REFERRAL: Final[tuple[Said, Said]] = (
    ("Derivación a cardiología", "Encaminhamento à cardiologia", "Referral to cardiology"),
    (
        "Se solicita evaluación por presión en el límite.",
        "Solicita-se avaliação por pressão no limite.",
        "Please evaluate for borderline pressure.",
    ),
)
FILES: Final[dict[str, Said]] = {
    "lab": ("analisis-de-sangre", "exame-de-sangue", "blood-work"),
    "report": ("informe", "laudo", "report"),
    "image": ("imagen", "imagem", "image"),
    "letter": ("derivacion", "encaminhamento", "referral"),
    "note": ("indicaciones", "orientacoes", "instructions"),
}
