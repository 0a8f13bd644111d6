"""Pages of this room, at the root."""

from django.urls import path

from records.views import exchange, file, files, own, summaries, verify, writing

_OF_PATIENT = "doctor/patients/<uuid:patient_id>"

page_urlpatterns = [
    path("verify", verify.ask, name="verify-code"),
    path("verify/<str:code>", verify.verified, name="verify"),
    path("records", own.records, name="records"),
    path("records/results", own.results, name="results"),
    path("records/results/<uuid:observation_id>", own.result, name="result"),
    path("records/export", exchange.own_export, name="records-export"),
    path(f"{_OF_PATIENT}/export", exchange.export, name="patient-export"),
    path(f"{_OF_PATIENT}/import", exchange.bring_in, name="patient-import"),
    path("doctor/imports/<uuid:import_id>/undo", exchange.undo, name="undo-import"),
    path("records/<uuid:record_id>", own.record, name="record"),
    path("records/<uuid:record_id>/prescription.pdf", files.prescription, name="record-prescription"),
    path("records/<uuid:record_id>/note.pdf", files.note, name="record-note"),
    path("records/<uuid:record_id>/files", files.listed, name="record-files"),
    path("records/<uuid:record_id>/files/<uuid:attachment_id>", files.download, name="record-file"),
    path(f"{_OF_PATIENT}/records", file.file, name="patient-file"),
    path(f"{_OF_PATIENT}/records/new", writing.new_record, name="new-record"),
    path(f"{_OF_PATIENT}/results", file.results, name="patient-results"),
    *(
        path(f"{_OF_PATIENT}/{kind}", summaries.listed, {"kind": kind}, name=f"patient-{kind}")
        for kind in summaries.KINDS
    ),
    *(
        path(f"{_OF_PATIENT}/{kind}/<uuid:row_id>", summaries.change, {"kind": kind}, name=f"change-{kind}")
        for kind in summaries.KINDS
    ),
    path("doctor/results/<uuid:observation_id>", file.result, name="patient-result"),
    path("doctor/records/<uuid:record_id>", file.record, name="patient-record"),
    path("doctor/records/<uuid:record_id>/addenda", writing.add, name="add-to-record"),
    path("doctor/records/<uuid:record_id>/error", writing.mark_error, name="mark-record"),
    path("doctor/records/<uuid:record_id>/files", files.attach, name="attach-file"),
]
