"""The library that ``bench circulation`` lends in: four branches, 50,000 readers, 200,000 items, 217 policy rows, a
past of 100,000 returned loans, 60,000 open ones, and 5,000 holds.

Branches, machines, policies and PINs are made by the verbs; readers and items, which are many, are written straight
into catalogue_bib, catalogue_item, patrons_patron, patrons_token and patrons_readerref; so is the past, into
circulation_loan, circulation_hold, transit_transit and journal_entry. A library without one would be measured by plans
that PostgreSQL made for empty tables.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from django.db import connection

from wenyuan.doors.cli.bench_import import synthetic_records
from wenyuan.doors.cli.environment import Installation
from wenyuan.kernel.identity import TokenKind
from wenyuan.kernel.marc import to_storage
from wenyuan.lending.circulation.operations import add_policy
from wenyuan.lending.patrons.operations import set_pin
from wenyuan.lending.patrons.queries import categories, token_hash
from wenyuan.organisation.accounts.data import FirstAccount, Role
from wenyuan.organisation.accounts.operations import create_machine, first_administrators, grant_role
from wenyuan.organisation.network.operations import create_lending_group, join_group, open_branch
from wenyuan.organisation.rights.data import Act, Desk, Door, Operator
from wenyuan.plumbing.clock import local_date

BRANCHES = 4
CARDS_WITH_PIN = 8_000
"""Every second of so many cards; a PIN is made by the verb, one after another. No bench has time for all of them."""
PIN = "135246"
_OPENED = date(2020, 1, 1)
_CHUNK = 100_000
_QUEUE = 5
"""How many wait for a title that anybody waits for."""
_SOURCE, _SPARE_SOURCE = "bench", "spare"
_SPARE_A_TITLE = 100
"""Items for the limit stand under titles of their own: under the town's they would make each title that a machine
touches dearer to index, and so burden one side with what only the other needs."""

_BIBS = """
    INSERT INTO catalogue_bib (source, control_number, variant, content_hash, dialect, marc, title, title_fold,
        title_pinyin, title_sort, volume, author, author_fold, publisher, language, class_no, class_letter,
        document_kind, audience, summary)
    SELECT %(source)s, n::text, 0, sha256(n::text::bytea), 'cnmarc', %(marc)s, '江南园林史话 ' || n,
        '江南园林史话 ' || n, 'jiang nan yuan lin shi hua ' || n, 'jiang nan ' || n, '', '沈复', '沈复', '', 'chi',
        'TU986.62', 'T', 'book', '', ''
    FROM generate_series(1, %(count)s) AS n RETURNING id
"""
_ITEMS = """
    INSERT INTO catalogue_item (bib_id, barcode, item_type_id, owner_id, home_branch_id, present_branch_id, state,
        condition, lendable, call_no, call_key, volume, collection, source, price_fen, acquired_date, version)
    SELECT (%(bibs)s::bigint[])[1 + n %% cardinality(%(bibs)s::bigint[])], %(prefix)s || n,
        (%(types)s::bigint[])[1 + n %% cardinality(%(types)s::bigint[])], b, b, b, 'available', 'ok', 'yes',
        'TU986.62/' || n, convert_to('TU986.62/' || n, 'UTF8'), '', '', '', 3800, %(on)s, 1
    FROM (SELECT n, (%(branches)s::bigint[])[1 + n %% cardinality(%(branches)s::bigint[])] AS b
          FROM generate_series(%(first)s, %(first)s + %(count)s - 1) AS n) AS rows
    RETURNING id
"""
_PATRONS = """
    INSERT INTO patrons_patron (name, name_pinyin, name_initials, name_pinyin_other, name_initials_other, category_id,
        home_branch_id, status, status_reason, registered_date, birth_date, gender, number_form, number_last4,
        number_sealed, no_number_reason, phone_last4, phone_sealed, address_sealed, email_sealed, pin_hash,
        pin_failures, keep_history, note, version)
    SELECT '读者' || n, 'duzhe' || n, 'dz' || n, '', '', %(category)s,
        (%(branches)s::bigint[])[1 + n %% cardinality(%(branches)s::bigint[])], 'active', '', %(on)s, '1990-05-01',
        'female', '', '', '', 'not_shown', '', '', '', '', '', 0, false, '', 1
    FROM generate_series(0, %(count)s - 1) AS n RETURNING id
"""
_TOKENS = "COPY patrons_token (patron_id, kind, token_hash, card_no, last4, status, issued_at) FROM STDIN"
_REFS = """
    INSERT INTO patrons_readerref (patron_id, year, ref)
    SELECT patron_id, %s, gen_random_uuid() FROM patrons_token
