"""What the matrix says and why: a place with what it inherits, a table of one kind, gaps, and what a change would do.

All of it is asked of the same ``PolicyBook`` as the everyday verbs.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from wenyuan.holdings.catalogue.queries import list_item_types
from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.cells import Cell, as_row, plan_change, version_of
from wenyuan.lending.circulation.facts import Editions
from wenyuan.lending.circulation.matrix import PolicyProblem
from wenyuan.lending.circulation.models import LoanPolicy
from wenyuan.lending.circulation.policies import KINDS, PolicyBook, PolicyRow, Value
from wenyuan.lending.circulation.rules.replan import Replan
from wenyuan.lending.patrons.queries import categories
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import Plan, Statement, run


@dataclass(frozen=True, slots=True)
class Stated:
    """A value and the row that states it."""

    value: Value
    row: PolicyRow

    @property
    def cell(self) -> Cell:
        return cell_of(self.row)


@dataclass(frozen=True, slots=True)
class KindView:
    """One kind at a place on a day: what the place states itself and what it would inherit, none where nothing does;
    and from ``coming_from`` on, if there is such a day, it is planned to state ``coming``, or nothing."""

    kind: str
    own: Stated | None
    inherited: Stated | None
    coming: Value | None
    coming_from: date | None

    @property
    def holds(self) -> Stated | None:
        return self.own or self.inherited


@dataclass(frozen=True, slots=True)
class CellView:
    """A place of the matrix on a day. ``version`` tells it from what it is after a change."""

    cell: Cell
    on: date
    kinds: tuple[KindView, ...]
    version: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of a place in the course of time. ``withdrawn_at`` when it was taken back and never counts again."""

    row: PolicyRow
    withdrawn_at: datetime | None

    def state(self, today: date) -> str:
        """``withdrawn``, ``past``, ``now`` or ``planned``."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.row.valid_from > today:
            return "planned"
        return "now" if self.row.in_force(today) else "past"


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change would do. ``kinds`` are (kind, before, after) at the place itself on the first day; ``reached``
    counts the cases for which it changes something, ``kept_by`` are places that state the same kind nearer and keep
    it. ``loans`` open ones of ``readers`` keep their dates. ``gaps`` are cases left without a loan length by it.
    ``until`` is its last day, and ``problems`` are the reasons why it cannot be made."""

    kinds: tuple[tuple[str, Value | None, Value | None], ...]
    reached: int
    kept_by: tuple[Cell, ...]
    loans: int
    readers: int
    gaps: tuple[Cell, ...]
    until: date | None
    problems: tuple[PolicyProblem, ...]


def cell_of(row: PolicyRow) -> Cell:
    return Cell(row.branch_id, row.category_id, row.item_type_id)


def policy_cell(*, cell: Cell, on: date) -> CellView:
    """What a place states and inherits on a day, kind by kind."""
    books = run(_books)
    trail = list(books.policies.trail(**_question(books, cell, on), on=on))
    timeline = books.policies.rows_at(cell)
    kinds = []
    for kind in KINDS:
        own = next((Stated(row.kinds[kind], row) for row in trail if cell_of(row) == cell and kind in row.kinds), None)
        others = (Stated(row.kinds[kind], row) for row in trail if cell_of(row) != cell and kind in row.kinds)
        coming, coming_from = _coming(timeline, kind, on, own.value if own else None)
        kinds.append(KindView(kind, own, next(others, None), coming, coming_from))
    return CellView(cell, on, tuple(kinds), version_of(timeline))


def policy_history(cell: Cell) -> tuple[RowView, ...]:
    """Every row that a place has had, has or will have, the latest first."""
    place: dict[str, Any] = cell._asdict()
    rows = LoanPolicy.objects.filter(**place).order_by("-valid_from", "-id")
    return tuple(RowView(as_row(row), row.withdrawn_at) for row in rows)


