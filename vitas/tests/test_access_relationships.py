"""The same addresses asked by people whose relationship is another one, not whose role: what they get is what the table
of access_table.py says of a stranger or of an owner. What an emergency opens stands here.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from appointments.models import Appointment
from patients.models import BreakGlass, CareRelationship, Patient, PatientAccess
from vitas import testing
from vitas.accounts.actor import NOBODY, Actor
from vitas.accounts.models import Role
from vitas.live import presenting, topics
from vitas.live.models import LiveEvent
from vitas.testing import ApiClient
from vitas.tests import test_access
from vitas.tests.access_table import ROLES, rows
from vitas.tests.test_access import API, PAGES, World, methods, status

world = test_access.world

# Whom the test lets ask for whose things, and what they must get: what the table says of (role, whose).
LIKE = {
    "a doctor of the organization, without care": ("own", "doctor", "other"),
    "a doctor of another organization": ("own", "doctor", "foreign"),
    "a doctor whose care has ended": ("own", "doctor", "own"),
    "a doctor in an emergency": ("other", "doctor", "other"),
    "a guardian": ("own", "patient", "own"),
    "a guardian whose access has ended": ("own", "patient", "other"),
}

# Of whom one cares for: an emergency opens them as care does, and they close with it. Visits are the doctor's own.
THE_PATIENTS = {"patient_id", "record_id", "attachment_id", "observation_id", "row_id"}
THE_PATIENTS |= {"condition_id", "allergy_id", "medication_id"}
THE_PATIENTS |= {"note_id", "diagnosis_id", "recording_id", "transcript_id"}
# These name them in the query or the body.
NAMED_WITHIN = {"medical-records"}
# A family's account is whose phone it is, whoever the profiles are.
THE_ACCOUNTS = {"session_id"}
# Who has broken the glass already gets the same one.
AGAIN = ("POST", "patients/<uuid:patient_id>/break-glass")
# A visit stays its doctor's; what was said and written there is seen and written by whom the patient is cared for.
NEEDS_CARE = {
    ("GET", "/doctor/visits/<uuid:visit_id>/note"): 404,
    ("POST", "/doctor/visits/<uuid:visit_id>/note/begin"): 404,
    ("POST", "diagnoses"): 403,
    ("POST", "notes"): 403,
}
# The visit's own doctor's, whoever else cares: method, address, what another one gets.
OF_THE_VISITS_DOCTOR = {
    ("POST", "/doctor/recordings/<uuid:recording_id>/discard"): 404,
    ("POST", "/doctor/recordings/<uuid:recording_id>/finish"): 404,
    ("POST", "notes/<uuid:note_id>/sign"): 403,
}
# What a doctor brought in is theirs to undo while they care for the patient: method, address, what they get afterwards.
ONCE_CARE_HAS_ENDED = {
    ("POST", "/doctor/imports/<uuid:import_id>/undo"): 404,
    ("POST", "medical-records/imports/<uuid:import_id>/undo"): 403,
}


def people(world: World) -> dict[str, Any]:
    """Who asks; `related` makes their relationship what it is called."""
    guardian = testing.make_user(phone="+16175557777")
    testing.make_patient(user=guardian)
    return {
        "a doctor of the organization, without care": world.doctors["other"].membership.user,
        "a doctor of another organization": world.doctors["foreign"].membership.user,
        "a doctor whose care has ended": world.users["doctor"],
        "a doctor in an emergency": world.users["doctor"],
        "a guardian": guardian,
        "a guardian whose access has ended": guardian,
    }


def related(world: World, who: str, user: Any) -> Any:
    """Make the relationship so; answers with the profile that acts, if it is a patient's side."""
    child = world.patients["own"]
    match who:
        case "a doctor whose care has ended":
            CareRelationship.objects.filter(doctor__membership__user=user).update(ended_at=timezone.now())
        case "a doctor in an emergency":
            BreakGlass.objects.create(
                patient=world.patients["other"],
                organization=world.clinics["own"].organization,
                doctor=world.doctors["own"],
                user_id=user.pk,
                reason="Nobody knows the medicines",
                ends_at=timezone.now() + timedelta(minutes=59),
            )
        case "a guardian" | "a guardian whose access has ended":
            ended = timezone.now() if who.endswith("ended") else None
            PatientAccess.objects.create(
                user=user, patient=child, relation="child", verified_at=timezone.now(), ended_at=ended
            )
            return user.patient_access.filter(ended_at=None).first().patient if ended else child
    return None


