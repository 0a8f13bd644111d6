"""The statements of `slots` and `day_counts`: PostgreSQL takes claims, absences and holidays from hours, as ranges.

Parameters: `now`; `places` with `minutes`, `before`, `after`, or `doctor` with `clinic`, `minutes`, `type`; `first` and
`last`, or `starts_at`.
"""

from typing import Final

from clinic.models import VisitType

USUAL_MINUTES: Final = 30
"""S3 1.2, where the organization says nothing of the kind of visit."""


def _instant(wall: str, zone: str) -> str:
    """SQL for the first instant at which clocks of `zone` show `wall`.

    AT TIME ZONE takes the later instant of a wall time that happens twice, and moves one that never happens forward.
    Three hours earlier the clocks still run by the earlier offset, so counting from there gives the first occurrence,
    if there is one: then it shows `wall` again.
    """
    earlier = f"((({wall}) - interval '3 hours') AT TIME ZONE {zone} + interval '3 hours')"
    return f"CASE WHEN {earlier} AT TIME ZONE {zone} = ({wall}) THEN {earlier} ELSE ({wall}) AT TIME ZONE {zone} END"


# Which places, and how long a visit is there. The statements below start with one of these.
_LISTED: Final = """
    SELECT place.id AS place_id, place.doctor_id, place.clinic_id, clinic.organization_id, clinic.zone,
        place.slot_minutes, place.slot_minutes * 60 AS slot_seconds,
        {minutes} AS minutes, {before} AS buffer_before, {after} AS buffer_after
    FROM clinic_doctorplace place JOIN clinic_clinic clinic ON clinic.id = place.clinic_id
    {kind}
    WHERE place.listed AND {which}
"""
_KIND: Final = "LEFT JOIN clinic_visitkind kind ON kind.organization_id = clinic.organization_id AND kind.type = {type}"

ASKED_PLACES: Final = _LISTED.format(
    minutes="%(minutes)s::int",
    before="%(before)s::int",
    after="%(after)s::int",
    kind="",
    which="place.id = ANY(%(places)s::uuid[])",
)
# A place alone lets PostgreSQL keep one plan for all (an array's length would not): 0.5 ms less a statement.
ASKED_PLACE: Final = _LISTED.format(
    minutes=f"coalesce(%(minutes)s::int, kind.minutes, {USUAL_MINUTES})",
    before="coalesce(%(before)s::int, kind.buffer_before, 0)",
    after="coalesce(%(after)s::int, kind.buffer_after, 0)",
    kind=_KIND.format(type="%(type)s::text"),
    which="place.id = %(place)s::uuid",
)
# Counted as a patient sees it who asks for nothing particular.
USUAL_PLACES: Final = _LISTED.format(
    minutes=f"coalesce(kind.minutes, {USUAL_MINUTES})",
    before="coalesce(kind.buffer_before, 0)",
    after="coalesce(kind.buffer_after, 0)",
    kind=_KIND.format(type=f"'{VisitType.CONSULTATION.value}'"),
    which="place.id = ANY(%(places)s::uuid[])",
)
# One place of a doctor: at the clinic asked for, else the primary one, else any that is open to patients.
DOCTORS_PLACE: Final = (
    _LISTED.format(
        minutes=f"coalesce(%(minutes)s::int, kind.minutes, {USUAL_MINUTES})",
        before="coalesce(kind.buffer_before, 0)",
        after="coalesce(kind.buffer_after, 0)",
        kind=_KIND.format(type="%(type)s::text"),
        which="place.doctor_id = %(doctor)s::uuid AND (%(clinic)s::uuid IS NULL OR place.clinic_id = %(clinic)s::uuid)",
    )
    + "ORDER BY place.is_primary DESC, place.id LIMIT 1"
)


