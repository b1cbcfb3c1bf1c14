"""Open loans in numbers, written straight into the tables: for what goes through thousands of them."""

from datetime import date
from typing import Any

from django.db import connection

from tests.factories.catalogue import make_bib, make_item_type
from tests.factories.circulation import make_policy
from tests.factories.patrons import make_category
from wenyuan.lending.circulation.models import LoanPolicy
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk

_PATRONS = """
    INSERT INTO patrons_patron (name, name_pinyin, name_initials, name_pinyin_other, name_initials_other, category_id,
        home_branch_id, status, status_reason, registered_date, birth_date, gender, number_form, number_last4,
        number_sealed, no_number_reason, phone_last4, phone_sealed, address_sealed, email_sealed, pin_hash,
        pin_failures, keep_history, note, version)
    SELECT '读者' || n, 'duzhe' || n, 'dz' || n, '', '', %s, %s, 'active', '', '2020-01-01', '1990-05-01',
        'female', '', '', '', 'not_shown', '', '', '', '', '', 0, false, '', 1
    FROM generate_series(1, %s) AS n RETURNING id
"""
_LOANS = """
    WITH items AS (
        INSERT INTO catalogue_item (bib_id, barcode, item_type_id, owner_id, home_branch_id, present_branch_id, state,
            condition, lendable, call_no, call_key, volume, collection, source, price_fen, acquired_date, version)
        SELECT %(bib)s, %(prefix)s || n, %(type)s, %(branch)s, %(branch)s, %(branch)s, 'on_loan', 'ok', 'yes',
            'TU986.62/' || n, convert_to('TU986.62/' || n, 'UTF8'), '', '', '', 3800, '2020-01-01', 1
        FROM generate_series(1, %(count)s) AS n RETURNING id
    ), numbered AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM items)
    INSERT INTO circulation_loan (item_id, patron_id, slot, branch_id, account_id, door, policy_id, patron_category,
        patron_home_id, age_band, lent_at, base_due_date, due_at, renewals)
    SELECT id, (%(patrons)s::bigint[])[1 + n %% cardinality(%(patrons)s::bigint[])],
        1 + n / cardinality(%(patrons)s::bigint[]), %(branch)s, %(account)s, 'past', %(policy)s, 'adult', %(branch)s,
        '30-39', (%(first)s::date + (n %% %(days)s)::int - 30)::timestamp AT TIME ZONE 'Asia/Shanghai',
        %(first)s::date + (n %% %(days)s)::int,
        (%(first)s::date + (n %% %(days)s)::int + time '23:59:59') AT TIME ZONE 'Asia/Shanghai', 0
    FROM numbered RETURNING id
"""
_ENTRIES = """
    INSERT INTO journal_entry (occurred_at, local_date, local_hour, kind, branch_id, door, subject_kind, subject_id,
        details)
    SELECT lent_at, lent_at::date, 12, 'loan', branch_id, 'past', 'item', item_id, jsonb_build_object('loan', id)
    FROM circulation_loan WHERE branch_id = %s
"""


def lend_many(branch: Branch, desk: Desk, *, count: int, readers: int, first: date, days: int) -> list[int]:
    """Open loans of a branch with their items, readers and journal rows: one after the other due on the ``days`` days
    from ``first`` on. Returns their ids in order; items are ``<branch code>-<n>``."""
    policy = LoanPolicy.objects.first() or make_policy(loan_days=30, renewal_days=30, max_renewals=9, max_loans=500)
    with connection.cursor() as cursor:
        cursor.execute(_PATRONS, [make_category("adult").id, branch.id, readers])
        patrons = [row[0] for row in cursor.fetchall()]
        values: dict[str, Any] = {
            "bib": make_bib().id,
            "type": make_item_type().id,
            "prefix": f"{branch.code}-",
            "branch": branch.id,
            "account": desk.operator.account_id,
            "policy": policy.id,
            "patrons": patrons,
            "first": first,
            "days": days,
            "count": count,
        }
        cursor.execute(_LOANS, values)
        loans = sorted(row[0] for row in cursor.fetchall())
        cursor.execute(_ENTRIES, [branch.id])
    return loans