"""
_PAST_LOANS = """
    INSERT INTO circulation_loan (item_id, branch_id, account_id, door, policy_id, patron_category, patron_home_id,
        age_band, lent_at, base_due_date, due_at, renewals, returned_at, return_branch_id, returned_by_id)
    SELECT (%(items)s::bigint[])[1 + n %% cardinality(%(items)s::bigint[])], %(branch)s, %(account)s, 'past',
        %(policy)s, 'adult', %(branch)s, '30-39', lent, lent::date + 30, lent + interval '30 days', 0,
        lent + interval '20 days', %(branch)s, %(account)s
    FROM (SELECT n, %(at)s::timestamptz - interval '40 days' - n * interval '10 minutes' AS lent
          FROM generate_series(1, %(count)s) AS n) AS rows
    RETURNING id
"""
_OPEN_LOANS = """
    WITH lent AS (
        UPDATE catalogue_item SET state = 'on_loan', version = version + 1 WHERE id = ANY(%(items)s) RETURNING id
    )
    INSERT INTO circulation_loan (item_id, patron_id, slot, branch_id, account_id, door, policy_id, patron_category,
        patron_home_id, age_band, lent_at, base_due_date, due_at, renewals)
    SELECT id, (%(patrons)s::bigint[])[1 + n %% cardinality(%(patrons)s::bigint[])],
        1 + n / cardinality(%(patrons)s::bigint[]), %(branch)s, %(account)s, 'past', %(policy)s, 'adult', %(branch)s,
        '30-39', %(at)s, %(at)s::date + 20, %(at)s::timestamptz + interval '20 days', 0
    FROM (SELECT id, %(first)s + row_number() OVER (ORDER BY id) - 1 AS n FROM lent) AS numbered
    RETURNING id
"""
_PAST_JOURNAL = """
    INSERT INTO journal_entry (occurred_at, local_date, local_hour, kind, branch_id, door, operator_id,
        item_present_id, patron_category, subject_kind, subject_id, details)
    SELECT l.at, l.at::date, 12, l.kind, l.branch_id, 'past', l.account_id, l.branch_id, 'adult', 'item', l.item_id,
        jsonb_build_object('loan', l.id)
    FROM (SELECT *, lent_at AS at, 'loan' AS kind FROM circulation_loan
          UNION ALL SELECT *, returned_at, 'return' FROM circulation_loan WHERE returned_at IS NOT NULL) AS l
    WHERE l.id > %(after)s
    RETURNING id
"""
_PAST_TRANSITS = """
    INSERT INTO transit_transit (item_id, from_branch_id, to_branch_id, reason, sent_at, received_at)
    SELECT item_id, (%(branches)s::bigint[])[2], branch_id, 'home', returned_at, returned_at + interval '1 day'
    FROM circulation_loan WHERE returned_at IS NOT NULL ORDER BY id LIMIT %(count)s
    RETURNING id
"""
_HOLDS = """
    WITH titles AS (
        SELECT t, row_number() OVER (ORDER BY md5(t::text)) - 1 AS place
        FROM generate_series(0, cardinality(%(bibs)s::bigint[]) - 1) AS t
        ORDER BY md5(t::text) LIMIT GREATEST(1, %(count)s / %(queue)s)
    )
    INSERT INTO circulation_hold (bib_id, patron_id, slot, pickup_branch_id, state, version, rank, from_shelf,
        suspended, placed_at, placed_branch_id, account_id, door, patron_category, patron_home_id, age_band, end_reason)
    SELECT (%(bibs)s::bigint[])[1 + t],
        (%(patrons)s::bigint[])[1 + (place * %(queue)s + q) * %(step)s + t %% %(step)s], 1,
        (%(branches)s::bigint[])[1 + t %% %(step)s], 'waiting', 1, q, false, false, %(at)s,
        (%(branches)s::bigint[])[1 + t %% %(step)s], %(account)s, 'past', 'adult',
        (%(branches)s::bigint[])[1 + t %% %(step)s], '30-39', ''
    FROM titles, generate_series(0, %(queue)s - 1) AS q
    RETURNING id
