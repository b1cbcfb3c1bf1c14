"""The service report of a year, as everybody may read it (docs/specs/figures.md, PR1 to PR6)."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.daybook import make_draft, make_record
from tests.factories.network import make_branch, make_hours
from tests.factories.patrons import make_patron
from wenyuan.office.daybook.data import RecordKind
from wenyuan.office.figures.data import Question
from wenyuan.office.figures.operations import define
from wenyuan.office.figures.published.values import OF_READERS, parts_of_others
from wenyuan.office.figures.queries import BY_CODE, PublicReport, PublishedFigure, public_report, published_years
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.models import Branch
from wenyuan.plumbing.clock import library_zone

TODAY = date(2026, 7, 7)


@pytest.fixture
def central(db: None) -> Branch:
    branch = make_branch("C", kind="central", name_zh="总馆")
    make_hours(branch, range(7), time(9), time(17))
    return branch


@pytest.fixture
def town(central: Branch) -> Branch:
    return make_branch("T", name_zh="镇分馆", parent=central)


def told(kind: Kind, day: date, branch: Branch | None, **columns: Any) -> None:
    at = datetime.combine(day, time(10), tzinfo=library_zone())
    branch_id = branch.id if branch else None
    record(Entry(kind=kind, occurred_at=at, door="workbench", branch_id=branch_id, **columns))


def answered(question: Question, counts: bool, since: date) -> None:
    at = datetime.combine(TODAY, time(10), tzinfo=library_zone())
    desk = make_desk(make_branch(), role=Role.DIRECTOR, everywhere=True)
    define(question=question, counts=counts, since=since, basis="局统计〔2026〕3号", at=at, desk=desk)


def figure(found: PublicReport, code: str) -> PublishedFigure:
    return next(one for one in found.figures if one.code.value == code)


def test_a_year_is_published_once_it_has_ended_pr1(central: Branch) -> None:
    told(Kind.LOAN, date(2023, 5, 6), central)
    told(Kind.LOAN, date(2026, 5, 6), central)

    assert published_years(on=date(2025, 12, 31)) == (2024, 2023)
    assert published_years(on=date(2026, 1, 1)) == (2025, 2024, 2023)


def test_where_nothing_was_recorded_or_only_this_year_nothing_is_published_pr1(central: Branch) -> None:
    assert published_years(on=TODAY) == ()

    told(Kind.LOAN, TODAY, central)

    assert published_years(on=TODAY) == ()


def test_figures_of_the_year_have_their_months_and_branches_pr2(central: Branch, town: Branch) -> None:
    told(Kind.LOAN, date(2025, 1, 31), central, quantity=60)
    told(Kind.LOAN, date(2025, 2, 1), town, quantity=40)
    told(Kind.LOAN, date(2025, 2, 2), None, quantity=7)
    told(Kind.LOAN, date(2026, 1, 1), town, quantity=900)

    found = public_report(2025, on=TODAY)

    loans = figure(found, "loans")
    assert (loans.value, loans.months) == (107, (60, 47, *[0] * 10))
    assert [(one.code, one.name_zh) for one in found.branches] == [("C", "总馆"), ("T", "镇分馆"), ("", "")]
    assert loans.branches == (60, 40, 7)
    assert (found.year, found.as_of, found.months[1]) == (2025, TODAY, date(2025, 2, 1))


def test_what_was_never_recorded_is_left_out_pr3(central: Branch) -> None:
    told(Kind.LOAN, date(2025, 1, 31), central, quantity=60)
    state = make_draft(
        central, date(2025, 3, 1), "座席", kind=RecordKind.STATE, base={"state": "seats", "standing": 120}
    )
    make_record(state, central, at=datetime(2026, 1, 5, 2, tzinfo=UTC))

    found = {one.code.value: one.value for one in public_report(2025, on=TODAY).figures}

    assert "visits" not in found
    assert "building_area" not in found
    assert (found["seats"], found["open_days"], found["weekly_hours"]) == (120, 365, 3360)


def test_small_numbers_of_readers_are_held_back_with_another_beside_them_pr4(central: Branch, town: Branch) -> None:
    for month, branch, count in ((1, central, 90), (2, central, 30), (3, town, 3)):
        told(Kind.CARD_ISSUED, date(2025, month, 5), branch, quantity=count)

    cards = figure(public_report(2025, on=TODAY), "new_cards")

    assert cards.value == 123
    assert cards.months == (90, None, None, *[0] * 9)
    assert cards.branches == (None, None)


def test_what_the_library_did_itself_is_told_however_small_pr4(central: Branch, town: Branch) -> None:
    told(Kind.ITEM_ADDED, date(2025, 2, 5), central, quantity=90)
    told(Kind.ITEM_ADDED, date(2025, 2, 5), town, quantity=2)

    items = figure(public_report(2025, on=TODAY), "items_added")

    assert (items.value, items.branches) == (92, (90, 2))


def test_complaints_are_a_part_of_feedback_and_not_published_beside_it_pr6(central: Branch) -> None:
    told(Kind.FEEDBACK, date(2025, 2, 5), central, quantity=5, details={"opinion": "complaint"})
    told(Kind.FEEDBACK, date(2025, 2, 5), central, quantity=3, details={"opinion": "praise"})

    found = public_report(2025, on=TODAY)

    assert {one.code.value: one.value for one in found.figures if one.months} == {"feedback": 8}


@pytest.mark.parametrize(
    ("question", "kind", "whole", "part"),
    [
        (Question.RENEWALS_IN_LOANS, Kind.RENEWAL, "loans", "renewals"),
        (Question.ACTIVITIES_IN_VISITS, Kind.ACTIVITY, "visits", "activity_attendance"),
        (Question.OUTREACH_IN_VISITS, Kind.OUTREACH, "visits", "outreach_persons"),
    ],
)
def test_what_counted_in_another_figure_on_any_day_is_not_published_beside_it_pr6(
    central: Branch, question: Question, kind: Kind, whole: str, part: str
) -> None:
    for day in (date(2024, 5, 6), date(2025, 5, 6)):
        told(kind, day, central, quantity=40, persons=40)
        told(Kind.LOAN, day, central, quantity=4)
        told(Kind.VISIT, day, central, quantity=0, persons=4)
    answered(question, True, date(2025, 2, 1))
    answered(question, False, date(2025, 12, 31))

    apart, within = (
        {one.code.value: one.value for one in public_report(year, on=TODAY).figures} for year in (2024, 2025)
    )

    assert (apart[whole], apart[part]) == (None, 40)
    assert within[whole] == 44
    assert part not in within


def test_no_two_published_figures_of_readers_count_the_same_entries_whatever_is_answered_pr6() -> None:
    for answers in (frozenset[Question](), *(frozenset({one}) for one in Question), frozenset(Question)):
        left = [BY_CODE[code] for code in OF_READERS if code not in parts_of_others(answers)]
        counted = [pair for one in left for pair in {(term.kind, term.measure) for term in one.terms_by(answers)}]
        assert len(counted) == len(set(counted))


def test_use_of_e_resources_is_use_by_readers_pr4(central: Branch, town: Branch) -> None:
    told(Kind.RESOURCE_USE, date(2025, 2, 5), central, quantity=90)
    told(Kind.RESOURCE_USE, date(2025, 3, 5), town, quantity=2)

    hits = figure(public_report(2025, on=TODAY), "resource_hits")

    assert (hits.value, hits.branches) == (92, (None, None))


def test_what_is_recorded_while_the_report_is_counted_changes_no_sum_of_it_pr2(central: Branch) -> None:
    told(Kind.LOAN, date(2025, 1, 31), central, quantity=60)
    busy = False

    def recorded_meanwhile(execute: Any, *statement: Any) -> Any:
        nonlocal busy
        found = execute(*statement)
        if not busy:
            busy = True
            told(Kind.LOAN, date(2025, 2, 3), central, quantity=10)
            busy = False
        return found

    with connection.execute_wrapper(recorded_meanwhile):
        loans = figure(public_report(2025, on=TODAY), "loans")

    assert (sum(one or 0 for one in loans.months), loans.branches) == (loans.value, (loans.value,))


def test_valid_cards_change_with_the_acts_of_every_day_and_are_not_published_pr5(central: Branch) -> None:
    for number in range(9):
        make_patron("王小明", f"B{number}", home=central)
    told(Kind.LOAN, date(2025, 2, 5), central, quantity=9)

    assert "valid_cards" not in {one.code.value for one in public_report(2025, on=TODAY).figures}


def test_few_readers_with_a_loan_are_held_back_pr5(central: Branch) -> None:
    item = make_item(bib=make_bib(), home=central)
    one, other = uuid4(), uuid4()
    for day, reader in ((5, one), (6, one), (7, one), (8, other), (9, other)):
        told(Kind.LOAN, date(2025, 2, day), central, reader_ref=reader)
    told(Kind.ITEM_ADDED, date(2025, 2, 5), central, subject_kind="item", subject_id=item.id, item_home_id=central.id)

    found = public_report(2025, on=TODAY)

    assert figure(found, "borrowers").value is None
    assert figure(found, "borrowing_persons").value == 5
    assert figure(found, "holdings_items").value == 1
    assert "borrowers" not in {one.code.value for one in public_report(2024, on=TODAY).figures}
