"""Hand-written statements of the rollups. They read journal_entry, journal_pending and journal_stuck (of the journal),
and write figures_rolledday, figures_daymark, figures_dayroll and figures_monthroll, and by aspects figures_aspectday
and figures_aspectmonth.

A day is read from its rollup where it is *clean*: it was added up for the indicators of today (``shape``), it bears no
mark, and no entry of it is on its way to the follower that marks days. All that is seen in the one snapshot of the one
statement that reads: an entry is committed with its pending row, and that goes in the transaction that brings the mark.
"""

from collections.abc import Collection, Iterable, Mapping

from wenyuan.office.figures.data import Aspect
from wenyuan.office.figures.indicators import CODE_NAMES, CODED, KINDS
from wenyuan.office.figures.rollups.declared import ASPECTS, BY_AREA, SHAPE, Rollup
from wenyuan.office.figures.sql import ASPECTS as PARTS
from wenyuan.office.figures.sql import Grouping, members_step
from wenyuan.plumbing.invariants import Invariant

FOLLOWER = "wenyuan.office.figures.tasks.mark_day"
ROLLING_LOCK = 7_410
"""First key of the advisory locks under which a month is added up; the second is the month, as 202604."""

TRY_MONTH = "SELECT pg_try_advisory_xact_lock(%(lock)s, %(month)s)"

DAYS_TOUCHED = """
    SELECT DISTINCT ON (entry.local_date) entry.id
    FROM journal_entry entry JOIN figures_rolledday day ON day.local_date = entry.local_date
    WHERE entry.id = ANY(%(entries)s::bigint[]) ORDER BY entry.local_date, entry.id
"""
"""Of a batch of entries one for each day that is added up, or has just been announced."""
MARK_DAY_OF = """
    INSERT INTO figures_daymark (local_date) SELECT entry.local_date FROM journal_entry entry WHERE entry.id = %(entry)s
"""

ANNOUNCE_DAYS = """
    WITH first AS (
        SELECT min(found.local_date) AS day FROM unnest(%(kinds)s::text[]) AS asked (kind), LATERAL (
            SELECT entry.local_date FROM journal_entry entry WHERE entry.kind = asked.kind
            ORDER BY entry.local_date LIMIT 1
        ) AS found
    ), fresh AS (
        INSERT INTO figures_rolledday (local_date, shape)
        SELECT past.day::date, '' FROM first, generate_series(first.day, %(today)s::date - 1, '1 day') AS past (day)
        WHERE NOT EXISTS (SELECT FROM figures_rolledday known WHERE known.local_date = past.day::date)
        ON CONFLICT DO NOTHING RETURNING local_date
    )
    INSERT INTO figures_daymark (local_date) SELECT local_date FROM fresh
"""
"""Every past day since the first entry is announced before it is added up, and bears a mark from that moment on:
whatever comes for it later is marked again."""
MARK_OTHER_SHAPES = """
    INSERT INTO figures_daymark (local_date)
    SELECT day.local_date FROM figures_rolledday day
    WHERE day.shape <> %(shape)s
        AND NOT EXISTS (SELECT FROM figures_daymark mark WHERE mark.local_date = day.local_date)
"""
MARK_DAYS = """
    INSERT INTO figures_daymark (local_date, anew)
    SELECT day.local_date, TRUE FROM figures_rolledday day
    WHERE day.local_date BETWEEN %(first)s::date AND %(last)s::date
"""
MARKED_MONTHS = """
    SELECT DISTINCT date_trunc('month', mark.local_date)::date AS month FROM figures_daymark mark ORDER BY month DESC
"""
MARKS = """
    SELECT mark.id, mark.local_date, mark.anew FROM figures_daymark mark
    WHERE mark.local_date BETWEEN %(first)s::date AND %(last)s::date
"""

_CODES = """CASE WHEN entry.kind = ANY(%(coded)s::text[]) THEN coalesce((
        SELECT jsonb_object_agg(held.key, held.value) FROM jsonb_each(entry.details) AS held
        WHERE held.key = ANY(%(code_names)s::text[])
    ), '{}') ELSE '{}' END"""


_ASKED_OF: Mapping[Aspect, str] = {
    Aspect.POINT: "service_point_id",
    Aspect.HOUR: "local_hour",
    Aspect.CLASS: "class_letter",
}
"""The column from which a part of an aspect is read."""