"""
"""Queues on titles taken at random, alike in every run, by readers of the branch where the title is at home."""
_PAST_HOLDS = """
    INSERT INTO journal_entry (occurred_at, local_date, local_hour, kind, branch_id, door, operator_id,
        patron_category, subject_kind, subject_id, details)
    SELECT placed_at, placed_at::date, 12, 'hold_placed', placed_branch_id, 'past', account_id, 'adult', 'bib', bib_id,
        jsonb_build_object('hold', id)
    FROM circulation_hold RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is. Half the readers come to the machines, the other half has the open loans."""

    bibs: int
    items: int
    """Those that the machines lend; items out on the open loans come on top."""
    patrons: int
    open_loans: int
    past_loans: int
    past_transits: int
    holds: int
    """They wait for one title in twenty, so that as many returns are captured until the queues end."""


def size_of(scale: float) -> Size:
    """The town of the bench (1.0), or one so much smaller or larger."""
    return Size(
        bibs=max(1, int(20_000 * scale)),
        items=int(200_000 * scale),
        patrons=int(50_000 * scale),
        open_loans=int(60_000 * scale),
        past_loans=int(100_000 * scale),
        past_transits=int(10_000 * scale),
        holds=int(5_000 * scale),
    )


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine's account, and the branch it stands in by its place among the branches."""

    username: str
    branch: int


@dataclass(frozen=True, slots=True)
class Town:
    """What was loaded. Item ``BI<n>`` is at home in branch ``n % BRANCHES`` and so is card ``BC<n>``; of the first
    ``CARDS_WITH_PIN`` those with an even number divided by ``BRANCHES`` have a PIN. ``spare_items`` and the ``others``
    from ``first_other_id`` on are for the limit and the past alone."""

    branch_ids: tuple[int, ...]
    machines: tuple[Machine, ...]
    password: str
    account_id: int
    policy_id: int
    items: int
    cards: int
    others: int
    first_other_id: int
    first_spare_id: int
    spare_items: int

    @staticmethod
    def has_pin(card: int) -> bool:
        """Whether the card's reader has the PIN."""
        return card < CARDS_WITH_PIN and card // BRANCHES % 2 == 0


def load_town(here: Installation, *, machines: int, spare_items: int, size: Size, at: datetime) -> Town:
    """Fill the empty database, and have it analysed."""
    with _unhurried():
        return _load(here, machines=machines, spare_items=spare_items, size=size, at=at)


