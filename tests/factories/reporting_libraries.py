"""Three libraries of the shapes that real summaries tell of, and one that tells other things.

Only the fields and the sizes are theirs: every name is made up, every number drawn near the size.
"""

from datetime import UTC, date, datetime, time

from tests.factories.network import make_branch, make_closure, make_group, make_hours
from tests.factories.reporting import Reporting
from wenyuan.office.daybook.data import RecordKind, StateCode
from wenyuan.organisation.journal.data import Kind

ACTIVITY, CONTEST, FEEDBACK = RecordKind.ACTIVITY, RecordKind.CONTEST, RecordKind.FEEDBACK


def just_opened(seed: int) -> Reporting:
    """A district library six weeks after its opening."""
    opened = date(2019, 9, 30)
    own = Reporting("新开区图书馆", opened, datetime(2019, 11, 10, 9, tzinfo=UTC), seed=seed, opened=date(2019, 9, 1))
    make_hours(own.centre, weekdays=range(7), opens=time(9), closes=time(17), from_date=opened)
    branches = [
        make_branch(f"F{number}", parent=own.centre, opened_date=opened, name_zh=f"街道{number}分馆")
        for number in range(own.around(6, 8))
    ]
    children = make_branch("SE", kind="children", parent=own.centre, opened_date=opened)
    make_group("TJ", [own.centre, children, *branches[:2]], from_date=opened)
    own.stated(StateCode.BUILDING_AREA, own.around(5_001, 5_400))
    own.stated(StateCode.RED_ITEMS, own.around(3_001, 3_090))
    own.stated(StateCode.CHILDRENS_BOOKS, own.around(19_001, 19_990))
    own.stated(StateCode.BRAILLE_ITEMS, 100)
    own.stated(StateCode.SPECIAL_SEATS, 8)
    own.stated(StateCode.VOLUNTEERS_ENROLLED, own.around(101, 109))
    own.happened(Kind.CARD_ISSUED, own.around(601, 609), entries=300)
    own.happened(Kind.LOAN, own.around(2_001, 2_090), entries=2_000)
    own.happened(Kind.VISIT, own.around(10_001, 10_900), entries=40)
    own.typed(RecordKind.DONATION, donor_kind="organisation", items=own.around(6_001, 6_090))
    for _number in range(own.around(21, 24)):
        own.typed(RecordKind.MEDIA, outlet="本地晚报", level="county", medium="paper")
    own.held(sort="reading", sessions=9, persons=own.around(301, 340))
    own.held(sort="lecture", sessions=4, persons=own.around(101, 140))
    own.held(sort="contest", sessions=1, entries=own.around(31, 39), online=True)
    own.typed(RecordKind.VOLUNTEERING, sessions=own.around(21, 29), persons=own.around(80, 90), hours=160)
    own.typed(RecordKind.RECEPTION, guests="leaders", sessions=own.around(11, 19))
    own.typed(RecordKind.RECEPTION, guests="students", sessions=4, persons=own.around(1_291, 1_309))
    own.typed(FEEDBACK, opinion="praise", cases=7)
    own.typed(FEEDBACK, opinion="suggestion", cases=1)
    own.typed(CONTEST, organiser="市局", level="municipal", persons=3, winners=1, rank="全市第一名")
    own.typed(RecordKind.HONOUR, body="市局", level="municipal", winner="library")
    own.typed(RecordKind.TRAINING, topic="professional", given="attended", audience="staff", sessions=3, persons=9)
    return own


def half_year(seed: int) -> Reporting:
    """A city library at half-year, its figures cut at the 12th of June, its activities not."""
    own = Reporting(
        "半年市图书馆", date(2016, 1, 1), datetime(2016, 7, 8, 9, tzinfo=UTC), seed=seed, opened=date(2000, 1, 1)
    )
    cut = date(2016, 6, 12)
    own.stated(StateCode.SERIAL_TITLES, own.around(101, 109))
    own.happened(Kind.CARD_ISSUED, own.around(201, 209), entries=100, last=cut)
    own.happened(Kind.ITEM_ADDED, own.around(4_501, 4_590), entries=60, last=cut)
    for name, low, high in (
        ("外借窗口", 55_001, 55_900),
        ("综合窗口", 66_001, 66_900),
        ("少儿窗口", 49_001, 49_900),
        ("电子窗口", 45_201, 45_290),
        ("地方文献窗口", 270, 286),
    ):
        own.happened(Kind.VISIT, own.around(low, high), entries=50, last=cut, point=name)
    own.happened(Kind.LOAN, own.around(40_001, 40_900), entries=600, last=cut)
    own.happened(Kind.RETURN, own.around(38_001, 38_900), entries=600, last=cut)
    own.typed(
        RecordKind.RESOURCE_USE,
        day=date(2016, 5, 31),
        resource="电子书",
        hits=400_000,
        e_loans=own.around(290_001, 290_900),
    )
    own.typed(
        ACTIVITY,
        day=date(2016, 2, 23),
        sort="festival",
        role="contractor",
        mode="onsite",
        sessions=1,
        persons=own.around(3_001, 3_090),
    )
    own.typed(
        RecordKind.OUTREACH,
        day=date(2016, 4, 1),
        act="gift",
        host_kind="village",
        items=own.around(501, 509),
        persons=own.around(301, 309),
    )
    own.held(day=date(2016, 4, 23), sort="contest", sessions=1, persons=own.around(301, 309))
    own.held(
        day=date(2016, 4, 24), sort="festival", sessions=1, persons=own.around(501, 509), swapped=own.around(851, 859)
    )
    own.held(day=date(2016, 5, 14), sort="film", sessions=10, persons=own.around(801, 890))
    own.held(day=date(2016, 6, 29), sort="reading", sessions=1, persons=10)
    own.typed(RecordKind.VOLUNTEERING, day=date(2016, 4, 2), sessions=1, persons=own.around(41, 49))
    own.typed(
        RecordKind.TRAINING,
        day=date(2016, 5, 19),
        topic="professional",
        given="attended",
        audience="staff",
        sessions=1,
        persons=2,
    )
    own.typed(
        RecordKind.TRAINING,
        day=date(2016, 6, 3),
        topic="professional",
        given="attended",
        audience="staff",
        sessions=3,
        persons=2,
    )
    own.typed(RecordKind.TRAINING, day=date(2016, 3, 3), topic="party", given="held", audience="staff", sessions=6)
    own.typed(RecordKind.LOCAL_DOCUMENTS, day=cut, acquired="collected", titles=40, items=own.around(100, 109))
    own.happened(Kind.VISIT, own.around(401, 409), entries=1, day=date(2016, 7, 7), point="画室窗口")
    return own


