"""Pages of this room, at the root."""

from django.urls import path

from records.views import own

page_urlpatterns = [
    path("records", own.records, name="records"),
    path("records/results", own.results, name="results"),
    path("records/results/<uuid:observation_id>", own.result, name="result"),
    path("records/<uuid:record_id>", own.record, name="record"),
]
