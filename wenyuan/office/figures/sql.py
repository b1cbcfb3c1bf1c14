"""Hand-written statements of the figures. They read lower tables and write none: journal_entry, network_area and
accounts_account (names).

All are composed of constants; values are always parameters: ``kinds`` and ``coded`` (text[]; of the latter
the details are told apart by what they hold under ``code_names``), ``first`` and ``last`` (dates), and
where they narrow ``members``, ``member_first`` and ``member_last`` (parallel arrays: branch and span), ``at`` and
``area`` (ids, 0 for entries that name none), ``part`` (of an aspect, as text), ``before``, ``limit``.
"""

from collections.abc import Mapping
from enum import Enum

from wenyuan.office.figures.data import Aspect

_SUMS = """
    entry.kind, CASE WHEN entry.kind = ANY(%(coded)s::text[]) THEN (
        SELECT jsonb_object_agg(held.key, held.value) FROM jsonb_each(entry.details) AS held
        WHERE held.key = ANY(%(code_names)s::text[])
    ) END AS codes,
    sum(entry.quantity)::bigint, sum(entry.persons)::bigint, sum(entry.amount_fen)::bigint
"""
"""What entries that no indicator tells apart come to: their kind, the codes they hold where one asks for them."""

_WHERE = "entry.kind = ANY(%(kinds)s::text[]) AND entry.local_date BETWEEN %(first)s::date AND %(last)s::date"

_AT = " AND coalesce(entry.branch_id, 0) = %(at)s::int"
_AREA = " AND coalesce(entry.area_id, 0) = %(area)s::int"

ASPECTS: Mapping[Aspect, str] = {
    Aspect.POINT: "coalesce(entry.service_point_id, 0)::text",
    Aspect.HOUR: "(extract(isodow FROM entry.local_date)::int * 100 + entry.local_hour)::text",
    Aspect.CLASS: "upper(left(entry.class_letter, 1))",
}
"""Which part of an aspect an entry belongs to."""


class Grouping(Enum):
    """By what a read is split; the value is the key's expressions."""

    TOTAL = ""
    BRANCH = "coalesce(entry.branch_id, 0)"
    AREA = "coalesce(entry.branch_id, 0), coalesce(entry.area_id, 0)"
    POINT = ASPECTS[Aspect.POINT]
    HOUR = ASPECTS[Aspect.HOUR]
    CLASS = ASPECTS[Aspect.CLASS]
    DAY = "entry.local_date"
    MONTH = "date_trunc('month', entry.local_date)::date"
    MONTH_BRANCH = "date_trunc('month', entry.local_date)::date, coalesce(entry.branch_id, 0)"


def figures(grouping: Grouping, *, subtree: bool, at: bool, area: bool, aspect: Aspect | None = None) -> str:
    """The groups of entries behind the key, one pass over the entries: from them every indicator is added up.

    Narrowing by ``kind`` and ``local_date`` first uses the index ``journal_kind_day``.
    """
    key = f"{grouping.value}, " if grouping.value else ""
    return f"SELECT {key}{_SUMS} {_from(subtree, at, area, aspect)} GROUP BY {key}entry.kind, codes"


AREAS = """
    SELECT area.id, area.code, area.name_zh, area.name_en FROM network_area area
    WHERE area.id = ANY(%(areas)s::bigint[]) ORDER BY area.floor, area.code
"""
"""What areas are called, in the order in which they are listed."""

DEFINITIONS = """
    SELECT given.id, given.question, given.counts, given.since, given.basis, given.set_by_id, account.name, given.set_at
    FROM figures_definition given JOIN accounts_account account ON account.id = given.set_by_id
    ORDER BY given.id
"""
"""Every answer about a definition, with who gave it."""

FIRST_DAYS = """
    SELECT asked.kind, first.local_date
    FROM unnest(%(kinds)s::text[]) AS asked (kind), LATERAL (
        SELECT entry.local_date FROM journal_entry entry
        WHERE entry.kind = asked.kind AND entry.reverses_id IS NULL
            AND NOT EXISTS (SELECT FROM journal_entry back WHERE back.reverses_id = entry.id)
        ORDER BY entry.local_date LIMIT 1
    ) AS first
"""
"""For each kind that was ever recorded the first day of what stands: few steps into the index for each. What was taken
back, as a record under a wrong year, makes no day known."""


ROW_COLUMNS = (
    "id",
    "recorded_at",
    "occurred_at",
    "local_date",
    "kind",
    "branch_id",
    "area_id",
    "service_point_id",
    "door",
    "desk",
    "operator_id",
    "item_type",
    "document_kind",
    "patron_category",
    "age_band",
    "subject_kind",
    "subject_id",
    "reverses_id",
    "quantity",
    "persons",
    "amount_fen",
    "details",
)


_TERMS = """
    AND EXISTS (
        SELECT FROM unnest(%(term_kinds)s::text[], %(term_codes)s::jsonb[], %(term_unless)s::jsonb[],
            %(term_first)s::date[], %(term_last)s::date[]) AS term (kind, codes, unless, first_date, last_date)
        WHERE term.kind = entry.kind AND entry.local_date BETWEEN term.first_date AND term.last_date
            AND entry.details @> term.codes
            AND NOT coalesce(entry.details @> term.unless, FALSE))
"""
"""Keeps what one of an indicator's terms counts; a term that asks for no codes has ``{}``, which all details hold, and
one that leaves nothing out has no ``unless``. A term counts on the days on which the library says so."""


def rows(*, subtree: bool, at: bool, area: bool, aspect: Aspect | None = None) -> str:
    """A page of the entries behind a number, newest first: exactly those that the indicator adds up."""
    return f"""
        SELECT {", ".join(f"entry.{column}" for column in ROW_COLUMNS)}
        {_from(subtree, at, area, aspect)} {_TERMS}
            AND (%(before)s::bigint IS NULL OR entry.id < %(before)s::bigint)
        ORDER BY entry.id DESC LIMIT %(limit)s
    """


def members_step(table: str, day: str) -> str:
    """Keeps what was done in a subtree as it stood on the day. Spans of one branch do not overlap: no row comes
    twice."""
    return f"""
        JOIN unnest(%(members)s::int[], %(member_first)s::date[], %(member_last)s::date[])
            AS member (branch_id, first_date, last_date)
            ON member.branch_id = {table}.branch_id AND {day} BETWEEN member.first_date AND member.last_date
    """


def _from(subtree: bool, at: bool, area: bool, aspect: Aspect | None) -> str:
    members = members_step("entry", "entry.local_date") if subtree else ""
    part = f" AND {ASPECTS[aspect]} = %(part)s::text" if aspect else ""
    narrowing = f"{_AT if at else ''}{_AREA if area else ''}{part}"
    return f"FROM journal_entry entry {members} WHERE {_WHERE}{narrowing}"
