"""Trying the rules out: what lending, renewing, holding and taking back would say for one case on one day.

Nothing is decided here: facts are gathered as the everyday verbs gather them, those that are only supposed (a reader,
an item, the loan that lending would make) are put in their place, and the verbs' own judgements are asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from wenyuan.holdings.catalogue.queries import list_item_types
from wenyuan.lending.circulation import checking_in, checking_out, holding, renewing, rules
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.cells import Cell
from wenyuan.lending.circulation.data import Block
from wenyuan.lending.circulation.everyday import Request, scanned
from wenyuan.lending.circulation.facts import CheckoutFacts, Item, ItemOfBib, Loan, Patron
from wenyuan.lending.circulation.policies import Policy, Value
from wenyuan.lending.circulation.policy_reads import cell_of
from wenyuan.lending.patrons.queries import categories
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.statements import Plan, run

NOBODY, NOTHING = 0, 0
"""Ids of what is only supposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """A case: who, what, where, when. A card or a kind of reader with an age in years (none: unknown); a barcode or an
    item type whose items are at home at the branch. ``back_at_branch_id`` is where the item comes back."""

    branch_id: int
    on: date
    card: str = ""
    category_id: int | None = None
    age: int | None = None
    barcode: str = ""
    item_type_id: int | None = None
    back_at_branch_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one verb would say: every block, and where there is none in the way the day."""

    blocks: tuple[Block, ...]
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the verbs would say. ``given`` is each kind that is stated for the case, with the place that states it.

    ``steps`` are the days through which the due date came: counted, bound by a fixed date, on the ordinary calendar,
    and under the closures in force. ``renewal`` supposes the loan, on its last day; none where none would be made.
    ``send_to`` is where the item goes when it comes back to ``back_at_branch_id``, none if it stays there.
    """

    found_item: bool
    found_patron: bool
    title: str
    lending: Answer
    steps: rules.DueSteps | None
    renewal: Answer | None
    max_renewals: int | None
    hold: Answer
    back_at_branch_id: int
    send_to: int | None
    hold_waits: bool
    given: Mapping[str, tuple[Value, Cell]]


def try_policies(*, supposed: Supposed, desk: Desk) -> Trial:
    """What lending, renewing, holding and returning would say for a supposed case; nothing is written."""
    return run(lambda: _trial(supposed, desk))


def _trial(supposed: Supposed, desk: Desk) -> Plan[Trial]:
    at = datetime.combine(supposed.on, time(12), library_zone())
    there = replace(desk, branch_id=supposed.branch_id)
    request = Request(item=scanned(supposed.barcode), card=scanned(supposed.card), at=at, desk=there)
    gathered = yield from checking_out.gather(request)
    facts = _with_supposed(gathered, supposed)
    books = yield from books_of(facts.editions)
    policy, blocks = yield from checking_out.judge(facts, request, books)
    item, patron = facts.item, facts.patron
    steps = due = loan = None
    if policy and item and patron:
        calendar = books.network.calendar(supposed.branch_id)
        expires, zone = patron.expires_date, library_zone()
        due = rules.due_of_loan(
            policy, today=supposed.on, expires=expires, calendar=calendar, zone=zone, reader=patron.id
        )
        steps = rules.steps_of_loan(policy, today=supposed.on, expires=expires, calendar=calendar, reader=patron.id)
        loan = facts.loan or _loan(supposed, policy, patron, due, at)
    renewal = yield from _renewal(request, facts, loan, books)
    hold = yield from _hold(request, supposed, item, patron, books)
    send_to, hold_waits = yield from _way_back(request, supposed, item, patron, loan, books)
    return Trial(
        found_item=item is not None,
        found_patron=patron is not None,
        title=item.title if item else "",
        lending=Answer(blocks=blocks, day=due.day if due else None),
        steps=steps,
        renewal=renewal,
        max_renewals=policy.max_renewals if policy else None,
        hold=hold,
        back_at_branch_id=supposed.back_at_branch_id or supposed.branch_id,
        send_to=send_to,
        hold_waits=hold_waits,
        given=_given(books, supposed, item, patron),
    )


def _with_supposed(facts: CheckoutFacts, supposed: Supposed) -> CheckoutFacts:
    if not supposed.card and supposed.category_id is not None:
        facts = replace(facts, patron=_patron(supposed), card_status="active")
    if not supposed.barcode and supposed.item_type_id is not None:
        facts = replace(facts, item=_item(supposed))
    return facts


def _patron(supposed: Supposed) -> Patron | None:
    """Somebody new who is in order, of that kind and age."""
    kind = next((one for one in categories() if one.id == supposed.category_id), None)
    if kind is None:
        return None
    born = None if supposed.age is None else date(supposed.on.year - supposed.age, supposed.on.month, 1)
    return Patron(
        id=NOBODY,
        version=0,
        status="active",
        suspended_until=None,
        expires_date=None,
        home_branch_id=supposed.branch_id,
        category_id=kind.id,
        category=kind.code,
        birth_date=born,
        gender="",
        keep_history=False,
        name="",
        ref=None,
    )