def calendar(places: str, *, first: str = "%(first)s::date", last: str = "%(last)s::date", before: str = "") -> str:
    """The shared head of every statement: `calendar` (a row a place: what is open, shut and taken) and `spans`.

    `before` is a table that `places` or the dates refer to.

    `since` and `until` only narrow what is read, with three hours to spare for clocks that change; the exact bounds are
    checked on each start.
    """
    return f"""
WITH {before}wanted AS MATERIALIZED ({places}),
frame AS MATERIALIZED (
    SELECT wanted.*, days.first, days.last,
        make_interval(mins => minutes) AS length,
        make_interval(mins => buffer_before) AS before,
        make_interval(mins => buffer_after) AS after,
        greatest(days.first::timestamp AT TIME ZONE zone - interval '3 hours', %(now)s::timestamptz) AS since,
        (days.last + 1)::timestamp AT TIME ZONE zone + interval '3 hours' AS until
    FROM wanted
    CROSS JOIN LATERAL (SELECT (%(now)s::timestamptz AT TIME ZONE zone)::date AS date) today
    CROSS JOIN LATERAL (
        SELECT greatest({first}, today.date) AS first,
            least({last}, (today.date + interval '6 months')::date) AS last
        OFFSET 0
    ) days
    WHERE days.first <= days.last
),
walls AS MATERIALIZED (
    SELECT frame.place_id, zone, days.day,
        days.day + make_interval(mins => hours.start_minute) AS begins,
        days.day + make_interval(mins => hours.start_minute + hours.minutes) AS closes
    FROM frame
    -- A span is at most a day long, but a date may be skipped; a long visit may reach into the next day's hours.
    CROSS JOIN LATERAL (
        SELECT frame.first + nth AS day FROM generate_series(-2, frame.last - frame.first + 1) nth
    ) days
    JOIN clinic_weeklyhours hours
        ON hours.place_id = frame.place_id AND hours.weekday = extract(isodow FROM days.day)::int - 1
),
instants AS MATERIALIZED (
    SELECT place_id, zone, day, {_instant("begins", "zone")} AS starts, {_instant("closes", "zone")} AS ends FROM walls
),
spans AS MATERIALIZED (
    SELECT place_id, starts, ends FROM instants
    -- A span that falls wholly into what the clock skips is none; nor are the hours of a date that never happens.
    WHERE starts < ends AND (starts AT TIME ZONE zone)::date = day
),
calendar AS MATERIALIZED (
    SELECT frame.*, working.open,
        coalesce((
            SELECT range_agg(away.span) FROM (
                SELECT tstzrange(absence.starts_at, absence.ends_at) AS span
                FROM clinic_absence absence
                WHERE absence.doctor_id = frame.doctor_id
                    AND (absence.place_id IS NULL OR absence.place_id = frame.place_id)
                    AND absence.ends_at > frame.since - frame.before
                    AND absence.starts_at < frame.until + frame.length + frame.after
                UNION ALL
                SELECT tstzrange({_instant("holiday.date::timestamp", "frame.zone")},
                    {_instant("(holiday.date + 1)::timestamp", "frame.zone")})
                FROM clinic_holiday holiday
                WHERE holiday.organization_id = frame.organization_id
                    AND (holiday.clinic_id IS NULL OR holiday.clinic_id = frame.clinic_id)
                    AND holiday.date BETWEEN frame.first - 2 AND frame.last + 2
            ) away
        ), '{{}}'::tstzmultirange) AS shut,
        coalesce((
            SELECT range_agg(claim.span) FROM appointments_timeclaim claim
            WHERE claim.resource = frame.doctor_id AND claim.lane = 0
                AND claim.span && tstzrange(frame.since - frame.before, frame.until + frame.length + frame.after)
                -- A lapsed hold is free at once, whoever sweeps it away.
                AND (claim.held_until IS NULL OR claim.held_until > %(now)s::timestamptz)
        ), '{{}}'::tstzmultirange) AS taken
    FROM frame
    JOIN (SELECT place_id, range_agg(tstzrange(starts, ends)) AS open FROM spans GROUP BY place_id) working
        ON working.place_id = frame.place_id
)"""


# What makes a start bookable but for the claims, given `calendar` and an expression for the start.
_POSSIBLE: Final = """{start} > %(now)s::timestamptz
    AND ({start} AT TIME ZONE calendar.zone)::date BETWEEN calendar.first AND calendar.last
    AND tstzrange({start}, {start} + calendar.length) <@ calendar.open
    AND NOT tstzrange({start} - calendar.before, {start} + calendar.length + calendar.after) && calendar.shut"""
_TAKEN: Final = "tstzrange({start} - calendar.before, {start} + calendar.length + calendar.after) && calendar.taken"

# `free(place_id, starts, wall)`: every bookable start once, though two working spans may both lead to it.
STARTS: Final = f""",
free AS (
    SELECT DISTINCT calendar.place_id, slot.starts, calendar.length, slot.starts AT TIME ZONE calendar.zone AS wall
    FROM calendar
    JOIN spans ON spans.place_id = calendar.place_id
    CROSS JOIN LATERAL generate_series(
        greatest(0, ceil(extract(epoch FROM calendar.since - spans.starts) / calendar.slot_seconds))::int,
        ceil(extract(epoch FROM least(calendar.until, spans.ends) - spans.starts) / calendar.slot_seconds)::int - 1
    ) nth
    CROSS JOIN LATERAL (
        SELECT spans.starts + make_interval(mins => nth * calendar.slot_minutes) AS starts OFFSET 0
    ) slot
    WHERE {_POSSIBLE.format(start="slot.starts")}
    AND NOT {_TAKEN.format(start="slot.starts")}
)"""

