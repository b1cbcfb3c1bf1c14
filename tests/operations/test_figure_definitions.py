"""Answering what libraries count differently (docs/specs/figures.md, FD1 to FD9)."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from wenyuan.office.figures.data import DefinitionReason, DefinitionRefused, IndicatorCode, Question, WantedRows
from wenyuan.office.figures.operations import define
from wenyuan.office.figures.queries import (
    by_month,
    definitions,
    figures_of,
    is_defined_alike,
    rows_of,
    summary_json,
    work_summary,
)
from wenyuan.office.figures.rules import parse_period
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.models import Entry as Row
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.clock import library_zone

AT = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
YEAR = parse_period("2026")
BEFORE = parse_period("2025")


@pytest.fixture
def central(db: None) -> Branch:
    return make_branch("CEN", kind="central")


@pytest.fixture
def director(central: Branch) -> Desk:
    return make_desk(central, role=Role.DIRECTOR, everywhere=True)


def entry(kind: Kind, day: date, branch: Branch, **columns: Any) -> Entry:
    at = datetime.combine(day, time(10), tzinfo=library_zone())
    return Entry(kind=kind, occurred_at=at, door="workbench", branch_id=branch.id, **columns)


def answered(desk: Desk, since: date, **changes: Any) -> int:
    asked: dict[str, Any] = {"question": Question.RENEWALS_IN_LOANS, "counts": True, "basis": "局统计〔2026〕3号"}
    return define(since=since, at=AT, desk=desk, **asked | changes).id


def loans(text: str) -> int:
    return figures_of(period=parse_period(text), at=AT).values[IndicatorCode.LOANS]


def test_renewals_count_as_loans_from_the_day_on_that_the_library_says(central: Branch, director: Desk) -> None:
    for day in (date(2026, 2, 1), date(2026, 4, 1)):
        record(entry(Kind.LOAN, day, central, quantity=10), entry(Kind.RENEWAL, day, central, quantity=3))

    answered(director, date(2026, 4, 1))

    assert (loans("2026-02"), loans("2026-04"), loans("2026")) == (10, 13, 23)
    months = {one.first_date.month: one.values[IndicatorCode.LOANS] for one in by_month(period=YEAR)}
    assert (months[2], months[4]) == (10, 13)
    rows = rows_of(WantedRows(IndicatorCode.LOANS, YEAR, None)).rows
    assert [(row.kind, row.value) for row in rows] == [("renewal", 3), ("loan", 10), ("loan", 10)]


def test_an_answer_says_who_gave_it_from_when_and_on_what_it_rests(central: Branch, director: Desk) -> None:
    number = answered(director, date(2026, 4, 1))

    [given] = definitions().given
    assert (given.id, given.counts, given.since, given.basis) == (number, True, date(2026, 4, 1), "局统计〔2026〕3号")
    assert (given.set_by_id, given.set_at) == (director.operator.account_id, AT)
    told = Row.objects.get(kind="definition_set")
    assert told.details == {"question": "renewals_in_loans", "counts": True, "since": "2026-04-01"}
    row = AuditRow.objects.get(act="define")
    assert (row.reason, row.before["counts"], row.after["counts"]) == ("局统计〔2026〕3号", False, True)


def test_a_comparison_across_the_change_has_no_per_cent(central: Branch, director: Desk) -> None:
    for year, quantity in ((2025, 100), (2026, 150)):
        for month in (1, 5):
            record(entry(Kind.LOAN, date(year, month, 2), central, quantity=quantity))

    answered(director, date(2026, 1, 1))

    assert not is_defined_alike(IndicatorCode.LOANS, YEAR, BEFORE)
    assert is_defined_alike(IndicatorCode.VISITS, YEAR, BEFORE)
    summary = work_summary(period=parse_period("2026-H1"), branch=None, at=AT)
    facts = summary.facts.facts
    assert not facts[IndicatorCode.LOANS].same_definition
    assert facts[IndicatorCode.RETURNS].same_definition
    line = next(line for line in summary.lines if line.code == IndicatorCode.LOANS)
    assert (line.change, line.share) == ("+100", "")
    text = "".join(run.text for section in summary.sections for sentence in section.sentences for run in sentence)
    assert "增加100册次（两年口径不同）" in text
    assert "%" not in text


def test_other_programs_read_what_is_counted(central: Branch, director: Desk) -> None:
    answered(director, date(2026, 4, 1))

    told = summary_json(period=YEAR, branch="all", at=AT, base_url="", name_of=str, unit_of=str)

    figures: Any = told["figures"]
    found = {one["code"]: (one["counts"], one["one_definition"]) for one in figures}
    assert found["loans"] == (["renewals_in_loans"], False)
    assert found["new_cards"] == (["first_swipes_in_cards"], True)
    assert found["returns"] == ([], True)


def test_a_definition_is_set_by_who_keeps_the_figures_of_the_whole_network(central: Branch) -> None:
    here_only = make_desk(central, acts=[Act.KEEP_FIGURES])
    seer = make_desk(central, acts=[Act.SEE_FIGURES], everywhere=True)

    for desk in (here_only, seer):
        with pytest.raises(NotAllowed):
            answered(desk, date(2026, 4, 1), basis="")
    assert definitions().given == ()


def test_an_answer_is_refused_with_every_reason_and_leaves_nothing(central: Branch, director: Desk) -> None:
    with pytest.raises(DefinitionRefused) as refused:
        answered(director, date(2026, 4, 1), counts=False, basis="")

    assert refused.value.reasons == (DefinitionReason.BASIS_MISSING, DefinitionReason.NOTHING_CHANGES)
    assert not Row.objects.filter(kind="definition_set").exists()


def test_the_same_request_twice_gives_one_answer(central: Branch, director: Desk) -> None:
    first = answered(director, date(2026, 4, 1), key="k1")

    assert answered(director, date(2026, 4, 1), key="k1") == first
    with pytest.raises(DefinitionRefused) as refused:
        answered(director, date(2026, 5, 1), key="k1")
    assert refused.value.reasons == (DefinitionReason.KEY_REUSED,)


def test_an_answer_is_never_changed(central: Branch, director: Desk) -> None:
    answered(director, date(2026, 4, 1))

    for statement in ("UPDATE figures_definition SET counts = FALSE", "DELETE FROM figures_definition"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
