"""Reads of circulation: what a patron has and may have, what a checkout would say, where an item's loan stands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from wenyuan.kernel.opening import is_after_reopening as calendar_says_after_reopening
from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.checking_out import preview_plan
from wenyuan.lending.circulation.claiming import claimed_items, count_claimed_items
from wenyuan.lending.circulation.consignment_reads import (
    consignment_lines,
    count_late_consignments,
    get_consignment,
    list_consignments,
)
from wenyuan.lending.circulation.data import (
    Block,
    BlockCode,
    CheckoutPreview,
    ClosureProgress,
    ItemFacts,
    LoanOfItem,
    OpenLoan,
    PatronLoans,
)
from wenyuan.lending.circulation.everyday import Request, scanned
from wenyuan.lending.circulation.facts import Account, Editions, Holdings, Item, Patron
from wenyuan.lending.circulation.hold_lists import (
    get_hold,
    hold_shelf,
    holds_of_patron,
    not_found_at,
    pick_list,
    queue_of_bib,
    shelf_to_clear,
    unfillable_holds,
)
from wenyuan.lending.circulation.holding import preview_hold
from wenyuan.lending.circulation.losing import loss_charged, preview_loss
from wenyuan.lending.circulation.models import ClosureRun, Loan
from wenyuan.lending.circulation.offline_lists import count_offline_acts_to_settle, offline_acts_to_settle
from wenyuan.lending.circulation.policies import Value
from wenyuan.lending.circulation.policy_reads import (
    CellView,
    ChangePreview,
    KindView,
    Stated,
    policies_stand,
    policy_cell,
    policy_gaps,
    policy_history,
    policy_places,
    policy_table,
    preview_policies,
    shadowed_kinds,
)
from wenyuan.lending.circulation.popular import most_borrowed
from wenyuan.lending.circulation.queueing import lapsed_holds
from wenyuan.lending.circulation.rules import debt_blocks, deposit_blocks, patron_blocks, total_blocks
from wenyuan.lending.circulation.simulating import Answer, Supposed, Trial, try_policies
from wenyuan.lending.circulation.taking_over.holds import count_past_holds
from wenyuan.lending.circulation.taking_over.loans import count_past_loans
from wenyuan.lending.circulation.undoing_losses import loss_of_item
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import Plan, Statement, run

ITEM_WIDTH = len(Item._fields)
PATRON_WIDTH = len(Patron._fields)
_LOAN_BEGINS = 2 + PATRON_WIDTH + 3
"""In a row of ``sql.PATRON_LOANS``, behind the editions, the patron, two sums and whether there are holds."""


def preview_checkout(
    *, item: str, card: str, at: datetime, desk: Desk, waive: frozenset[BlockCode] = frozenset()
) -> CheckoutPreview:
    """What ``operations.checkout`` would answer now; nothing is written."""
    request = Request(item=scanned(item), card=scanned(card), at=at, desk=desk, waive=waive)
    return run(lambda: preview_plan(request))


def patron_loans(*, patron_id: int, branch_id: int, at: datetime) -> PatronLoans | None:
    """What a patron has, how many a branch lets them have today, and what stops any checkout; none if unknown.

    Loans are those in the patron's hands, the earliest due first; one taken back elsewhere (代收) is not among them.
    """
    return run(lambda: _patron_loans_plan(patron_id, branch_id, at))


def _patron_loans_plan(patron_id: int, branch_id: int, at: datetime) -> Plan[PatronLoans | None]:
    today = local_date(at)
    rows = yield Statement(sql.PATRON_LOANS, {"patron": patron_id, "year": today.year})
    if not rows:
        return None
    books = yield from books_of(Editions(*rows[0][:2]))
    patron = Patron(*rows[0][2 : 2 + PATRON_WIDTH])
    owed_fen, held_fen, has_holds = rows[0][2 + PATRON_WIDTH : _LOAN_BEGINS]
    loans = tuple(
        _with_reopening(_open_loan(row[_LOAN_BEGINS:], patron.id, at), books)
        for row in rows
        if row[_LOAN_BEGINS] is not None
    )
    allowed = books.totals(branch_id, patron.category_id, today)
    holdings = Holdings(frozenset(), len(loans), sum(loan.overdue for loan in loans))
    blocks = patron_blocks(patron, today=today)
    if not books.place(branch_id, branch_id, today).open_for_business:
        blocks.insert(0, Block(BlockCode.BRANCH_CLOSED_DOWN))
    if not allowed.lends:
        blocks.append(Block(BlockCode.NO_POLICY))
    blocks += total_blocks(holdings, max_loans=allowed.max_loans, max_overdue=allowed.max_overdue)
    account = Account(owed_fen, held_fen)
    blocks += [*debt_blocks(account, allowed.money), *deposit_blocks(account, allowed.money)]
    return PatronLoans(
        patron_id=patron.id,
        loans=loans,
        max_loans=allowed.max_loans,
        blocks=tuple(blocks),
        max_owed_fen=allowed.money.max_owed_fen,
        deposit_fen=allowed.money.deposit_fen,
        owed_fen=owed_fen,
        has_holds=has_holds,
    )


def loans_of_readers(*, patron_ids: Sequence[int], at: datetime) -> Mapping[int, tuple[OpenLoan, ...]]:
    """What several readers have in hand, by reader, the earliest due first; who has nothing is not there."""
    return run(lambda: _loans_of_readers_plan(patron_ids, at))


def _loans_of_readers_plan(patron_ids: Sequence[int], at: datetime) -> Plan[Mapping[int, tuple[OpenLoan, ...]]]:
    rows = yield Statement(sql.LOANS_OF_READERS, {"patrons": list(patron_ids)})
    found: dict[int, tuple[OpenLoan, ...]] = {}
    if rows:
        books = yield from books_of(Editions(*rows[0][:2]))
        for row in rows:
            patron_id = row[2]
            loan = _with_reopening(_open_loan(row[3:], patron_id, at), books)
            found[patron_id] = (*found.get(patron_id, ()), loan)
    return found


def _with_reopening(loan: OpenLoan, books: Books) -> OpenLoan:
    shut = calendar_says_after_reopening(loan.due_date, books.network.calendar(loan.branch_id))
    return replace(loan, after_reopening=True) if shut else loan


def _open_loan(values: tuple[object, ...], patron_id: int, at: datetime) -> OpenLoan:
    loan_id, branch_id, lent_at, due_at, renewals, claimed_at, recalled_at, *item = values
    assert isinstance(due_at, datetime)
    return OpenLoan(
        id=loan_id,  # type: ignore[arg-type] # columns of sql.PATRON_LOANS, in order
        item=Item(*item).shown(),  # type: ignore[arg-type]
        patron_id=patron_id,
        branch_id=branch_id,  # type: ignore[arg-type]
        lent_at=lent_at,  # type: ignore[arg-type]
        due_at=due_at,
        due_date=local_date(due_at),
        renewals=renewals,  # type: ignore[arg-type]
        overdue=due_at < at and claimed_at is None,
        claimed=claimed_at is not None,
        recalled=recalled_at is not None,
    )


def loan_of_item(item_id: int) -> LoanOfItem | None:
    """The item's open loan, if it has one."""
    row = Loan.objects.filter(item_id=item_id, returned_at__isnull=True).first()
    if row is None or row.patron_id is None:
        return None
    return LoanOfItem(
        loan_id=row.id,
        patron_id=row.patron_id,
        branch_id=row.branch_id,
        lent_at=row.lent_at,
        due_at=row.due_at,
        due_date=local_date(row.due_at),
        renewals=row.renewals,
        taken_branch_id=row.taken_branch_id,
        claimed_at=row.claimed_at,
        claimed_back_date=row.claimed_back_date,
        claimed_branch_id=row.claimed_branch_id,
        searches=row.searches,
        searched_at=row.searched_at,
        recalled_at=row.recalled_at,
    )


