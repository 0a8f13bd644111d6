"""The trail's pages in the admin: the dashboard, its review of anomalies, its exports, reports."""

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vitas.accounts.actor import Actor
from vitas.audit import asking, exports, finding, hours, pdf, plots, reading, reports, reviewing, tasks
from vitas.audit.anomalies import RULES
from vitas.audit.api import note
from vitas.audit.downloads import download
from vitas.audit.models import Anomaly, AuditEntry, AuditExport
from vitas.audit.page_forms import Filters, ReportForm, usual_report
from vitas.common.after_commit import soon
from vitas.common.api.pagination import COUNTED_TO, Page
from vitas.common.errors import NotAllowed, NotFound, Refused
from vitas.common.pages import BY_ITSELF, go, page
from vitas.common.visible_admin import StaffSite

View = Callable[..., HttpResponse]

ROWS: Final = 25
RECENT: Final = 8
EXPORTS_SHOWN: Final = 5


def for_readers(view: View) -> View:
    """Open to who may read the trail; a refusal of the domain is the page for it."""

    @functools.wraps(view)
    def opened(request: HttpRequest, *args: Any, site: StaffSite, **kwargs: Any) -> HttpResponse:
        if not site.allows(request, AuditEntry, "view"):
            raise PermissionDenied
        try:
            return view(request, *args, site=site, **kwargs)
        except NotFound as refusal:
            raise Http404 from refusal
        except NotAllowed as refusal:
            raise PermissionDenied from refusal

    return opened


