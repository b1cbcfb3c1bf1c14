"""Changing the policies kind by kind: what a place of the matrix states from a day on, or no longer.

A place (``Cell``) is branch × patron category × item type. Its rows say together what it states on each day; a change
ends, adds and takes back rows (``rules.replan``). Changes of the matrix wait for each other, so that none is lost.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from wenyuan.holdings.catalogue.queries import list_item_types
from wenyuan.lending.circulation.data import Kinds
from wenyuan.lending.circulation.matrix import (
    FIRST_DAY,
    FIRST_ROW,
    PolicyProblem,
    PolicyReason,
    PolicyRefused,
    add_row,
    end_row,
    has_policies,
    lacks_date,
    problems_of_values,
    take_row_back,
)
from wenyuan.lending.circulation.models import Edition, LoanPolicy
from wenyuan.lending.circulation.policies import KINDS, PolicyRow
from wenyuan.lending.circulation.rules.replan import Replan, replan
from wenyuan.lending.patrons.queries import categories
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

FARTHEST = timedelta(days=3653)
"""A change begins, and ends if it does, within ten years: later is a slip of the finger."""


class Cell(NamedTuple):
    """A place of the matrix; none for any."""

    branch_id: int | None = None
    category_id: int | None = None
    item_type_id: int | None = None


@needs(Act.EDIT_POLICIES)
@verb
def change_policies(
    *,
    cell: Cell,
    from_date: date,
    states: Kinds,
    withdraws: Collection[str] = (),
    last_date: date | None = None,
    seen: str | None = None,
    at: datetime,
    desk: Desk,
) -> tuple[int, ...]:
    """State some kinds of a place from a day on and withdraw others, which fall back then; the ids of the rows added.

    The change holds up to ``last_date`` with it; without one, up to the next row that is planned to state something
    else of the same kind. Everything else that the place states goes on. ``seen`` is the ``version_of`` the rows that
    the caller looked at: where it is another by now, nothing is changed.

    :raises NotAllowed: no right to policies at that branch (any branch: everywhere).
    :raises PolicyRefused: with every problem.
    """
    require(desk.operator, Act.EDIT_POLICIES, cell.branch_id)
    _one_at_a_time()
    if seen is not None and seen != version_of(map(as_row, _rows_of(cell))):
        raise PolicyRefused(PolicyReason.MEANWHILE)
    rows = _open_rows(cell, from_date)
    plan, problems = plan_change(
        cell=cell,
        rows=[as_row(row) for row in rows],
        from_date=from_date,
        last_date=last_date,
        states=states,
        withdraws=withdraws,
        today=local_date(at),
    )
    if problems:
        raise PolicyRefused(*problems)
    return _carry_out(cell, rows, plan, at=at, desk=desk)


@needs(Act.EDIT_POLICIES)
@verb
def drop_planned_policy(*, at: datetime, desk: Desk, policy_id: int) -> None:
    """Take a planned row back; what its place states before goes on instead, if it would have ended on the day before.

    :raises NotAllowed: no right to policies at its branch.
    :raises PolicyRefused: no such row, or it holds already.
    """
    row = LoanPolicy.objects.filter(id=policy_id, withdrawn_at__isnull=True).first()
    require(desk.operator, Act.EDIT_POLICIES, row.branch_id if row else desk.branch_id)
    _one_at_a_time()
    row = LoanPolicy.objects.select_for_update().filter(id=policy_id, withdrawn_at__isnull=True).first()
    if row is None:
        raise PolicyRefused(PolicyReason.UNKNOWN)
    if row.valid_from <= local_date(at):
        raise PolicyRefused(PolicyReason.HOLDS_ALREADY)
    take_row_back(row, at=at, desk=desk)
    cell = Cell(row.branch_id, row.category_id, row.item_type_id)
    before = _rows_of(cell).filter(valid_to=row.valid_from - timedelta(days=1)).first()
    if before is not None:
        end_row(before, row.valid_to, at=at, desk=desk)


@needs(Act.EDIT_POLICIES)
@verb
def copy_policies(*, from_branch_id: int, to_branch_id: int, from_date: date, at: datetime, desk: Desk) -> int:
    """State at one branch from a day on what another states itself on that day, place by place; how many places.

    What the branch states beside that stays; what the other is planned to state later is not copied.

    :raises NotAllowed: no right to policies at the branch that is changed.
    :raises PolicyRefused: the same or an unknown branch, a bad day, nothing to copy, or all of it is stated already.
    """
    require(desk.operator, Act.EDIT_POLICIES, to_branch_id)
    if from_branch_id == to_branch_id:
        raise PolicyRefused(PolicyReason.SAME_BRANCH)
    _one_at_a_time()
    rows = LoanPolicy.objects.filter(branch_id=from_branch_id, withdrawn_at__isnull=True)
    source = [row for row in map(as_row, rows.order_by("id")) if row.in_force(from_date)]
    if not source:
        raise PolicyRefused(PolicyReason.NOTHING_THERE)
    changed = 0
    problems: list[PolicyProblem] = []
    for row in source:
        cell = Cell(to_branch_id, row.category_id, row.item_type_id)
        there = _open_rows(cell, from_date)
        plan, found = plan_change(
            cell=cell,
            rows=[as_row(one) for one in there],
            from_date=from_date,
            states=row.kinds,
            today=local_date(at),
        )
        problems += [problem for problem in found if problem not in problems]
        if not found:
            _carry_out(cell, there, plan, at=at, desk=desk)
            changed += 1
    problems = [problem for problem in problems if not changed or problem.reason is not PolicyReason.UNCHANGED]
    if problems:
        raise PolicyRefused(*problems)
    return changed


@needs(Act.EDIT_POLICIES)
@verb
def begin_policies(*, at: datetime, desk: Desk) -> int:
    """Install the first row where there is none: a library without any lends nothing. How many were added, 1 or 0.

    :raises NotAllowed: no right to policies everywhere.
    """
    require(desk.operator, Act.EDIT_POLICIES, None)
    _one_at_a_time()
    if has_policies():
        return 0
    add_row(Cell()._asdict(), FIRST_ROW, first=FIRST_DAY, last=None, at=at, desk=desk)
    return 1


def plan_change(
    *,
    cell: Cell,
    rows: Collection[PolicyRow],
    from_date: date,
    states: Mapping[str, Any],
    today: date,
    last_date: date | None = None,
    withdraws: Collection[str] = (),
) -> tuple[Replan, list[PolicyProblem]]:
    """What a change would do to the ``rows`` of a place, and every problem; with problems nothing may be done."""
    stated = {kind: value for kind, value in states.items() if value not in (None, "")}
    problems = [PolicyProblem(reason) for reason in _problems_of_when(from_date, last_date, today)]
    problems += [PolicyProblem(PolicyReason.PLACE)] if not _exists(cell) else []
    problems += problems_of_values(stated)
    if last_date is not None and not from_date <= last_date <= today + FARTHEST:
        return Replan(), problems
    plan = replan(rows, first=from_date, last=last_date, states=stated, withdraws=frozenset(withdraws) - stated.keys())
    if any(lacks_date(new.kinds) for new in plan.adds):
        problems.append(PolicyProblem(PolicyReason.WORD, "fixed_due_rule"))
    if plan.is_empty:
        problems.append(PolicyProblem(PolicyReason.UNCHANGED))
    return plan, problems


def _problems_of_when(from_date: date, last_date: date | None, today: date) -> list[PolicyReason]:
    problems = []
    if from_date < today:
        problems.append(PolicyReason.PAST)
    if max(from_date, last_date or from_date) > today + FARTHEST:
        problems.append(PolicyReason.FAR)
    if last_date is not None and last_date < from_date:
        problems.append(PolicyReason.DATES)
    return problems


def _exists(cell: Cell) -> bool:
    return (
        (cell.branch_id is None or cell.branch_id in network_map().branches)
        and (cell.category_id is None or any(one.id == cell.category_id for one in categories()))
        and (cell.item_type_id is None or any(one.id == cell.item_type_id for one in list_item_types()))
    )


def _one_at_a_time() -> None:
    """Every change of a row sets the edition's token; who holds it makes other changes wait, and no checkout."""
    Edition.objects.select_for_update().get()


