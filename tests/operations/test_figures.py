"""Figures from the journal (docs/specs/figures.md): totals, parts, and the rows that add up to them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.range import Range

from tests.factories.accounts import make_desk, make_operator
from tests.factories.network import make_area, make_branch, make_service_point
from tests.factories.visits import make_count
from wenyuan.office.figures import sql
from wenyuan.office.figures.data import (
    NOWHERE,
    USUAL,
    Figures,
    Indicator,
    IndicatorCode,
    Slice,
    Term,
    Unit,
    UnknownBranch,
    Values,
    WantedRows,
)
from wenyuan.office.figures.indicators import INDICATORS
from wenyuan.office.figures.queries import (
    by_area,
    by_branch,
    by_day,
    by_month,
    figures_of,
    may_see,
    may_see_rows,
    rows_of,
    summary_json,
)
from wenyuan.office.figures.rules import parse_period, rows_wanted
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record, record_many
from wenyuan.organisation.network.models import Branch, Placement
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import library_zone
from wenyuan.services.visits.data import Evidence, EvidenceKind
from wenyuan.services.visits.operations import correct_visits

AT = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
H1 = parse_period("2026-H1")
APRIL = parse_period("2026-04")


def entry(kind: Kind, day: date, branch: Branch | None = None, *, hour: int = 10, **columns: Any) -> Entry:
    """An entry of that local day; visits count people, everything else items."""
    return Entry(
        kind=kind,
        occurred_at=datetime.combine(day, time(hour), tzinfo=library_zone()),
        door="workbench",
        branch_id=branch.id if branch else None,
        **columns,
    )


def shown(values: Values) -> dict[str, int]:
    """The numbers that are not zero, by code; without the sum that only adds up others again."""
    return {
        code.value: value for code, value in values.items() if value and code is not IndicatorCode.LOANS_AND_RETURNS
    }


def all_rows(wanted: WantedRows, size: int = 3) -> list[int]:
    """The values of every page."""
    values: list[int] = []
    before = None
    while True:
        page = rows_of(wanted, before=before, size=size)
        values += [row.value for row in page.rows]
        if page.before is None:
            return values
        before = page.before


@pytest.fixture
def central(db: None) -> Branch:
    return make_branch("CEN", kind="central")


@pytest.fixture
def east(central: Branch) -> Branch:
    return make_branch("EAST", parent=central)


def test_each_indicator_sums_its_own_kind(central: Branch) -> None:
    day = date(2026, 4, 23)
    record(
        entry(Kind.LOAN, day, central, quantity=2),
        entry(Kind.LOAN, day, central),
        entry(Kind.RETURN, day, central),
        entry(Kind.TAKEN, day, central),
        entry(Kind.RENEWAL, day, central),
        entry(Kind.CARD_ISSUED, day, central),
        entry(Kind.CARD_REPLACED, day, central),
        entry(Kind.VISIT, day, central, quantity=0, persons=86),
        entry(Kind.ITEM_ADDED, day, central, quantity=40),
        entry(Kind.ITEM_CHANGED, day, central),
        entry(Kind.TYPED_LOANS, day, central, quantity=120),
        entry(Kind.TYPED_RETURNS, day, central, quantity=110),
        entry(Kind.TYPED_READERS, day, central, quantity=0, persons=45),
    )

    figures = figures_of(period=H1, at=AT)

    assert figures == Figures(H1, None, AT, figures.values)
    assert {code: value for code, value in figures.values.items() if value} == {
        IndicatorCode.LOANS: 3,
        IndicatorCode.RETURNS: 1,
        IndicatorCode.LOANS_AND_RETURNS: 4,
        IndicatorCode.RENEWALS: 1,
        IndicatorCode.NEW_CARDS: 1,
        IndicatorCode.VISITS: 86,
        IndicatorCode.ITEMS_ADDED: 40,
        IndicatorCode.TYPED_LOANS: 120,
        IndicatorCode.TYPED_RETURNS: 110,
        IndicatorCode.TYPED_READERS: 45,
    }


def test_an_empty_journal_gives_zeros(central: Branch) -> None:
    figures = figures_of(period=H1, at=AT, branch="CEN")

    assert list(figures.values.values()) == [0] * len(IndicatorCode)
    assert by_area(period=H1) == ()
    assert rows_of(WantedRows(IndicatorCode.LOANS, H1, None)).rows == ()


def test_an_undone_loan_counts_no_more(central: Branch) -> None:
    [loan] = record(entry(Kind.LOAN, date(2026, 4, 23), central))
    record(entry(Kind.LOAN, date(2026, 4, 23), central, quantity=-1, reverses_id=loan))

    figures = figures_of(period=APRIL, at=AT)

    assert shown(figures.values) == {}
    assert all_rows(WantedRows(IndicatorCode.LOANS, APRIL, None)) == [-1, 1]


def test_a_period_ends_with_its_last_local_day(central: Branch) -> None:
    record(
        entry(Kind.LOAN, date(2025, 12, 31), central, hour=23),
        entry(Kind.LOAN, date(2026, 1, 1), central, hour=0),
        entry(Kind.LOAN, date(2026, 6, 30), central, hour=23),
        entry(Kind.LOAN, date(2026, 7, 1), central, hour=0),
    )

    assert shown(figures_of(period=H1, at=AT).values) == {"loans": 2}


def test_a_branch_counts_what_stands_below_it_and_no_more(central: Branch, east: Branch) -> None:
    station = make_branch("ST1", parent=east)
    day = date(2026, 4, 23)
    record(*(entry(Kind.LOAN, day, branch) for branch in (central, east, station, station, None)))

    found = {code: figures_of(period=H1, at=AT, branch=code).values for code in ("CEN", "EAST", "ST1")}

    assert {code: shown(values) for code, values in found.items()} == {
        "CEN": {"loans": 4},
        "EAST": {"loans": 3},
        "ST1": {"loans": 2},
    }
    assert shown(figures_of(period=H1, at=AT).values) == {"loans": 5}


def test_a_moved_branch_counts_under_the_parent_of_the_day(central: Branch, east: Branch) -> None:
    west = make_branch("WEST", parent=central)
    station = make_branch("ST1")
    Placement.objects.create(branch=station, parent=east, valid=Range(date(2020, 1, 1), date(2026, 4, 11)))
    Placement.objects.create(branch=station, parent=west, valid=Range(date(2026, 4, 11), None))
    record(*(entry(Kind.LOAN, date(2026, 4, day), station) for day in (9, 10, 11, 12, 13)))

    def loans(branch: str) -> int:
        return figures_of(period=H1, at=AT, branch=branch).values[IndicatorCode.LOANS]

    assert (loans("EAST"), loans("WEST"), loans("CEN"), loans("ST1")) == (2, 3, 5, 5)
    [in_the_east] = [row for row in by_branch(period=H1, branch="EAST") if row.code == "ST1"]
    assert shown(in_the_east.values) == {"loans": 2}
    part = Slice(at_branch_id=station.id)
    assert all_rows(WantedRows(IndicatorCode.LOANS, H1, "EAST", part)) == [1, 1]


def test_an_unknown_branch_is_refused(db: None) -> None:
    with pytest.raises(UnknownBranch) as caught:
        figures_of(period=H1, at=AT, branch="NONE")

    assert caught.value.code == "NONE"


def test_by_branch_lists_branches_by_code_with_zeros_and_what_names_none_last(central: Branch, east: Branch) -> None:
    make_branch("GONE", closed_date=date(2026, 1, 1))
    make_branch("NEXT", opened_date=date(2026, 7, 1))
    record(
        entry(Kind.LOAN, date(2026, 4, 1), east),
        entry(Kind.LOAN, date(2026, 4, 2), None),
        entry(Kind.VISIT, date(2026, 4, 2), east, quantity=0, persons=5),
    )

    rows = by_branch(period=H1)

    assert [(row.branch_id, row.code, shown(row.values)) for row in rows] == [
        (central.id, "CEN", {}),
        (east.id, "EAST", {"loans": 1, "visits": 5}),
        (NOWHERE, "", {"loans": 1}),
    ]
    assert [row.code for row in by_branch(period=H1, branch="EAST")] == ["EAST"]


def test_by_area_names_the_areas_and_keeps_what_has_none(central: Branch, east: Branch) -> None:
    upstairs, ground = make_area(central, "A2", floor=2), make_area(central, "A1", floor=1, name_zh="少儿区")
    day = date(2026, 4, 1)
    record(
        entry(Kind.LOAN, day, central, area_id=upstairs.id),
        entry(Kind.LOAN, day, central, area_id=ground.id, quantity=2),
        entry(Kind.LOAN, day, central),
        entry(Kind.LOAN, day, east),
    )

    rows = by_area(period=H1, branch="CEN")

    assert [(row.branch_id, row.area_id, row.code, shown(row.values)) for row in rows] == [
        (central.id, ground.id, "A1", {"loans": 2}),
        (central.id, upstairs.id, "A2", {"loans": 1}),
        (central.id, NOWHERE, "", {"loans": 1}),
        (east.id, NOWHERE, "", {"loans": 1}),
    ]
    assert rows[0].name_zh == "少儿区"


def test_days_and_months_are_there_without_an_entry(central: Branch) -> None:
    record(
        entry(Kind.LOAN, date(2026, 3, 31), central),
        entry(Kind.LOAN, date(2026, 4, 1), central),
        entry(Kind.LOAN, date(2026, 6, 2), central, quantity=3),
    )
    period = parse_period("2026-04-01..2026-06-02")

    days = by_day(period=period)
    months = by_month(period=period, branch="CEN")

    assert len(days) == 63
    assert [(day.first_date.isoformat(), shown(day.values)) for day in days if shown(day.values)] == [
        ("2026-04-01", {"loans": 1}),
        ("2026-06-02", {"loans": 3}),
    ]
    assert [(month.first_date.isoformat(), shown(month.values)) for month in months] == [
        ("2026-04-01", {"loans": 1}),
        ("2026-05-01", {}),
        ("2026-06-01", {"loans": 3}),
    ]


def test_a_part_narrows_series_and_totals(central: Branch, east: Branch) -> None:
    area = make_area(east)
    day = date(2026, 4, 1)
    record(
        entry(Kind.LOAN, day, east, area_id=area.id, quantity=2),
        entry(Kind.LOAN, day, east),
        entry(Kind.LOAN, day, central),
    )
    part = Slice(at_branch_id=east.id, area_id=area.id)

    assert shown(figures_of(period=APRIL, at=AT, part=part).values) == {"loans": 2}
    assert shown(by_day(period=APRIL, part=part)[0].values) == {"loans": 2}
    assert shown(by_month(period=APRIL, part=Slice(at_branch_id=east.id))[0].values) == {"loans": 3}


def test_a_part_outside_the_period_is_empty(central: Branch) -> None:
    record(entry(Kind.LOAN, date(2026, 5, 1), central))
    part = Slice(day=date(2026, 5, 1))

    assert shown(figures_of(period=APRIL, at=AT, part=part).values) == {}
    assert all_rows(WantedRows(IndicatorCode.LOANS, APRIL, None, part)) == []


def test_rows_run_newest_first_and_say_what_happened_where(central: Branch) -> None:
    area = make_area(central)
    ids = record(
        *(
            entry(Kind.LOAN, date(2026, 4, day), central, area_id=area.id, item_type="book", desk="前台1")
            for day in (3, 1, 2)
        )
    )

    first = rows_of(WantedRows(IndicatorCode.LOANS, APRIL, "CEN"), size=2)
    second = rows_of(WantedRows(IndicatorCode.LOANS, APRIL, "CEN"), before=first.before, size=2)

    assert [row.id for row in first.rows + second.rows] == ids[::-1]
    assert second.before is None
    row = second.rows[0]
    assert (row.kind, row.local_date, row.value) == ("loan", date(2026, 4, 3), 1)
    assert (row.branch_id, row.area_id, row.item_type, row.desk) == (central.id, area.id, "book", "前台1")


def test_typed_visits_stand_in_the_figures_of_the_day_they_count(central: Branch) -> None:
    point = make_service_point(central, area=make_area(central))
    count = make_count(point, date(2026, 3, 31), 86, at=AT)
    make_count(point, date(2026, 4, 1), 14, at=AT)
    correct_visits(
        count_id=count.id,
        persons=68,
        evidence=Evidence(EvidenceKind.GATE_COUNTER, "10432 至 10500"),
        at=AT,
        desk=make_desk(central),
    )

    months = by_month(period=parse_period("2026-03..2026-04"), branch="CEN")

    assert [shown(month.values) for month in months] == [{"visits": 68}, {"visits": 14}]
    march = Slice(month=date(2026, 3, 1))
    assert all_rows(WantedRows(IndicatorCode.VISITS, H1, "CEN", march)) == [68, -86, 86]


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back, so that each example begins with the same tables."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


LECTURE: dict[str, object] = {
    "record": 7,
    "sort": "lecture",
    "role": "host",
    "mode": "online",
    "groups": ["children", "elderly"],
}
KINDS: list[tuple[Kind, dict[str, object]]] = [
    *((kind, {}) for kind in (Kind.LOAN, Kind.RETURN, Kind.TAKEN, Kind.VISIT, Kind.ITEM_ADDED)),
    (Kind.CARD_ISSUED, {"way": "desk"}),
    (Kind.CARD_ISSUED, {"way": "first_swipe"}),
    (Kind.ACTIVITY, LECTURE),
    (Kind.ACTIVITY, {"record": 8, "sort": "film", "mode": "onsite"}),
    (Kind.ACTIVITY, {"record": 9, "sort": "lecture", "role": "participant", "mode": "onsite"}),
]
happenings = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from([-1, 0, 1, 13, 14, 15, 29, 30]),  # days from the first of April
        st.sampled_from([3, 3, 3, 0, 1, 2, 4]),  # which branch: most often the one that moves; 4 for none
        st.booleans(),  # in the branch's area
        st.integers(-3, 5),
    ),
    min_size=4,
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    happened=happenings,
    move=st.sampled_from([-1, 0, 1, 14, 15, 29, 30]),
    branch=st.sampled_from([None, "CEN", "EAST", "WEST", "ST1"]),
)
def test_every_number_is_the_sum_of_its_rows(
    db: None, happened: list[tuple[tuple[Kind, dict[str, object]], int, int, bool, int]], move: int, branch: str | None
) -> None:
    with undone():
        central = make_branch("CEN")
        east, west = make_branch("EAST", parent=central), make_branch("WEST", parent=central)
        station = make_branch("ST1")
        moved = date(2026, 4, 1) + timedelta(days=move)
        Placement.objects.create(branch=station, parent=east, valid=Range(date(2020, 1, 1), moved))
        Placement.objects.create(branch=station, parent=west, valid=Range(moved, None))
        places = [central, east, west, station]
        areas = [make_area(place) for place in places]
        record_many(
            entry(
                kind,
                date(2026, 4, 1) + timedelta(days=day),
                places[place] if place < 4 else None,
                area_id=areas[place].id if in_area and place < 4 else None,
                quantity=0 if kind is Kind.VISIT else number,
                persons=number if kind in {Kind.VISIT, Kind.ACTIVITY} else 0,
                details=details,
            )
            for (kind, details), day, place, in_area, number in happened
        )

        def counts(branch: str | None, day: int, place: int) -> bool:
            """Told from the move itself, not from the tree that the figures read."""
            if not 0 <= day < 30:
                return False
            if branch is None:
                return True
            at = ["CEN", "EAST", "WEST", "ST1", ""][place]
            above = {"CEN": {"CEN"}, "EAST": {"EAST", "CEN"}, "WEST": {"WEST", "CEN"}, "": set[str]()}
            above["ST1"] = {"ST1", "CEN", "EAST" if day < move else "WEST"}
            return branch in above[at]

        def expected_of(branch: str | None, wanted: Indicator) -> int:
            """By what is usual: nothing was said about any definition."""

            def has(there: object, value: object) -> bool:
                several = isinstance(value, list) and isinstance(there, list)
                return set(value) <= set(there) if several else there == value  # type: ignore[call-overload] # lists

            def asked(term: Term, details: dict[str, object]) -> bool:
                """Told from the codes themselves, not by the rule that the figures follow."""
                held = [all(has(details.get(name), value) for name, value in among.items()) for among in term.among]
                left_out = any(details.get(name) == value for name, value in (term.unless or {}).items())
                return (not held or any(held)) and not left_out

            return sum(
                number
                for (kind, details), day, place, _, number in happened
                for term in wanted.terms_by(USUAL)
                if kind is term.kind and counts(branch, day, place) and asked(term, details)
            )

        for one in (None, "CEN", "EAST", "WEST", "ST1"):
            found = figures_of(period=APRIL, at=AT, branch=one).values
            assert found == {indicator.code: expected_of(one, indicator) for indicator in INDICATORS}
        branches, areas_found = by_branch(period=APRIL, branch=branch), by_area(period=APRIL, branch=branch)
        days, months = by_day(period=APRIL, branch=branch), by_month(period=APRIL, branch=branch)
        for indicator in INDICATORS:
            code = indicator.code
            expected = expected_of(branch, indicator)
            assert sum(part.values[code] for part in branches) == expected
            assert sum(part.values[code] for part in areas_found) == expected
            assert sum(part.values[code] for part in days) == expected
            assert [part.values[code] for part in months] == [expected]
            assert sum(all_rows(WantedRows(code, APRIL, branch), size=7)) == expected
        for in_area in areas_found:
            part = Slice(at_branch_id=in_area.branch_id, area_id=in_area.area_id)
            wanted = WantedRows(IndicatorCode.LOANS, APRIL, branch, part)
            assert sum(all_rows(wanted, size=7)) == in_area.values[IndicatorCode.LOANS]
        for at_one in branches:
            wanted = WantedRows(IndicatorCode.RETURNS, APRIL, branch, Slice(at_branch_id=at_one.branch_id))
            assert sum(all_rows(wanted, size=7)) == at_one.values[IndicatorCode.RETURNS]
        for dated in days[::7]:
            wanted = WantedRows(IndicatorCode.VISITS, APRIL, branch, Slice(day=dated.first_date))
            assert sum(all_rows(wanted, size=7)) == dated.values[IndicatorCode.VISITS]


def test_the_summary_for_machines_keeps_its_shape(central: Branch) -> None:
    record(entry(Kind.LOAN, date(2026, 4, 1), central, quantity=2))
    words = {code: code.value.upper() for code in IndicatorCode}

    summary = summary_json(
        period=H1,
        branch="all",
        at=AT,
        base_url="http://127.0.0.1:8000/rows",
        name_of=words.__getitem__,
        unit_of={unit: unit.value for unit in Unit}.__getitem__,
    )

    figures = summary.pop("figures")
    assert summary == {"period": "2026-H1", "branch": "all", "as_of": "2026-07-01T09:00:00+08:00"}
    assert isinstance(figures, list)
    assert {figure["code"] for figure in figures} == {code.value for code in IndicatorCode}
    assert [figure["code"] for figure in figures][:9] == [
        "loans",
        "returns",
        "renewals",
        "new_cards",
        "visits",
        "items_added",
        "typed_loans",
        "typed_returns",
        "typed_readers",
    ]
    assert figures[0] == {
        "code": "loans",
        "name": "LOANS",
        "value": 2,
        "unit": "item_times",
        "rows_url": "http://127.0.0.1:8000/rows?indicator=loans&period=2026-H1&branch=all",
        "counts": [],
        "one_definition": True,
        "snapshot": None,
    }


def test_the_summary_of_a_branch_links_to_the_rows_of_the_branch(central: Branch, east: Branch) -> None:
    record(entry(Kind.LOAN, date(2026, 4, 1), central), entry(Kind.LOAN, date(2026, 4, 1), east, quantity=5))

    summary = summary_json(period=H1, branch="EAST", at=AT, base_url="/rows", name_of=str, unit_of=str)

    figures = summary["figures"]
    assert isinstance(figures, list)
    terms = dict(pair.split("=") for pair in figures[0]["rows_url"].partition("?")[2].split("&"))
    assert sum(all_rows(rows_wanted(terms))) == figures[0]["value"] == 5


def test_figures_need_the_right_at_the_branch_and_everywhere_for_the_network(central: Branch, east: Branch) -> None:
    keeper = make_operator(acts=[Act.SEE_FIGURES], branches=[east])
    director = make_operator(acts=[Act.SEE_FIGURES])

    assert (may_see(keeper, east.id), may_see(keeper, central.id), may_see(keeper, None)) == (True, False, False)
    assert (may_see(director, east.id), may_see(director, None)) == (True, True)


def test_rows_open_for_who_sees_the_figure_or_the_journal(central: Branch) -> None:
    keeper = make_operator(acts=[Act.SEE_FIGURES], branches=[central])
    auditor = make_operator(acts=[Act.SEE_JOURNAL])
    clerk = make_operator(acts=[Act.CHECKOUT])

    assert [may_see_rows(one, central.id) for one in (keeper, auditor, clerk)] == [True, True, False]
    assert may_see(auditor, central.id) is False


def test_reads_ask_the_database_a_few_times_however_much_there_is(
    central: Branch, django_assert_max_num_queries: Any
) -> None:
    record(*(entry(Kind.LOAN, date(2026, 4, day), central) for day in range(1, 9)))
    network_map()  # the process has met this edition of the network

    reads: list[Callable[[], object]] = [
        lambda: figures_of(period=H1, at=AT, branch="CEN"),
        lambda: by_branch(period=H1, branch="CEN"),
        lambda: by_area(period=H1, branch="CEN"),
        lambda: by_day(period=H1, branch="CEN"),
        lambda: by_month(period=H1, branch="CEN"),
        lambda: rows_of(WantedRows(IndicatorCode.LOANS, H1, "CEN")),
        lambda: summary_json(period=H1, branch="CEN", at=AT, base_url="/", name_of=str, unit_of=str),
    ]

    for read in reads:
        with django_assert_max_num_queries(4):
            read()


PARAMETERS: dict[str, Any] = {
    "kinds": ["loan", "visit"],
    "first": date(2026, 4, 1),
    "last": date(2026, 4, 30),
    "members": [1, 2],
    "member_first": [date(2026, 4, 1)] * 2,
    "member_last": [date(2026, 4, 30)] * 2,
    "at": 1,
    "area": 0,
    "coded": ["activity"],
    "code_names": ["role", "sort"],
    "term_kinds": ["loan", "activity"],
    "term_codes": ["{}", '{"sort": "lecture"}'],
    "term_unless": [None, '{"role": "participant"}'],
    "term_first": [date(2026, 4, 1)] * 2,
    "term_last": [date(2026, 4, 30)] * 2,
    "before": None,
    "limit": 5,
}
NARROWINGS: list[dict[str, Any]] = [
    {"subtree": subtree, "at": at, "area": area}
    for subtree in (False, True)
    for at, area in ((False, False), (True, False), (True, True))
]
SUMS = [sql.figures(grouping, **narrowing) for grouping in sql.Grouping for narrowing in NARROWINGS]


def plan_of(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + statement, PARAMETERS)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("statement", SUMS)
def test_every_sum_finds_its_entries_by_kind_and_day(db: None, statement: str) -> None:
    assert "journal_kind_day" in plan_of(statement)


@pytest.mark.parametrize("narrowing", NARROWINGS)
def test_a_page_of_rows_reads_no_whole_table(db: None, narrowing: dict[str, Any]) -> None:
    """By kind and day, or from the newest entry on: the planner chooses by what is there."""
    assert "Seq Scan" not in plan_of(sql.rows(**narrowing))


def test_the_first_days_of_what_stands_are_found_step_by_step(db: None) -> None:
    plan = plan_of(sql.FIRST_DAYS)

    assert "journal_kind_day" in plan
    assert "Seq Scan on journal" not in plan
