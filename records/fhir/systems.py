"""The names by which the world knows numbers and codes, and ours where it has none. In both directions."""

import re
from typing import Final

# Ours. A receiver that does not know them loses nothing: each stands beside a plain text.
RECORD_TYPE: Final = "urn:vitas:record-type"
SOURCE: Final = "urn:vitas:source"  # where a row was brought in from: its id there
CONSENT_KIND: Final = "urn:vitas:consent-kind"
RECORD: Final = "urn:vitas:record"
ORGANIZATION: Final = "urn:vitas:organization"
AS_WRITTEN: Final = "urn:vitas:as-written"
SHA256: Final = "urn:vitas:sha256"
UNIT: Final = "urn:vitas:unit"
STOPPED_AT: Final = "urn:vitas:stopped-at"
ERROR_REASON: Final = "urn:vitas:error-reason"
DOCUMENT: Final = "urn:vitas:document"  # `urn:vitas:document:<country>:<kind>`, where no register's name is known
PATIENT: Final = "urn:vitas:patient"

# An extension that IPS defines: R4 has no place for the end of an allergy.
ALLERGY_ENDED: Final = "http://hl7.org/fhir/uv/ips/StructureDefinition/abatement-dateTime-uv-ips"

LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
V3_ACT: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
V2_0203: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"
INTERPRETATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
CONFIDENTIALITY: Final = "N"

# Registers of persons: country, kind → system, and the kind of number by HL7 v2's table 0203.
_REGISTERS: Final = {
    ("AR", "dni"): ("http://www.renaper.gob.ar/dni", "NI"),
    ("BR", "cpf"): ("http://rnds.saude.gov.br/fhir/r4/NamingSystem/cpf", "TAX"),
    ("BR", "cns"): ("http://rnds.saude.gov.br/fhir/r4/NamingSystem/cns", "NI"),
    ("CL", "run"): ("http://regcivil.cl/Validacion/RUN", "NI"),
    ("CL", "rut"): ("http://regcivil.cl/Validacion/RUN", "NI"),
    ("MX", "curp"): ("urn:oid:2.16.840.1.113883.4.629", "NI"),
    ("US", "ssn"): ("http://hl7.org/fhir/sid/us-ssn", "SS"),
    ("US", "npi"): ("http://hl7.org/fhir/sid/us-npi", "NPI"),
}
_OTHER_NAMES: Final = {
    "https://saude.gov.br/fhir/sid/cpf": ("BR", "cpf"),
    "https://saude.gov.br/fhir/sid/cns": ("BR", "cns"),
    "urn:oid:2.16.840.1.113883.13.237": ("BR", "cpf"),
    "urn:oid:2.16.840.1.113883.13.236": ("BR", "cns"),
    "urn:oid:2.16.840.1.113883.4.1": ("US", "ssn"),
    "urn:oid:2.16.840.1.113883.4.6": ("US", "npi"),
}
_PASSPORT: Final = "http://hl7.org/fhir/sid/passport-"
_COUNTRIES: Final = (
    "AR:ARG BO:BOL BR:BRA CL:CHL CO:COL CR:CRI CU:CUB DO:DOM EC:ECU SV:SLV ES:ESP US:USA GT:GTM HN:HND MX:MEX NI:NIC"
    " PA:PAN PY:PRY PE:PER PT:PRT PR:PRI UY:URY VE:VEN CA:CAN FR:FRA DE:DEU IT:ITA GB:GBR CH:CHE JP:JPN"
)
_ALPHA3: Final = dict(pair.split(":") for pair in _COUNTRIES.split())
_OWNER: Final = {system: key for key, (system, _kind) in reversed(_REGISTERS.items())}

# What an ICD-10 or RxNorm code stands under; other systems are kept as they came.
ALIASES: Final = {
    "loinc": LOINC,
    "icd-10": "http://hl7.org/fhir/sid/icd-10",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "cie-10": "http://hl7.org/fhir/sid/icd-10",
    "cid-10": "http://hl7.org/fhir/sid/icd-10",
    "icd-10-cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "snomed": "http://snomed.info/sct",
    "snomed-ct": "http://snomed.info/sct",
    "atc": "http://www.whocc.no/atc",
}
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")

