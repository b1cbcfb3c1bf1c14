"""The policy matrix as a value, and how the row for a case is found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """One dated row: branch × patron category × item type, none for any. A kind that is none falls back.

    Loan and renewal length are in days; ``valid_to`` is the last day.
    """

    id: int
    branch_id: int | None
    category_id: int | None
    item_type_id: int | None
    valid_from: date
    valid_to: date | None
    loan_days: int | None
    renewal_days: int | None
    max_renewals: int | None
    max_loans: int | None
    max_loans_of_type: int | None
    max_overdue: int | None
    return_route: str

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What holds for one case. ``row_id`` is the row that gave the loan length; ``rows`` names the row of each kind.

    Limits that are none do not limit; ``return_route`` is ``home`` unless a row says otherwise.
    """

    row_id: int
    loan_days: int
    renewal_days: int
    max_renewals: int | None
    max_loans: int | None
    max_loans_of_type: int | None
    max_overdue: int | None
    return_route: str
    rows: Mapping[str, int] = field(default_factory=dict)


KINDS = (
    "loan_days",
    "renewal_days",
    "max_renewals",
    "max_loans",
    "max_loans_of_type",
    "max_overdue",
    "return_route",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a branch allows a patron whatever the item; none does not limit. ``lends``: some item type has a length."""

    max_loans: int | None
    max_overdue: int | None
    lends: bool


@dataclass(frozen=True, slots=True)
class _Stated:
    """Each kind that some row states for a case, and the policy they make, if they state a loan length."""

    kinds: Mapping[str, object]
    policy: Policy | None


MAX_ANSWERS = 20_000


class PolicyBook:
    """All rows of one edition, ready for look-up. It remembers answers, so a busy desk asks each question once a day.

    The nearest branch wins (the branch itself, its parent, … , any), then a row for the category, then a row for the
    item type; each rule kind is taken from the first row that states it.
    """

    def __init__(self, edition: UUID, rows: Iterable[PolicyRow]) -> None:
        self.edition = edition
        self._rows: dict[tuple[int | None, int | None, int | None], list[PolicyRow]] = {}
        for row in rows:
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

    def totals(self, *, branch_line: tuple[int, ...], category_id: int | None, on: date) -> Totals:
        """What a branch allows a category whatever the item."""
        stated = self._stated(branch_line, category_id, None, on)
        return Totals(
            max_loans=_limit(stated.kinds, "max_loans"),
            max_overdue=_limit(stated.kinds, "max_overdue"),
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
        found: dict[str, object] = {}
        rows: dict[str, int] = {}
        for branch_id in (*branch_line, None):
            for category, item_type in (
                (category_id, item_type_id),
                (category_id, None),
                (None, item_type_id),
                (None, None),
            ):
                for row in self._rows.get((branch_id, category, item_type), ()):
                    if row.in_force(on):
                        _take(row, found, rows)
        return _Stated(found, _policy(found, rows))

    def _lends_some_type(self, branch_line: tuple[int, ...], category_id: int | None, on: date) -> bool:
        return any(
            row.loan_days is not None and row.in_force(on)
            for (branch_id, category, _), rows in self._rows.items()
            if branch_id in (None, *branch_line) and category in (None, category_id)
            for row in rows
        )


def _policy(found: Mapping[str, object], rows: Mapping[str, int]) -> Policy | None:
    loan_days = found.get("loan_days")
    if not isinstance(loan_days, int):
        return None
    return Policy(
        row_id=rows["loan_days"],
        loan_days=loan_days,
        renewal_days=_number(found, "renewal_days") if "renewal_days" in found else loan_days,
        max_renewals=_limit(found, "max_renewals"),
        max_loans=_limit(found, "max_loans"),
        max_loans_of_type=_limit(found, "max_loans_of_type"),
        max_overdue=_limit(found, "max_overdue"),
        return_route=str(found.get("return_route", "home")),
        rows=rows,
    )


def _take(row: PolicyRow, found: dict[str, object], rows: dict[str, int]) -> None:
    for kind in KINDS:
        value = getattr(row, kind)
        if kind not in found and value not in (None, ""):
            found[kind] = value
            rows[kind] = row.id


def _number(found: Mapping[str, object], kind: str) -> int:
    value = found[kind]
    assert isinstance(value, int)
    return value


def _limit(found: Mapping[str, object], kind: str) -> int | None:
    return _number(found, kind) if kind in found else None
