"""The policy matrix as a value, and how the row for a case is found."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from wenyuan.lending.circulation.data import MEASURES, FixedDue, HoldsAllowed

Value = int | str | date
"""What a kind states: days, a count, an age, fen, percent, yes or no, one of a few words, or a day."""


KINDS: tuple[str, ...] = tuple(MEASURES)
"""The kinds of rule in the order in which they are shown and stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """One dated row: branch × patron category × item type, none for any. ``kinds`` holds what it states, nothing else.

    ``valid_to`` is the last day.
    """

    id: int
    branch_id: int | None
    category_id: int | None
    item_type_id: int | None
    valid_from: date
    valid_to: date | None
    kinds: Mapping[str, Value]

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyPolicy:
    """What lateness, debts and losses cost (``data.Kinds``); nothing where no row states it. Money is whole fen."""

    grace_days: int = 0
    fine_day_fen: int = 0
    fine_cap_fen: int | None = None
    fine_capped_at_price: bool = False
    suspension_percent: int = 0
    max_suspension_days: int | None = None
    suspensions_add_up: bool = False
    max_owed_fen: int | None = None
    deposit_fen: int = 0
    value_within_deposit: bool = False
    lost_after_days: int | None = None
    price_percent: int = 100
    processing_fee_fen: int = 0
    found_days: int | None = None

    @property
    def minds_lateness(self) -> bool:
        """Whether a late return costs anything, money or days."""
        return self.fine_day_fen > 0 or self.suspension_percent > 0


NO_MONEY = MoneyPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What holds for one case. ``row_id`` is the row that gave the loan length; ``rows`` names the row of each kind.

    Limits that are none do not limit. The rest has the value here where no row says otherwise.
    """

    row_id: int
    loan_days: int
    renewal_days: int
    fixed_due_date: date | None = None
    fixed_due_rule: str = FixedDue.EXACTLY
    on_closed_day: str = "next"
    due_by_expiry: bool = False
    renewals_from: str = "today"
    max_renewals: int | None = None
    max_loans: int | None = None
    max_loans_of_type: int | None = None
    max_overdue: int | None = None
    minimum_age: int | None = None
    in_library_only: bool = False
    auto_renew: bool = False
    recall_days: int | None = None
    guaranteed_days: int = 0
    money: MoneyPolicy = NO_MONEY
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPolicy:
    """What a pickup branch allows a patron for a title whose items have this type; ``rows`` names the row of each."""

    holds: str = HoldsAllowed.ALL
    max_holds: int | None = None
    hold_days: int | None = None
    hold_shelf_days: int = 7
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a branch allows a patron whatever the item; none does not limit. ``lends``: some item type has a length."""

    max_loans: int | None
    max_overdue: int | None
    lends: bool
    money: MoneyPolicy


@dataclass(frozen=True, slots=True)
class _Stated:
    """Each kind that some row states for a case, the row it is from, and what they make of lending and of the rest."""

    kinds: Mapping[str, Value]
    rows: Mapping[str, int]
    policy: Policy | None
    holds: HoldPolicy
    money: MoneyPolicy


MAX_ANSWERS = 20_000