# Units as laboratories write them → UCUM. Those that are UCUM as they stand are named once.
_SAME = (
    "mg/dL g/dL mmol/L umol/L nmol/L pmol/L mg/L g/L ng/mL pg/mL ug/dL ug/L ng/dL mEq/L U/L % kg g mg L mL cm m mm s"
    " min h d mg/g fL pg kg/m2 mL/min /min mm/h mosm/kg"
)
_UCUM: Final = {unit: unit for unit in _SAME.split()} | {
    "mmhg": "mm[Hg]",
    "mm[hg]": "mm[Hg]",
    "µmol/l": "umol/L",
    "μmol/l": "umol/L",
    "µg/dl": "ug/dL",
    "mcg/dl": "ug/dL",
    "µg/l": "ug/L",
    "mcg/l": "ug/L",
    "mcg": "ug",
    "µg": "ug",
    "ui/l": "U/L",
    "iu/l": "[IU]/L",
    "ui/ml": "[IU]/mL",
    "iu/ml": "[IU]/mL",
    "miu/l": "m[IU]/L",
    "mui/l": "m[IU]/L",
    "uiu/ml": "u[IU]/mL",
    "µui/ml": "u[IU]/mL",
    "°c": "Cel",
    "bpm": "/min",
    "lpm": "/min",
    "kg/m²": "kg/m2",
    "10^3/ul": "10*3/uL",
    "10^3/µl": "10*3/uL",
    "10³/µl": "10*3/uL",
    "x10^3/ul": "10*3/uL",
    "10^6/ul": "10*6/uL",
    "10^6/µl": "10*6/uL",
    "10⁶/µl": "10*6/uL",
    "/mm3": "/mm3",
    "/mm³": "/mm3",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73 m²": "mL/min/{1.73_m2}",
}
_TIMES: Final = {
    **dict.fromkeys(("hour", "hours", "hora", "horas", "h"), "h"),
    **dict.fromkeys(("day", "days", "día", "días", "dia", "dias", "d"), "d"),
    **dict.fromkeys(("week", "weeks", "semana", "semanas"), "wk"),
    **dict.fromkeys(("month", "months", "mes", "meses", "mês"), "mo"),
    **dict.fromkeys(("year", "years", "año", "años", "ano", "anos"), "a"),
}
_UCUM_FOLDED: Final = {unit.casefold(): code for unit, code in _UCUM.items()}


def of_document(country: str, kind: str) -> tuple[str, str]:
    """The system of a person's number, and its kind by HL7 v2's table 0203."""
    country, kind = country.upper(), kind.lower()
    if kind in ("passport", "pasaporte", "passaporte") and country in _ALPHA3:
        return f"{_PASSPORT}{_ALPHA3[country]}", "PPN"
    return _REGISTERS.get((country, kind), (f"{DOCUMENT}:{country.lower()}:{_word(kind)}", "NI"))


def document_of(system: str) -> tuple[str, str] | None:
    """Country and kind of a person's number, by its system; None where we do not know the register."""
    if system.startswith(_PASSPORT):
        country = next((two for two, three in _ALPHA3.items() if three == system.removeprefix(_PASSPORT)), "")
        return (country, "passport") if country else None
    if system.startswith(f"{DOCUMENT}:"):
        country, _colon, kind = system.removeprefix(f"{DOCUMENT}:").partition(":")
        return country.upper(), kind
    return _OWNER.get(system) or _OTHER_NAMES.get(system)


def of_licence(country: str, kind: str) -> tuple[str, str]:
    """The same of a doctor's licence."""
    if (country.upper(), kind.lower()) == ("US", "npi"):
        return _REGISTERS["US", "npi"]
    return f"{DOCUMENT}:{country.lower()}:{_word(kind)}", "MD"


def code_system(said: str) -> str:
    """The URI of a code system that was written by its name or its URI; empty where it is neither."""
    return ALIASES.get(said.strip().lower()) or (said.strip() if _URI.fullmatch(said.strip()) else "")


def ucum_time(unit: str) -> str:
    """The same of a unit of time, in three languages: `days`, `días`, `dias` → `d`."""
    return _TIMES.get(unit.strip().casefold(), "")


def ucum(unit: str) -> str:
    """The UCUM code of a unit as people write it; empty where we are not sure."""
    return _UCUM_FOLDED.get(unit.strip().casefold(), "")


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "other"