def _item(supposed: Supposed) -> Item | None:
    """An item that stands on its shelf, free to be lent."""
    kind = next((one for one in list_item_types() if one.id == supposed.item_type_id), None)
    if kind is None:
        return None
    return Item(
        id=NOTHING,
        barcode="",
        title="",
        call_no="",
        type_code=kind.code,
        type_id=kind.id,
        owner_id=supposed.branch_id,
        home_branch_id=supposed.branch_id,
        present_branch_id=supposed.branch_id,
        state="available",
        condition="ok",
        lendable="yes",
        version=0,
        collection="",
        source="",
        class_letter="",
        document_kind="",
    )


def _loan(supposed: Supposed, policy: Policy, patron: Patron, due: rules.Due, at: datetime) -> Loan:
    """The loan that lending would make."""
    return Loan(
        id=0,
        patron_id=patron.id,
        account_id=0,
        branch_id=supposed.branch_id,
        lent_at=at,
        base_due_date=due.base,
        due_at=due.at,
        policy_id=policy.row_id,
        renewals=0,
        renewed_at=None,
        renewed_by_id=None,
        taken_at=None,
        patron_category=patron.category,
        patron_home_id=patron.home_branch_id,
        age_band="",
    )


def _renewal(request: Request, lending: CheckoutFacts, loan: Loan | None, books: Books) -> Plan[Answer | None]:
    """What renewing would say: of a loan that there is, on the day; of one that is supposed, on its last day."""
    item, patron = lending.item, lending.patron
    if item is None or patron is None or loan is None:
        return None
    last = local_date(loan.due_at)
    at = request.at if loan.id else datetime.combine(last, time(12), library_zone())
    then = replace(request, at=at, card=request.card or None)
    gathered = yield from renewing.gather(then)
    facts = replace(gathered, item=item, loan=loan, patron=patron, card_is_patrons=loan.patron_id == patron.id)
    if not loan.id:
        facts = replace(facts, account=lending.account)
    policy = books.policy(loan.branch_id, patron.category_id, item.type_id, then.today)
    blocks, due = renewing.judge(facts, policy, then, books)
    return Answer(blocks=blocks, day=due.day if due else None)


def _hold(request: Request, supposed: Supposed, item: Item | None, patron: Patron | None, books: Books) -> Plan[Answer]:
    """What a hold would say, to be fetched at the branch; what is only supposed is on loan to somebody."""
    wish = holding.Wish(
        bib_id=None, this_item=False, pickup_branch_id=supposed.branch_id, not_before=None, not_after=None
    )
    facts = yield from holding.gather(request, wish)
    if patron is not None and patron.id == NOBODY:
        facts = replace(facts, patron=patron, card_status="active")
    if item is not None and item.id == NOTHING:
        lent = ItemOfBib(NOTHING, item.type_id, item.home_branch_id, "on_loan", item.condition, item.lendable)
        facts = replace(facts, bib_id=NOTHING, items=(lent,))
    policy, _from_shelf, blocks = holding.judge(facts, request, wish, books)
    return Answer(blocks=blocks, day=holding.last_day(policy, wish, request.today))


def _way_back(
    request: Request, supposed: Supposed, item: Item | None, patron: Patron | None, loan: Loan | None, books: Books
) -> Plan[tuple[int | None, bool]]:
    """Where the item would go when it comes back, and whether for a hold that waits."""
    if item is None:
        return None, False
    there = replace(request.desk, branch_id=supposed.back_at_branch_id or supposed.branch_id)
    then = replace(request, desk=there)
    facts = replace((yield from checking_in.gather(then)), item=item, patron=patron)
    if loan is not None:
        item = item._replace(state="on_loan", present_branch_id=supposed.branch_id)
        facts = replace(facts, item=item, loan=loan, transit=None)
    decision = checking_in.decide(facts, item, then, books)
    return decision.send_to, decision.hold is not None


def _given(
    books: Books, supposed: Supposed, item: Item | None, patron: Patron | None
) -> Mapping[str, tuple[Value, Cell]]:
    """Each kind with its place: the lending branch's, but for the way back, which is the item's home's."""

    def stated(branch_id: int) -> Mapping[str, tuple[Value, int]]:
        return books.policies.stated(
            branch_line=books.network.line_above(branch_id, supposed.on),
            category_id=patron.category_id if patron else None,
            item_type_id=item.type_id if item else None,
            on=supposed.on,
        )

    found = dict(stated(supposed.branch_id))
    found.pop("return_route", None)
    if item is not None:
        found |= {kind: one for kind, one in stated(item.home_branch_id).items() if kind == "return_route"}
    return {kind: (value, cell_of(books.policies.row(row_id))) for kind, (value, row_id) in found.items()}