@for_readers
@require_GET
def dashboard(request: HttpRequest, *, site: StaffSite) -> HttpResponse:
    """What happened lately, what should be looked at, and the entries that are asked for. It refreshes itself."""
    actor = _actor(request)
    form = Filters(request.GET, actor=actor)
    asked = form.asked()
    wanted = Page(_number(request.GET.get("page", "")), ROWS)
    found = finding.page(actor, asked, wanted)
    if BY_ITSELF not in request.headers:
        note(actor, "QUERY_AUDIT_TRAIL", asked.patient_id, count=len(found.rows), page=wanted.page)
    by_hour = hours.by_hour(
        actor, asked if asked.since else replace(asked, since=timezone.now() - hours.MOST_HOURS * hours.HOUR)
    )
    recent = asking.newest(actor, asking.Asked(), RECENT)
    context = {
        **site.each_context(request),
        "form": form,
        "rows": _told([*found.rows]),
        "recent": _told(recent),
        "found": found,
        "page_number": wanted.page,
        "pages": -(-found.total // ROWS),
        "query": _query(request),
        "over_time": plots.over_time(by_hour),
        "by_category": plots.by_category(by_hour),
        "found_by_day": plots.anomalies(actor),
        "anomalies": _judged(reviewing.listed(actor, reviewed=False)),
        "reviewed": _judged(reviewing.listed(actor, reviewed=True)[:EXPORTS_SHOWN]),
        "exports": AuditExport.objects.visible_to(actor).order_by("-created_at")[:EXPORTS_SHOWN],
        "formats": AuditExport.Format.choices,
        "now": timezone.now(),
        "here": f"{reverse('admin:audit-trail')}?{_query(request)}",
    }
    return page(request, "audit/dashboard.html", context, fragments=["trail"])


@for_readers
@require_POST
def export(request: HttpRequest, *, site: StaffSite) -> HttpResponse:
    """The chosen entries, or all that the filters find."""
    actor, chosen = _actor(request), request.POST.getlist("event")
    asked = Filters(_asked_in(request), actor=actor).asked()
    try:
        if chosen:
            asked = asking.Asked(ids=[UUID(each) for each in chosen[:ROWS]])
        if request.POST.get("format") not in AuditExport.Format:
            raise Refused()
        exports.ask(by=actor, asked=asked, format=request.POST["format"], language=get_language() or "en")
        soon(tasks.make_exports)
        messages.success(request, _("The file is being made. It appears below when it is ready."))
    except (Refused, ValueError) as refusal:
        messages.error(request, _sentence(refusal))
    return _back(request, "exports")


@for_readers
@require_GET
def fetch(request: HttpRequest, export_id: UUID, *, site: StaffSite) -> HttpResponse:
    """The file of an export."""
    try:
        found, file = exports.fetch(export_id, by=_actor(request))
    except Refused as refusal:
        if isinstance(refusal, NotFound):
            raise
        messages.error(request, str(refusal.message))
        return _back(request, "exports")
    name = f"audit-trail-{found.created_at:%Y-%m-%d}.{found.format}"
    return download(file, name=name, type=exports.TYPES[found.format])


@for_readers
@require_POST
def review(request: HttpRequest, anomaly_id: UUID, *, site: StaffSite) -> HttpResponse:
    """An anomaly is explained, or an incident."""
    verdict = request.POST.get("verdict", "")
    if verdict not in Anomaly.Verdict:
        raise Http404
    try:
        reviewing.review(anomaly_id, verdict=verdict, by=_actor(request))
        messages.success(request, _("It is marked as reviewed."))
    except NotFound:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return _back(request, "anomalies")


@for_readers
@require_GET
def report(request: HttpRequest, *, site: StaffSite) -> HttpResponse:
    """A compliance report, on the page or as a document."""
    actor = _actor(request)
    form = ReportForm(request.GET or usual_report(), label_suffix="")
    made = None
    if form.is_valid():
        since, until = form.moments()
        made = reports.make(
            form.cleaned_data["kind"], by=actor, since=since, until=until, patient_id=form.cleaned_data["patient"]
        )
        of_patient = form.cleaned_data["patient"] if made.kind == "patient_access" else None
        as_pdf = request.GET.get("format") == "pdf"
        note(actor, "REPORT_AUDIT_TRAIL", of_patient, report=made.kind, format="pdf" if as_pdf else "page")
        if as_pdf:
            name = f"{made.kind}-{form.cleaned_data['until']}.pdf"
            return download(pdf.report(made), name=name, type=exports.TYPES["pdf"])
    context = {
        **site.each_context(request),
        "form": form,
        "report": made,
        "query": urlencode({name: value for name, value in form.data.items() if name != "format"}),
    }
    return page(request, "audit/report.html", context, status=200 if made else 422)


# As the admin's site takes them: address, view, name.
VIEWS: Final[list[tuple[str, View, str]]] = [
    ("audit-trail/", dashboard, "audit-trail"),
    ("audit-trail/export/", export, "audit-export"),
    ("audit-trail/exports/<uuid:export_id>/", fetch, "audit-download"),
    ("audit-trail/anomalies/<uuid:anomaly_id>/", review, "audit-review"),
    ("audit-trail/report/", report, "audit-report"),
]


def _told(entries: list[AuditEntry]) -> list[dict[str, Any]]:
    """Entries with who it was, in words."""
    names = reading.people(entry.user_id for entry in entries)
    return [
        {
            "entry": entry,
            "who": names.get(entry.user_id, "") if entry.user_id else "",
            "role": reading.role(entry.user_role),
        }
        for entry in entries
    ]


def _judged(found: Any) -> list[dict[str, Any]]:
    """Anomalies with the names of the people in them."""
    found = list(found)
    names = reading.people([*(each.user_id for each in found), *(each.reviewed_by for each in found)])
    return [
        {
            "anomaly": each,
            "title": RULES[each.rule].title if each.rule in RULES else each.rule,
            "who": names.get(each.user_id, ""),
            "reviewer": names.get(each.reviewed_by, ""),
        }
        for each in found
    ]


def _asked_in(request: HttpRequest) -> Any:
    """The filters travel with the form, as the address had them."""
    return QueryDict(request.POST.get("query", ""))


def _back(request: HttpRequest, place: str) -> HttpResponse:
    query = _asked_in(request).urlencode()
    return go(request, f"{reverse('admin:audit-trail')}?{query}#{place}")


def _query(request: HttpRequest) -> str:
    """The filters without the page."""
    return urlencode({name: value for name, value in request.GET.items() if value and name != "page"})


def _sentence(refusal: Exception) -> str:
    if not isinstance(refusal, Refused):
        return str(Refused.sentence)
    return str(refusal.problems[0].message if refusal.problems else refusal.message)


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def _number(text: str) -> int:
    """A page that exists at all."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    return min(max(number, 1), COUNTED_TO // ROWS)
