"""How many statements each page sends to PostgreSQL at most, as the table says; the same for 1 row and for 100.

Counted like those of the API (test_statement_counts.py), the session's own look-up among them. Who: the roles for whom
the access table has a page of their own (200); `everyone` is all seven, `signed-in` all but nobody.
"""

from typing import Any

import pytest

from vitas.common import limits
from vitas.tests import access_table, test_access, test_statement_counts
from vitas.tests.test_access import PAGES, World, browser, filled, on_the_day
from vitas.tests.test_statement_counts import EVERYONE, SIGNED_IN, counted, with_rows

world = test_access.world

TABLE = """
# address                                              who                                      statements
/                                                      nobody                                   0
/                                                      doctor,nurse,receptionist,admin,operator 1
/                                                      patient                                  3
/^demo/outbox/?$                                       everyone                                 1
/booking/<str:way>                                     nobody                                   0
/booking/<str:way>                                     signed-in                                1
/demo/checkout/<uuid:payment_id>                       nobody                                   1
/demo/checkout/<uuid:payment_id>                       signed-in                                2
/doctor                                                nurse                                    11
/doctor                                                doctor                                   16
/doctor/agenda                                         doctor                                   11
/doctor/agenda/absences                                doctor                                   2
/doctor/agenda/absences/<int:absence_id>               doctor                                   3
/doctor/agenda/hours/<uuid:place_id>                   doctor                                   3
/doctor/agenda/stranded                                doctor                                   7
/doctor/emergency                                    doctor                                   2
/doctor/notes                                          doctor                                   5
/doctor/patients                                       doctor,nurse                             3
/doctor/patients/<uuid:patient_id>                     nurse                                    14
/doctor/patients/<uuid:patient_id>                     doctor                                   16
/doctor/patients/<uuid:patient_id>/allergies           nurse                                    4
/doctor/patients/<uuid:patient_id>/allergies           doctor                                   5
/doctor/patients/<uuid:patient_id>/export              doctor                                   11
/doctor/patients/<uuid:patient_id>/import              doctor                                   5
/doctor/patients/<uuid:patient_id>/medicines           nurse                                    4
/doctor/patients/<uuid:patient_id>/medicines           doctor                                   5
/doctor/patients/<uuid:patient_id>/problems            nurse                                    4
/doctor/patients/<uuid:patient_id>/problems            doctor                                   5
/doctor/patients/<uuid:patient_id>/records             nurse                                    10
/doctor/patients/<uuid:patient_id>/records             doctor                                   11
/doctor/patients/<uuid:patient_id>/records/new         nurse                                    2
/doctor/patients/<uuid:patient_id>/records/new         doctor                                   3
/doctor/patients/<uuid:patient_id>/results             nurse                                    4
/doctor/patients/<uuid:patient_id>/results             doctor                                   5
/doctor/profile                                        doctor                                   3
/doctor/records/<uuid:record_id>                       nurse                                    7
/doctor/records/<uuid:record_id>                       doctor                                   8
/doctor/results/<uuid:observation_id>                  nurse                                    4
/doctor/results/<uuid:observation_id>                  doctor                                   5
/doctor/visits/<uuid:visit_id>                         nurse                                    11
/doctor/visits/<uuid:visit_id>                         doctor                                   14
/doctor/recordings/<uuid:recording_id>/pieces          doctor                                   4
/doctor/visits/<uuid:visit_id>/record                  doctor                                   5
/doctor/visits/<uuid:visit_id>/note                    doctor                                   8
/doctor/visits/<uuid:visit_id>/note/codes              doctor                                   3
/doctors                                               nobody                                   9
/doctors                                               signed-in                                10
/doctors/<uuid:place_id>                               nobody                                   10
/doctors/<uuid:place_id>                               signed-in                                11
/manifest.webmanifest                                  nobody                                   0
/manifest.webmanifest                                  signed-in                                1
/me                                                    patient                                  5
/me/consents                                         patient                                  3
/me/consents/<uuid:consent_id>                       patient                                  3
/me/opened                                           patient                                  10
/me/phone                                              patient                                  2
/messages                                              patient                                  3
/notifications                                         doctor,nurse,receptionist,admin,operator 2
/notifications                                         patient                                  8
/notifications/count                                   doctor,nurse,receptionist,admin,operator 2
/notifications/count                                   patient                                  3
/offline                                               nobody                                   0
/offline                                               signed-in                                1
/password/change                                       doctor,nurse,receptionist,admin,operator 2
/password/forgotten                                    nobody                                   0
/password/forgotten                                    signed-in                                1
/profiles                                              patient                                  5
/profiles/new                                          patient                                  1
/records                                               patient                                  8
/records/<uuid:record_id>                              patient                                  7
/records/<uuid:record_id>/files                        patient,doctor,nurse                     3
/records/<uuid:record_id>/prescription.pdf             patient,doctor,nurse                     10
/records/export                                        patient                                  9
/records/results                                       patient                                  3
/records/results/<uuid:observation_id>                 patient                                  4
/security                                              doctor,nurse,receptionist,admin,operator 5
/security/confirm                                      doctor,nurse,receptionist,admin,operator 4
/session/left                                          signed-in                                1
/session/left                                          nobody                                   0
/sign-in                                               nobody                                   0
/sign-in                                               signed-in                                1
/sign-in/lost-phone                                    nobody                                   1
/sign-in/lost-phone                                    signed-in                                2
/sign-in/staff                                         nobody                                   0
/sign-in/staff                                         patient                                  1
/style/                                                nobody                                   15
/style/                                                signed-in                                16
/sw.js                                                 nobody                                   0
/sw.js                                                 signed-in                                1
/verify                                                nobody                                   0
/verify                                                signed-in                                1
/visits                                                patient                                  7
/visits/<uuid:visit_id>                                patient                                  5
/visits/<uuid:visit_id>/calendar.ics                   patient                                  3
/visits/<uuid:visit_id>/cancel                         patient                                  4
/visits/<uuid:visit_id>/move                           patient                                  10
/visits/calendar                                       patient                                  2
"""


