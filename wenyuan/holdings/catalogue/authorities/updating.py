"""The verb that brings the records of an authority to its heading, one record a transaction.

Nothing is kept of how far it has come but the records it has come to: whatever is linked meanwhile is found, a job that
is cut off goes on, and one that runs twice does each record once.
"""

from datetime import datetime

from django.db import connection

from wenyuan.holdings.catalogue.authorities import sql
from wenyuan.holdings.catalogue.authorities.following import FOLLOW_ROWS, hold_authorities, link_headings
from wenyuan.holdings.catalogue.authorities.tables import (
    Authority,
    AuthorityUpdate,
    AuthorityUpdated,
    HeadingUse,
    HeadingWaiting,
)
from wenyuan.holdings.catalogue.authorities.values import LinkState
from wenyuan.holdings.catalogue.data import CatalogueRefused
from wenyuan.holdings.catalogue.editing.saving import write_record
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.kernel.headings import Heading, HeadingKind, with_heading
from wenyuan.kernel.marc import Dialect, Record, from_storage
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb


@needs(Act.EDIT_RECORDS)
@verb
def update_next(*, update_id: int, at: datetime, desk: Desk) -> bool:
    """Bring the next record to the heading of its authority, as an edit with its version and journal; whether there was
    one. The record is locked and read as it is now, so nobody's edit is overwritten, and who has it open is told that
    it has changed. One that cannot be saved is noted with the reason, and the others go on.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    # Before any row, as whoever changes an authority does: else the two would wait for each other.
    hold_authorities()
    update = AuthorityUpdate.objects.select_for_update(no_key=True).filter(id=update_id, state="running").first()
    if update is None:
        return False
    bib_id = _next_of(update)
    if bib_id is None and _link_waiting(update):
        bib_id = _next_of(update)
        if bib_id is None and _is_waiting(update):
            return True
    if bib_id is None:
        update.state, update.finished_at = "done", at
        update.save(update_fields=["state", "finished_at"])
        return False
    done = AuthorityUpdated(update=update, bib_id=bib_id)
    bib = Bib.objects.select_for_update(no_key=True).filter(id=bib_id).first()
    link_headings([bib_id])  # the record may have changed since its headings were looked at
    if bib is not None and bib.merged_into_id is None:
        try:
            record, written = _with_heading(bib, update)
            saved = write_record(bib, record, at=at, desk=desk, details={"authority": update.authority_id})
            done.version = saved.version if saved.changed else None
        except CatalogueRefused as refused:
            done.fault = refused.refusal.value
        else:
            link_headings([bib_id], written_for=update.authority_id)
            _keep_linked(bib_id, update.authority_id, written)
            # Nobody else changes a record that is locked here: what waits for it is what was looked at just now.
            HeadingWaiting.objects.filter(bib_id=bib_id).delete()
    done.save()
    return True


def _next_of(update: AuthorityUpdate) -> int | None:
    with connection.cursor() as cursor:
        for statement in (sql.NEXT_TO_UPDATE, sql.LEFT_BEHIND):
            cursor.execute(statement, {"authority": update.authority_id, "update": update.pk})
            if (found := cursor.fetchone()) is not None:
                return int(found[0])
    return None


def _is_waiting(update: AuthorityUpdate) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql.USES_WAITING, {"authority": update.authority_id, "count": 1})
        return cursor.fetchone() is not None


def _link_waiting(update: AuthorityUpdate) -> bool:
    """Look at some of the records of the authority that wait for it: what is noted of them may no longer be so, and an
    update that ended by that would leave them with a former heading. Whether there were any."""
    with connection.cursor() as cursor:
        cursor.execute(sql.USES_WAITING, {"authority": update.authority_id, "count": FOLLOW_ROWS})
        rows = cursor.fetchall()
    HeadingWaiting.objects.filter(id__in=[row[0] for row in rows]).delete()
    link_headings(sorted({row[1] for row in rows}))
    return bool(rows)


def _with_heading(bib: Bib, update: AuthorityUpdate) -> tuple[Record, list[Heading]]:
    """The record with the heading of its authority, and that heading as it stands there for each former one. Dates that
    the authority never had stay where it has none."""
    authority = Authority.objects.get(id=update.authority_id)
    record, kind = from_storage(bytes(bib.marc)), HeadingKind(authority.kind)
    had = set(AuthorityUpdate.objects.filter(authority=authority).values_list("former_dates", flat=True))
    written = []
    for use in HeadingUse.objects.filter(bib_id=bib.pk, authority=authority, is_stated=False).order_by("id"):
        heading = Heading(kind, authority.name, authority.dates or ("" if use.dates in had else use.dates))
        record = with_heading(record, Dialect(bib.dialect), former=Heading(kind, use.name, use.dates), heading=heading)
        written.append(heading)
    return record, written


def _keep_linked(bib_id: int, authority_id: int, written: list[Heading]) -> None:
    """Let what was written for an authority be its own where no rule would say so: of dates it has not, for instance.
    Somebody or something linked it before, and its name alone has changed."""
    for heading in written:
        kind, key, dates = heading.form
        HeadingUse.objects.filter(bib_id=bib_id, kind=kind.value, key=key, dates=dates, is_decided=False).exclude(
            authority_id=authority_id, state=LinkState.LINKED.value
        ).update(state=LinkState.LINKED.value, authority_id=authority_id, is_decided=True)
