"""What a doctor may change of the own profile. Name, title, specialty, licences and fees are the administrator's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.models import Doctor
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common.errors import Invalid, NotFound, Problem
from vitas.common.seen import require_seen

MOST_ENTRIES: Final = 30
LISTS: Final = ("specialties", "services", "languages", "insurances", "certifications")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ().\-]{5,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """As a doctor presents themselves. `specialties` are words; by which one is found is the administrator's."""

    bio: str = ""
    education: str = ""
    phone: str = ""
    years_of_experience: int | None = None
    specialties: Sequence[str] = ()
    services: Sequence[str] = ()
    languages: Sequence[str] = ()
    insurances: Sequence[str] = ()
    certifications: Sequence[str] = ()


def own(by: Actor) -> Doctor:
    """The doctor who is signed in. Raises NotFound."""
    doctor = Doctor.objects.visible_to(by).filter(pk=by.doctor_id).first() if by.doctor_id else None
    if doctor is None:
        raise NotFound()
    return doctor


def of(doctor: Doctor) -> dict[str, Any]:
    """What the profile says now, by the names of its fields."""
    return {field.name: getattr(doctor, field.name) for field in fields(Profile)}


@transaction.atomic
def change(profile: Profile, *, by: Actor, seen: str = "") -> Doctor:
    """Write the own profile; the directory finds by it at once. `seen` is `seen_of` what the doctor was shown.

    Raises Invalid, NotFound, SavedMeanwhile.
    """
    wanted: dict[str, object] = {
        "bio": _text(profile.bio),
        "education": _text(profile.education),
        "phone": profile.phone.strip(),
        "years_of_experience": profile.years_of_experience,
        **{name: _entries(getattr(profile, name)) for name in LISTS},
    }
    problems = _problems(wanted)
    if problems:
        raise Invalid(problems=problems)
    doctor = Doctor.objects.select_for_update(of=("self",), no_key=True).get(pk=own(by).pk)
    require_seen(seen, now=of(doctor), wanted=wanted)
    changed = [name for name, value in wanted.items() if getattr(doctor, name) != value]
    if not changed:
        return doctor
    for name in changed:
        setattr(doctor, name, wanted[name])
    doctor.save(update_fields=[*changed, *(key for key in _KEYS if key.removesuffix("_key") in changed), "updated_at"])
    trail.record(
        by,
        "CHANGE_PROFILE",
        category=trail.Category.CONFIGURATION,
        resource="doctors",
        resource_id=doctor.pk,
        organization_id=doctor.organization_id,
        fields=changed,
    )
    return doctor


_KEYS: Final = ("specialties_key", "languages_key", "insurances_key")  # what search reads follows


def _problems(fields: dict[str, object]) -> list[Problem]:
    found = []
    for name in ("bio", "education"):
        longest = _longest(name)
        if len(str(fields[name])) > longest:
            found.append(Problem(name, _("At most %(count)d characters.") % {"count": longest}))
    for name in LISTS:
        entries: list[str] = fields[name]  # type: ignore[assignment]
        longest = _longest(name)
        if len(entries) > MOST_ENTRIES:
            found.append(Problem(name, _("At most %(count)d entries.") % {"count": MOST_ENTRIES}))
        if any(len(entry) > longest for entry in entries):
            found.append(Problem(name, _("Each entry has at most %(count)d characters.") % {"count": longest}))
    phone, years = str(fields["phone"]), fields["years_of_experience"]
    if phone and not _PHONE.fullmatch(phone):
        found.append(Problem("phone", _("Write the phone number in digits, such as +54 11 5555-0101.")))
    if isinstance(years, int) and not 0 <= years <= 80:
        found.append(Problem("years_of_experience", _("A number from 0 to 80.")))
    return found


def _longest(name: str) -> int:
    """Characters that the directory has room for: of a text, or of each entry of a list."""
    field: Any = Doctor._meta.get_field(name)
    return getattr(field, "base_field", field).max_length


def _text(text: str) -> str:
    """As typed, without what no reader sees."""
    lines = text.replace("\r\n", "\n").strip()
    return "".join(letter for letter in lines if letter == "\n" or letter.isprintable())


def _entries(entries: Sequence[str]) -> list[str]:
    """Each once, in the order they were written, on one line."""
    clean = (" ".join("".join(x if x.isprintable() else " " for x in entry).split()) for entry in entries)
    return list(dict.fromkeys(entry for entry in clean if entry))