def _rows_of(cell: Cell) -> Any:
    place: dict[str, Any] = cell._asdict()
    return LoanPolicy.objects.select_for_update().filter(**place, withdrawn_at__isnull=True).order_by("valid_from")


def _open_rows(cell: Cell, from_date: date) -> list[LoanPolicy]:
    """The rows of a place that hold on that day or later."""
    return [row for row in _rows_of(cell) if row.valid_to is None or row.valid_to >= from_date]


def version_of(rows: Iterable[PolicyRow]) -> str:
    """Tells whether a place still has the rows that somebody looked at, and until when."""
    return " ".join(f"{row.id}:{row.valid_to or ''}" for row in sorted(rows, key=lambda row: row.id))


def as_row(row: LoanPolicy) -> PolicyRow:
    """A row as rules know it."""
    kinds = {kind: getattr(row, kind) for kind in KINDS}
    return PolicyRow(
        id=row.id,
        branch_id=row.branch_id,
        category_id=row.category_id,
        item_type_id=row.item_type_id,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        kinds={kind: value for kind, value in kinds.items() if value not in (None, "")},
    )


def _carry_out(cell: Cell, rows: list[LoanPolicy], plan: Replan, *, at: datetime, desk: Desk) -> tuple[int, ...]:
    by_id = {row.id: row for row in rows}
    for row_id, last in plan.ends:
        end_row(by_id[row_id], last, at=at, desk=desk)
    for row_id in plan.takes_back:
        take_row_back(by_id[row_id], at=at, desk=desk)
    place: dict[str, int | None] = cell._asdict()
    return tuple(add_row(place, new.kinds, first=new.first, last=new.last, at=at, desk=desk) for new in plan.adds)