def policy_places(*, branch_id: int | None, on: date) -> tuple[Cell, ...]:
    """The places of a branch, or for any branch, that state something on a day or later."""
    rows = run(_books).policies.rows_of_branch(branch_id)
    found = {cell_of(row) for row in rows if _is_open(row, on)}
    return tuple(sorted(found, key=lambda one: tuple(number or 0 for number in one)))


def policy_table(
    *, branch_id: int | None, kind: str, on: date
) -> Mapping[tuple[int | None, int | None], Stated | None]:
    """What holds of one kind at a branch, by kind of reader and item type, each of them also for any."""
    books = run(_books)
    answers = {}
    for category_id in (None, *(one.id for one in categories())):
        for item_type_id in (None, *(one.id for one in list_item_types())):
            question = _question(books, Cell(branch_id, category_id, item_type_id), on)
            trail = books.policies.trail(**question, on=on)
            answers[category_id, item_type_id] = next(
                (Stated(row.kinds[kind], row) for row in trail if kind in row.kinds), None
            )
    return answers


def policies_stand() -> bool:
    """Whether any row stands at all; without one nothing can be lent."""
    return not run(_books).policies.is_empty


def policy_gaps(*, branch_id: int | None, on: date) -> tuple[Cell, ...]:
    """Cases of a branch, or of all that stand, for which no row gives a loan length: nothing can be lent there."""
    books = run(_books)
    return tuple(_gaps(books, books.policies, branch_id, on))


def shadowed_kinds(*, cell: Cell, on: date) -> tuple[str, ...]:
    """The kinds that a place states on a day and that hold nowhere, since every case has a nearer row stating them."""
    books = run(_books)
    own = [row for row in books.policies.rows_at(cell) if row.in_force(on)]
    if not own:
        return ()
    won: set[str] = set()
    for case in _cases(books, cell, on):
        seen: set[str] = set()
        for row in books.policies.trail(**_question(books, case, on), on=on):
            if row.id == own[0].id:
                won |= row.kinds.keys() - seen
                break
            seen |= row.kinds.keys()
    return tuple(kind for kind in KINDS if kind in own[0].kinds and kind not in won)


def preview_policies(
    *,
    cell: Cell,
    from_date: date,
    states: Mapping[str, Any],
    withdraws: Collection[str] = (),
    last_date: date | None = None,
    at: datetime,
) -> ChangePreview:
    """What ``operations.change_policies`` would do; nothing is written."""
    books = run(_books)
    plan, problems = plan_change(
        cell=cell,
        rows=[row for row in books.policies.rows_at(cell) if _is_open(row, from_date)],
        from_date=from_date,
        last_date=last_date,
        states=states,
        withdraws=withdraws,
        today=local_date(at),
    )
    after = books.policies.replaced(cell, _as_rows(cell, books.policies.rows_at(cell), plan))
    asked = [kind for kind in KINDS if kind in states or kind in withdraws]
    here = _question(books, cell, from_date)
    pairs = (
        (kind, _value(books.policies, here, kind, from_date), _value(after, here, kind, from_date)) for kind in asked
    )
    touched, kept_by = [], set()
    for case in _cases(books, cell, from_date):
        question = _question(books, case, from_date)
        if any(_value(books.policies, question, k, from_date) != _value(after, question, k, from_date) for k in asked):
            touched.append(case)
        kept_by |= _nearer(after, question, asked, cell, from_date)
    loans, readers = _open_loans(touched)
    before_gaps = set(_gaps(books, books.policies, cell.branch_id, from_date))
    gaps = [case for case in _gaps(books, after, cell.branch_id, from_date) if case not in before_gaps]
    lasts = [new.last for new in plan.adds if new.first == from_date]
    return ChangePreview(
        kinds=tuple(pairs),
        reached=len(touched),
        kept_by=tuple(sorted(kept_by, key=lambda one: tuple(number or 0 for number in one))),
        loans=loans,
        readers=readers,
        gaps=tuple(gaps),
        until=last_date or (lasts[0] if lasts else None),
        problems=tuple(problems),
    )