def _told(days: str) -> str:
    """What the entries of these days come to by area (``aspect`` is null) and by each aspect, in one pass. Entries are
    grouped by the columns as they are: it is quicker to make parts of the groups than of each entry."""
    columns = {one: _ASKED_OF[one.aspect] for one in ASPECTS if one.aspect}
    told_by = ", ".join(f"entry.{column}" for column in ("area_id", *columns.values()))
    sets = ", ".join(f"({column})" for column in told_by.split(", "))
    aspects = " ".join(f"WHEN grouping(entry.{column}) = 0 THEN '{one.aspect}'" for one, column in columns.items())
    asked = " ".join(
        f"OR grouping(entry.{column}) = 0 AND entry.kind IN ({_listed(one.kinds)})" for one, column in columns.items()
    )
    parts = " ".join(f"WHEN '{one.aspect}' THEN {PARTS[one.aspect]}" for one in columns if one.aspect)
    return f"""
        SELECT entry.local_date, coalesce(entry.branch_id, 0) AS branch_id, coalesce(entry.area_id, 0) AS area_id,
            entry.aspect, CASE entry.aspect {parts} END AS part, entry.kind, entry.codes,
            sum(entry.quantity) AS quantity, sum(entry.persons) AS persons, sum(entry.amount_fen) AS amount_fen
        FROM (
            SELECT entry.local_date, entry.branch_id, {told_by}, entry.kind,
                CASE {aspects} END AS aspect, {_CODES} AS codes,
                sum(entry.quantity) AS quantity, sum(entry.persons) AS persons, sum(entry.amount_fen) AS amount_fen
            FROM journal_entry entry
            WHERE entry.kind = ANY(%(kinds)s::text[]) AND {days}
            GROUP BY entry.local_date, entry.branch_id, entry.kind, codes, GROUPING SETS ({sets})
            HAVING grouping(entry.area_id) = 0 {asked}
        ) AS entry
        GROUP BY 1, 2, 3, 4, 5, 6, 7
    """


def _moving(name: str, key: str, *, days: str, months: str, of: str) -> str:
    """Steps that bring the rows of days to what was told of them, write only what differs, and move their month by the
    difference. ``gone`` are rows of which nothing is told any more."""
    month_key = key.replace("local_date", "month")
    return f"""
        {name}_moved AS MATERIALIZED (
            SELECT {key}, told.quantity, told.persons, told.amount_fen,
                coalesce(told.quantity, 0) - coalesce(kept.quantity, 0) AS quantity_by,
                coalesce(told.persons, 0) - coalesce(kept.persons, 0) AS persons_by,
                coalesce(told.amount_fen, 0) - coalesce(kept.amount_fen, 0) AS amount_fen_by
            FROM (SELECT {key}, quantity, persons, amount_fen FROM told WHERE {of}) AS told
            FULL JOIN (
                SELECT {key}, quantity, persons, amount_fen FROM {days} WHERE local_date = ANY(%(days)s::date[])
            ) AS kept USING ({key})
            WHERE (told.quantity, told.persons, told.amount_fen)
                IS DISTINCT FROM (kept.quantity, kept.persons, kept.amount_fen)
        ), {name}_gone AS (
            DELETE FROM {days} AS kept USING {name}_moved AS moved
            WHERE moved.quantity IS NULL AND ({_of("kept", key)}) = ({_of("moved", key)}) RETURNING kept.id
        ), {name}_days AS (
            INSERT INTO {days} ({key}, quantity, persons, amount_fen)
            SELECT {key}, quantity, persons, amount_fen FROM {name}_moved WHERE quantity IS NOT NULL
            ON CONFLICT ({key}) DO UPDATE
            SET quantity = excluded.quantity, persons = excluded.persons, amount_fen = excluded.amount_fen
        ), {name}_month AS (
            INSERT INTO {months} AS kept ({month_key}, quantity, persons, amount_fen)
            SELECT {key.replace("local_date", "%(first)s::date")}, sum(quantity_by), sum(persons_by), sum(amount_fen_by)
            FROM {name}_moved WHERE NOT %(anew)s GROUP BY {key.replace("local_date, ", "")}
            ON CONFLICT ({month_key}) DO UPDATE SET quantity = kept.quantity + excluded.quantity,
                persons = kept.persons + excluded.persons, amount_fen = kept.amount_fen + excluded.amount_fen
        )"""


def _of(table: str, key: str) -> str:
    return ", ".join(f"{table}.{column}" for column in key.split(", "))


def _codes_of(kinds: Collection[str]) -> str:
    """The codes that entries hold, of these kinds alone."""
    if not kinds:
        return "'{}'::jsonb"
    return f"""CASE WHEN entry.kind IN ({_listed(sorted(kinds))}) THEN coalesce((
        SELECT jsonb_object_agg(held.key, held.value) FROM jsonb_each(entry.details) AS held
        WHERE held.key IN ({_listed(CODE_NAMES)})
    ), '{{}}') ELSE '{{}}' END"""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


