"""Who was told of a closure: noted by hand for posters and posts, by other rooms for what they send themselves."""

from datetime import datetime

from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network import models
from wenyuan.organisation.network.data import NetworkReason, NetworkRefused
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import assert_in_verb, verb

MOST_TOLD = 10_000_000


@needs(Act.EDIT_CALENDAR)
@verb
def announce_closure(*, notice_id: int, channel: str, count: int, at: datetime, desk: Desk) -> None:
    """Note that a closure was announced by a ``models.AnnouncementChannel``, to how many (0: nobody can say).

    :raises NetworkRefused: unknown notice or channel, or a count that is none.
    :raises NotAllowed: no right to the calendar where the closure is.
    """
    notice = models.ClosureNotice.objects.filter(id=notice_id).first()
    require(desk.operator, Act.EDIT_CALENDAR, notice.branch_id if notice else None)
    announce(notice_id=notice_id, channel=channel, count=count, at=at, desk=desk)


def announce(*, notice_id: int, channel: str, count: int, at: datetime, desk: Desk) -> None:
    """A step, for rooms that tell readers themselves: as ``announce_closure``, whose verb asked for its own right.

    :raises NetworkRefused: unknown notice or channel, or a count that is none.
    """
    assert_in_verb()
    notice = models.ClosureNotice.objects.filter(id=notice_id).first()
    if notice is None:
        raise NetworkRefused(NetworkReason.UNKNOWN_CLOSURE)
    if channel not in models.AnnouncementChannel.values:
        raise NetworkRefused(NetworkReason.BAD_VALUE, field="channel")
    if not 0 <= count <= MOST_TOLD:
        raise NetworkRefused(NetworkReason.BAD_VALUE, field="count", most=MOST_TOLD)
    models.ClosureAnnouncement.objects.create(
        notice=notice, channel=channel, count=count, at=at, account_id=desk.operator.account_id
    )
    record(
        Entry(
            kind=Kind.CLOSURE_ANNOUNCED,
            occurred_at=at,
            door=desk.door.value,
            desk=desk.code,
            operator_id=desk.operator.account_id,
            branch_id=notice.branch_id,
            persons=count,
            subject_kind="closure_notice",
            subject_id=notice_id,
            details={"channel": channel},
        )
    )
