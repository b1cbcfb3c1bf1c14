"""The real library that ``test_random_circulation`` plays in, and the same as its model sees it (``shelf_model``)."""

from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from tests.factories.accounts import make_account, make_desk
from tests.factories.catalogue import make_bib, make_item, make_item_type
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch, make_group, make_hours
from tests.factories.patrons import make_patron
from tests.operations.shelf_model import (
    GROUPS,
    LOAN_DAYS,
    MAX_HOLDS,
    MAX_LOANS,
    MAX_MAGAZINES,
    MAX_RENEWALS,
    Copy,
    Shelves,
)
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.invariants import all_invariants

START = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
BRANCHES = "".join(GROUPS)
COPIES = {  # barcode: title, home, type
    "B1": ("边城", "C", "book"),
    "B2": ("边城", "C", "book"),
    "B3": ("边城", "E", "book"),
    "T1": ("茶馆", "E", "book"),
    "T2": ("茶馆", "S", "book"),
    "M1": ("读者", "E", "magazine"),
    "M2": ("故事会", "C", "magazine"),
    "A1": ("地图", "C", "atlas"),
    "N1": ("新书", "C", "book"),
}
IN_PROCESS = "N1"
READERS = ("R1", "R2", "R3", "R4")
"""R2 keeps the history of their loans."""
COUNTED = ("loan", "return", "taken", "renewal", "hold_placed", "item_used")
Row = tuple[Any, ...]


def new_model() -> Shelves:
    """The library as the model sees it in the beginning."""
    copies = [Copy(barcode, title, home, kind) for barcode, (title, home, kind) in COPIES.items()]
    for copy in copies:
        copy.state = "in_process" if copy.barcode == IN_PROCESS else "available"
    return Shelves({copy.barcode: copy for copy in copies})


class Town:
    """Built once; every example takes back what it did. What is asked after each act is prepared, since there it takes
    longer to plan than to look."""

    def __init__(self) -> None:
        made = {code: make_branch(code) for code in BRANCHES}
        for number, group in enumerate(GROUPS):
            make_group(f"G{number}", [made[code] for code in group])
        types = {code: make_item_type(code) for code in ("book", "magazine", "atlas")}
        make_policy(max_renewals=MAX_RENEWALS, max_loans=MAX_LOANS, max_holds=MAX_HOLDS)
        make_policy(item_type=types["magazine"], max_loans_of_type=MAX_MAGAZINES, return_route="float")
        make_policy(item_type=types["atlas"], return_route="stay")
        for code, branch in made.items():
            make_hours(branch)
            make_policy(branch=branch, loan_days=LOAN_DAYS[code], renewal_days=LOAN_DAYS[code])
        self.branches = {code: branch.id for code, branch in made.items()}
        self.codes = {branch_id: code for code, branch_id in self.branches.items()}
        self.bibs = {title: make_bib(title=title).id for title, _, _ in COPIES.values()}
        self.item_ids = {
            barcode: make_item(
                barcode=barcode,
                bib=Bib.objects.get(id=self.bibs[title]),
                home=made[home],
                item_type=types[kind],
                state="in_process" if barcode == IN_PROCESS else "available",
            ).id
            for barcode, (title, home, kind) in COPIES.items()
        }
        self.patrons = {card: make_patron(card=card, home=made["C"], keep_history=card == "R2").id for card in READERS}
        self.desks = {
            code: make_desk(branch, acts=frozenset(Act), everywhere=True, account=make_account())
            for code, branch in made.items()
        }
        broken = (f"SELECT '{one.name}' WHERE EXISTS ({one.sql})" for one in all_invariants())
        self.asked = {"broken": " UNION ALL ".join(broken), "items": ITEMS, "holds": HOLDS, "counts": COUNTS}
        for name, statement in self.asked.items():
            rows(f"PREPARE town_{name} AS {statement}")

    def leave(self) -> None:
        for name in self.asked:
            rows(f"DEALLOCATE town_{name}")

    def broken(self) -> list[Row]:
        """The invariants that do not hold."""
        return rows("EXECUTE town_broken")

    def items(self) -> dict[str, Row]:
        """By barcode: state, condition, where it is, who has it, whether taken elsewhere, until when, how often
        renewed, where it is bound for, the hold it is kept for."""
        return {
            barcode: (
                state,
                condition,
                self.codes[here],
                reader or "",
                taken,
                _day(due),
                renewals,
                self.codes.get(to, ""),
                hold,
            )
            for barcode, state, condition, here, reader, taken, due, renewals, to, hold in rows("EXECUTE town_items")
        }

    def holds(self) -> list[Row]:
        """Id, state and last day on the shelf, title by title in the order of the queue."""
        return rows("EXECUTE town_holds")

    def counts(self) -> dict[str, int]:
        """What the journal counts of each kind of act, what was undone taken off."""
        return dict(rows("EXECUTE town_counts"))


def _day(due: datetime | None) -> date | None:
    return local_date(due) if due else None


def rows(statement: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


ITEMS = """
    SELECT i.barcode, i.state, i.condition, i.present_branch_id, t.card_no, o.taken_at IS NOT NULL, o.due_at,
        COALESCE(o.renewals, 0), x.to_branch_id, h.id
    FROM catalogue_item i
    LEFT JOIN circulation_loan o ON o.item_id = i.id AND o.returned_at IS NULL
    LEFT JOIN patrons_token t ON t.patron_id = o.patron_id AND t.kind = 'card'
    LEFT JOIN transit_transit x ON x.item_id = i.id AND x.received_at IS NULL AND x.cancelled_at IS NULL
    LEFT JOIN circulation_hold h ON h.captured_item_id = i.id AND h.state IN ('in_transit', 'on_shelf')
"""
HOLDS = """
    SELECT id, state, CASE WHEN ended_at IS NULL THEN shelf_until END FROM circulation_hold ORDER BY bib_id, rank, id
"""
COUNTS = f"""
    SELECT kind, sum(quantity)::int FROM journal_entry WHERE kind IN ('{"', '".join(COUNTED)}')
    GROUP BY 1 HAVING sum(quantity) <> 0
"""
