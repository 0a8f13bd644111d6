"""What the description of the API shows of records."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

ID: Final = "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d30"
PATIENT: Final = "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d21"
_WHOSE: Final[dict[str, Any]] = {
    "id": ID,
    "patientId": PATIENT,
    "organizationId": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d23",
    "status": "current",
    "createdAt": "2025-01-10T14:30:00Z",
    "updatedAt": "2025-01-10T14:30:00Z",
}
PROVIDER: Final = {
    "id": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d22",
    "firstName": "Sarah",
    "lastName": "Johnson",
    "title": "MD",
    "specialty": "Family Medicine",
}
FILE: Final = {
    "id": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d31",
    "fileName": "blood-work-2025-01-10.pdf",
    "fileType": "application/pdf",
    "fileSize": 245632,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "state": "clean",
    "refusedBecause": None,
    "url": f"https://vitas.example.org/api/v1/medical-records/{ID}/attachments/019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d31/download",
    "createdAt": "2025-01-10T14:30:00Z",
}
RECORD: Final[dict[str, Any]] = {
    **_WHOSE,
    "type": "lab_result",
    "title": "Annual Blood Work",
    "date": "2025-01-10",
    "providerId": PROVIDER["id"],
    "provider": PROVIDER,
    "appointmentId": None,
    "description": "Complete metabolic panel, lipid panel, and CBC",
    "attachments": [FILE],
    "isNew": True,
}
RESULT_IN: Final = {
    "code": "2345-7",
    "display": "Glucose",
    "value": "104",
    "unit": "mg/dL",
    "low": "70",
    "high": "99",
}
RESULT: Final = {
    **_WHOSE,
    **RESULT_IN,
    "system": "http://loinc.org",
    "interpretation": "H",
    "note": "",
    "observedAt": "2025-01-10T12:00:00Z",
    "recordId": ID,
}
MEDICINE_IN: Final = {
    "display": "Amoxicillin 500 mg",
    "dose": "500 mg",
    "route": "oral",
    "frequency": "every 8 hours",
    "duration": "7 days",
}
MEDICINE: Final = {
    **_WHOSE,
    **MEDICINE_IN,
    "code": "",
    "system": "",
    "quantity": "21 capsules",
    "instructions": "",
    "intent": "order",
    "startsOn": "2025-01-10",
    "endsOn": "2025-01-16",
    "stoppedAt": None,
    "recordId": ID,
}
ADDENDUM: Final = {
    "id": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d32",
    "text": "The sample was not fasting.",
    "provider": PROVIDER,
    "createdAt": "2025-01-11T09:00:00Z",
}
DETAIL: Final = {
    **RECORD,
    "isNew": False,
    "observations": [RESULT],
    "medications": [],
    "addenda": [ADDENDUM],
    "errorReason": None,
    "checkCode": None,
    "paperUrl": None,
}
CONDITION: Final = {
    **_WHOSE,
    "code": "I10",
    "system": "http://hl7.org/fhir/sid/icd-10",
    "display": "Essential hypertension",
    "note": "",
    "clinicalStatus": "active",
    "onsetOn": "2021-05-01",
    "resolvedOn": None,
}
ALLERGY: Final = {
    **_WHOSE,
    "code": "",
    "system": "",
    "display": "Penicillin",
    "reaction": "Hives",
    "criticality": "high",
    "note": "",
    "endedOn": None,
}
KEY: Final = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key twice writes once."
)


def answer(value: Any, *statuses: str) -> OpenApiExample:
    return OpenApiExample("answer", value=value, response_only=True, status_codes=list(statuses) or ["200"])


def request(value: Any) -> OpenApiExample:
    return OpenApiExample("request", value=value, request_only=True)


def page(value: Any) -> OpenApiExample:
    return answer({"data": [value], "pagination": {"page": 1, "limit": 20, "total": 1, "totalPages": 1}})