def _books() -> Plan[Books]:
    rows = yield Statement(sql.BOTH_EDITIONS, {})
    return (yield from books_of(Editions(*rows[0])))


def _question(books: Books, cell: Cell, on: date) -> dict[str, Any]:
    line = books.network.line_above(cell.branch_id, on) if cell.branch_id is not None else ()
    return {"branch_line": line, "category_id": cell.category_id, "item_type_id": cell.item_type_id}


def _is_open(row: PolicyRow, on: date) -> bool:
    return row.valid_to is None or row.valid_to >= on


def _coming(
    timeline: Collection[PolicyRow], kind: str, on: date, now: Value | None
) -> tuple[Value | None, date | None]:
    """What the next row of a place states of a kind that is not what holds, and from when."""
    for row in sorted(timeline, key=lambda row: row.valid_from):
        if row.valid_from > on and row.kinds.get(kind) != now:
            return row.kinds.get(kind), row.valid_from
    return None, None


def _value(book: PolicyBook, question: Mapping[str, Any], kind: str, on: date) -> Value | None:
    stated = book.stated(**question, on=on).get(kind)
    return stated[0] if stated else None


def _cases(books: Books, cell: Cell, on: date) -> Iterator[Cell]:
    """Every case that a place is about: the branches that stand below it, with each kind of reader and item type."""
    within = books.network.subtree(cell.branch_id, on) if cell.branch_id is not None else books.network.branches
    kinds = [one.id for one in categories()] if cell.category_id is None else [cell.category_id]
    types = [one.id for one in list_item_types()] if cell.item_type_id is None else [cell.item_type_id]
    for branch_id in sorted(within):
        if books.network.branches[branch_id].stands_on(on):
            for category_id in kinds:
                for item_type_id in types:
                    yield Cell(branch_id, category_id, item_type_id)


def _gaps(books: Books, book: PolicyBook, branch_id: int | None, on: date) -> Iterator[Cell]:
    for case in _cases(books, Cell(branch_id), on):
        if book.resolve(**_question(books, case, on), on=on) is None:
            yield case


def _nearer(book: PolicyBook, question: Mapping[str, Any], asked: Collection[str], cell: Cell, on: date) -> set[Cell]:
    """The places that state one of these kinds nearer to a case than ``cell`` does."""
    found: set[Cell] = set()
    for row in book.trail(**question, on=on):
        if cell_of(row) == cell:
            return found
        if any(kind in row.kinds for kind in asked):
            found.add(cell_of(row))
    return set()  # the place states nothing any more


def _as_rows(cell: Cell, rows: Collection[PolicyRow], plan: Replan) -> list[PolicyRow]:
    """The rows of a place after a plan; those to be added have ids below nothing."""
    ends = dict(plan.ends)
    kept = [
        PolicyRow(
            id=row.id,
            **cell._asdict(),
            valid_from=row.valid_from,
            valid_to=ends.get(row.id, row.valid_to),
            kinds=row.kinds,
        )
        for row in rows
        if row.id not in plan.takes_back
    ]
    added = [
        PolicyRow(id=-number, **cell._asdict(), valid_from=new.first, valid_to=new.last, kinds=new.kinds)
        for number, new in enumerate(plan.adds, 1)
    ]
    return kept + added


def _open_loans(cases: Collection[Cell]) -> tuple[int, int]:
    """How many loans of these cases are in readers' hands, and how many readers have them."""
    if not cases:
        return 0, 0
    codes = {one.id: one.code for one in categories()}
    values = {
        "branches": [case.branch_id for case in cases],
        "categories": [codes[case.category_id] for case in cases if case.category_id],
        "types": [case.item_type_id for case in cases],
    }

    def plan() -> Plan[tuple[int, int]]:
        rows = yield Statement(sql.LOANS_OF_CASES, values)
        return rows[0][0], rows[0][1]

    return run(plan)
