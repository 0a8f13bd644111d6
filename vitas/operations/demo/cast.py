"""Who is in the demo, as tables. Facts only; directory.py, people.py and visits.py make rows of them."""

from typing import NamedTuple

PASSWORD = "vitas-demo"
DOMAIN = "demo.vitas.test"


class Org(NamedTuple):
    slug: str
    name: str
    country: str
    language: str
    currency: str


class Place(NamedTuple):
    organization: str
    name: str
    address: str
    city: str
    state: str
    zip_code: str
    latitude: float
    longitude: float
    zone: str
    phone: str


class Doc(NamedTuple):
    """`clinic` counts the organization's clinics from 0; `fee` in major units; `years` of experience."""

    organization: str
    first_name: str
    last_name: str
    title: str
    specialty: str
    clinic: int
    fee: int
    in_advance: bool
    years: int
    rating: str
    reviews: int
    also: str = ""  # a second specialty, as the doctor shows it
    email: str = ""


class Person(NamedTuple):
    """`shares` names the person whose phone and user they share, as `relation` of theirs."""

    organization: str
    first_name: str
    last_name: str
    phone: str
    birth_date: str
    city: str
    shares: str = ""
    relation: str = "self"


ORGANIZATIONS = [
    Org("vitas", "Clínica Vitas", "AR", "es", "ARS"),
    Org("boavida", "Clínica Boa Vida", "BR", "pt-br", "BRL"),
    Org("harbor", "Harbor Family Clinic", "US", "en", "USD"),
]

_BUENOS_AIRES, _SAO_PAULO, _BOSTON = "America/Argentina/Buenos_Aires", "America/Sao_Paulo", "America/New_York"

CLINICS = [
    Place("vitas", "Vitas Palermo", "Av. Santa Fe 3253", "Buenos Aires", "CABA", "C1425", -34.5884, -58.4106,
          _BUENOS_AIRES, "+541155550100"),
    Place("vitas", "Vitas Belgrano", "Av. Cabildo 2040", "Buenos Aires", "CABA", "C1428", -34.5614, -58.4566,
          _BUENOS_AIRES, "+541155550110"),
    Place("boavida", "Boa Vida Paulista", "Av. Paulista 1578", "São Paulo", "SP", "01310-200", -23.5614, -46.6559,
          _SAO_PAULO, "+551155550100"),
    Place("boavida", "Boa Vida Pinheiros", "Rua dos Pinheiros 870", "São Paulo", "SP", "05422-001", -23.5666, -46.6853,
          _SAO_PAULO, "+551155550110"),
    Place("harbor", "Harbor Downtown", "123 Main St", "Boston", "MA", "02101", 42.3601, -71.0589,
          _BOSTON, "+16175550100"),
    Place("harbor", "Harbor Cambridge", "1 Broadway", "Cambridge", "MA", "02142", 42.3629, -71.0843,
          _BOSTON, "+16175550110"),
]  # fmt: skip

DOCTORS = [
    Doc("vitas", "Ana", "Ruiz", "Dra.", "family_medicine", 0, 30_000, True, 12, "4.9", 187),
    Doc("vitas", "Guardia", "Vitas", "Dr.", "internal_medicine", 0, 20_000, False, 20, "4.4", 96,
        also="Guardia médica", email=f"guardia@{DOMAIN}"),
    Doc("vitas", "Diego", "Fernández", "Dr.", "cardiology", 0, 42_000, True, 18, "4.7", 132),
    Doc("vitas", "Valentina", "Sosa", "Dra.", "dermatology", 1, 35_000, False, 9, "4.8", 210),
    Doc("vitas", "Martín", "Acosta", "Dr.", "orthopedics", 1, 38_000, False, 14, "4.5", 74),
    Doc("vitas", "Carolina", "Méndez", "Dra.", "obstetrics_gynecology", 0, 36_000, True, 16, "4.9", 240),
    Doc("vitas", "Joaquín", "Peralta", "Dr.", "pediatrics", 1, 30_000, False, 11, "4.6", 158),
    Doc("vitas", "Lucía", "Benítez", "Dra.", "psychiatry", 0, 40_000, False, 13, "4.7", 64),
    Doc("vitas", "Hernán", "Castro", "Dr.", "urology", 1, 39_000, False, 22, "4.3", 51),
    Doc("boavida", "Paulo", "Costa", "Dr.", "family_medicine", 0, 280, False, 15, "4.8", 176,
        also="Medicina preventiva"),
    Doc("boavida", "Beatriz", "Almeida", "Dra.", "cardiology", 0, 420, True, 19, "4.9", 203),
    Doc("boavida", "Rafael", "Oliveira", "Dr.", "neurology", 1, 450, False, 17, "4.6", 88),
    Doc("boavida", "Camila", "Santos", "Dra.", "pediatrics", 1, 300, False, 8, "4.9", 261),
    Doc("boavida", "Thiago", "Pereira", "Dr.", "ophthalmology", 0, 350, False, 12, "4.5", 93),
    Doc("boavida", "Mariana", "Rocha", "Dra.", "oncology", 0, 520, True, 21, "4.8", 59),
    Doc("boavida", "Gustavo", "Lima", "Dr.", "radiology", 1, 260, False, 10, "4.2", 37),
    Doc("boavida", "Fernanda", "Barbosa", "Dra.", "obstetrics_gynecology", 1, 380, False, 14, "4.7", 149),
    Doc("harbor", "Sarah", "Johnson", "MD", "family_medicine", 0, 150, False, 15, "4.8", 245,
        also="Preventive Medicine"),
    Doc("harbor", "Michael", "Chen", "MD", "internal_medicine", 0, 165, False, 20, "4.7", 198),
    Doc("harbor", "Emily", "Davis", "MD", "pediatrics", 1, 140, False, 7, "4.9", 312),
    Doc("harbor", "Robert", "Wilson", "MD", "surgery", 0, 320, True, 25, "4.6", 84),
    Doc("harbor", "Priya", "Patel", "MD", "neurology", 1, 280, False, 16, "4.8", 121),
    Doc("harbor", "James", "O'Connor", "DO", "orthopedics", 0, 240, False, 13, "4.4", 102),
    Doc("harbor", "Grace", "Kim", "MD", "dermatology", 1, 210, False, 9, "4.7", 167),
    Doc("harbor", "Daniel", "Garcia", "MD", "psychiatry", 0, 230, False, 11, "4.5", 73),
    Doc("harbor", "Laura", "Bennett", "MD", "ophthalmology", 1, 190, False, 18, "4.6", 95),
]  # fmt: skip

