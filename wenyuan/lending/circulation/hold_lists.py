"""The lists about holds: a reader's, a title's queue, a branch's hold shelf, and what to fetch from its shelves."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta

from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.books import books_of
from wenyuan.lending.circulation.data import HoldView, NotFoundView, PickView
from wenyuan.lending.circulation.facts import Editions, ItemOfBib
from wenyuan.lending.circulation.holding import servants_at
from wenyuan.lending.circulation.rules.blocks import Place
from wenyuan.lending.circulation.rules.picks import OnShelf, Wanted, assign_picks, distances
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import LARGEST_ID, Plan, Row, Statement, rows_of, run

SHOWN_AFTER_END = timedelta(days=14)


def holds_of_patron(*, patron_id: int, at: datetime) -> tuple[HoldView, ...]:
    """A patron's open holds, the newest first, then those that ended in the last fourteen days."""
    values = {"patron": patron_id, "since": at - SHOWN_AFTER_END}
    return _views(Statement(sql.HOLDS_OF_PATRON, values))


def get_hold(hold_id: int) -> HoldView | None:
    """One hold, open or ended."""
    if hold_id > LARGEST_ID:
        return None
    return next(iter(_views(Statement(sql.ONE_HOLD, {"hold": hold_id}))), None)


def queue_of_bib(bib_id: int) -> tuple[HoldView, ...]:
    """The open holds of a title: those captured first, then the queue, with their places in it."""
    return _views(Statement(sql.QUEUE_OF_BIB, {"bib": bib_id}), numbered=True)


def hold_shelf(branch_id: int, *, after: int = 0, size: int = 100) -> tuple[HoldView, ...]:
    """What stands on a branch's hold shelf, by place; ``after`` is the last place of the page before."""
    return _views(Statement(sql.ON_SHELF, {"branch": branch_id, "after": after, "size": size}))


def shelf_to_clear(branch_id: int) -> tuple[HoldView, ...]:
    """Ended holds whose items still stand on the branch's hold shelf, by place."""
    return _views(Statement(sql.TO_CLEAR_LIST, {"branch": branch_id}))


def not_found_at(branch_id: int) -> tuple[NotFoundView, ...]:
    """Items that a pick list of the branch asked for and nobody found, and nobody has scanned since; newest first."""
    rows = rows_of(Statement(sql.NOT_FOUND_LIST, {"branch": branch_id}))
    return tuple(NotFoundView(*row) for row in rows)


def unfillable_holds(branch_id: int, *, at: datetime) -> tuple[HoldView, ...]:
    """Holds that wait to be fetched at a branch and that no item can ever serve there, the oldest first: the last one
    was withdrawn or lost, left the lending group, or is lent no more by the policy there. Two thousand are looked at.
    """
    return run(lambda: _unfillable_plan(branch_id, local_date(at)))


def _unfillable_plan(branch_id: int, today: date) -> Plan[tuple[HoldView, ...]]:
    rows = yield Statement(sql.WAITING_AT, {"branch": branch_id})
    if not rows:
        return ()
    width = len(fields(HoldView))
    books = yield from books_of(Editions(*rows[0][width : width + 2]))
    found = []
    for row in rows:
        category_id, *columns = row[width + 2 :]
        items = [] if columns[0] is None else [ItemOfBib(*values) for values in zip(*columns, strict=True)]
        if not servants_at(branch_id, items, category_id, books, today):
            found.append(HoldView(*row[:width]))
    return tuple(found)


def pick_list(branch_id: int, *, at: datetime) -> tuple[PickView, ...]:
    """What to fetch from the shelves of a branch for waiting holds, in shelf order.

    All branches' lists come from one rule over the same facts (``rules.picks``), so that none fetches what another
    does.
    """
    return run(lambda: _pick_plan(branch_id, at))


def _pick_plan(branch_id: int, at: datetime) -> Plan[tuple[PickView, ...]]:
    today = local_date(at)
    editions = yield Statement(sql.BOTH_EDITIONS, {})
    books = yield from books_of(Editions(*editions[0]))
    rows = yield Statement(sql.WANTED_FROM_SHELVES, {"today": today})
    wanted = [Wanted(*row[:4]) for row in rows]
    categories = {row[0]: row[4] for row in rows}
    shelved = yield Statement(sql.SHELVED_ITEMS, {"bibs": sorted({hold.bib_id for hold in wanted})})
    items = {row[0]: row for row in shelved}

    def may_serve(hold: Wanted, item: OnShelf) -> bool:
        place = books.place(hold.pickup_branch_id, item.home_branch_id, today)
        policy = books.policy(hold.pickup_branch_id, categories[hold.hold_id], items[item.item_id][5], today)
        return _lent_at(place) and policy is not None and not policy.in_library_only

    places = {branch.id: branch.location for branch in books.network.branches.values()}
    picks = assign_picks(
        wanted, [OnShelf(*row[:5]) for row in shelved], may_serve=may_serve, distance=distances(places)
    )
    mine = [pick for pick in picks if pick.branch_id == branch_id]
    mine.sort(key=lambda pick: (items[pick.item_id][11], pick.item_id))  # items of one title share their call number
    return tuple(_pick_view(pick.hold_id, pick.pickup_branch_id, items[pick.item_id]) for pick in mine)


def _lent_at(place: Place) -> bool:
    return place.open_for_business and place.lends_with_home


def _pick_view(hold_id: int, pickup_branch_id: int, row: Row) -> PickView:
    item_id, bib_id, _, _, version, _, barcode, title, author, call_no, area_id, _ = row
    return PickView(
        hold_id=hold_id,
        pickup_branch_id=pickup_branch_id,
        item_id=item_id,
        item_version=version,
        bib_id=bib_id,
        barcode=barcode,
        title=title,
        author=author,
        call_no=call_no,
        area_id=area_id,
    )


def _views(statement: Statement, *, numbered: bool = False) -> tuple[HoldView, ...]:
    place = 0
    views = []
    for row in rows_of(statement):
        view = HoldView(*row)
        if numbered and view.state == "waiting":
            place += 1
            view = replace(view, place=place)
        views.append(view)
    return tuple(views)