FREE: Final = (
    calendar(ASKED_PLACES) + STARTS + "\nSELECT place_id, starts, starts + length FROM free ORDER BY place_id, starts"
)

# A row even when nothing is free: that the doctor is listed, and where.
DOCTORS_FREE: Final = (
    calendar(DOCTORS_PLACE)
    + STARTS
    + """
SELECT wanted.place_id, wanted.zone, wanted.minutes, found.starts, found.walls
FROM wanted CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(free.starts ORDER BY free.starts), '{}') AS starts,
        coalesce(array_agg(free.wall ORDER BY free.starts), '{}') AS walls
    FROM free WHERE free.place_id = wanted.place_id
) found"""
)

CHECK: Final = (
    calendar(
        ASKED_PLACE,
        first="(%(starts_at)s::timestamptz AT TIME ZONE zone)::date",
        last="(%(starts_at)s::timestamptz AT TIME ZONE zone)::date",
    )
    + f"""
SELECT {_TAKEN.format(start="%(starts_at)s::timestamptz")}, minutes, buffer_before, buffer_after
FROM calendar
WHERE {_POSSIBLE.format(start="%(starts_at)s::timestamptz")}
AND EXISTS (
    SELECT FROM spans
    WHERE spans.place_id = calendar.place_id
        AND spans.starts <= %(starts_at)s::timestamptz AND spans.ends > %(starts_at)s::timestamptz
        AND mod(extract(epoch FROM %(starts_at)s::timestamptz - spans.starts), calendar.slot_seconds) = 0
)"""
)

KIND: Final = """
SELECT minutes, buffer_before, buffer_after FROM clinic_visitkind
WHERE organization_id = %(organization)s::uuid AND type = %(type)s::text
"""

COUNT: Final = (
    calendar(USUAL_PLACES)
    + STARTS
    + """
INSERT INTO clinic_doctorday AS day (place_id, date, first_free, free_count, counted_at)
SELECT wanted.place_id, %(first)s::date + nth, min(free.starts), count(free.starts), statement_timestamp()
FROM wanted
CROSS JOIN generate_series(0, %(last)s::date - %(first)s::date) nth
LEFT JOIN free ON free.place_id = wanted.place_id AND free.wall::date = %(first)s::date + nth
GROUP BY 1, 2
-- Of two counts at once neither waits for the other in a ring.
ORDER BY 1, 2
ON CONFLICT (place_id, date) DO UPDATE
SET first_free = EXCLUDED.first_free, free_count = EXCLUDED.free_count, counted_at = EXCLUDED.counted_at
-- A count that saw less, and comes later, does not win.
WHERE day.counted_at <= EXCLUDED.counted_at"""
)

# All places of a doctor, listed or not: a visit stands wherever it was booked. The length only widens what is read.
_DOCTORS_PLACES: Final = """
    SELECT place.id AS place_id, place.doctor_id, place.clinic_id, clinic.organization_id, clinic.zone,
        480 AS minutes, 0 AS buffer_before, 0 AS buffer_after
    FROM clinic_doctorplace place JOIN clinic_clinic clinic ON clinic.id = place.clinic_id
    WHERE place.doctor_id = %(doctor)s::uuid AND EXISTS (SELECT FROM coming WHERE coming.place_id = place.id)
"""

_COMING: Final = """coming AS MATERIALIZED (
    SELECT id, place_id, starts_at, ends_at FROM appointments_appointment
    WHERE doctor_id = %(doctor)s::uuid AND starts_at > %(now)s::timestamptz
        AND (status IN ('scheduled', 'confirmed', 'checked_in')
            OR status = 'pending' AND hold_ends_at > %(now)s::timestamptz)
),
"""

# Coming visits, firm or held, that do not lie wholly within open time. No row in `calendar`: no hours.
OUTSIDE: Final = (
    calendar(_DOCTORS_PLACES, first="today.date", last="(SELECT max(starts_at)::date + 2 FROM coming)", before=_COMING)
    + """
SELECT coming.id FROM coming LEFT JOIN calendar ON calendar.place_id = coming.place_id
WHERE calendar.place_id IS NULL
    OR NOT tstzrange(coming.starts_at, coming.ends_at) <@ calendar.open
    OR tstzrange(coming.starts_at, coming.ends_at) && calendar.shut
ORDER BY coming.starts_at, coming.id"""
)
