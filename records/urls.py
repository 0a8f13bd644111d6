"""API addresses of this room, mounted under /api/v1/ and /api/."""

from django.urls import path

from records import api, exchange_api, summary_api
from records.exchange import MOST_UPLOAD
from records.files.checking import MOST_BYTES
from vitas.common.uploads import takes_at_most

urlpatterns = [
    path("medical-records", api.Records.as_view(), name="medical-records"),
    path("medical-records/export", exchange_api.Export.as_view(), name="records-export"),
    path(
        "medical-records/import",
        takes_at_most(MOST_UPLOAD)(exchange_api.Import.as_view()),
        name="records-import",
    ),
    path("medical-records/imports", exchange_api.Imports.as_view(), name="record-imports"),
    path("medical-records/imports/<uuid:import_id>/undo", exchange_api.Undo.as_view(), name="undo-import"),
    path("medical-records/<uuid:record_id>", api.OneRecord.as_view(), name="medical-record"),
    path("medical-records/<uuid:record_id>/addenda", api.Addenda.as_view(), name="addenda"),
    path("medical-records/<uuid:record_id>/entered-in-error", api.EnteredInError.as_view(), name="entered-in-error"),
    path("medical-records/<uuid:record_id>/paper", api.Paper.as_view(), name="prescription-paper"),
    path(
        "medical-records/<uuid:record_id>/attachments",
        takes_at_most(MOST_BYTES)(api.Attachments.as_view()),
        name="attachments",
    ),
    path(
        "medical-records/<uuid:record_id>/attachments/<uuid:attachment_id>/download",
        api.Download.as_view(),
        name="attachment-download",
    ),
    path("patients/<uuid:patient_id>/summary", summary_api.Summary.as_view(), name="patient-summary"),
    path("patients/<uuid:patient_id>/conditions", summary_api.Conditions.as_view(), name="conditions"),
    path("patients/<uuid:patient_id>/allergy-intolerances", summary_api.Allergies.as_view(), name="allergies"),
    path("patients/<uuid:patient_id>/medications", summary_api.Medications.as_view(), name="medications"),
    path("patients/<uuid:patient_id>/observations", summary_api.Observations.as_view(), name="observations"),
    path("conditions/<uuid:condition_id>", summary_api.OneCondition.as_view(), name="condition"),
    path("allergy-intolerances/<uuid:allergy_id>", summary_api.OneAllergy.as_view(), name="allergy"),
    path("medications/<uuid:medication_id>", summary_api.OneMedication.as_view(), name="medication"),
]