def loans_history(*, patron_id: int, before_id: int | None = None, size: int = 50) -> tuple[OpenLoan, ...]:
    """Closed loans of a patron who consented to history, newest first; of others those that name them for a debt."""
    return run(lambda: _history_plan(patron_id, before_id, size))


def _history_plan(patron_id: int, before_id: int | None, size: int) -> Plan[tuple[OpenLoan, ...]]:
    values = {"patron": patron_id, "before": before_id, "size": size}
    rows = yield Statement(sql.HISTORY, values)
    return tuple(_closed_loan(row, patron_id) for row in rows)


def _closed_loan(values: tuple[object, ...], patron_id: int) -> OpenLoan:
    back_at, *rest = values
    assert isinstance(back_at, datetime)
    return _open_loan(tuple(rest), patron_id, back_at)


def due_dates_of_items(item_ids: list[int]) -> dict[int, datetime]:
    """When the items in readers' hands fall due, by item id; others, and those taken back (代收), are not there."""
    loans = Loan.objects.filter(item_id__in=item_ids, returned_at__isnull=True, taken_at__isnull=True)
    return dict(loans.values_list("item_id", "due_at"))


def is_after_reopening(*, branch_id: int, due: date) -> bool:
    """Whether a loan of the branch that is due on that day is due after a reopening that nobody knows yet.

    Readers should then be told "after reopening" (重新开馆后): the date itself moves on.
    """
    return calendar_says_after_reopening(due, network_map().calendar(branch_id))


