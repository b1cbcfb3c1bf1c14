"""Placing a hold as a plan, and what another pickup branch says to it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from wenyuan.kernel.identity import age_band
from wenyuan.lending.circulation import keyed, rules, sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.data import Block, BlockCode, HoldPreview, HoldReceipt
from wenyuan.lending.circulation.everyday import (
    Refused,
    Request,
    journal_of_hold,
    reader_ref,
    refuse,
    same_editions,
    scanned,
    until_settled,
    waived,
)
from wenyuan.lending.circulation.facts import Editions, HoldFacts, ItemOfBib, Patron, read_hold
from wenyuan.lending.circulation.policies import HoldPolicy
from wenyuan.lending.patrons.queries import token_hashes
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.statements import Plan, Statement, rows_of, run
from wenyuan.plumbing.transactions import verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a hold asks for: a record, or the item of the request (that one only with ``this_item``), where and when."""

    bib_id: int | None
    this_item: bool
    pickup_branch_id: int
    not_before: date | None
    not_after: date | None


@verb
def place(request: Request, wish: Wish) -> HoldReceipt:
    """Place a hold; see ``operations.place_hold``.

    An ordinary transaction, unlike the everyday plans: what it must not miss lies in rows of others (an item of the
    title that is lent to the reader at this moment, the last question before the pickup branch closes), so it locks
    reader and branch before it looks; before these the record, and the item that alone can fill it, so that neither is
    taken away under the hold (an import is undone).
    """
    wish = _keep_title(request, wish)
    rows_of(Statement(sql.LOCK_HOLDER, {"hashes": token_hashes(request.card or "")}))
    rows_of(Statement(sql.LOCK_PICKUP, {"pickup": wish.pickup_branch_id}))
    return run(lambda: place_plan(request, wish))


class _MovedOn(Exception):
    """The title that was locked is not, or no longer, the one that is meant."""


def _keep_title(request: Request, wish: Wish) -> Wish:
    """Whoever takes the record away is done, or waits. What is asked for may lead to another record, which is meant
    then, and both may change until the lock is there.

    No more than the one record is locked: who merges, or undoes it, locks two by their ids, and would wait for the
    one while this waits for the other.
    """
    values = {"bib": wish.bib_id, "barcode": request.item}
    while standing := rows_of(Statement(sql.STANDING_TITLE, values)):
        try:
            with transaction.atomic():  # going back to here lets go of the lock
                lock_title(standing[0][0])
                if rows_of(Statement(sql.STANDING_TITLE, values)) != standing:
                    raise _MovedOn
        except _MovedOn:
            continue
        if wish.bib_id is not None:
            wish = replace(wish, bib_id=standing[0][0])
        break
    if wish.this_item:
        rows_of(Statement(sql.LOCK_WANTED_ITEM, {"barcode": request.item}))
    return wish


def lock_title(bib_id: int) -> None:
    """A step: hold a record, by the caller's own savepoint. In one within, which ends before, whoever waits for the
    lock would go on to wait for the whole transaction, though the lock has been let go of."""
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK_TITLE, {"bib": bib_id})


def place_plan(request: Request, wish: Wish) -> Plan[HoldReceipt]:
    """Look, judge and write, under the locks of ``place``."""
    return until_settled(lambda: _attempt(request, wish))


def _attempt(request: Request, wish: Wish) -> Plan[HoldReceipt | None]:
    facts = yield from gather(request, wish)
    if facts.earlier:
        return keyed.earlier_hold(facts, facts.earlier)
    books = yield from books_of(facts.editions)
    if repeated := rules.repeated_hold(facts, account_id=request.desk.operator.account_id, at=request.at):
        # What was asked for the second time may be another pickup branch or day: the hold stands as it was placed.
        stands = replace(wish, pickup_branch_id=repeated.pickup_branch_id, not_after=repeated.not_after)
        return _receipt(
            facts, stands, hold_id=repeated.id, position=repeated.place, not_after=stands.not_after, repeated=True
        )
    if wish.pickup_branch_id not in books.network.branches:
        raise Refused(Block(BlockCode.BRANCH_CLOSED_DOWN))
    policy, from_shelf, blocks = judge(facts, request, wish, books)
    refuse(blocks, request)
    patron, bib_id = facts.patron, facts.bib_id
    assert patron is not None
    assert bib_id is not None
    if patron.ref is None:
        yield reader_ref(patron, request)
        return None
    not_after = last_day(policy, wish, request.today)
    receipt = _receipt(facts, wish, hold_id=0, position=facts.queue + 1, not_after=not_after, repeated=False)
    receipt = replace(receipt, from_shelf=from_shelf)
    written = yield _write(facts, patron, bib_id, receipt, wish, request, blocks)
    return replace(receipt, hold_id=written[0][0]) if written else None


def preview_hold(*, bib_id: int, card: str, pickup_branch_ids: Iterable[int], at: datetime, desk: Desk) -> HoldPreview:
    """What ``operations.place_hold`` would answer now at each of these pickup branches; nothing is written."""
    request = Request(item="", card=scanned(card), at=at, desk=desk)
    wish = Wish(bib_id=bib_id, this_item=False, pickup_branch_id=0, not_before=None, not_after=None)

    def plan() -> Plan[HoldPreview]:
        facts = yield from gather(request, wish)
        books = yield from books_of(facts.editions)
        blocks = {
            branch_id: judge(facts, request, replace(wish, pickup_branch_id=branch_id), books)[2]
            for branch_id in pickup_branch_ids
            if branch_id in books.network.branches
        }
        return HoldPreview(title=facts.title, waiting=facts.queue, blocks=blocks)

    return run(plan)