def shut_year(seed: int) -> Reporting:
    """A district library in a year for most of which its doors were shut."""
    own = Reporting(
        "闭馆区图书馆", date(2020, 1, 1), datetime(2020, 12, 31, 9, tzinfo=UTC), seed=seed, opened=date(2001, 1, 1)
    )
    make_hours(own.centre, weekdays=range(7))
    make_closure(own.centre, date(2020, 1, 23), date(2020, 8, 31), reason="防控")
    for number in range(own.around(101, 104)):
        make_branch(f"L{number}", kind="station", parent=own.centre, opened_date=date(2012, 1, 1))
    own.happened(Kind.CONSIGNMENT_SENT, own.around(67_001, 67_900), entries=120)
    for brand, sessions, sort in (("图书馆讲坛", 15, "lecture"), ("新书推荐", 20, "other"), ("朗读者", 24, "reading")):
        own.held(
            brand,
            sort=sort,
            sessions=sessions,
            persons=own.around(8_001, 8_900),
            brand=brand,
            plays=own.around(20_001, 20_900),
            likes=own.around(3_001, 3_090),
            online=True,
        )
    own.held(sort="exhibition", sessions=10, persons=own.around(6_001, 6_090), online=True)
    own.held(sort="other", sessions=own.around(35, 39), persons=own.around(31, 39))
    own.held(sort="contest", sessions=1, entries=own.around(41, 49), online=True)
    own.held(sort="reading", sessions=1, winners=48, online=True)
    own.typed(RecordKind.TRAINING, topic="professional", given="held", audience="keepers", sessions=12, persons=140)
    own.typed(
        RecordKind.TRAINING, topic="safety", given="held", audience="staff", sessions=1, persons=own.around(31, 39)
    )
    own.typed(
        CONTEST,
        organiser="省馆",
        level="provincial",
        persons=own.around(200, 220),
        winners=117,
        rank="全省第一",
        award="优秀组织奖",
    )
    own.typed(RecordKind.HONOUR, body="省馆", level="provincial", winner="library")
    own.typed(RecordKind.MONEY_DONATION, direction="given", persons=12, amount=120_000)
    own.typed(RecordKind.NEWSLETTER, "科普报", publication="科普报", issues=6, copies=3_000)
    own.typed(RecordKind.NEWSLETTER, "参考报", publication="参考报", issues=4, copies=400)
    own.typed(RecordKind.OUTREACH, act="reading", host_kind="care_home", items=own.around(120, 140), persons=35)
    return own


def unseen(seed: int) -> Reporting:
    """A library of another kind, which tells what none of the three told and is silent on most of what they did."""
    own = Reporting(
        "另一县图书馆", date(2024, 1, 1), datetime(2024, 4, 3, 9, tzinfo=UTC), seed=seed, opened=date(1990, 1, 1)
    )
    make_hours(own.centre, weekdays=(2, 3, 5), opens=time(8, 30), closes=time(12))
    for number in range(3):
        make_branch(f"S{number}", kind="rural_bookhouse", parent=own.centre)
    own.happened(Kind.RENEWAL, own.around(40, 3_000), entries=30, last=date(2024, 3, 31))
    own.happened(Kind.TYPED_LOANS, own.around(100, 90_000), entries=9, last=date(2024, 3, 31))
    own.happened(Kind.TYPED_READERS, own.around(100, 9_000), entries=9, last=date(2024, 3, 31))
    own.stated(StateCode.STAFF, own.around(5, 9))
    own.stated(StateCode.SEATS, own.around(80, 2_000))
    own.stated(StateCode.FOLLOWERS, own.around(100, 30_000))
    own.typed(RecordKind.ENQUIRIES, day=date(2024, 2, 2), way="phone", cases=own.around(1, 5_000))
    own.typed(RecordKind.MONEY_DONATION, day=date(2024, 2, 3), direction="received", amount=own.around(1, 90_000_000))
    own.typed(FEEDBACK, day=date(2024, 3, 3), opinion="complaint", cases=own.around(1, 20))
    return own
