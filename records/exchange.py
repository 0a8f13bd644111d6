"""What API and pages share of taking out and bringing in.

What a person takes home is made in full first, then sent in pieces, and kept by no cache.
"""

import tempfile
from collections.abc import Mapping
from typing import IO, Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from records import export_zip, imports, incoming_file
from records.fhir.export import NO_FILES, Files, note_export, reader, write_bundle
from records.fhir.held import held_of
from records.files import giving
from records.permissions import patient_to_read
from vitas.accounts.actor import Actor
from vitas.common import limits
from vitas.common.errors import Invalid, NotFound, TooMany

FHIR: Final = "application/fhir+json"
ZIP: Final = "application/zip"
AN_HOUR: Final = 3600
MOST_UPLOAD: Final = 50 * 1024 * 1024  # bytes of a file to bring in; larger ones the operator brings in by command
IMPORTS_MAX: Final = 60  # an hour, a doctor; a trial counts


def bundle(patient_id: UUID, actor: Actor, *, with_files: bool) -> IO[bytes]:
    """The bundle as JSON, at its beginning; close it. Raises as `held_of`, NotPossibleNow, StoreAway."""
    held = held_of(patient_id, actor)
    spool: Any = tempfile.SpooledTemporaryFile(max_size=export_zip.IN_MEMORY, prefix="vitas-export-")  # noqa: SIM115
    try:
        with transaction.atomic():
            note_export(held, actor, "fhir", files=with_files)
            write_bundle(spool, held, files=Files(read=reader) if with_files else NO_FILES)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return spool


def answer(request: HttpRequest, actor: Actor, *, patient_id: UUID | None, form: str, with_files: bool = False) -> Any:
    """The whole file of a patient: a patient's own profile, unless another is named.

    Raises TooMany, NotAllowed, NotFound, NotPossibleNow, StoreAway.
    """
    wanted = patient_id or actor.patient_id
    if wanted is None:
        raise NotFound(_("There is no such patient."))
    wanted = patient_to_read(actor, wanted)  # before it is counted: what is refused costs nothing
    require_not_too_often(actor, "export", settings.RATE_LIMIT_EXPORTS_MAX)
    if form == "zip":
        return _sent(request, export_zip.zip_of(wanted, actor), ZIP, export_zip.name_of("vitas", "zip"))
    found = bundle(wanted, actor, with_files=with_files)
    return _sent(request, found, f"{FHIR}; charset=utf-8", export_zip.name_of("vitas", "fhir.json"))


def brought_in(actor: Actor, asked: Mapping[str, Any]) -> imports.Report:
    """`file` of `patient_id`, read as exchange_shapes.ImportIn says. Raises as imports.bring_in, TooMany."""
    imports.require_may(actor, asked["patient_id"])
    require_not_too_often(actor, "import", IMPORTS_MAX)
    zone = asked.get("zone") or "UTC"
    if zone not in available_timezones():
        raise Invalid.field("zone", _("There is no such time zone."))
    incoming = incoming_file.read(
        asked["file"].read(),
        layout=asked.get("layout") or "",
        day_first=bool(asked.get("day_first")),
        decimal=asked.get("decimal") or "",
        zone=zone,
        chosen=True,
    )
    trial = bool(asked.get("dry_run"))
    whose = {"organization_id": actor.organization_id, "patient_id": asked["patient_id"]}
    return imports.bring_in(incoming, **whose, by=actor, trial=trial)


def require_not_too_often(actor: Actor, what: str, most: int) -> None:
    """A heavy piece of work, by one person within an hour. Without Redis nothing is counted. Raises TooMany."""
    counted = limits.count(f"{what}:{actor.user_id}", limit=most, window=AN_HOUR)
    if counted and counted.over:
        raise TooMany(retry_after=counted.seconds)


def _sent(request: HttpRequest, file: IO[bytes], kind: str, name: str) -> HttpResponseBase:
    size = file.seek(0, 2)
    response = StreamingHttpResponse(giving.pieces(request, file, 0, size), content_type=kind)
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
