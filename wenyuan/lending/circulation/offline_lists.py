"""What a device may know to lend without a network for a week, and what a person must look at afterwards."""

import base64
import hashlib
import hmac
import os
import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from wenyuan.kernel.identity import mask_numbers
from wenyuan.lending.circulation import rules, sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.data.offline import (
    OfflineActView,
    OfflineKind,
    OfflineListSheet,
    OfflineOutcome,
    Why,
)
from wenyuan.lending.circulation.facts import Account, Editions, Holdings, Patron
from wenyuan.lending.circulation.models import Loan, OfflineAct, OfflineList
from wenyuan.lending.patrons.queries import categories
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.sealing import new_box
from wenyuan.plumbing.secrets import key_ring
from wenyuan.plumbing.statements import Plan, Statement, run
from wenyuan.plumbing.transactions import verb

DAYS = 7
"""How long a list may be lent by."""
KEPT_DAYS = 180
"""How long what is recorded or settled is kept, to answer a device that sends it again; after it the journal knows its
key."""
HASH_BYTES = 6
"""So much of a card's hash: two of a hundred thousand cards meet once in thousands of lists, and the list is small."""


@needs(Act.CHECKOUT)
@verb
def issue_offline_list(*, at: datetime, desk: Desk) -> OfflineListSheet:
    """Give this desk what it needs to lend for a week without a network: card hashes under a salt of this list's own,
    which of them may not borrow, the barcodes that stand at the branch, and when what is lent falls due. No name, no
    number that could be read, nothing of identity cards, nothing of other branches. Audited.

    Cards are those of readers who are at home at the branch or have something from it.

    :raises NotAllowed: the operator may not lend at the desk's branch.
    """
    require(desk.operator, Act.CHECKOUT, desk.branch_id)
    public_key, box = new_box()
    issued = OfflineList.objects.create(
        token=uuid.uuid4(),
        branch_id=desk.branch_id,
        account_id=desk.operator.account_id,
        issued_at=at,
        expires_at=at + timedelta(days=DAYS),
        box=box,
    )
    salt = os.urandom(16)
    books, cards, items = run(lambda: _gather(desk.branch_id, at))
    hashes = sorted(
        {(_hash(salt, card.card_no), _is_blocked(card, books, desk.branch_id, local_date(at))) for card in cards}
    )
    due = {code: _due(type_id, books, desk.branch_id, at) for code, type_id in _types(items)}
    sheet = OfflineListSheet(
        token=str(issued.token),
        branch_id=desk.branch_id,
        account_id=desk.operator.account_id,
        issued_at=at,
        expires_at=issued.expires_at,
        salt=base64.b64encode(salt).decode(),
        public_key=public_key,
        cards=tuple(card for card, _ in hashes),
        blocked=tuple(card for card, blocked in hashes if blocked),
        items={
            code: tuple(item.barcode for item in items if item.type_code == code and _is_lent(item, due))
            for code in due
        },
        kept=tuple(item.barcode for item in items if not _is_lent(item, due)),
        due=due,
    )
    audit(
        at=at,
        desk=desk,
        act="issue_offline_list",
        subject_kind="offline_list",
        subject_id=issued.id,
        after={"cards": len(sheet.cards), "items": len(items), "expires": issued.expires_at.date()},
    )
    return sheet


class _Card(NamedTuple):
    """``sql.CARDS_OF_BRANCH``."""

    card_no: str
    card_status: str
    status: str
    suspended_until: date | None
    expires_date: date | None
    category_id: int
    loans: int
    overdue: int
    owed_fen: int
    held_fen: int

    def patron(self) -> Patron:
        """As the rules see its reader; what they do not ask is left out."""
        until, expires, category = self.suspended_until, self.expires_date, self.category_id
        return Patron(0, 0, self.status, until, expires, 0, category, "", None, "", False, "", None)


class _Item(NamedTuple):
    """``sql.ITEMS_AT_BRANCH``."""

    barcode: str
    type_code: str
    type_id: int
    is_free: bool


def _gather(branch_id: int, at: datetime) -> Plan[tuple[Books, list[_Card], list[_Item]]]:
    (editions,) = yield Statement(sql.BOTH_EDITIONS, {})
    books = yield from books_of(Editions(*editions))
    cards = yield Statement(sql.CARDS_OF_BRANCH, {"branch": branch_id, "at": at})
    items = yield Statement(sql.ITEMS_AT_BRANCH, {"branch": branch_id})
    return books, [_Card(*row) for row in cards], [_Item(*row) for row in items]


