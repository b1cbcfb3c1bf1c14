"""What readers of the demo are told at the end of its year, and who is to be called.

No provider is connected: messages stand in the message box. The telephone numbers are invented, as the readers are.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from wenyuan.doors.cli.demonstration.history import Reader
from wenyuan.doors.cli.demonstration.network import Site
from wenyuan.lending.circulation.data import OpenLoan
from wenyuan.lending.circulation.queries import patron_loans
from wenyuan.lending.patrons.queries import notice_recipient
from wenyuan.organisation.notices.data import CallReason, DueLine, NewCall, NewNotice, NoticeKind
from wenyuan.organisation.notices.operations import open_call_list, post_many, send_due
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.transactions import verb

SOON = timedelta(days=3)
DAYS_LATE_FOR_A_CALL = 7
MOST_CALLS = 40


def tell_readers(sites: dict[str, Site], readers: Sequence[Reader], *, at: datetime, desk: Desk) -> int:
    """What is due soon or overdue was posted the day before and goes out; a list of those long overdue is opened.

    Returns how many messages went out.

    :param at: after the hour of the digests.
    :param desk: of an operator who may call readers from its branch.
    """
    late: list[NewCall] = []
    notices: list[NewNotice] = []
    for number, reader in enumerate(readers):
        found = patron_loans(patron_id=reader.patron_id, branch_id=sites[reader.home].id, at=at)
        loans = found.loans if found else ()
        notices += [notice for loan in loans if (notice := _notice(loan, reader, sites, at)) is not None]
        long_late = [loan for loan in loans if _days_late(loan, at) >= DAYS_LATE_FOR_A_CALL]
        if long_late and len(late) < MOST_CALLS:
            late.append(_call(reader, number, long_late))
    _post(notices, at - timedelta(days=1))
    taken = send_due(clock=lambda: at, ports={})
    if late:
        open_call_list(
            branch_id=desk.branch_id, title="本月电话催还", reason=CallReason.OVERDUE, calls=late, at=at, desk=desk
        )
    return taken


@verb
def _post(notices: Sequence[NewNotice], at: datetime) -> None:
    post_many(notices, at=at)


def _notice(loan: OpenLoan, reader: Reader, sites: dict[str, Site], at: datetime) -> NewNotice | None:
    """What is said of a loan on this day, if anything."""
    if not loan.overdue and loan.due_at - at > SOON:
        return None
    kind = NoticeKind.OVERDUE_1 if loan.overdue else NoticeKind.DUE_SOON
    values: dict[str, str | int] = {"title": loan.item.title, "due_date": loan.due_date.isoformat()}
    if loan.overdue:
        values["days"] = max(_days_late(loan, at), 1)
    return NewNotice(
        kind=kind,
        recipient=notice_recipient(reader.patron_id),
        values=values,
        once=f"{kind.value}:loan:{loan.id}",
        branch_id=sites[reader.home].id,
    )


def _days_late(loan: OpenLoan, at: datetime) -> int:
    return (at - loan.due_at).days if loan.overdue else 0


def _call(reader: Reader, number: int, loans: Sequence[OpenLoan]) -> NewCall:
    return NewCall(
        recipient=notice_recipient(reader.patron_id),
        name=reader.name,
        phone=f"1390000{number % 10_000:04d}",
        lines=[DueLine(loan.item.title, loan.item.barcode, loan.due_date) for loan in loans],
        group="鹿鸣实验小学 三年级（2）班" if reader.eagerness == 1.5 and reader.category == "child" else "",
    )