def rows() -> dict[tuple[str, str], int]:
    """`{(address, role): statements}`"""
    found: dict[tuple[str, str], int] = {}
    for line in TABLE.splitlines():
        if line and not line.startswith("#"):
            address, who, number = line.split()
            roles = {"everyone": EVERYONE, "signed-in": SIGNED_IN}.get(who) or set(who.split(","))
            assert not {(address, role) for role in roles} & set(found), f"twice in the table: {line}"
            found |= {(address, role): int(number) for role in roles}
    return found


def let_in() -> set[tuple[str, str]]:
    """Every page that opens, with the roles for whom it does."""
    return {
        (address, role)
        for (method, address, whose), by_role in access_table.rows().items()
        if address in PAGES and method == "GET" and whose in ("own", "-")
        for role, status in by_role.items()
        if status == 200
    }


def statements_of(world: World, address: str, role: str) -> int:
    """What the second of two looks at a page sends."""
    somebody = browser(world, role)
    on_the_day(world, role)
    for _ in range(2):
        limits.server().flushdb()
        with counted() as found:
            answer = somebody.get(filled(address, world, "own"))
        assert answer.status_code == 200, f"{address} for {role}: {answer.status_code}"
    return len(found)


@pytest.mark.parametrize("how_many", [1, 100])
def test_pages_send_what_the_table_says(world: World, how_many: int) -> None:
    with_rows(world, how_many)

    found = {row: statements_of(world, *row) for row in sorted(let_in())}

    assert {row: sent for row, sent in found.items() if sent != rows().get(row)} == {}


def test_every_page_has_its_row() -> None:
    assert set(rows()) ^ let_in() == set()


def as_table(found: dict[tuple[str, str], int]) -> str:
    """The table anew, for whoever has changed a page and looked at why."""
    lines: dict[tuple[str, int], set[str]] = {}
    for (address, role), number in found.items():
        lines.setdefault((address, number), set()).add(role)
    who: Any = {frozenset(EVERYONE): "everyone", frozenset(SIGNED_IN): "signed-in"}
    order = list(test_statement_counts.ROLES)
    return "\n".join(
        f"{address:<54} {who.get(frozenset(roles)) or ','.join(sorted(roles, key=order.index)):<40} {number}"
        for (address, number), roles in sorted(lines.items())
    )