def _load(here: Installation, *, machines: int, spare_items: int, size: Size, at: datetime) -> Town:
    password = secrets.token_urlsafe(24)
    desk = _founder(at, password)
    branch_ids = _branches(desk, at)
    made = tuple(_machine(number, branch_ids, password, desk, at) for number in range(machines))
    policy_id = _policies(branch_ids, desk, at)
    bibs, spare_bibs = _bibs(_SOURCE, size.bibs), _bibs(_SPARE_SOURCE, 1 + spare_items // _SPARE_A_TITLE)
    values = {"types": _item_types(), "branches": list(branch_ids), "on": _OPENED, "first": 0}
    items = _column(_ITEMS, {**values, "bibs": bibs, "prefix": "BI", "count": size.items})
    spare = _column(_ITEMS, {**values, "bibs": spare_bibs, "prefix": "BX", "count": spare_items})
    patrons, others = _patrons(branch_ids, size.patrons, at)
    town = Town(
        branch_ids=branch_ids,
        machines=made,
        password=password,
        account_id=desk.operator.account_id,
        policy_id=policy_id,
        items=size.items,
        cards=len(patrons),
        others=len(others),
        first_other_id=min(others),
        first_spare_id=min(spare),
        spare_items=spare_items,
    )
    past = {"branch": branch_ids[0], "account": town.account_id, "policy": policy_id, "at": at}
    _column(_PAST_LOANS, {**past, "items": items, "count": size.past_loans})
    _column(_PAST_JOURNAL, {"after": 0})
    _column(_PAST_TRANSITS, {"branches": list(branch_ids), "count": size.past_transits})
    queues = {"queue": _QUEUE, "step": BRANCHES, "count": size.holds, "branches": list(branch_ids)}
    _column(_HOLDS, {**past, **queues, "bibs": bibs, "patrons": patrons})
    _column(_PAST_HOLDS, [])
    for card, patron_id in enumerate(patrons):
        if Town.has_pin(card):
            set_pin(patron_id=patron_id, pin=PIN, at=at, desk=desk)
    lend_more(here, town, already=0, to=size.open_loans, at=at)
    return town


def lend_more(here: Installation, town: Town, *, already: int, to: int, at: datetime) -> None:
    """Let so many items be out on open loans to the town's other readers, with their journal, and analyse.

    :param already: how many are, from before.
    """
    bibs, types = _column("SELECT id FROM catalogue_bib WHERE source = %s ORDER BY id", [_SOURCE]), _item_types()
    others = list(range(town.first_other_id, town.first_other_id + town.others))
    made = {"bibs": bibs, "types": types, "branches": list(town.branch_ids), "on": _OPENED, "prefix": "BO"}
    past = {"branch": town.branch_ids[0], "account": town.account_id, "policy": town.policy_id, "at": at}
    with _unhurried():
        for first in range(already, to, _CHUNK):
            items = _column(_ITEMS, {**made, "first": first, "count": min(_CHUNK, to - first)})
            loans = _column(_OPEN_LOANS, {**past, "items": items, "patrons": others, "first": first})
            _column(_PAST_JOURNAL, {"after": min(loans) - 1})
    with psycopg.connect(here.urls.owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


@contextmanager
def _unhurried() -> Iterator[None]:
    """Commit without waiting for the disk: what is loaded is measured, not kept."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
        yield
        cursor.execute("SET synchronous_commit TO on")


def _founder(at: datetime, password: str) -> Desk:
    """Somebody who may do everything, as nobody may in a library; the account ends with the bench's database."""
    roles = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
    account = FirstAccount(username="founder", name="bench", password=password, roles=roles)
    made = first_administrators(accounts=(account,), at=at, exception_reason="bench")[0]
    return Desk(operator=Operator(made.id, made.name, everywhere=frozenset(Act)), branch_id=0, door=Door.CLI)


def _branches(desk: Desk, at: datetime) -> tuple[int, ...]:
    """Branches that lend to each other, the first the central one."""
    group = create_lending_group(code="BENCH", name_zh="BENCH", at=at, desk=desk)
    ids: list[int] = []
    for number in range(BRANCHES):
        branch = open_branch(
            code=f"B{number}",
            name_zh=f"{number}号馆",
            kind="branch" if number else "central",
            opened_date=_OPENED,
            parent_id=ids[0] if ids else None,
            at=at,
            desk=desk,
        )
        join_group(branch_id=branch.id, group_id=group.id, from_date=_OPENED, at=at, desk=desk)
        ids.append(branch.id)
    return tuple(ids)


def _machine(number: int, branch_ids: tuple[int, ...], password: str, desk: Desk, at: datetime) -> Machine:
    username, branch = f"kiosk{number}", number % BRANCHES
    made = create_machine(
        username=username,
        name=username,
        password=password,
        branch_id=branch_ids[branch],
        checksum="off",
        holder_told="card",  # as to a sorter: so the bench knows who comes for what was captured
        at=at,
        desk=desk,
    )
    grant_role(
        account_id=made.account_id,
        role=Role.MACHINE,
        branch_id=branch_ids[branch],
        valid_from=local_date(at),
        at=at,
        desk=desk,
    )
    return Machine(username, branch)


def _policies(branch_ids: tuple[int, ...], desk: Desk, at: datetime) -> int:
    """A row for every branch, category and item type beside two general ones; gives the general row's id."""
    general = add_policy(
        valid_from=_OPENED, loan_days=30, renewal_days=30, max_renewals=1, max_loans=20, max_overdue=5, at=at, desk=desk
    )
    types = _item_types()
    for branch_id in branch_ids:
        for category in categories():
            for type_id in types:
                add_policy(
                    branch_id=branch_id,
                    category_id=category.id,
                    item_type_id=type_id,
                    valid_from=_OPENED,
                    loan_days=28,
                    at=at,
                    desk=desk,
                )
    return general


def _patrons(branch_ids: tuple[int, ...], count: int, at: datetime) -> tuple[list[int], list[int]]:
    """Readers with a card each and this year's token for the journal, by the order of their cards: those of the
    machines, and as many others."""
    category = next(category.id for category in categories() if category.code == "adult")
    values = {"category": category, "branches": list(branch_ids), "on": _OPENED, "count": count}
    everybody = sorted(_column(_PATRONS, values))
    ids, others = everybody[: count // 2], everybody[count // 2 :]
    with connection.cursor() as cursor:
        with cursor.copy(_TOKENS) as copy:
            for number, patron_id in enumerate(everybody):
                card = f"BC{number}"
                digest = token_hash(TokenKind.CARD.value, card)
                copy.write_row((patron_id, TokenKind.CARD.value, digest, card, card[-4:], "active", at))
        cursor.execute(_REFS, [local_date(at).year])
    return ids, others


def _bibs(source: str, count: int) -> list[int]:
    marc = to_storage(next(synthetic_records(1)))
    return _column(_BIBS, {"source": source, "count": count, "marc": marc})


def _item_types() -> list[int]:
    return _column("SELECT id FROM catalogue_itemtype ORDER BY id", [])


def _column(statement: str, values: list[Any] | dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]
