"""The daybook of the year: what the outreach librarian typed and the director approved, and one record that waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from wenyuan.doors.cli.demonstration.network import CENTRAL, Site
from wenyuan.office.daybook.data import Draft, RecordKind
from wenyuan.office.daybook.data.records import Value
from wenyuan.office.daybook.operations import approve_record, enter_record
from wenyuan.organisation.rights.data import Desk, Door, Operator
from wenyuan.plumbing.clock import library_zone

_EVENING = time(18, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Something of the year: on the ``share`` of it that had passed by then."""

    kind: RecordKind
    share: float
    title: str
    values: Mapping[str, Value]
    evidence: str
    days: int = 1


def _activity(share: float, title: str, sort: str, persons: int, *, days: int = 1, **values: Value) -> Done:
    common: dict[str, Value] = {"sort": sort, "role": "host", "mode": "onsite", "sessions": 1, "persons": persons}
    return Done(
        kind=RecordKind.ACTIVITY,
        share=share,
        title=title,
        values=common | values,
        evidence="活动签到表、现场照片",
        days=days,
    )


_TALKS = ("诗经里的草木", "家庭消防安全", "走近家乡古桥", "怎样陪孩子读绘本", "老年人用好手机", "茶的前世今生")
YEAR: tuple[Done, ...] = (
    *(
        _activity(
            0.08 + number * 0.15,
            title,
            "lecture",
            42 + 7 * number,
            brand="鹿鸣讲坛",
            number=21 + number,
            place="报告厅",
        )
        for number, title in enumerate(_TALKS)
    ),
    _activity(0.1, "我们的节日·元宵灯谜会", "festival", 860, campaigns=["our_festivals"], partners="区文化馆"),
    _activity(0.3, "换书大集", "festival", 530, campaigns=["world_book_day", "reading_week"]),
    _activity(
        0.31,
        "唐宋诗词线上诵读",
        "reading",
        48,
        days=20,
        mode="online",
        sessions=12,
        plays=6420,
        likes=918,
        brand="鹿鸣朗读者",
        campaigns=["world_book_day", "heritage"],
    ),
    _activity(0.42, "红色绘本巡展", "exhibition", 1240, days=30, role="joint", partners="区教育局"),
    _activity(0.55, "暑期小小图书管理员", "training_class", 96, sessions=4, campaigns=["summer"], groups=["children"]),
    _activity(0.7, "盲文读物体验日", "other", 25, groups=["disabled"], partners="区残联"),
)


def keep_daybook(sites: Mapping[str, Site], operators: Mapping[str, Operator], *, first: date, last: date) -> None:
    """Type the year's records on their days and approve them, all but the last."""
    typing = Desk(operator=operators["outreach"], branch_id=sites[CENTRAL].id, door=Door.WORKBENCH, code="D1")
    approving = Desk(operator=operators["director"], branch_id=sites[CENTRAL].id, door=Door.WORKBENCH, code="D1")
    span = (last - first).days
    ordered = sorted(YEAR, key=lambda one: one.share)
    for done in ordered:
        ends = min(first + timedelta(days=round(span * done.share) + done.days - 1), last)
        at = datetime.combine(ends, _EVENING, tzinfo=library_zone())
        draft = Draft(
            kind=done.kind,
            branch_id=sites[CENTRAL].id,
            first_date=max(ends - timedelta(days=done.days - 1), first),
            last_date=ends,
            title=done.title,
            values=done.values,
            evidence=done.evidence,
        )
        made = enter_record(draft=draft, at=at, desk=typing).record
        if done is not ordered[-1]:
            approve_record(row_id=made.id, at=at, desk=approving)