def _hash(salt: bytes, card_no: str) -> str:
    return base64.b64encode(hmac.digest(salt, card_no.encode(), hashlib.sha256)[:HASH_BYTES]).decode()


def _is_blocked(card: _Card, books: Books, branch_id: int, today: date) -> bool:
    """Whether a checkout of anything would be refused today, as ``rules`` say it."""
    allowed = books.totals(branch_id, card.category_id, today)
    holdings = Holdings(frozenset(), card.loans, card.overdue)
    account = Account(card.owed_fen, card.held_fen)
    return bool(
        rules.card_blocks(card.card_status)
        or rules.patron_blocks(card.patron(), today=today)
        or rules.total_blocks(holdings, max_loans=allowed.max_loans, max_overdue=allowed.max_overdue)
        or rules.debt_blocks(account, allowed.money)
        or rules.deposit_blocks(account, allowed.money)
    )


def _types(items: Iterable[_Item]) -> list[tuple[str, int]]:
    return sorted({(item.type_code, item.type_id) for item in items})


def _is_lent(item: _Item, due: Mapping[str, tuple[str, ...]]) -> bool:
    return item.is_free and bool(due[item.type_code])


def _due(type_id: int, books: Books, branch_id: int, at: datetime) -> tuple[str, ...]:
    """When an item of a type, lent on each day of the list, falls due at the earliest, whoever borrows it: what is
    promised without a network is never later than what will be recorded. Empty where it is lent to nobody."""
    first = local_date(at)
    days = [_earliest(type_id, books, branch_id, first + timedelta(days=ahead)) for ahead in range(DAYS + 1)]
    return tuple(day.isoformat() for day in days if day is not None) if None not in days else ()


def _earliest(type_id: int, books: Books, branch_id: int, on: date) -> date | None:
    policies = [books.policy(branch_id, category.id, type_id, on) for category in categories()]
    calendar = books.network.calendar(branch_id)
    return min(
        (
            rules.due_of_loan(policy, today=on, calendar=calendar, zone=library_zone()).day
            for policy in policies
            if policy is not None and not policy.in_library_only
        ),
        default=None,
    )


def offline_acts_to_settle(branch_id: int, *, after: int = 0, size: int = 50) -> tuple[OfflineActView, ...]:
    """What happened at a branch without a network and a person must look at, in the order in which it was recorded."""
    rows = _listed(branch_id).filter(id__gt=after).order_by("id")[:size]
    found = list(rows)
    open_loans = Loan.objects.filter(id__in=[row.loan_id for row in found if row.loan_id], returned_at__isnull=True)
    readers = dict(open_loans.values_list("id", "patron_id"))
    return tuple(_view(row, readers.get(row.loan_id or 0)) for row in found)


@needs()
@verb
def forget_offline(*, at: datetime) -> int:
    """Delete what is recorded or settled since ``KEPT_DAYS``, and lists that ended so long ago and are named by no act
    that is left; how many rows. What a person must still look at stays."""
    before = at - timedelta(days=KEPT_DAYS)
    old = Q(settled_at__lt=before) | Q(outcome=OfflineOutcome.RECORDED.value, recorded_at__lt=before)
    acts, _ = OfflineAct.objects.filter(old).delete()
    named = OfflineAct.objects.filter(issued_list__isnull=False).values("issued_list_id")
    lists, _ = OfflineList.objects.filter(expires_at__lt=before).exclude(id__in=named).delete()
    return acts + lists


def count_offline_acts_to_settle(branch_id: int) -> int:
    """How many."""
    return _listed(branch_id).count()


def _listed(branch_id: int) -> "QuerySet[OfflineAct]":
    rows = OfflineAct.objects.filter(branch_id=branch_id, settled_at__isnull=True)
    return rows.exclude(outcome=OfflineOutcome.RECORDED.value)


def _view(row: OfflineAct, patron_id: int | None) -> OfflineActView:
    return OfflineActView(
        id=row.id,
        kind=OfflineKind(row.kind),
        outcome=OfflineOutcome(row.outcome),
        reasons=tuple(Why(one["code"], one["facts"]) for one in row.reasons),
        barcode=row.barcode,
        item_id=row.item_id,
        card=_masked(row.card),
        patron_id=patron_id,
        device=row.device,
        branch_id=row.branch_id,
        account_id=row.account_id,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
    )


def _masked(card: str) -> str:
    return mask_numbers(key_ring().decrypt(card)) if card else ""
