"""Changing the policy matrix: rows are added and ended, never edited, and two of one place never hold on one day."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Unpack

from django.db import IntegrityError, transaction

from wenyuan.kernel.opening import OnClosedDay, RenewFrom
from wenyuan.lending.circulation.data import MEASURES, FixedDue, HoldsAllowed, Kinds, Measure
from wenyuan.lending.circulation.models import LoanPolicy, ReturnRoute
from wenyuan.lending.fees.data import MOST_FEN
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

MAX_NUMBER = 32_767
MOST = {Measure.FEN: MOST_FEN, Measure.PERCENT: 1_000}
"""The largest number of a measure; of others ``MAX_NUMBER``."""
FIRST_DAY = date(1900, 1, 1)
FIRST_ROW: Kinds = {"loan_days": 30, "renewal_days": 30, "max_renewals": 1, "max_loans": 10, "max_overdue": 0}
"""What a library begins with, for every branch, kind of reader and item type."""
WORDS = {
    "fixed_due_rule": tuple(FixedDue),
    "on_closed_day": tuple(one.value for one in OnClosedDay),
    "renewals_from": tuple(one.value for one in RenewFrom),
    "holds": tuple(HoldsAllowed),
    "return_route": tuple(ReturnRoute.values),
}
"""The kinds that are one of a few words."""
OVERLAP_CONSTRAINT = "circulation_policy_no_overlap"


class PolicyReason(StrEnum):
    """Why the matrix was not changed."""

    OVERLAP = "overlap"  # another row of the same place holds on some of these days
    UNKNOWN = "unknown"  # no such row
    DATES = "dates"  # the last day lies before the first
    NUMBER = "number"  # days, counts, fen and percent are whole numbers from 0, none absurdly large
    ROUTE = "route"  # no such return route
    WORD = "word"  # not one of the words that the kind knows, or a rule without its date
    EMPTY = "empty"  # the row states nothing
    UNCHANGED = "unchanged"  # all of this is stated already
    PAST = "past"  # a change begins today at the earliest
    FAR = "far"  # no more than ten years ahead
    MEANWHILE = "meanwhile"  # somebody else has changed these rows since they were looked at
    PLACE = "place"  # no such branch, kind of reader or item type
    HOLDS_ALREADY = "holds_already"  # only what is planned can be taken back
    SAME_BRANCH = "same_branch"  # a branch copies from another
    NOTHING_THERE = "nothing_there"  # the branch to be copied states nothing of its own


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One reason, and the kind that it is about, if it is about one."""

    reason: PolicyReason
    kind: str = ""


class PolicyRefused(Exception):
    """Nothing was changed, for these ``problems``; ``reason`` is that of the first."""

    def __init__(self, *problems: PolicyProblem | PolicyReason) -> None:
        self.problems = tuple(one if isinstance(one, PolicyProblem) else PolicyProblem(one) for one in problems)
        super().__init__(", ".join(problem.reason.value for problem in self.problems))

    @property
    def reason(self) -> PolicyReason:
        return self.problems[0].reason


@needs(Act.EDIT_POLICIES)
@verb
def add_policy(
    *,
    at: datetime,
    desk: Desk,
    valid_from: date,
    branch_id: int | None = None,
    category_id: int | None = None,
    item_type_id: int | None = None,
    valid_to: date | None = None,
    **kinds: Unpack[Kinds],
) -> int:
    """Add a dated row to the policy matrix and return its id; a row of the same place that runs ends the day before.

    ``kinds`` are what the row states (``policies.Kinds``); what is none or empty falls back.

    :raises NotAllowed: no right to policies at that branch (a row for any branch needs it everywhere).
    :raises PolicyRefused: with every problem: bad dates, numbers or words; or a row of the same place begins on one of
        these days.
    """
    require(desk.operator, Act.EDIT_POLICIES, branch_id)
    place = {"branch_id": branch_id, "category_id": category_id, "item_type_id": item_type_id}
    stated = {kind: value for kind, value in kinds.items() if value not in (None, "")}
    if problems := problems_of(stated, valid_from=valid_from, valid_to=valid_to):
        raise PolicyRefused(*problems)
    _end_running(place, valid_from, at=at, desk=desk)
    return add_row(place, stated, first=valid_from, last=valid_to, at=at, desk=desk)


@needs(Act.EDIT_POLICIES)
@verb
def end_policy(*, at: datetime, desk: Desk, policy_id: int, last_date: date) -> None:
    """Let a row hold up to ``last_date`` and no longer; loans made by it keep it.

    :raises NotAllowed: no right to policies at its branch.
    :raises PolicyRefused: no such row, its first day lies later, or the days up to ``last_date`` belong to another.
    """
    row = LoanPolicy.objects.select_for_update().filter(id=policy_id, withdrawn_at__isnull=True).first()
    require(desk.operator, Act.EDIT_POLICIES, row.branch_id if row else desk.branch_id)
    if row is None:
        raise PolicyRefused(PolicyReason.UNKNOWN)
    if last_date < row.valid_from:
        raise PolicyRefused(PolicyReason.DATES)
    end_row(row, last_date, at=at, desk=desk)