class PolicyBook:
    """All rows of one state, ready for look-up. It remembers answers, so a busy desk asks each question once a day.

    The nearest branch wins (the branch itself, its parent, … , any), then a row for the category, then a row for the
    item type; each rule kind is taken from the first row that states it.
    """

    def __init__(self, rows: Iterable[PolicyRow]) -> None:
        self._rows: dict[tuple[int | None, int | None, int | None], list[PolicyRow]] = {}
        self._by_id: dict[int, PolicyRow] = {}
        for row in rows:
            self._by_id[row.id] = row
            self._rows.setdefault((row.branch_id, row.category_id, row.item_type_id), []).append(row)
        self._answers: dict[tuple[tuple[int, ...], int | None, int | None, date], _Stated] = {}

    def resolve(
        self, *, branch_line: tuple[int, ...], category_id: int | None, item_type_id: int, on: date
    ) -> Policy | None:
        """The policy for a case, or none where no row gives a loan length.

        ``branch_line`` is the lending branch and those above it, nearest first.
        """
        return self._stated(branch_line, category_id, item_type_id, on).policy

    def return_route(
        self, *, branch_line: tuple[int, ...], category_id: int | None, item_type_id: int, on: date
    ) -> str:
        """Where an item goes that comes back away from home: ``home`` unless a row says otherwise."""
        return str(self._stated(branch_line, category_id, item_type_id, on).kinds.get("return_route", "home"))

    def stated(
        self, *, branch_line: tuple[int, ...], category_id: int | None, item_type_id: int | None, on: date
    ) -> Mapping[str, tuple[Value, int]]:
        """Each kind that is stated for a case, with its value and the row that gave it."""
        stated = self._stated(branch_line, category_id, item_type_id, on)
        return {kind: (stated.kinds[kind], stated.rows[kind]) for kind in KINDS if kind in stated.kinds}

    def trail(
        self, *, branch_line: tuple[int, ...], category_id: int | None, item_type_id: int | None, on: date
    ) -> Iterator[PolicyRow]:
        """The rows that hold for a case on a day, the nearest first: each kind is that of the first which states it."""
        for branch_id in (*branch_line, None):
            for category, item_type in dict.fromkeys(
                ((category_id, item_type_id), (category_id, None), (None, item_type_id), (None, None))
            ):
                for row in self._rows.get((branch_id, category, item_type), ()):
                    if row.in_force(on):
                        yield row

    def row(self, row_id: int) -> PolicyRow:
        """A row of the book by its id."""
        return self._by_id[row_id]

    @property
    def is_empty(self) -> bool:
        """Whether no row stands at all."""
        return not self._rows

    @property
    def recalls(self) -> bool:
        """Whether some row, of whatever day, lets a hold recall a loan."""
        return any("recall_days" in row.kinds for row in self._by_id.values())

    def rows_at(self, place: tuple[int | None, int | None, int | None]) -> tuple[PolicyRow, ...]:
        """Every row of branch × category × item type, past and planned ones too."""
        return tuple(self._rows.get(place, ()))

    def rows_of_branch(self, branch_id: int | None) -> tuple[PolicyRow, ...]:
        """Every row of a branch, or of any branch, past and planned ones too."""
        return tuple(row for place, rows in self._rows.items() if place[0] == branch_id for row in rows)

    def replaced(self, place: tuple[int | None, int | None, int | None], rows: Iterable[PolicyRow]) -> "PolicyBook":
        """The book as it would be with these rows at a place."""
        others = (row for at, there in self._rows.items() if at != place for row in there)
        return PolicyBook((*others, *rows))

    def holds(
        self, *, branch_line: tuple[int, ...], category_id: int | None, item_type_id: int | None, on: date
    ) -> HoldPolicy:
        """What the pickup branch allows for holds; ``branch_line`` begins with it."""
        return self._stated(branch_line, category_id, item_type_id, on).holds

    def money(
        self, *, branch_line: tuple[int, ...], category_id: int | None, item_type_id: int | None, on: date
    ) -> MoneyPolicy:
        """What lateness and losses cost, also where no row gives a loan length any more."""
        return self._stated(branch_line, category_id, item_type_id, on).money

    def totals(self, *, branch_line: tuple[int, ...], category_id: int | None, on: date) -> Totals:
        """What a branch allows a category whatever the item."""
        stated = self._stated(branch_line, category_id, None, on)
        return Totals(
            max_loans=_limit(stated.kinds, "max_loans"),
            max_overdue=_limit(stated.kinds, "max_overdue"),
            money=stated.money,
            lends=stated.policy is not None or self._lends_some_type(branch_line, category_id, on),
        )

    def _stated(
        self, branch_line: tuple[int, ...], category_id: int | None, item_type_id: int | None, on: date
    ) -> _Stated:
        question = (branch_line, category_id, item_type_id, on)
        answer = self._answers.get(question)
        if answer is None:
            if len(self._answers) > MAX_ANSWERS:
                self._answers.clear()
            answer = self._answers[question] = self._find(*question)
        return answer

    def _find(
        self, branch_line: tuple[int, ...], category_id: int | None, item_type_id: int | None, on: date
    ) -> _Stated:
        found: dict[str, Value] = {}
        rows: dict[str, int] = {}
        for row in self.trail(branch_line=branch_line, category_id=category_id, item_type_id=item_type_id, on=on):
            for kind, value in row.kinds.items():
                if kind not in found:
                    found[kind], rows[kind] = value, row.id
        money = MoneyPolicy(**_named(found, _MONEY_KINDS)) if _MONEY_KINDS & found.keys() else NO_MONEY
        return _Stated(found, rows, _policy(found, rows, money), _holds(found, rows), money)

    def _lends_some_type(self, branch_line: tuple[int, ...], category_id: int | None, on: date) -> bool:
        return any(
            "loan_days" in row.kinds and row.in_force(on)
            for (branch_id, category, _), rows in self._rows.items()
            if branch_id in (None, *branch_line) and category in (None, category_id)
            for row in rows
        )


def _policy(found: Mapping[str, Value], rows: Mapping[str, int], money: MoneyPolicy) -> Policy | None:
    loan_days = found.get("loan_days")
    if not isinstance(loan_days, int):
        return None
    values: dict[str, Any] = {"renewal_days": loan_days, **_named(found, _LOAN_KINDS)}
    return Policy(row_id=rows["loan_days"], rows=rows, money=money, **values)


def _holds(found: Mapping[str, Value], rows: Mapping[str, int]) -> HoldPolicy:
    return HoldPolicy(rows=rows, **_named(found, _HOLD_KINDS))


def _named(found: Mapping[str, Value], names: frozenset[str]) -> dict[str, Any]:
    """Those of the kinds that are stated; each value has the type of its kind."""
    return {name: value for name, value in found.items() if name in names}


_LOAN_KINDS = frozenset(one.name for one in fields(Policy)) & frozenset(KINDS)
_HOLD_KINDS = frozenset(one.name for one in fields(HoldPolicy)) & frozenset(KINDS)
_MONEY_KINDS = frozenset(one.name for one in fields(MoneyPolicy)) & frozenset(KINDS)


def _limit(found: Mapping[str, Value], kind: str) -> int | None:
    value = found.get(kind)
    assert value is None or isinstance(value, int)
    return value
