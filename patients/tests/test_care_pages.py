"""Pages of consents, of emergency access and of who opened what, in a browser without scripts."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.tests.cast import Cast
from patients import consent_texts, emergency
from patients.models import BreakGlass, CareRelationship, Consent, PatientFile
from vitas import testing
from vitas.accounts.models import Role
from vitas.audit import trail
from vitas.common.acting import acting_as

pytestmark = pytest.mark.django_db

WHY = "Brought in unconscious, nobody knows the medicines"


@pytest.fixture
def cast():
    cast = Cast()
    cast.ana.last_name = "Gómez"
    cast.ana.save()
    known(cast, cast.ana)
    return cast


def known(cast, patient):
    PatientFile.objects.create(organization=cast.organization, patient=patient, number=testing.number())


def words(answer):
    body = answer.content.decode()
    main = body[body.index("<main") : body.index("</main>")] if "<main" in body else body
    return " ".join(re.sub(r"<[^>]+>", " ", main).split()).replace("&#x27;", "'")


def patient_browser(patient):
    return testing.browser(testing.user_of(patient))


# Consents


def ask_for(cast, kind, recipient=""):
    return reverse("new-consent") + f"?organization={cast.organization.pk}&kind={kind}&recipient={recipient}"


def hidden(answer):
    return dict(re.findall(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', answer.content.decode()))


def test_patient_reads_the_text_allows_it_prints_it_and_takes_it_back(cast):
    browser = patient_browser(cast.ana)
    before = words(browser.get(reverse("my-consents")))
    form = browser.get(ask_for(cast, "recording"))

    given = browser.post(reverse("new-consent"), hidden(form), follow=True)
    row = Consent.objects.get()
    printed = words(browser.get(reverse("consent", args=[row.pk])))
    taken = words(browser.post(reverse("revoke-consent", args=[row.pk]), follow=True))

    assert before.count("not allowed") == 3
    assert f"I allow {cast.organization.name} to record" in words(form)
    assert words(given).count("not allowed") == 2
    assert "to record the sound of my visits" in printed
    assert f"Patient {cast.ana}" in printed
    assert taken.count("not allowed") == 3
    assert "What I took back" in taken


def test_sharing_is_offered_with_each_other_organization_that_knows_the_patient(cast):
    other = Cast()
    known(other, cast.ana)
    browser = patient_browser(cast.ana)

    listed = words(browser.get(reverse("my-consents")))
    form = browser.get(ask_for(cast, "sharing", other.organization.pk))
    browser.post(reverse("new-consent"), hidden(form))

    assert f"Share my records with {other.organization}" in listed
    assert f"Share my records with {cast.organization}" in listed
    assert [(row.organization, row.recipient) for row in Consent.objects.all()] == [
        (cast.organization, other.organization)
    ]


def test_text_that_changed_while_it_was_read_is_shown_again(cast, monkeypatch):
    browser = patient_browser(cast.ana)
    form = hidden(browser.get(ask_for(cast, "messages")))
    monkeypatch.setitem(consent_texts.VERSION, "messages", "2030-01")

    answer = browser.post(reverse("new-consent"), form)

    assert answer.status_code == 409
    assert "The text has changed since you read it" in words(answer)
    assert hidden(answer)["version"] == "2030-01"
    assert not Consent.objects.exists()


@pytest.mark.parametrize("kind", ["sharing", "nothing", ""])
def test_what_cannot_be_allowed_is_not_found(cast, kind):
    assert patient_browser(cast.ana).get(ask_for(cast, kind)).status_code == 404


def test_doctor_sees_what_the_patient_allows(cast):
    CareRelationship.objects.create(organization=cast.organization, doctor=cast.doctor, patient=cast.ana, because="x")
    browser = patient_browser(cast.ana)
    page = reverse("doctor-patient", args=[cast.ana.pk])
    before = words(testing.browser(cast.doctor_user).get(page))

    browser.post(reverse("new-consent"), hidden(browser.get(ask_for(cast, "recording"))))

    assert "Nothing: no recording" in before
    assert "recording of visits since" in words(testing.browser(cast.doctor_user).get(page))


# Emergency access


def test_doctor_finds_gives_a_reason_sees_the_banner_and_ends_it(cast):
    browser = testing.browser(cast.doctor_user)
    page = reverse("doctor-patient", args=[cast.ana.pk])

    closed = browser.get(page).status_code
    found = words(browser.get(reverse("break-glass"), {"q": "Ana Gómez"}))
    asked = words(browser.get(reverse("break-glass", args=[cast.ana.pk])))
    short = browser.post(reverse("break-glass", args=[cast.ana.pk]), {"reason": "short"})
    opened = browser.post(reverse("break-glass", args=[cast.ana.pk]), {"reason": WHY}, follow=True)
    row = BreakGlass.objects.get()
    ended = browser.post(reverse("end-emergency", args=[row.pk]), follow=True)

    assert closed == 404
    assert "not in your care" in found
    assert "Write no findings into it" in asked
    assert (short.status_code, "at least 10 letters" in words(short)) == (400, True)
    assert opened.redirect_chain == [(page, 302)]
    assert "Emergency access · ends in" in words(opened)
    assert "being reviewed" in words(ended)
    assert browser.get(page).status_code == 404


def test_no_banner_for_whom_one_cares_for(cast):
    CareRelationship.objects.create(organization=cast.organization, doctor=cast.doctor, patient=cast.ana, because="x")

    shown = testing.browser(cast.doctor_user).get(reverse("doctor-patient", args=[cast.ana.pk]))

    assert "Emergency access · ends in" not in words(shown)


def test_administrator_reviews_in_the_admin_with_a_count_until_it_is_done(cast):
    by = cast.staff_actor(cast.doctor_user)
    row = emergency.break_glass(patient_id=cast.ana.pk, reason=WHY, by=by)
    emergency.end_early(id=row.pk, by=by)
    admin = testing.browser(cast.staff(Role.ADMIN))
    page = reverse("admin:patients_breakglass_change", args=[row.pk])
    review = reverse("admin:patients_breakglass_review", args=[row.pk])

    before = admin.get(reverse("admin:patients_breakglass_changelist")).content.decode()
    shown = admin.get(page).content.decode()
    refused = admin.post(review, {"verdict": "not_justified", "note": ""})
    done = admin.post(review, {"verdict": "justified", "note": ""}, follow=True).content.decode()

    assert 'class="badge-count">1<' in before
    assert WHY in shown
    assert (refused.status_code, "why it was not justified" in refused.content.decode()) == (400, True)
    assert "badge-count" not in done
    row.refresh_from_db()
    assert row.verdict == "justified"
    assert "Close the review" not in admin.get(page).content.decode()


# Who opened what


def test_patient_sees_who_opened_what_and_when(cast):
    CareRelationship.objects.create(organization=cast.organization, doctor=cast.doctor, patient=cast.ana, because="x")
    for _ in range(2):
        testing.browser(cast.doctor_user).get(reverse("doctor-patient", args=[cast.ana.pk]))

    shown = words(patient_browser(cast.ana).get(reverse("who-opened")))

    assert f"({cast.organization}) opened your file · 2 times" in shown
    assert "What is not in this list" in shown


def test_emergency_is_marked_with_its_review_and_without_its_reason(cast):
    by = cast.staff_actor(cast.doctor_user)
    row = emergency.break_glass(patient_id=cast.ana.pk, reason=WHY, by=by)
    testing.browser(cast.doctor_user).get(reverse("doctor-patient", args=[cast.ana.pk]))
    browser = patient_browser(cast.ana)

    open_now = words(browser.get(reverse("who-opened")))
    emergency.end_early(id=row.pk, by=by)
    waiting = words(browser.get(reverse("who-opened")))
    emergency.review(id=row.pk, verdict="justified", note="", by=cast.staff_actor(cast.staff(Role.ADMIN)))
    reviewed = words(browser.get(reverse("who-opened")))

    assert "open now" in open_now
    assert "opened your file in an emergency" in open_now
    assert "being reviewed" in waiting
    assert "reviewed: justified" in reviewed
    assert WHY not in reviewed


def entry_at(cast, at, action="READ_PATIENT", user=None):
    """An entry of another day: the trail writes the present one."""
    from unittest import mock

    by = cast.staff_actor(user or cast.doctor_user)
    with mock.patch("vitas.audit.trail.timezone.now", return_value=at), acting_as(by):
        trail.record(by, action, category="health_data", resource="patients", patient_id=cast.ana.pk)


def test_days_narrow_the_list_and_a_wrong_pair_says_so(cast):
    now = timezone.now()
    entry_at(cast, now - timedelta(days=2), "READ_AGENDA")
    entry_at(cast, now, "READ_QUEUE")
    browser, day = patient_browser(cast.ana), (now - timedelta(days=2)).date().isoformat()

    narrowed = words(browser.get(reverse("who-opened"), {"since": day, "until": day}))
    empty = words(browser.get(reverse("who-opened"), {"since": "2020-01-01", "until": "2020-01-02"}))
    wrong = browser.get(reverse("who-opened"), {"since": "2020-02-01", "until": "2020-01-02"})
    nonsense = browser.get(reverse("who-opened"), {"since": "9999-12-31", "before": "x", "until": "0001-01-01"})

    assert ("in the calendar" in narrowed, "waiting list" in narrowed) == (True, False)
    assert "Nobody opened anything in these days." in empty
    assert (wrong.status_code, "lies before the first" in words(wrong)) == (422, True)
    assert nonsense.status_code == 422


def test_own_acts_are_shown_only_when_asked_for(cast):
    browser = patient_browser(cast.ana)
    browser.get(reverse("me"))

    others, all_of_it = (words(browser.get(reverse("who-opened") + query)) for query in ("", "?mine=1"))

    assert "Nobody has opened anything of yours yet." in others
    assert "You opened your file" in all_of_it


def test_guardian_reads_it_for_the_profile_that_acts(cast):
    guardian = testing.user_of(cast.bruno)
    child = testing.make_patient(user=guardian, first_name="Child")
    known(cast, child)
    emergency.break_glass(patient_id=child.pk, reason=WHY, by=cast.staff_actor(cast.doctor_user))

    of_child = words(testing.browser(guardian, act_for=child).get(reverse("who-opened")))
    of_self = words(testing.browser(guardian, act_for=cast.bruno).get(reverse("who-opened")))

    assert "Opened in an emergency" in of_child
    assert "Opened in an emergency" not in of_self
