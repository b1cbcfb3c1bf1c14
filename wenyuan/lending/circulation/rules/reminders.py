"""When a reader is reminded of a due date."""

from datetime import date

from wenyuan.organisation.notices.data import NoticeKind

STAGES = ((30, NoticeKind.OVERDUE_3), (7, NoticeKind.OVERDUE_2), (1, NoticeKind.OVERDUE_1))
"""From how many open days late on which word goes out; the sternest that has been reached counts."""


def reminder_for(*, due: date, today: date, days_late: int) -> NoticeKind | None:
    """What to tell the reader of a loan today, if anything. ``days_late`` counts open days of the lending branch."""
    if due > today:
        return NoticeKind.DUE_SOON
    return next((kind for least, kind in STAGES if days_late >= least), None)
