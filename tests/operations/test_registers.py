"""Months typed from paper registers: entered, corrected, withdrawn, and told apart from recorded loans."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from django.db import connection

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from wenyuan.office.figures.data import IndicatorCode
from wenyuan.office.figures.queries import figures_of
from wenyuan.office.figures.rules import parse_period
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.models import Entry as EntryRow
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows
from wenyuan.services.registers import sql
from wenyuan.services.registers.data import MonthReceipt, RegisterReason, RegisterRefused, Totals
from wenyuan.services.registers.models import MonthTotals
from wenyuan.services.registers.operations import correct_month, record_month, withdraw_month
from wenyuan.services.registers.queries import month_history, month_sheet, months_of_branch

AT = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
APRIL = date(2026, 4, 1)
SOURCE = "李家村书屋登记簿第 3 册，12 至 15 页"
TOTALS = Totals(loans=120, returns=110, readers=45)


@pytest.fixture
def station(db: None) -> Branch:
    return make_branch("LJ", kind="rural_bookhouse")


@pytest.fixture
def desk(station: Branch) -> Desk:
    return make_desk(station, role=Role.KEEPER)


@pytest.fixture(autouse=True)
def _invariants_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    assert [rule.name for rule in sql.INVARIANTS if broken_rows(rule)] == []


def enter(station: Branch, desk: Desk, totals: Totals = TOTALS, **terms: object) -> MonthReceipt:
    values: dict[str, object] = {"month": date(2026, 4, 20), "source": SOURCE, "at": AT, **terms}
    return record_month(branch_id=station.id, totals=totals, desk=desk, **values)  # type: ignore[arg-type]


def told() -> list[tuple[str, str, int, int]]:
    """What the journal says, oldest first."""
    rows = EntryRow.objects.filter(kind__startswith="typed_").order_by("id")
    return [(row.kind, row.local_date.isoformat(), row.quantity, row.persons) for row in rows]


def test_a_month_is_kept_and_journalled_as_typed(station: Branch, desk: Desk) -> None:
    row = enter(station, desk).month

    assert (row.month, row.totals, row.source, row.entered_by_id) == (APRIL, TOTALS, SOURCE, desk.operator.account_id)
    assert told() == [
        ("typed_loans", "2026-04-30", 120, 0),
        ("typed_returns", "2026-04-30", 110, 0),
        ("typed_readers", "2026-04-30", 0, 45),
    ]
    entry = EntryRow.objects.get(id=row.entry_ids[0])
    assert (entry.source, entry.details) == ("register", {"typed": True, "month": "2026-04"})
    assert month_sheet(month=date(2026, 4, 9), branch_ids=[station.id]) == {station.id: row}
    assert months_of_branch(branch_id=station.id, months=[date(2026, 3, 1), APRIL]) == {APRIL: row}
    assert AuditRow.objects.get(act="record_month").after == {
        "month": "2026-04-01",
        "loans": 120,
        "returns": 110,
        "readers": 45,
    }


def test_a_month_without_a_loan_is_a_month(station: Branch, desk: Desk) -> None:
    enter(station, desk, Totals(loans=0, returns=0, readers=0))

    assert month_sheet(month=APRIL, branch_ids=[station.id])[station.id].totals.loans == 0


def test_a_month_is_entered_once(station: Branch, desk: Desk) -> None:
    first = enter(station, desk).month

    with pytest.raises(RegisterRefused) as refused:
        enter(station, desk, Totals(loans=1, returns=1, readers=1))

    assert (refused.value.reasons, refused.value.row_id) == ((RegisterReason.ALREADY_ENTERED,), first.id)


def test_a_correction_takes_back_and_adds(station: Branch, desk: Desk) -> None:
    first = enter(station, desk).month
    corrected = Totals(loans=125, returns=110, readers=46)

    second = correct_month(row_id=first.id, totals=corrected, source=SOURCE, reason="漏加一页", at=AT, desk=desk).month

    assert (second.replaces_id, second.reason) == (first.id, "漏加一页")
    assert told()[3:] == [
        ("typed_loans", "2026-04-30", -120, 0),
        ("typed_returns", "2026-04-30", -110, 0),
        ("typed_readers", "2026-04-30", 0, -45),
        ("typed_loans", "2026-04-30", 125, 0),
        ("typed_returns", "2026-04-30", 110, 0),
        ("typed_readers", "2026-04-30", 0, 46),
    ]
    back = EntryRow.objects.filter(reverses_id__isnull=False).order_by("id")
    assert tuple(row.reverses_id for row in back) == first.entry_ids
    assert [row.id for row in month_history(branch_id=station.id, month=APRIL).rows] == [second.id, first.id]


def test_only_what_stands_is_corrected(station: Branch, desk: Desk) -> None:
    first = enter(station, desk).month
    second = correct_month(
        row_id=first.id, totals=Totals(loans=1, returns=1, readers=1), source=SOURCE, at=AT, desk=desk
    ).month

    with pytest.raises(RegisterRefused) as replaced:
        correct_month(row_id=first.id, totals=TOTALS, source=SOURCE, at=AT, desk=desk)
    with pytest.raises(RegisterRefused) as same:
        correct_month(row_id=second.id, totals=second.totals, source=SOURCE, at=AT, desk=desk)
    with pytest.raises(RegisterRefused) as unknown:
        correct_month(row_id=999_999, totals=TOTALS, source=SOURCE, at=AT, desk=desk)

    assert (replaced.value.reasons, replaced.value.row_id) == ((RegisterReason.SUPERSEDED,), second.id)
    assert same.value.reasons == (RegisterReason.NOTHING_CHANGES,)
    assert unknown.value.reasons == (RegisterReason.UNKNOWN_ROW,)


def test_a_withdrawn_month_is_entered_anew(station: Branch, desk: Desk) -> None:
    first = enter(station, desk).month
    with pytest.raises(RegisterRefused) as silent:
        withdraw_month(row_id=first.id, reason=" ", at=AT, desk=desk)
    gone = withdraw_month(row_id=first.id, reason="录错月份", at=AT, desk=desk).month
    between = month_sheet(month=APRIL, branch_ids=[station.id])
    with pytest.raises(RegisterRefused) as withdrawn:
        correct_month(row_id=gone.id, totals=TOTALS, source=SOURCE, at=AT, desk=desk)
    again = enter(station, desk).month

    assert silent.value.reasons == (RegisterReason.REASON_MISSING,)
    assert withdrawn.value.reasons == (RegisterReason.WITHDRAWN,)
    assert (between, again.replaces_id) == ({}, gone.id)


def test_a_month_is_refused_for_every_reason_at_once(station: Branch, desk: Desk) -> None:
    wrong = Totals(loans=-1, returns=0, readers=100_000)

    with pytest.raises(RegisterRefused) as refused:
        enter(station, desk, wrong, month=date(2026, 5, 1), source=" ")
    with pytest.raises(RegisterRefused) as before:
        enter(station, desk, month=date(1999, 1, 1), source="长" * 201)
    with pytest.raises(RegisterRefused) as nowhere:
        record_month(branch_id=999_999, month=APRIL, totals=TOTALS, source=SOURCE, at=AT, desk=desk)

    assert refused.value.reasons == (
        RegisterReason.MONTH_NOT_OVER,
        RegisterReason.BAD_NUMBER,
        RegisterReason.SOURCE_MISSING,
    )
    assert before.value.reasons == (RegisterReason.BRANCH_NOT_STANDING, RegisterReason.TEXT_TOO_LONG)
    assert nowhere.value.reasons == (RegisterReason.UNKNOWN_BRANCH,)
    assert told() == []


def test_who_may_not_count_there_enters_no_month(station: Branch, desk: Desk) -> None:
    elsewhere = make_desk(make_branch("ZG"), role=Role.KEEPER)
    row = enter(station, desk).month

    with pytest.raises(NotAllowed):
        enter(station, elsewhere)
    with pytest.raises(NotAllowed):
        correct_month(row_id=row.id, totals=TOTALS, source="别处", at=AT, desk=elsewhere)
    with pytest.raises(NotAllowed):
        withdraw_month(row_id=row.id, reason="不行", at=AT, desk=elsewhere)


def test_a_key_gets_its_first_answer(station: Branch, desk: Desk) -> None:
    first = enter(station, desk, key="k1")
    again = enter(station, desk, key="k1")
    with pytest.raises(RegisterRefused) as other:
        enter(station, desk, Totals(loans=1, returns=1, readers=1), key="k1")
    record(Entry(kind=Kind.VISIT, occurred_at=AT, door="workbench", key="k2"))
    with pytest.raises(RegisterRefused) as foreign:
        enter(station, desk, month=date(2026, 3, 1), key="k2")
    gone = withdraw_month(row_id=first.month.id, reason="录错", at=AT, desk=desk, key="k3")
    gone_again = withdraw_month(row_id=first.month.id, reason="录错", at=AT, desk=desk, key="k3")

    assert (again.month, again.repeated) == (first.month, True)
    assert other.value.reasons == foreign.value.reasons == (RegisterReason.KEY_REUSED,)
    assert (gone_again.month, gone_again.repeated) == (gone.month, True)


def test_figures_tell_typed_numbers_apart(station: Branch, desk: Desk) -> None:
    enter(station, desk)

    values = figures_of(period=parse_period("2026-04"), at=AT, branch="LJ").values

    assert values[IndicatorCode.TYPED_LOANS] == 120
    assert values[IndicatorCode.TYPED_READERS] == 45
    assert (values[IndicatorCode.LOANS], values[IndicatorCode.VISITS]) == (0, 0)


def test_two_people_enter_one_month(fresh_database: str) -> None:
    station = make_branch("LJ", kind="rural_bookhouse")
    desks = [make_desk(station, role=Role.KEEPER) for _ in range(2)]
    start = Barrier(2)

    def enters(desk: Desk) -> str:
        start.wait(timeout=10)
        try:
            enter(station, desk)
        except RegisterRefused as refused:
            return refused.reasons[0].value
        finally:
            connection.close()
        return "entered"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(enters, desks))

    assert said == ["already_entered", "entered"]
    assert MonthTotals.objects.count() == 1