_BY_AREA = "local_date, branch_id, area_id, kind, codes"
_BY_ASPECT = "local_date, aspect, branch_id, part, kind, codes"

ROLL_DAYS = f"""
    WITH told AS MATERIALIZED ({_told("entry.local_date = ANY(%(days)s::date[])")}),
    {_moving("area", _BY_AREA, days="figures_dayroll", months="figures_monthroll", of="aspect IS NULL")},
    {_moving("part", _BY_ASPECT, days="figures_aspectday", months="figures_aspectmonth", of="aspect IS NOT NULL")}
    SELECT EXISTS (SELECT FROM area_gone) OR EXISTS (SELECT FROM part_gone)
"""
"""The days are added up, and their month (``first``) moves by what differs, unless it is to be added up ``anew``.
Whether rows went: then the month must be."""
DROP_MONTH = "DELETE FROM figures_monthroll WHERE month = %(first)s::date"
ROLL_MONTH = """
    INSERT INTO figures_monthroll (month, branch_id, area_id, kind, codes, quantity, persons, amount_fen)
    SELECT %(first)s::date, day.branch_id, day.area_id, day.kind, day.codes, sum(day.quantity), sum(day.persons),
        sum(day.amount_fen)
    FROM figures_dayroll day WHERE day.local_date BETWEEN %(first)s::date AND %(last)s::date
    GROUP BY day.branch_id, day.area_id, day.kind, day.codes
"""
DROP_ASPECT_MONTH = "DELETE FROM figures_aspectmonth WHERE month = %(first)s::date"
ROLL_ASPECT_MONTH = """
    INSERT INTO figures_aspectmonth (month, aspect, branch_id, part, kind, codes, quantity, persons, amount_fen)
    SELECT %(first)s::date, day.aspect, day.branch_id, day.part, day.kind, day.codes, sum(day.quantity),
        sum(day.persons), sum(day.amount_fen)
    FROM figures_aspectday day WHERE day.local_date BETWEEN %(first)s::date AND %(last)s::date
    GROUP BY day.aspect, day.branch_id, day.part, day.kind, day.codes
"""
DROP_MARKS = "DELETE FROM figures_daymark WHERE id = ANY(%(marks)s::bigint[])"
NOTE_DAYS = """
    UPDATE figures_rolledday SET shape = %(shape)s, rolled_at = %(at)s WHERE local_date = ANY(%(days)s::date[])
"""

_DIRTY = f"""
    SELECT mark.local_date FROM figures_daymark mark
    UNION
    SELECT entry.local_date FROM journal_pending pending JOIN journal_entry entry ON entry.id = pending.entry_id
    UNION
    SELECT entry.local_date FROM journal_stuck stuck JOIN journal_entry entry ON entry.id = stuck.entry_id
    WHERE stuck.follower = '{FOLLOWER}'
"""


def read(
    grouping: Grouping, *, subtree: bool, at: bool, area: bool, part: bool = False, rollup: Rollup = BY_AREA
) -> str:
    """The groups behind the key as ``figures.sql.figures`` has them: whole months and days from the rollup, the days
    between from the journal (today, and what has just changed). ``part`` narrows to one of the rollup's aspect.

    ``months`` are those that may be read as a whole: they lie within the period, and no branch comes or goes in them.
    """
    key = _KEYS[grouping]
    told = f"{key}, " if key else ""
    place = "part" if rollup.aspect else "area_id"

    def source_of(source: str, table: str, day: str) -> str:
        members = members_step(table, day) if subtree else ""
        narrowing = f"{_AT if at else ''}{_AREA if area else ''}{_PART if part else ''}".format(table=table)
        return f"""
            SELECT {day} AS day, {table}.branch_id, {table}.{place}, {table}.kind, {table}.codes, {table}.quantity,
                {table}.persons, {table}.amount_fen
            FROM {source} {members} WHERE TRUE{narrowing}"""

    months = source_of(_months(rollup.aspect), "roll", "roll.month")
    days = source_of(f"clean, {_day(rollup.aspect)}", "roll", "roll.local_date")
    journal = source_of(f"gap, {_counted(rollup.aspect)}", "counted", "counted.local_date")
    if grouping is Grouping.DAY:
        parts = f"{days} UNION ALL {journal}"
    else:
        rest = " AND clean.month NOT IN (SELECT whole.month FROM whole)"
        parts = f"{months} UNION ALL {days}{rest} UNION ALL {journal}"
    return f"""
        WITH dirty AS MATERIALIZED ({_DIRTY}), clean AS MATERIALIZED (
            SELECT day.local_date, date_trunc('month', day.local_date)::date AS month FROM figures_rolledday day
            WHERE day.shape = %(shape)s AND day.local_date BETWEEN %(first)s::date AND %(last)s::date
                AND day.local_date NOT IN (SELECT dirty.local_date FROM dirty)
        ), whole AS MATERIALIZED (
            SELECT clean.month FROM clean WHERE clean.month = ANY(%(months)s::date[]) GROUP BY clean.month
            HAVING count(*) = extract(day FROM clean.month + interval '1 month' - interval '1 day')
        ), gap AS MATERIALIZED (
            SELECT between_days.begins, between_days.ends FROM (
                SELECT coalesce(lag(edge.day) OVER (ORDER BY edge.day) + 1, %(first)s::date) AS begins,
                    edge.day - 1 AS ends
                FROM (SELECT local_date FROM clean UNION ALL SELECT %(last)s::date + 1) AS edge (day)
            ) AS between_days WHERE between_days.begins <= between_days.ends
        )
        SELECT {told}kind, codes, sum(quantity)::bigint, sum(persons)::bigint, sum(amount_fen)::bigint
        FROM ({parts}) AS part GROUP BY {told}kind, codes
    """