def gather(request: Request, wish: Wish) -> Plan[HoldFacts]:
    """Everything that placing a hold rests on; no lock."""
    values = {**request.gathers(), "bib": wish.bib_id, "hashes": token_hashes(request.card or "")}
    values["this_item"] = wish.this_item
    rows = yield Statement(sql.GATHER_HOLD, values)
    return read_hold(rows[0], by_barcode=wish.bib_id is None, this_item=wish.this_item)


def judge(facts: HoldFacts, request: Request, wish: Wish, books: Books) -> tuple[HoldPolicy, bool, tuple[Block, ...]]:
    """The policy of the first item that might serve, whether one stands on a shelf, and every block."""
    pickup_id, today = wish.pickup_branch_id, request.today
    category_id = facts.patron.category_id if facts.patron else None
    items = [item for item in facts.items if facts.item_id in (None, item.id)]
    servants, policy, minimum_age = _served_at(pickup_id, items, category_id, books, today)
    blocks = rules.blocks_for_hold(
        facts,
        servants,
        policy,
        pickup=books.place(pickup_id, pickup_id, today),
        minimum_age=minimum_age,
        not_before=wish.not_before,
        not_after=wish.not_after,
        today=today,
    )
    return policy, any(item.state == "available" for item in servants), blocks


def _served_at(
    pickup_id: int, items: Iterable[ItemOfBib], category_id: int | None, books: Books, today: date
) -> tuple[list[ItemOfBib], HoldPolicy, int]:
    """Of these items those that might serve at a branch, its policy for the first, and the lowest age for one."""
    served = servants_at(pickup_id, items, category_id, books, today)
    servants = [item for item, _ in served]
    policy = books.hold_policy(pickup_id, category_id, servants[0].type_id, today) if servants else HoldPolicy()
    return servants, policy, min((age for _, age in served), default=0)


def servants_at(
    pickup_id: int, items: Iterable[ItemOfBib], category_id: int | None, books: Books, today: date
) -> list[tuple[ItemOfBib, int]]:
    """Of these items those that might serve a hold at a branch one day, each with the age from which it is lent."""
    found = []
    for item in items:
        lends = books.policy(pickup_id, category_id, item.type_id, today)
        place = books.place(pickup_id, item.home_branch_id, today)
        if rules.can_be_held(item, place=place, policy=lends):
            found.append((item, (lends.minimum_age if lends else None) or 0))
    return found


def pickup_plan(*, hold_id: int, pickup_branch_id: int, today: date) -> Plan[tuple[Block, ...]]:
    """What the policy of another pickup branch says against a hold that waits already, as if it were placed there."""
    rows = yield Statement(sql.GATHER_PICKUP, {"hold": hold_id})
    network, policies, category_id, birth_date, others, *columns = rows[0]
    books = yield from books_of(Editions(network, policies))
    items = [] if columns[0] is None else [ItemOfBib(*values) for values in zip(*columns, strict=True)]
    servants, policy, minimum_age = _served_at(pickup_branch_id, items, category_id, books, today)
    blocks = rules.blocks_by_policy(
        servants, policy, minimum_age=minimum_age, birth_date=birth_date, others=others, today=today
    )
    return tuple(blocks)


def last_day(policy: HoldPolicy, wish: Wish, today: date) -> date | None:
    """The last day on which the hold waits: as its reader says, else as the policy does; none for without end."""
    if wish.not_after is None and policy.hold_days is not None:
        return today + timedelta(days=policy.hold_days)
    return wish.not_after


def _write(
    facts: HoldFacts,
    patron: Patron,
    bib_id: int,
    receipt: HoldReceipt,
    wish: Wish,
    request: Request,
    blocks: tuple[Block, ...],
) -> Statement:
    desk = request.desk
    details: dict[str, object] = {"bib": bib_id, "pickup": wish.pickup_branch_id, **waived(blocks)}
    if request.key:
        details |= keyed.of_hold(receipt)
    values: dict[str, object] = {
        **same_editions(facts.editions),
        "bib": bib_id,
        "only_item": facts.item_id,
        "patron": patron.id,
        "patron_version": patron.version,
        "slot": facts.free_slot(),
        "pickup": wish.pickup_branch_id,
        "rank": int(request.at.timestamp() * 1_000_000),
        "from_shelf": receipt.from_shelf,
        "not_before": wish.not_before,
        "not_after": receipt.not_after,
        "at": request.at,
        "branch": desk.branch_id,
        "account": desk.operator.account,
        "door": desk.door.value,
        "category": patron.category,
        "patron_home": patron.home_branch_id,
        "age_band": age_band(patron.birth_date, on=request.today).value,
        **journal_of_hold("placed", Kind.HOLD_PLACED, bib_id, patron, request, key=request.key, details=details),
    }
    return Statement(sql.place_statement(), values)


def _receipt(
    facts: HoldFacts, wish: Wish, *, hold_id: int, position: int, not_after: date | None, repeated: bool
) -> HoldReceipt:
    assert facts.bib_id is not None
    assert facts.patron is not None
    return HoldReceipt(
        hold_id=hold_id,
        bib_id=facts.bib_id,
        title=facts.title,
        item_id=facts.item_id,
        patron_id=facts.patron.id,
        pickup_branch_id=wish.pickup_branch_id,
        position=position,
        from_shelf=False,
        not_after=not_after,
        repeated=repeated,
    )
