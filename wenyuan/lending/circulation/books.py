"""The network and the policies that the everyday verbs read without asking the database each time.

A gather brings the editions it saw; the books of those editions are kept in the process and read again only when an
edition has changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.facts import Editions
from wenyuan.lending.circulation.policies import (
    KINDS,
    HoldPolicy,
    MoneyPolicy,
    Policy,
    PolicyBook,
    PolicyRow,
    Totals,
    Value,
)
from wenyuan.lending.circulation.rules import Place
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.statements import Plan, Statement


@dataclass(frozen=True, slots=True)
class Books:
    """The network and the policies of one moment, and what item types and kinds of reader are called: codes by id."""

    network: NetworkMap
    policies: PolicyBook
    type_codes: Mapping[int, str]
    category_codes: Mapping[int, str]

    def policy(self, branch_id: int, category_id: int | None, item_type_id: int, on: date) -> Policy | None:
        """The policy that a branch applies to a category and item type on a day."""
        return self.policies.resolve(
            branch_line=self.network.line_above(branch_id, on),
            category_id=category_id,
            item_type_id=item_type_id,
            on=on,
        )

    def hold_policy(self, pickup_branch_id: int, category_id: int | None, item_type_id: int, on: date) -> HoldPolicy:
        """What a pickup branch allows for holds."""
        return self.policies.holds(
            branch_line=self.network.line_above(pickup_branch_id, on),
            category_id=category_id,
            item_type_id=item_type_id,
            on=on,
        )

    def money(self, branch_id: int, category_id: int | None, item_type_id: int, on: date) -> MoneyPolicy:
        """What lateness and losses cost who borrowed at this branch."""
        return self.policies.money(
            branch_line=self.network.line_above(branch_id, on),
            category_id=category_id,
            item_type_id=item_type_id,
            on=on,
        )

    def return_route(self, home_branch_id: int, category_id: int | None, item_type_id: int, on: date) -> str:
        """Where an item of this home goes that comes back at another branch."""
        return self.policies.return_route(
            branch_line=self.network.line_above(home_branch_id, on),
            category_id=category_id,
            item_type_id=item_type_id,
            on=on,
        )

    def totals(self, branch_id: int, category_id: int | None, on: date) -> Totals:
        """What a branch allows a category whatever the item."""
        return self.policies.totals(branch_line=self.network.line_above(branch_id, on), category_id=category_id, on=on)

    def place(self, branch_id: int, home_branch_id: int, on: date) -> Place:
        """What the branch is for an item of that home."""
        branch = self.network.branches[branch_id]
        return Place(
            branch_id=branch_id,
            open_for_business=branch.opened_date <= on and (branch.closed_date is None or on < branch.closed_date),
            lends_with_home=self.network.lend_to_each_other(branch_id, home_branch_id, on),
        )


class _Read(NamedTuple):
    policies: PolicyBook
    type_codes: Mapping[int, str]
    category_codes: Mapping[int, str]


_latest: dict[str, _Read] = {}
"""What was read last, by its edition, which is that of one state in one database. Two threads that find none both read
it."""
_books: dict[Editions, Books] = {}
"""The books of the latest editions, made once: every act asks for them twice."""


def books_of(editions: Editions) -> Plan[Books]:
    """The books of these editions; asks the database only for what is new."""
    books = _books.get(editions)
    if books is None:
        books = Books(network_map(edition=UUID(editions.network)), *(yield from _read(editions.policies)))
        _books.clear()
        _books[editions] = books
    return books


def _read(edition: str) -> Plan[_Read]:
    read = _latest.get(edition)
    if read is None:
        rows = yield Statement(sql.POLICY_ROWS, {})
        types = yield Statement(sql.TYPE_CODES, {})
        categories = yield Statement(sql.CATEGORY_CODES, {})
        book = PolicyBook([_policy_row(*row) for row in rows])
        read = _Read(book, dict(types), dict(categories))
        _latest.clear()
        _latest[edition] = read
    return read


def _policy_row(
    row_id: int,
    branch_id: int | None,
    category_id: int | None,
    item_type_id: int | None,
    valid_from: date,
    valid_to: date | None,
    *values: Value | None,
) -> PolicyRow:
    return PolicyRow(
        id=row_id,
        branch_id=branch_id,
        category_id=category_id,
        item_type_id=item_type_id,
        valid_from=valid_from,
        valid_to=valid_to,
        kinds={kind: value for kind, value in zip(KINDS, values, strict=True) if value not in (None, "")},
    )