def expected(who: str, method: str, address: str) -> int:
    _whose, role, like = LIKE[who]
    ids = set(re.findall(r"<\w+:(\w+)>", address))
    of_the_patient = bool(ids & THE_PATIENTS) or address in NAMED_WITHIN
    if who == "a doctor in an emergency" and of_the_patient:
        like = "own"
        if (method, address) == AGAIN:
            return 201
        if (method, address) in OF_THE_VISITS_DOCTOR:
            return OF_THE_VISITS_DOCTOR[method, address]
    if who == "a doctor whose care has ended" and (method, address) in ONCE_CARE_HAS_ENDED | NEEDS_CARE:
        return (ONCE_CARE_HAS_ENDED | NEEDS_CARE)[method, address]
    if who == "a doctor whose care has ended" and of_the_patient:
        like = "other"
    if who == "a guardian" and ids & THE_ACCOUNTS:
        like = "other"
    return rows()[method, address, like][role]


def things() -> list[tuple[str, str]]:
    """Addresses that name a thing of somebody: those that answer alike to all are of nobody."""
    found = []
    for (method, address, whose), by_role in rows().items():
        if whose == "own" and any(rows()[method, address, other] != by_role for other in ("other", "foreign")):
            found.append((method, address))
    return found


@pytest.mark.parametrize("who", LIKE)
def test_relationships_decide_and_not_roles_alone(world: World, who: str) -> None:
    whose, role, _like = LIKE[who]
    user = people(world)[who]
    acts_for = related(world, who, user)
    api, cookie = ApiClient(user, act_for=acts_for), testing.browser(user, act_for=acts_for).cookies["sessionid"].value
    world.clients[who], world.cookies[who], world.users[who] = api, cookie, user

    wrong = {}
    for method, address in things():
        found = status(world, who, method, address, whose, role=role)
        if found != expected(who, method, address):
            wrong[method, address] = (found, expected(who, method, address))

    assert wrong == {}, "address: (found, as it must be)"


@pytest.mark.parametrize("role", ["nobody", "patient", "doctor", "nurse", "receptionist"])
def test_fragments_open_to_whom_their_pages_do(world: World, role: str) -> None:
    """A page asked for as htmx asks: what leads elsewhere is told to htmx, what is hidden stays hidden."""
    headers = {"HX-Request": "true", "HX-Target": "content"}
    wrong = {}
    for (method, address, whose), by_role in rows().items():
        if method == "GET" and address in PAGES:
            found = status(world, role, method, address, whose, headers=headers)
            told = {302: {200, 302}}.get(by_role[role], {by_role[role]})
            if found not in told:
                wrong[address, whose] = (found, by_role[role])

    assert wrong == {}


def test_what_is_described_is_what_there_is() -> None:
    paths = SchemaGenerator().get_schema(public=True)["paths"]
    described = {(method.upper(), shape(path)) for path, item in paths.items() for method in item}

    exist = {(method, shape(address)) for address, view in API.items() for method in methods(view)}

    assert described ^ exist <= {("GET", "/schema"), ("GET", "/docs")}


def shape(address: str) -> str:
    """`appointments/<uuid:id>` and `/api/v1/appointments/{id}` are one."""
    plain = re.sub(r"<[^>]+>|\{[^}]+\}", "{}", address)
    return "/" + re.sub(r"^/?(api/v1/|api/)?", "", plain).strip("/")