_AT = " AND {table}.branch_id = %(at)s::int"
_AREA = " AND {table}.area_id = %(area)s::int"
_PART = " AND {table}.part = %(part)s::text"


def _months(aspect: Aspect | None) -> str:
    table, one = ("aspectmonth", f" AND roll.aspect = '{aspect}'") if aspect else ("monthroll", "")
    return f"whole JOIN figures_{table} roll ON roll.month = whole.month{one} AND roll.kind = ANY(%(kinds)s::text[])"


def _day(aspect: Aspect | None) -> str:
    """Day by day by the index: where whole months answer, no day is looked at. OFFSET keeps the planner from a join
    that would read all days first."""
    table, one = ("aspectday", f" AND day.aspect = '{aspect}'") if aspect else ("dayroll", "")
    return f"""LATERAL (
        SELECT day.* FROM figures_{table} day
        WHERE day.local_date = clean.local_date{one} AND day.kind = ANY(%(kinds)s::text[]) OFFSET 0
    ) AS roll"""


def _counted(aspect: Aspect | None) -> str:
    """What the journal adds up to on the days between, as the rollups have it."""
    place = f"{PARTS[aspect]} AS part" if aspect else "coalesce(entry.area_id, 0) AS area_id"
    return f"""LATERAL (
        SELECT entry.local_date, coalesce(entry.branch_id, 0) AS branch_id, {place},
            entry.kind, {_CODES} AS codes, sum(entry.quantity) AS quantity, sum(entry.persons) AS persons,
            sum(entry.amount_fen) AS amount_fen
        FROM journal_entry entry
        WHERE entry.kind = ANY(%(kinds)s::text[]) AND entry.local_date BETWEEN gap.begins AND gap.ends
        GROUP BY 1, 2, 3, 4, 5
    ) AS counted"""


_KEYS = {
    Grouping.TOTAL: "",
    Grouping.BRANCH: "branch_id",
    Grouping.AREA: "branch_id, area_id",
    Grouping.POINT: "part",
    Grouping.HOUR: "part",
    Grouping.CLASS: "part",
    Grouping.DAY: "day",
    Grouping.MONTH: "date_trunc('month', day)::date",
    Grouping.MONTH_BRANCH: "date_trunc('month', day)::date, branch_id",
}


def _of_aspects(days: str) -> str:
    """What the entries of these days come to by each aspect, each by a pass of its own: what ``ROLL_DAYS`` is held
    against."""
    return " UNION ALL ".join(
        f"""
        SELECT entry.local_date, '{one.aspect}', coalesce(entry.branch_id, 0), {PARTS[one.aspect]}, entry.kind,
            {_codes_of(set(one.kinds) & set(CODED))} AS codes,
            sum(entry.quantity), sum(entry.persons), sum(entry.amount_fen)
        FROM journal_entry entry
        WHERE entry.kind IN ({_listed(one.kinds)}) AND {days}
        GROUP BY 1, 2, 3, 4, 5, 6
        """
        for one in ASPECTS
        if one.aspect
    )


_ON_CLEAN_DAYS = "entry.local_date IN (SELECT clean.local_date FROM clean)"