def items_due_after_reopening(item_ids: list[int], *, network: NetworkMap) -> frozenset[int]:
    """Which of the items in readers' hands are due after a reopening that nobody knows yet; usually no query."""
    shut = [
        branch_id
        for branch_id, calendar in network.calendars.items()
        if any(closure.last_date is None for closure in calendar.closures)
    ]
    if not shut:
        return frozenset()
    loans = Loan.objects.filter(
        item_id__in=item_ids, branch_id__in=shut, returned_at__isnull=True, taken_at__isnull=True
    )
    return frozenset(
        item_id
        for item_id, branch_id, due_at in loans.values_list("item_id", "branch_id", "due_at")
        if calendar_says_after_reopening(local_date(due_at), network.calendar(branch_id))
    )


def closure_progress(closure_ids: Sequence[int]) -> ClosureProgress | None:
    """How far the due dates have followed the newest change of these closures; nothing where none was asked for."""
    run = ClosureRun.objects.filter(closure_ids__overlap=list(closure_ids)).order_by("-id").first()
    if run is None:
        return None
    return ClosureProgress(
        state=run.state,
        total=run.total,
        looked=run.looked,
        moved=run.moved,
        asked_at=run.asked_at,
        finished_at=run.finished_at,
    )


def count_open_loans(patron_id: int) -> int:
    """How many items a patron has, those taken back elsewhere and not yet closed among them."""
    return Loan.objects.filter(patron_id=patron_id, returned_at__isnull=True).count()


def count_overdue_at(branch_id: int, *, at: datetime) -> int:
    """How many items lent by a branch are overdue."""
    return Loan.objects.filter(
        branch_id=branch_id, returned_at__isnull=True, taken_at__isnull=True, claimed_at__isnull=True, due_at__lt=at
    ).count()


__all__ = [
    "Answer",
    "CellView",
    "ChangePreview",
    "ItemFacts",
    "KindView",
    "Stated",
    "Supposed",
    "Trial",
    "Value",
    "claimed_items",
    "closure_progress",
    "consignment_lines",
    "count_claimed_items",
    "count_late_consignments",
    "count_offline_acts_to_settle",
    "count_open_loans",
    "count_overdue_at",
    "count_past_holds",
    "count_past_loans",
    "due_dates_of_items",
    "get_consignment",
    "get_hold",
    "hold_shelf",
    "holds_of_patron",
    "is_after_reopening",
    "items_due_after_reopening",
    "lapsed_holds",
    "list_consignments",
    "loan_of_item",
    "loans_history",
    "loans_of_readers",
    "loss_charged",
    "loss_of_item",
    "most_borrowed",
    "not_found_at",
    "offline_acts_to_settle",
    "patron_loans",
    "pick_list",
    "policies_stand",
    "policy_cell",
    "policy_gaps",
    "policy_history",
    "policy_places",
    "policy_table",
    "preview_checkout",
    "preview_hold",
    "preview_loss",
    "preview_policies",
    "queue_of_bib",
    "shadowed_kinds",
    "shelf_to_clear",
    "try_policies",
    "unfillable_holds",
]
