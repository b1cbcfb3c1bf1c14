"""Records of the daybook for tests, through the room's verbs."""

from datetime import date, datetime

from tests.factories.accounts import make_desk
from wenyuan.office.daybook.data import Draft, RecordFacts, RecordKind
from wenyuan.office.daybook.data.records import Value
from wenyuan.office.daybook.operations import approve_record, enter_record
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch

ACTIVITY: dict[str, Value] = {"sort": "lecture", "role": "host", "mode": "onsite", "sessions": 1, "persons": 60}


def make_draft(
    branch: Branch,
    day: date,
    title: str = "消防安全知识公益讲座",
    *,
    kind: RecordKind = RecordKind.ACTIVITY,
    last: date | None = None,
    base: dict[str, Value] = ACTIVITY,
    evidence: str = "签到表 1 页",
    **values: Value,
) -> Draft:
    """A draft whose values are those of an ordinary lecture (or ``base``), and what is said here."""
    return Draft(
        kind=kind,
        branch_id=branch.id,
        first_date=day,
        last_date=last or day,
        title=title,
        values={**base, **values},
        evidence=evidence,
    )


def make_record(draft: Draft, branch: Branch, *, at: datetime, approved: bool = True) -> RecordFacts:
    """Typed by the outreach librarian, and approved by the director unless it is to wait."""
    made = enter_record(draft=draft, at=at, desk=make_desk(branch, role=Role.OUTREACH)).record
    if not approved:
        return made
    return approve_record(row_id=made.id, at=at, desk=make_desk(branch, role=Role.DIRECTOR)).record