INVARIANTS = (
    Invariant(
        name="figures_rollups_agree_with_the_journal",
        room="figures",
        says="What the rollup holds of a clean day is what the journal adds up to.",
        sql=f"""
            WITH clean AS (
                SELECT day.local_date FROM figures_rolledday day
                WHERE day.shape = '{SHAPE}' AND day.local_date NOT IN ({_DIRTY})
            ), told AS (
                SELECT entry.local_date, coalesce(entry.branch_id, 0) AS branch_id,
                    coalesce(entry.area_id, 0) AS area_id, entry.kind,
                    {_codes_of(CODED)} AS codes,
                    sum(entry.quantity) AS quantity, sum(entry.persons) AS persons, sum(entry.amount_fen) AS amount_fen
                FROM journal_entry entry JOIN clean USING (local_date)
                WHERE entry.kind IN ({_listed(KINDS)}) GROUP BY 1, 2, 3, 4, 5
            ), kept AS (
                SELECT local_date, branch_id, area_id, kind, codes, quantity, persons, amount_fen
                FROM figures_dayroll JOIN clean USING (local_date)
            )
            SELECT coalesce(told.local_date, kept.local_date), coalesce(told.branch_id, kept.branch_id),
                coalesce(told.kind, kept.kind), told.quantity, kept.quantity
            FROM told FULL JOIN kept USING (local_date, branch_id, area_id, kind, codes)
            WHERE (told.quantity, told.persons, told.amount_fen)
                IS DISTINCT FROM (kept.quantity, kept.persons, kept.amount_fen)
        """,
    ),
    Invariant(
        name="figures_months_agree_with_their_days",
        room="figures",
        says="What the rollup holds of a month is what it holds of its days.",
        sql="""
            SELECT coalesce(days.month, kept.month), coalesce(days.branch_id, kept.branch_id),
                coalesce(days.kind, kept.kind), days.quantity, kept.quantity
            FROM (
                SELECT date_trunc('month', local_date)::date AS month, branch_id, area_id, kind, codes,
                    sum(quantity) AS quantity, sum(persons) AS persons, sum(amount_fen) AS amount_fen
                FROM figures_dayroll GROUP BY 1, 2, 3, 4, 5
            ) days FULL JOIN figures_monthroll kept USING (month, branch_id, area_id, kind, codes)
            WHERE (days.quantity, days.persons, days.amount_fen)
                IS DISTINCT FROM (kept.quantity, kept.persons, kept.amount_fen)
        """,
    ),
    Invariant(
        name="figures_aspects_agree_with_the_journal",
        room="figures",
        says="What the rollups by service point, hour and class hold of a clean day is what the journal adds up to.",
        sql=f"""
            WITH clean AS (
                SELECT day.local_date FROM figures_rolledday day
                WHERE day.shape = '{SHAPE}' AND day.local_date NOT IN ({_DIRTY})
            ), told (local_date, aspect, branch_id, part, kind, codes, quantity, persons, amount_fen) AS (
                {_of_aspects(_ON_CLEAN_DAYS)}
            ), kept AS (
                SELECT local_date, aspect, branch_id, part, kind, codes, quantity, persons, amount_fen
                FROM figures_aspectday JOIN clean USING (local_date)
            )
            SELECT coalesce(told.local_date, kept.local_date), coalesce(told.aspect, kept.aspect),
                coalesce(told.part, kept.part), coalesce(told.kind, kept.kind), told.quantity, kept.quantity
            FROM told FULL JOIN kept USING (local_date, aspect, branch_id, part, kind, codes)
            WHERE (told.quantity, told.persons, told.amount_fen)
                IS DISTINCT FROM (kept.quantity, kept.persons, kept.amount_fen)
        """,
    ),
    Invariant(
        name="figures_aspects_of_months_agree_with_their_days",
        room="figures",
        says="What the rollups by service point, hour and class hold of a month is what they hold of its days.",
        sql="""
            SELECT coalesce(days.month, kept.month), coalesce(days.aspect, kept.aspect),
                coalesce(days.part, kept.part), coalesce(days.kind, kept.kind), days.quantity, kept.quantity
            FROM (
                SELECT date_trunc('month', local_date)::date AS month, aspect, branch_id, part, kind, codes,
                    sum(quantity) AS quantity, sum(persons) AS persons, sum(amount_fen) AS amount_fen
                FROM figures_aspectday GROUP BY 1, 2, 3, 4, 5, 6
            ) days FULL JOIN figures_aspectmonth kept USING (month, aspect, branch_id, part, kind, codes)
            WHERE (days.quantity, days.persons, days.amount_fen)
                IS DISTINCT FROM (kept.quantity, kept.persons, kept.amount_fen)
        """,
    ),
)
