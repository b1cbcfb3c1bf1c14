"""Who has a record open in the editor: told to others, and never in their way."""

from datetime import datetime, timedelta

from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.editing.values import OpenBy
from wenyuan.holdings.catalogue.models import Bib, BibOpen
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

OPEN_FOR = timedelta(minutes=15)
"""How long a record counts as open after its page was last seen; the page says every few minutes that it is there."""


@needs(Act.EDIT_RECORDS)
@verb
def open_record(*, bib_id: int, at: datetime, desk: Desk) -> None:
    """Say that one has a record open, or still has; whoever opens it next is told so.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises CatalogueRefused: BIB_UNKNOWN.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    if not Bib.objects.filter(id=bib_id).exists():
        raise CatalogueRefused(Refusal.BIB_UNKNOWN)
    BibOpen.objects.filter(bib_id=bib_id, seen_at__lt=at - OPEN_FOR).delete()
    BibOpen.objects.update_or_create(
        bib_id=bib_id,
        account_id=desk.operator.account_id,
        defaults={"seen_at": at},
        create_defaults={"seen_at": at, "since": at},
    )


@needs(Act.EDIT_RECORDS)
@verb
def leave_record(*, bib_id: int, at: datetime, desk: Desk) -> None:
    """Say that one no longer has a record open (saved, or given up).

    :raises NotAllowed: without the right to edit records at the desk's branch.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    BibOpen.objects.filter(bib_id=bib_id, account_id=desk.operator.account_id).delete()


def who_has_open(bib_id: int, *, at: datetime, besides: int) -> tuple[OpenBy, ...]:
    """Who but this account has the record open now, the first to have opened it first."""
    rows = BibOpen.objects.filter(bib_id=bib_id, seen_at__gte=at - OPEN_FOR).exclude(account_id=besides)
    return tuple(OpenBy(row.account_id, row.since) for row in rows.order_by("since", "id"))