def test_nurse_has_the_visits_and_patients_of_the_day_only(world: World) -> None:
    visit, patient = world.visits["own"], world.patients["own"]
    membership = world.users["nurse"].memberships.get()
    nurse = Actor(role=Role.NURSE, membership_id=membership.pk, organization_id=membership.organization_id)

    def seen() -> tuple[bool, bool]:
        mine = Appointment.objects.visible_to(nurse).filter(pk=visit.pk).exists()
        return mine, Patient.objects.visible_to(nurse).filter(pk=patient.pk).exists()

    next_week = seen()
    rows_of_visit = Appointment.objects.filter(pk=visit.pk)
    rows_of_visit.update(starts_at=timezone.now(), ends_at=timezone.now() + timedelta(minutes=30))
    today = seen()
    rows_of_visit.update(status="cancelled")
    cancelled = seen()
    rows_of_visit.update(
        status="in_progress",
        starts_at=timezone.now() - timedelta(hours=20),
        ends_at=timezone.now() - timedelta(hours=19),
    )
    still_here = seen()

    assert (next_week, today, cancelled, still_here) == ((False, False), (True, True), (True, False), (True, True))


# Who hears what of `own` and `other` at /ws/notifications/: event, whose visit or patient, then each role.
SOCKETS = """
# event              whose     N  P  D  U  R  A  O
appointment:new      own       -  -  x  -  x  x  -
appointment:new      other     -  -  -  -  x  x  -
appointment:new      foreign   -  -  -  -  -  -  -
appointment:update   own       -  x  x  -  x  x  -
appointment:update   other     -  -  -  -  x  x  -
appointment:update   foreign   -  -  -  -  -  -  -
payment:update       own       -  -  x  -  x  x  -
payment:update       other     -  -  -  -  x  x  -
payment:update       foreign   -  -  -  -  -  -  -
emergency:opened     own       -  x  -  -  -  x  -
emergency:opened     other     -  -  -  -  -  x  -
emergency:opened     foreign   -  -  -  -  -  -  -
"""


def actor_of(world: World, role: str) -> Actor:
    if role == "nobody":
        return NOBODY
    user = world.users[role]
    member = user.memberships.first()
    return Actor(
        role=Role(member.role) if member else Role.PATIENT if role == "patient" else None,
        user_id=user.pk,
        membership_id=member.pk if member else None,
        organization_id=member.organization_id if member else None,
        doctor_id=world.doctors["own"].pk if role == "doctor" else None,
        patient_id=world.patients["own"].pk if role == "patient" else None,
        is_operator=user.is_operator,
    )


def heard(world: World, role: str, event: str, whose: str) -> bool:
    """Whether it is announced to the person at all, and told to them then: both are asked."""
    visit, actor = world.visits[whose], actor_of(world, role)
    told_to = {topics.doctor(visit.doctor_id), topics.desk(visit.organization_id), topics.patient(visit.patient_id)}
    if event in ("appointment:new", "payment:update"):
        told_to.discard(topics.patient(visit.patient_id))
    if event.startswith("emergency"):
        organization = world.clinics["foreign"].organization_id if whose == "foreign" else None
        told_to = {topics.patient(visit.patient_id)}
        told_to |= set() if organization else {topics.user(world.users["admin"].pk)}
    ids = {
        "appointment": str(visit.pk),
        "payment": str(world.payments[whose].pk),
        "glass": str(world.glasses[whose].pk),
        "status": "CONFIRMED",
    }
    row = LiveEvent(event=event, topic="any", ids=ids, at=timezone.now())
    return bool(topics.topics_of(actor) & told_to) and bool(presenting.presented(actor, [row]))


def test_sockets_tell_each_role_what_is_theirs(world: World) -> None:
    lines = [line.split() for line in SOCKETS.splitlines() if line and not line.startswith("#")]

    wrong = {}
    for event, whose, *marks in lines:
        found = ["x" if heard(world, role, event, whose) else "-" for role in ROLES]
        if found != marks:
            wrong[event, whose] = " ".join(found)

    assert wrong == {}


def test_what_is_told_to_the_wrong_topic_is_not_presented(world: World) -> None:
    """Topics are not the wall: who hears of another's visit all the same is told nothing."""
    foreign = {"appointment": str(world.visits["foreign"].pk), "status": "CONFIRMED"}
    row = LiveEvent(event="appointment:update", topic="any", ids=foreign, at=timezone.now())

    told = {role: presenting.presented(actor_of(world, role), [row]) for role in ROLES}

    assert told == {role: [] for role in ROLES}
