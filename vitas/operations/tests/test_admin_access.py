"""Every address of the admin, as everybody, held against two tables; an address without a row fails.

The admin is for R, the receptionist, A, the administrator of an organization, and O, the operator of the platform.
N nobody, P patient, D doctor and U nurse are sent to the sign-in, whatever they ask for.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment
from patients.models import BreakGlass, Patient, PatientFile, PatientMerge
from vitas.accounts import tokens
from vitas.accounts.models import Session, User
from vitas.audit.tests.made import make_anomaly, make_export
from vitas.common.ids import new_id
from vitas.operations.tests.test_admin import (  # noqa: F401 (fixtures)
    PEOPLE,
    address,
    own_and_other,
    registered,
    sign_in,
    world,
)
from vitas.testing import make_session

pytestmark = pytest.mark.django_db

# What each may do with the rows of their organization: v view, a add, c change, d delete. Of other organizations' rows
# nobody may do anything; O's organization is every one, but no patient, no visit and no money is theirs.
MODELS = """
# model                        R     A     O
accounts.membership            -     vac   vac
accounts.onetimecode           -     -     v
accounts.organization          -     vc    vac
accounts.refreshtoken          -     -     v
accounts.session               -     v     v
accounts.user                  -     v     vac
appointments.appointment       va    va    -
appointments.appointmentstep   v     v     -
appointments.timeclaim         v     v     -
audit.auditentry               -     v     v
clinic.absence                 -     vacd  vacd
clinic.clinic                  -     vac   vac
clinic.doctor                  -     vac   vac
clinic.doctorday               -     v     v
clinic.doctorlicence           -     vacd  vacd
clinic.doctorplace             -     vac   vac
clinic.holiday                 -     vacd  vacd
clinic.staffplace              -     vacd  vacd
clinic.visitkind               -     vacd  vacd
clinic.weeklyhours             -     vacd  vacd
common.datakey                 -     -     v
common.event                   -     -     v
common.idempotencyrecord       -     -     v
live.liveevent                 -     -     v
live.liveread                  -     -     v
messaging.outboxmessage        v     v     v
notes.notetemplate             -     vac   -
operations.legalhold           -     vac   vac
patients.breakglass            -     v     -
patients.carerelationship      v     v     -
patients.consent               v     v     -
patients.patient               vac   vac   -
patients.patientaccess         v     v     -
patients.patientfile           v     v     -
patients.patientidentifier     vac   vacd  -
patients.patientmerge          v     v     -
payments.democharge            -     -     v
payments.gatewaypayment        -     v     -
payments.ledgerentry           -     v     -
payments.payment               v     v     -
payments.paymentaccount        -     vac   v
payments.refund                v     v     -
payments.webhookdelivery       -     -     v
processing.processingrun       -     v     v
processing.scribepolicy        -     vac   -
"""

# Addresses that are no model's five. Whose: own (of the person's organization), other (of another one), - (nobody's).
# 302 leads to the sign-in for N; for the others it leads on, within the admin. Of the apps it is that of patients.
PAGES = """
# method, address                                       whose   N    R    A    O
GET   (start)                                           -       302  200  200  200
GET   all/                                              -       302  200  200  200
GET   login/                                            -       200  302  302  302
POST  logout/                                           -       302  302  302  302
GET   password_change/                                  -       302  302  302  302
GET   jsi18n/                                           -       302  200  200  200
GET   autocomplete/                                     -       302  403  403  403
GET   ^(?P<app_label>…)/$                               -       302  200  200  404
GET   (?P<url>.*)$                                      -       302  404  404  404
GET   day/print/                                        -       302  200  200  403
GET   day/book/                                         -       302  200  200  403
POST  day/book/                                         own     302  422  422  403
POST  day/book/                                         other   302  422  422  403
GET   day/patients/                                     -       302  200  200  403
POST  day/patients/new/                                 -       302  422  422  403
GET   day/<uuid:visit_id>/move/                         own     302  200  200  403
GET   day/<uuid:visit_id>/move/                         other   302  404  404  403
POST  day/<uuid:visit_id>/move/                         other   302  404  404  403
GET   day/<uuid:visit_id>/<slug:name>/                  own     302  200  200  403
GET   day/<uuid:visit_id>/<slug:name>/                  other   302  404  404  403
POST  day/<uuid:visit_id>/<slug:name>/                  other   302  404  404  403
GET   audit-trail/                                      -       302  403  200  200
POST  audit-trail/export/                               -       302  403  302  302
GET   audit-trail/exports/<uuid:export_id>/             own     302  403  302  404
GET   audit-trail/exports/<uuid:export_id>/             other   302  403  404  404
POST  audit-trail/anomalies/<uuid:anomaly_id>/          own     302  403  302  302
POST  audit-trail/anomalies/<uuid:anomaly_id>/          other   302  403  404  302
GET   audit-trail/report/                               -       302  403  200  200
GET   patients/patient/merge/                           own     302  200  200  403
GET   patients/patient/merge/                           other   302  404  404  403
POST  patients/patient/merge/                           own     302  422  422  403
POST  patients/patient/merge/                           other   302  404  404  403
GET   patients/breakglass/<uuid:glass_id>/review/       own     302  403  403  403
POST  patients/breakglass/<uuid:glass_id>/review/       own     302  403  422  403
POST  patients/breakglass/<uuid:glass_id>/review/       other   302  403  404  403
POST  patients/patientmerge/<uuid:merge_id>/undo/       own     302  302  302  403
POST  patients/patientmerge/<uuid:merge_id>/undo/       other   302  404  404  403
"""

ROLES = {"receptionist": 0, "admin": 1, "operator": 2}
FIVE = ("changelist", "add", "change", "delete", "history")


def lines(table: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines() if line.strip() and not line.startswith("#")]


def rights() -> dict[str, list[set[str]]]:
    return {name: [set(letters) - {"-"} for letters in columns] for name, *columns in lines(MODELS)}


def addresses() -> Iterator[tuple[str, str | None]]:
    """Every pattern of the admin, with its name."""

    def walk(patterns: Any, before: str = "") -> Iterator[tuple[str, str | None]]:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns, before + str(pattern.pattern))
            else:
                yield before + str(pattern.pattern), pattern.name

    yield from walk(admin.site.urls[0])


def readable(pattern: str) -> str:
    return "^(?P<app_label>…)/$" if pattern.startswith("^(?P<app_label>") else pattern or "(start)"


def test_every_address_has_its_row():
    models_own = set()
    for model in registered():
        stem = f"{model._meta.app_label}/{model._meta.model_name}/"
        models_own |= {stem, f"{stem}add/", f"{stem}<path:object_id>/"}
        models_own |= {f"{stem}<path:object_id>/{what}/" for what in ("history", "delete", "change")}
    own_pages = {readable(pattern) for pattern, _name in addresses()} - models_own

    assert own_pages == {row[1] for row in lines(PAGES)}
    assert {model._meta.label_lower for model in registered()} == set(rights())


def browser_of(user: User, *, patient_id: Any = None) -> Client:
    """A browser that is signed in on the pages of patients and doctors."""
    row = make_session(user, patient_id=patient_id)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["vitas"] = {
        "session": str(row.pk),
        "at": int(timezone.now().timestamp()),
        "claims": tokens.claims_of(Session.objects.select_related("user", "membership__organization").get(pk=row.pk)),
    }
    store.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    return client


def outsiders() -> dict[str, Client]:
    patient = Patient.objects.get(phone="+5491155550101")
    staff = {name: User.objects.get(email=f"{name}@demo.vitas.test") for name in ("ana.ruiz", "nurse")}
    return {
        "nobody": Client(),
        "patient": browser_of(patient.access.first().user, patient_id=patient.pk),
        "doctor": browser_of(staff["ana.ruiz"]),
        "nurse": browser_of(staff["nurse"]),
    }


def model_addresses(row: Any) -> Iterator[str]:
    for what in FIVE:
        yield address(type(row), what, *([] if what in ("changelist", "add") else [row.pk]))


def test_nobody_patients_doctors_and_nurses_are_sent_to_the_sign_in(world):  # noqa: F811
    clients = outsiders()
    rows = [row for model in registered() if (row := model._default_manager.first())]

    wrong = []
    for who, client in clients.items():
        asked = [("GET", path) for row in rows for path in model_addresses(row)]
        asked += [("POST", path) for method, path in asked]
        asked += [(page[0], path_of(page[1], ids_of(None, "own"))) for page in lines(PAGES) if page[3] == "302"]
        for method, path in asked:
            answer = client.generic(method, path)
            if answer.status_code != 302 or not answer.headers["Location"].startswith("/admin/login/"):
                wrong.append((who, method, path, answer.status_code, answer.headers.get("Location")))

    assert [each for each in wrong if "/logout/" not in each[2]] == []


@pytest.mark.parametrize("role", list(ROLES))
def test_models_open_as_the_table_says(world, sign_in, role):  # noqa: F811
    who = sign_in(role)

    wrong = []
    for model in registered():
        may = rights()[model._meta.label_lower][ROLES[role]]
        own, other = own_and_other(model, who.actor)
        see = 200 if "v" in may else 403
        expected = {
            ("GET", "changelist", None): see,
            ("GET", "add", None): 200 if "a" in may else 403,
        }
        if own is not None:
            expected |= {
                ("GET", "change", own): see,
                ("POST", "change", own): 200 if "c" in may else 403,
                ("GET", "delete", own): 200 if "d" in may else 403,
                ("GET", "history", own): 404,
            }
        if other is not None:
            expected |= {
                ("GET", "change", other): 404 if "v" in may else 403,
                ("POST", "change", other): 404 if "c" in may else 403,
                ("GET", "delete", other): 404 if "d" in may else 403,
                ("POST", "delete", other): 404 if "d" in may else 403,
                ("GET", "history", other): 404,
            }
        for (method, what, row), status in expected.items():
            path = address(model, what, *([row.pk] if row is not None else []))
            data = {"post": "yes"} if what == "delete" else {"first_name": ""}
            answer = getattr(who.client, method.lower())(path, data if method == "POST" else {})
            # A form that was sent without what it needs is shown again, or changes nothing.
            good = {status} | ({302, 422} if method == "POST" and status == 200 else set())
            if answer.status_code not in good:
                wrong.append(
                    (model._meta.label, method, what, "own" if row is own else "other", answer.status_code, status)
                )

    assert wrong == []


def ids_of(organization_id: Any, whose: str) -> dict[str, Any]:
    """Ids of things of this organization, or of another one."""

    def rows(model: Any) -> Any:
        found = model.objects.order_by("pk")
        if organization_id is None:
            return found
        return (
            found.filter(organization_id=organization_id)
            if whose == "own"
            else found.exclude(organization_id=organization_id)
        )

    files = rows(PatientFile).filter(patient__merged_into=None)
    if whose == "other":
        files = files.exclude(patient__files__organization_id=organization_id)
    one, other = (file.patient_id for file in files.distinct()[:2])
    house = organization_id if whose == "own" else new_id()
    visit = rows(Appointment).filter(status="scheduled", starts_at__gt=timezone.now()).first()
    trail = {"export": make_export(house).pk, "anomaly": make_anomaly(house).pk}
    return {
        **trail,
        "visit": visit.pk,
        "merge": rows(PatientMerge).first().pk,
        "glass": rows(BreakGlass).first().pk,
        "one": one,
        "other": other,
    }


def path_of(pattern: str, ids: dict[str, Any]) -> str:
    path = (
        pattern.replace("(start)", "").replace("^(?P<app_label>…)/$", "patients/").replace("(?P<url>.*)$", "no-such/")
    )
    path = path.replace("<uuid:visit_id>", str(ids["visit"])).replace("<slug:name>", "cancel")
    for name in ("merge", "export", "anomaly", "glass"):
        path = path.replace(f"<uuid:{name}_id>", str(ids[name]))
    query = f"?one={ids['one']}&other={ids['other']}" if path.endswith("merge/") else ""
    return reverse("admin:index") + path + query


@pytest.mark.parametrize("role", list(ROLES))
def test_pages_open_as_the_table_says(world, sign_in, role):  # noqa: F811
    column = 4 + ROLES[role]
    who = sign_in(role)

    wrong = []
    for method, pattern, whose, *statuses in lines(PAGES):
        if pattern == "logout/":
            continue
        ids = ids_of(who.actor.organization_id, whose if whose != "-" else "own")
        path = path_of(pattern, ids)
        data = {"one": ids["one"], "other": ids["other"]} if pattern.endswith("merge/") else {"verdict": "explained"}
        answer = who.client.get(path) if method == "GET" else who.client.post(path, data)
        expected = int(statuses[column - 3])
        if answer.status_code != expected:
            wrong.append((method, pattern, whose, answer.status_code, expected))

    assert wrong == []


@pytest.mark.parametrize("role", list(ROLES))
def test_no_action_touches_what_is_not_ones_own(world, sign_in, role):  # noqa: F811
    """Also those that the page does not offer: whoever sends them by hand gets nothing."""
    who = sign_in(role)

    for model in registered():
        _own, other = own_and_other(model, who.actor)
        if other is None:
            continue
        before = model._default_manager.filter(pk=other.pk).values().get()
        for name in ["delete_selected", *(str(action) for action in admin.site._registry[model].actions)]:
            asked = {"action": name, "_selected_action": [other.pk], "post": "yes"}
            answer = who.client.post(address(model, "changelist"), asked)
            assert answer.status_code in (200, 302, 403), (model, name)
        assert model._default_manager.filter(pk=other.pk).values().get() == before, model


@pytest.mark.parametrize("role", list(ROLES))
def test_choices_offer_only_ones_own(world, sign_in, role):  # noqa: F811
    who = sign_in(role)

    for model in registered():
        for name in admin.site._registry[model].autocomplete_fields:
            field: Any = model._meta.get_field(name)
            asked = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": name}
            answer = who.client.get(reverse("admin:autocomplete"), {**asked, "term": "a"})

            seen = {str(pk) for pk in _visible(field.related_model, who.actor).values_list("pk", flat=True)}
            offered = {row["id"] for row in answer.json()["results"]} if answer.status_code == 200 else set()
            assert offered <= seen, (model, name)


def _visible(model: type[models.Model], actor: Any) -> Any:
    return model._default_manager.visible_to(actor)


@pytest.mark.parametrize("role", list(PEOPLE))
def test_money_and_the_audit_trail_are_never_written(world, sign_in, role):  # noqa: F811
    who = sign_in(role)
    money = {f"payments.{name}" for name in ("payment", "gatewaypayment", "refund", "ledgerentry")}

    for model in registered():
        if model._meta.label_lower not in money | {"audit.auditentry"}:
            continue
        row = model._default_manager.visible_to(who.actor).first() or model._default_manager.first()
        before = model._default_manager.filter(pk=row.pk).values().get()
        answers = [
            who.client.post(address(model, "add"), {"amount": 1}),
            who.client.post(address(model, "change", row.pk), {"amount": 1, "status": "REFUNDED", "action": "X"}),
            who.client.post(address(model, "delete", row.pk), {"post": "yes"}),
        ]

        assert {answer.status_code for answer in answers} <= {403, 404}, model
        assert model._default_manager.filter(pk=row.pk).values().get() == before
