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


def _done(kind: RecordKind, share: float, title: str, evidence: str, **values: Value) -> Done:
    return Done(kind=kind, share=share, title=title, values=values, evidence=evidence)


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
    _done(
        RecordKind.HONOUR,
        0.36,
        "全民阅读优秀组织奖",
        "奖牌",
        body="鹿鸣市图书馆学会",
        level="municipal",
        winner="library",
    ),
    _done(
        RecordKind.MEDIA,
        0.32,
        "换书大集换出书香",
        "报纸第 4 版",
        outlet="鹿鸣日报",
        level="municipal",
        medium="paper",
    ),
    _done(RecordKind.POSTS, 0.5, "上半年公众号推文", "平台后台统计", platform="wechat", posts=86, reads=41_230),
    _done(
        RecordKind.DONATION,
        0.28,
        "校友会赠书",
        "捐赠登记表",
        donor_kind="organisation",
        donor="鹿鸣中学校友会",
        items=620,
        titles=415,
    ),
    _done(
        RecordKind.OUTREACH,
        0.44,
        "送书进敬老院",
        "交接单",
        act="reading",
        host_kind="care_home",
        items=120,
        persons=35,
        groups=["elderly"],
    ),
    _done(
        RecordKind.TRAINING,
        0.2,
        "总分馆业务培训",
        "签到表",
        topic="professional",
        given="held",
        audience="keepers",
        sessions=2,
        persons=31,
        hours=6,
    ),
    _done(
        RecordKind.LOCAL_DOCUMENTS, 0.6, "地方志和家谱征集", "征集登记簿", acquired="collected", titles=40, items=102
    ),
    _done(
        RecordKind.NEWSLETTER, 0.25, "科普小报第 1 期", "样报", publication="科普小报", number=1, issues=1, copies=500
    ),
    _done(RecordKind.VOLUNTEERING, 0.4, "周末图书整理", "志愿服务登记表", sessions=8, persons=46, hours=92),
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
