"""What the description of the API shows of notes and diagnoses."""

from typing import Any, Final

from records.examples import ID as RECORD
from records.examples import PATIENT, PROVIDER

ID: Final = "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d40"
VISIT: Final = "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d20"
RECORDING: Final = "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d41"


def _sentence(sentence_id: str, section: str, text: str, *evidence: str) -> dict[str, Any]:
    return {
        "id": sentence_id,
        "text": text,
        "evidence": list(evidence),
        "recording": RECORDING,
        "flags": [],
        "kept": False,
        "by": "machine",
        "variantOf": "",
        "section": section,
    }


SECTIONS: Final[dict[str, Any]] = {
    "sections": {
        "subjective": [_sentence("5f1c0a9b2d3e", "subjective", "Headache for three days, no fever.", "s3", "s5")],
        "objective": [_sentence("8a7b6c5d4e3f", "objective", "Blood pressure 150/90.", "s9")],
        "assessment": [_sentence("0c1d2e3f4a5b", "assessment", "Tension headache.", "s14")],
        "plan": [_sentence("1b2c3d4e5f6a", "plan", "Ibuprofen 400 mg every 8 hours for three days.", "s15", "s16")],
    },
    "layout": [
        {"key": part, "title": part.capitalize(), "part": part}
        for part in ("subjective", "objective", "assessment", "plan")
    ],
}
NOTE: Final[dict[str, Any]] = {
    "id": ID,
    "appointmentId": VISIT,
    "patientId": PATIENT,
    "organizationId": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d23",
    "providerId": PROVIDER["id"],
    "providerName": "Sarah Johnson, MD",
    "status": "current",
    "state": "draft",
    "version": 1,
    "language": "en",
    "drafter": "embedded 1",
    **SECTIONS,
    "diagnoses": [],
    "signedAt": None,
    "recordId": None,
    "paperUrl": None,
    "createdAt": "2025-01-15T15:24:00Z",
    "updatedAt": "2025-01-15T15:24:00Z",
    "recordings": [RECORDING],
    "survived": None,
    "maySign": True,
    "hindrances": [],
}
CODED: Final = {
    "code": "G44.2",
    "description": "Tension-type headache",
    "system": "http://hl7.org/fhir/sid/icd-10",
    "table": "icd-10",
    "suspected": False,
}
SIGNED: Final = {
    **NOTE,
    "state": "signed",
    "version": 2,
    "diagnoses": [CODED],
    "signedAt": "2025-01-15T15:31:00Z",
    "recordId": RECORD,
    "paperUrl": f"https://vitas.example.org/api/v1/notes/{ID}/paper",
    "survived": 0.94,
}
SAVE: Final = {
    "version": 1,
    "sections": [
        {
            "key": "plan",
            "sentences": [
                {"id": "1b2c3d4e5f6a", "text": "Ibuprofen 400 mg every 8 hours for two days."},
                {"key": "new-1", "text": "Control in a week."},
            ],
        }
    ],
}
SAVED: Final = {
    **NOTE,
    "version": 2,
    "merged": False,
    "conflicts": [],
    "ids": [{"key": "new-1", "id": "2c3d4e5f6a7b"}],
}
VERSION: Final = {
    "number": 1,
    "kind": "drafted",
    "madeBy": None,
    "madeAt": "2025-01-15T15:24:00Z",
    **SECTIONS,
    "changes": [],
}
DIAGNOSIS: Final[dict[str, Any]] = {
    **CODED,
    "id": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d42",
    "appointmentId": VISIT,
    "patientId": PATIENT,
    "state": "suggested",
    "score": 0.82,
    "coder": "embedded 1",
    "evidence": [{"sentence": "0c1d2e3f4a5b", "start": 0, "end": 16, "text": "Tension headache"}],
    "decidedAt": None,
    "createdAt": "2025-01-15T15:24:00Z",
}
CONSULTATION: Final = {
    "id": VISIT,
    "patientId": PATIENT,
    "patientName": "John Miller",
    "providerId": PROVIDER["id"],
    "provider": {**PROVIDER, "npi": "1234567893", "photoUrl": None, "phone": None, "email": None},
    "date": "2025-01-15",
    "time": "10:00 AM",
    "startsAt": "2025-01-15T15:00:00Z",
    "endsAt": "2025-01-15T15:30:00Z",
    "timeZone": "America/New_York",
    "duration": 30,
    "type": "consultation",
    "status": "completed",
    "holdEndsAt": None,
    "reason": "Headache for three days",
    "notes": "",
    "isVirtual": False,
    "virtualMeetingUrl": None,
    "clinicId": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d24",
    "clinicName": "Harbor Downtown",
    "location": "123 Main St, Boston, MA",
    "fee": 120.0,
    "currency": "USD",
    "paymentInAdvance": False,
    "checkInTime": "2025-01-15T14:55:00Z",
    "checkOutTime": "2025-01-15T15:30:00Z",
    "cancelledAt": None,
    "createdAt": "2025-01-10T09:00:00Z",
    "updatedAt": "2025-01-15T15:30:00Z",
    "soapReport": {part: " ".join(one["text"] for one in found) for part, found in SECTIONS["sections"].items()},
    "icdDiagnoses": [{"id": DIAGNOSIS["id"], **CODED, "state": "suggested", "score": 0.82}],
    "noteId": ID,
    "noteState": "draft",
}