@needs()
@verb
def install_default_policies() -> int:
    """One row for everything (30 days, one renewal of 30, ten loans, none while overdue) where there is none yet.

    Without any row nothing could be lent. Returns how many rows were added, 1 or 0.
    """
    if has_policies():
        return 0
    try:
        _add({"valid_from": FIRST_DAY, **FIRST_ROW})
    except PolicyRefused:  # another process was faster
        return 0
    return 1


def has_policies() -> bool:
    """Whether any row stands, be it ended or planned."""
    return LoanPolicy.objects.filter(withdrawn_at__isnull=True).exists()


def problems_of(stated: Mapping[str, object], *, valid_from: date, valid_to: date | None) -> list[PolicyProblem]:
    """Everything that is wrong with what a row is to state on these days."""
    problems = []
    if valid_to is not None and valid_to < valid_from:
        problems.append(PolicyProblem(PolicyReason.DATES))
    if not stated:
        problems.append(PolicyProblem(PolicyReason.EMPTY))
    problems += problems_of_values(stated)
    if lacks_date(stated):
        problems.append(PolicyProblem(PolicyReason.WORD, "fixed_due_rule"))
    return problems


def problems_of_values(stated: Mapping[str, object]) -> list[PolicyProblem]:
    """Every value that its kind does not know."""
    problems = []
    for kind, value in stated.items():
        if kind in WORDS and value not in WORDS[kind]:
            reason = PolicyReason.ROUTE if kind == "return_route" else PolicyReason.WORD
            problems.append(PolicyProblem(reason, kind))
        if isinstance(value, int) and not 0 <= value <= MOST.get(MEASURES[kind], MAX_NUMBER):
            problems.append(PolicyProblem(PolicyReason.NUMBER, kind))
    return problems


def lacks_date(stated: Mapping[str, object]) -> bool:
    """Whether a rule for a fixed date stands there without its date."""
    return "fixed_due_rule" in stated and "fixed_due_date" not in stated


def _end_running(place: dict[str, int | None], next_from: date, *, at: datetime, desk: Desk) -> None:
    """End the row of this place that holds on ``next_from`` and began before it."""
    before: dict[str, Any] = {**place, "valid_from__lt": next_from, "withdrawn_at": None}
    same = LoanPolicy.objects.select_for_update().filter(**before)
    for row in same.filter(valid_to__isnull=True) | same.filter(valid_to__gte=next_from):
        end_row(row, next_from - timedelta(days=1), at=at, desk=desk)


def end_row(row: LoanPolicy, last_date: date | None, *, at: datetime, desk: Desk) -> None:
    """Step: let a locked row hold up to ``last_date``; without one, until another is stated."""
    before = {"to": row.valid_to} if row.valid_to else {}
    row.valid_to = last_date
    with _overlap_refused(), transaction.atomic():
        row.save(update_fields=["valid_to"])
    _note(row.id, row.branch_id, at=at, desk=desk, before=before, after={"to": last_date} if last_date else {})


def take_row_back(row: LoanPolicy, *, at: datetime, desk: Desk) -> None:
    """Step: a locked row that has not held for a whole day never counts again; loans made by it keep it."""
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    _note(row.id, row.branch_id, at=at, desk=desk, before={"from": row.valid_from}, after={"withdrawn": True})


def add_row(
    place: dict[str, int | None],
    stated: Mapping[str, object],
    *,
    first: date,
    last: date | None,
    at: datetime,
    desk: Desk,
) -> int:
    """Step: add a row whose values are in order; its id.

    :raises PolicyRefused: another row of the same place holds on some of these days.
    """
    row_id = _add({**place, **stated, "valid_from": first, "valid_to": last})
    there = {name: value for name, value in place.items() if value is not None}
    after: dict[str, object] = {"from": first, **there, **stated}
    if last is not None:
        after["to"] = last
    _note(row_id, place["branch_id"], at=at, desk=desk, after=after)
    return row_id


def _add(values: dict[str, Any]) -> int:
    with _overlap_refused(), transaction.atomic():
        return LoanPolicy.objects.create(**values).id


@contextmanager
def _overlap_refused() -> Iterator[None]:
    """:raises PolicyRefused: the database saw another row of the same place on one of the days."""
    try:
        yield
    except IntegrityError as error:
        if OVERLAP_CONSTRAINT in str(error):
            raise PolicyRefused(PolicyReason.OVERLAP) from error
        raise


def _note(
    row_id: int,
    branch_id: int | None,
    *,
    at: datetime,
    desk: Desk,
    after: dict[str, object],
    before: dict[str, date] | None = None,
) -> None:
    audit(
        desk=desk,
        at=at,
        act=Act.EDIT_POLICIES,
        subject_kind="policy",
        subject_id=row_id,
        branch_id=branch_id,
        before=before,
        after=after,
    )
    record(
        Entry(
            kind=Kind.POLICY_CHANGED,
            occurred_at=at,
            door=desk.door.value,
            desk=desk.code,
            operator_id=desk.operator.account_id,
            branch_id=branch_id or desk.branch_id or None,
            subject_kind="policy",
            subject_id=row_id,
            details={name: str(value) if isinstance(value, date) else value for name, value in after.items()},
        )
    )