# What a country's doctors have in common: languages, insurances, kind and first number of their licence.
BY_COUNTRY = {
    "AR": (["Español", "English"], ["OSDE", "Swiss Medical", "Galeno"], "matricula", 104_200,
           "Universidad de Buenos Aires"),
    "BR": (["Português", "Español"], ["Unimed", "Bradesco Saúde", "SulAmérica"], "crm", 152_300,
           "Universidade de São Paulo"),
    "US": (["English", "Spanish"], ["Blue Cross", "Aetna", "Medicare"], "npi", 1_234_567_890, "Boston University"),
}  # fmt: skip

SERVICES = {
    "es": ["Consulta", "Control anual", "Telemedicina"],
    "pt-br": ["Consulta", "Check-up anual", "Telemedicina"],
    "en": ["Consultation", "Annual check-up", "Telehealth"],
}

BIO = {
    "es": "Más de {years} años de experiencia en {specialty}. Escucha con tiempo y explica cada paso.",
    "pt-br": "Mais de {years} anos de experiência em {specialty}. Escuta com tempo e explica cada passo.",
    "en": "Over {years} years of experience in {specialty}. Takes the time to listen and explains every step.",
}

# (e-mail, name, role, organization); the operator has neither role nor organization.
STAFF = [
    ("recepcion", "Sofía Romero", "receptionist", "vitas"),
    ("frontdesk", "Megan Brooks", "receptionist", "harbor"),
    ("nurse", "Julia Ortiz", "nurse", "vitas"),
    ("manager", "Andrés Molina", "admin", "vitas"),
]
OPERATOR = ("admin", "Vitas Operations")

PATIENTS = [
    Person("boavida", "João", "Silva", "+5511999999999", "1984-03-12", "São Paulo"),
    Person("vitas", "María", "González", "+5491155550101", "1991-07-25", "Buenos Aires"),
    Person("harbor", "John", "Miller", "+16175550102", "1978-11-02", "Boston"),
    # A family that shares a phone.
    Person("vitas", "Laura", "Fernández", "+5491155550120", "1987-01-30", "Buenos Aires"),
    Person("vitas", "Tomás", "Fernández", "+5491155550120", "2018-05-14", "Buenos Aires", "Laura", "child"),
    Person("vitas", "Elena", "Paz", "+5491155550120", "1949-09-08", "Buenos Aires", "Laura", "ward"),
    *(
        Person("vitas", first, last, f"+549115555{130 + at:04d}",
               f"{1950 + at * 5}-0{at % 9 + 1}-1{at % 9}", "Buenos Aires")
        for at, (first, last) in enumerate(
            [("Carlos", "Herrera"), ("Florencia", "Vega"), ("Ricardo", "Luna"), ("Paula", "Domínguez"),
             ("Nicolás", "Ferreyra"), ("Silvia", "Ríos"), ("Federico", "Cabrera"), ("Agustina", "Molina"),
             ("Jorge", "Navarro"), ("Natalia", "Ibáñez")]
        )
    ),
    *(
        Person("boavida", first, last, f"+55119555{50130 + at:05d}",
               f"{1948 + at * 6}-0{at % 9 + 1}-2{at % 9}", "São Paulo")
        for at, (first, last) in enumerate(
            [("Marcos", "Souza"), ("Juliana", "Ferreira"), ("Antônio", "Ribeiro"), ("Larissa", "Carvalho"),
             ("Pedro", "Gomes"), ("Aline", "Martins"), ("Renato", "Araújo"), ("Patrícia", "Melo"),
             ("Bruno", "Nunes"), ("Helena", "Cardoso")]
        )
    ),
    *(
        Person("harbor", first, last, f"+1617555{131 + at:04d}",
               f"{1952 + at * 5}-0{at % 9 + 1}-0{at % 9 + 1}", "Boston")
        for at, (first, last) in enumerate(
            [("Linda", "Parker"), ("David", "Nguyen"), ("Susan", "Reed"), ("Kevin", "Walsh"), ("Angela", "Brown"),
             ("Thomas", "Lee"), ("Rachel", "Adams"), ("Brian", "Foster"), ("Nancy", "Hughes"), ("Mark", "Turner")]
        )
    ),
]  # fmt: skip

# Whom the named patients see; the others are shared out among the doctors of their organization.
SEES = {
    "João Silva": ["Paulo Costa", "Ana Ruiz"],
    "María González": ["Ana Ruiz", "Diego Fernández"],
    "John Miller": ["Sarah Johnson", "Michael Chen"],
}

REASONS = {
    "es": ["Control anual de salud", "Dolor de cabeza desde hace una semana", "Renovación de receta", "Dolor lumbar"],
    "pt-br": ["Check-up anual de saúde", "Dor de cabeça há uma semana", "Renovação de receita", "Dor lombar"],
    "en": ["Annual physical examination", "Headache for about a week", "Prescription renewal", "Lower back pain"],
}
