"""The skeleton of a work summary as data: its parts in their order, and the sentences that figures may fill.

A clause stands on one figure and is left out where nothing was recorded for it; a sentence whose clauses are all left
out is left out, and so is a part without a sentence. No sentence praises, and none is political: such words are a
person's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wenyuan.office.daybook.data import RecordKind, StateCode
from wenyuan.office.figures.data import CalendarCode, FigureCode, IndicatorCode, NetworkCode, SummaryPart, Unit

HEADINGS: Mapping[SummaryPart, str] = {
    SummaryPart.PARTY: "党建与意识形态工作",
    SummaryPart.SERVICE: "免费开放与读者服务",
    SummaryPart.HOLDINGS: "馆藏建设",
    SummaryPart.READING: "阅读推广",
    SummaryPart.NETWORK: "总分馆建设与流动服务",
    SummaryPart.GROUPS: "特殊群体服务",
    SummaryPart.VOLUNTEERS: "志愿服务",
    SummaryPart.PUBLICITY: "新媒体与宣传",
    SummaryPart.STAFF: "队伍建设",
    SummaryPart.SAFETY: "安全生产",
    SummaryPart.HONOURS: "荣誉",
    SummaryPart.PROBLEMS: "存在问题",
    SummaryPart.NEXT: "下一步打算",
}
"""In the order of the document. The opening 总述 has no heading."""

UNITS: Mapping[Unit, str] = {
    Unit.ITEM_TIMES: "册次",
    Unit.PERSON_TIMES: "人次",
    Unit.CARDS: "张",
    Unit.ITEMS: "册",
    Unit.DAYS: "天",
    Unit.SESSIONS: "场次",
    Unit.TIMES: "次",
    Unit.PIECES: "项",
    Unit.ARTICLES: "篇",
    Unit.REPORTS: "篇（条）",
    Unit.CASES: "条",
    Unit.ISSUES: "期",
    Unit.COPIES: "份",
    Unit.TITLES: "种",
    Unit.HOURS: "小时",
    Unit.PEOPLE: "人",
    Unit.GROUPS: "批次",
    Unit.ENTRIES: "件",
    Unit.FEN: "元",
    Unit.WEEK_MINUTES: "小时",
    Unit.SQUARE_METRES: "平方米",
    Unit.METRES: "米",
    Unit.SEATS: "个",
    Unit.MACHINES: "台",
    Unit.PLACES: "个",
}

PARTS_OF_A_UNIT: Mapping[Unit, int] = {Unit.FEN: 100, Unit.WEEK_MINUTES: 60}
"""Units that a document writes in a larger one: fen as 元, minutes as 小时."""
ONLY_WITH: Mapping[FigureCode, FigureCode] = {IndicatorCode.LOANS_AND_RETURNS: IndicatorCode.RESOURCE_LOANS}
"""A sum that only repeats what stands beside it where that part of it is missing."""
IN_FULL = frozenset({Unit.SQUARE_METRES, Unit.METRES})
"""What is measured is told as it was measured."""

NAMES: Mapping[FigureCode, str] = {
    CalendarCode.OPEN_DAYS: "开放天数",
    CalendarCode.WEEKLY_HOURS: "每周开放时间",
    IndicatorCode.VISITS: "到馆人次",
    IndicatorCode.LOANS: "外借册次",
    IndicatorCode.RETURNS: "还回册次",
    IndicatorCode.RENEWALS: "续借册次",
    IndicatorCode.NEW_CARDS: "新办读者证",
    IndicatorCode.ITEMS_ADDED: "新增馆藏",
    IndicatorCode.TYPED_LOANS: "登记簿录入外借册次",
    IndicatorCode.TYPED_RETURNS: "登记簿录入还回册次",
    IndicatorCode.TYPED_READERS: "登记簿录入读者人次",
    IndicatorCode.ACTIVITIES: "活动场次",
    IndicatorCode.ACTIVITIES_ONLINE: "线上活动场次",
    IndicatorCode.ACTIVITIES_JOINED: "组织参加其他单位活动场次",
    IndicatorCode.ACTIVITIES_JOINED_PERSONS: "组织参加其他单位活动人次",
    IndicatorCode.LECTURES: "讲座场次",
    IndicatorCode.EXHIBITIONS: "展览场次",
    IndicatorCode.TRAINING_CLASSES: "培训班场次",
    IndicatorCode.ACTIVITY_ATTENDANCE: "参加活动人次",
    IndicatorCode.LECTURE_ATTENDANCE: "讲座参加人次",
    IndicatorCode.EXHIBITION_ATTENDANCE: "展览参观人次",
    IndicatorCode.TRAINING_CLASS_ATTENDANCE: "培训班参加人次",
    IndicatorCode.ACTIVITY_PLAYS: "线上活动点播量",
    IndicatorCode.ACTIVITY_LIKES: "线上活动点赞量",
    IndicatorCode.ACTIVITY_ENTRIES: "活动征集作品",
    IndicatorCode.ACTIVITY_WINNERS: "活动获奖人数",
    IndicatorCode.ITEMS_SWAPPED: "换书册数",
    IndicatorCode.EXHIBITIONS_ONLINE: "线上展览场次",
    IndicatorCode.ACTIVITIES_FOR_GROUPS: "特殊群体活动场次",
    IndicatorCode.ACTIVITIES_FOR_CHILDREN: "少儿活动场次",
    IndicatorCode.OUTREACH: "流动服务次数",
    IndicatorCode.OUTREACH_ITEMS: "送书册数",
    IndicatorCode.OUTREACH_PERSONS: "流动服务人次",
    IndicatorCode.CONTESTS: "参加赛事项数",
    IndicatorCode.CONTEST_PERSONS: "参赛人次",
    IndicatorCode.CONTEST_WINNERS: "赛事获奖人数",
    IndicatorCode.LOCAL_TITLES: "征集地方文献种数",
    IndicatorCode.LOCAL_ITEMS: "征集地方文献册数",
    IndicatorCode.DONATIONS: "接受捐赠批次",
    IndicatorCode.DONATED_ITEMS: "接受捐赠册数",
    IndicatorCode.MONEY_RECEIVED: "接受捐款",
    IndicatorCode.MONEY_GIVEN: "职工捐款",
    IndicatorCode.MONEY_GIVERS: "职工捐款人次",
    IndicatorCode.RESOURCE_HITS: "数字资源访问量",
    IndicatorCode.RESOURCE_DOWNLOADS: "数字资源下载量",
    IndicatorCode.RESOURCE_LOANS: "电子文献借阅册次",
    IndicatorCode.LOANS_AND_RETURNS: "纸质和电子文献借还册次",
    IndicatorCode.CONSIGNED_ITEMS: "流动站配送册数",
    IndicatorCode.ENQUIRIES: "解答咨询",
    IndicatorCode.FEEDBACK: "读者意见",
    IndicatorCode.PRAISE: "读者表扬",
    IndicatorCode.SUGGESTIONS: "读者建议",
    IndicatorCode.COMPLAINTS: "读者投诉",
    IndicatorCode.VOLUNTEERING: "志愿服务次数",
    IndicatorCode.VOLUNTEER_PERSONS: "志愿服务人次",
    IndicatorCode.VOLUNTEER_HOURS: "志愿服务时长",
    IndicatorCode.MEDIA: "媒体报道",
    IndicatorCode.MEDIA_ABOVE: "省级以上媒体报道",
    IndicatorCode.POSTS: "发布推文",
    IndicatorCode.POST_READS: "推文阅读量",
    IndicatorCode.NEWSLETTERS: "编印刊物期数",
    IndicatorCode.NEWSLETTER_COPIES: "编印刊物份数",
    IndicatorCode.RECEPTIONS: "接待来访批次",
    IndicatorCode.STUDY_TOURS: "接待研学批次",
    IndicatorCode.STUDY_TOUR_PERSONS: "研学人次",
    IndicatorCode.TRAINING: "业务培训次数",
    IndicatorCode.TRAINING_PERSONS: "业务培训人次",
    IndicatorCode.PARTY_STUDY: "政治学习次数",
    IndicatorCode.SAFETY_TRAINING: "安全培训演练次数",
    IndicatorCode.SAFETY_PERSONS: "安全培训演练人次",
    IndicatorCode.HONOURS: "获得荣誉",
    IndicatorCode.HONOURS_ABOVE: "省级以上荣誉",
    NetworkCode.TOWN_BRANCHES: "街道（乡镇）分馆",
    NetworkCode.CHILDRENS_BRANCHES: "少儿分馆",
    NetworkCode.PARTNER_BRANCHES: "合作分馆",
    NetworkCode.SHARING: "通借通还分馆",
    NetworkCode.STATIONS: "图书流动站",
    NetworkCode.RURAL_BOOKHOUSES: "农家书屋",
    NetworkCode.COMMUNITY_BOOKHOUSES: "社区书屋",
    NetworkCode.CITY_STUDIES: "城市书房",
    StateCode.BUILDING_AREA: "建筑面积",
    StateCode.STACKS_AREA: "书库面积",
    StateCode.READING_AREA: "阅览室面积",
    StateCode.SHELF_LENGTH: "书架单层总长度",
    StateCode.SEATS: "阅览座席",
    StateCode.CHILDREN_SEATS: "少儿阅览座席",
    StateCode.SPECIAL_SEATS: "残障读者专用座席",
    StateCode.COMPUTERS: "计算机",
    StateCode.READER_TERMINALS: "电子阅览终端",
    StateCode.WEBSITES: "网站",
    StateCode.STAFF: "从业人员",
    StateCode.SENIOR_STAFF: "高级职称人员",
    StateCode.MIDDLE_STAFF: "中级职称人员",
    StateCode.VOLUNTEERS_ENROLLED: "注册志愿者",
    StateCode.SERIAL_TITLES: "报刊种类",
    StateCode.RED_ITEMS: "红色图书",
    StateCode.CHILDRENS_BOOKS: "少儿图书",
    StateCode.BRAILLE_ITEMS: "盲文图书",
    StateCode.E_BOOKS: "电子图书",
    StateCode.FOLLOWERS: "公众号关注人数",
}
"""What the table of figures calls them, in its order."""


@dataclass(frozen=True, slots=True)
class Clause:
    """``before`` the figure and its unit; whether the year before is told behind it.

    ``among``: it tells a part of what was told, and the first such clause of a sentence begins with 其中. ``by_day``:
    it goes with the days on which the doors were open, which explain a fall.
    """

    before: str
    figure: FigureCode
    compares: bool = True
    among: bool = False
    by_day: bool = False


@dataclass(frozen=True, slots=True)
class Naming:
    """A sentence that names what records of a kind say in a field, each with the sum of a number: 其中“连图讲坛”15场次.

    At most ``most`` are named, the greatest first. ``held``: what another body held is not the library's to name.
    """

    part: SummaryPart
    before: str
    kind: RecordKind
    field: str
    number: str
    unit: Unit
    most: int = 8
    held: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence of a part: clauses of one thought."""

    part: SummaryPart
    clauses: tuple[Clause, ...]


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        SummaryPart.SERVICE,
        (
            Clause("馆舍建筑面积", StateCode.BUILDING_AREA, compares=False),
            Clause("书库", StateCode.STACKS_AREA, compares=False, among=True),
            Clause("阅览室", StateCode.READING_AREA, compares=False, among=True),
        ),
    ),
    Pattern(
        SummaryPart.SERVICE,
        (
            Clause("设阅览座席", StateCode.SEATS, compares=False),
            Clause("少儿座席", StateCode.CHILDREN_SEATS, compares=False, among=True),
            Clause("残障读者专用座席", StateCode.SPECIAL_SEATS, compares=False, among=True),
        ),
    ),
    Pattern(
        SummaryPart.SERVICE,
        (
            Clause("有计算机", StateCode.COMPUTERS, compares=False),
            Clause("供读者使用的电子阅览终端", StateCode.READER_TERMINALS, compares=False, among=True),
        ),
    ),
    Pattern(
        SummaryPart.SERVICE,
        (
            Clause("每周免费开放", CalendarCode.WEEKLY_HOURS, compares=False),
            Clause("免费开放", CalendarCode.OPEN_DAYS, compares=False),
            Clause("接待读者", IndicatorCode.VISITS, by_day=True),
        ),
    ),
    Pattern(
        SummaryPart.SERVICE,
        (
            Clause("外借文献", IndicatorCode.LOANS, by_day=True),
            Clause("还回文献", IndicatorCode.RETURNS, compares=False),
            Clause("续借", IndicatorCode.RENEWALS, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.SERVICE,
        (Clause("纸质文献和电子文献共借还", IndicatorCode.LOANS_AND_RETURNS, compares=False),),
    ),
    Pattern(SummaryPart.SERVICE, (Clause("新办读者证", IndicatorCode.NEW_CARDS),)),
    Pattern(
        SummaryPart.HOLDINGS,
        (
            Clause("藏有红色图书", StateCode.RED_ITEMS, compares=False),
            Clause("少儿图书", StateCode.CHILDRENS_BOOKS, compares=False),
            Clause("盲文图书", StateCode.BRAILLE_ITEMS, compares=False),
            Clause("电子图书", StateCode.E_BOOKS, compares=False),
        ),
    ),
    Pattern(SummaryPart.HOLDINGS, (Clause("订阅报刊", StateCode.SERIAL_TITLES, compares=False),)),
    Pattern(SummaryPart.HOLDINGS, (Clause("新增馆藏", IndicatorCode.ITEMS_ADDED),)),
    Pattern(
        SummaryPart.PARTY,
        (Clause("开展党建与政治学习", IndicatorCode.PARTY_STUDY, compares=False),),
    ),
    Pattern(
        SummaryPart.SERVICE,
        (Clause("解答读者咨询", IndicatorCode.ENQUIRIES),),
    ),
    Pattern(
        SummaryPart.SERVICE,
        (
            Clause("收到读者意见", IndicatorCode.FEEDBACK, compares=False),
            Clause("表扬", IndicatorCode.PRAISE, compares=False, among=True),
            Clause("建议", IndicatorCode.SUGGESTIONS, compares=False, among=True),
            Clause("投诉", IndicatorCode.COMPLAINTS, compares=False, among=True),
        ),
    ),
    Pattern(
        SummaryPart.SERVICE,
        (
            Clause("接待来访", IndicatorCode.RECEPTIONS, compares=False),
            Clause("研学", IndicatorCode.STUDY_TOURS, compares=False, among=True),
            Clause("研学学生", IndicatorCode.STUDY_TOUR_PERSONS, compares=False, among=True),
        ),
    ),
    Pattern(
        SummaryPart.SERVICE,
        (
            Clause("数字资源访问", IndicatorCode.RESOURCE_HITS),
            Clause("下载", IndicatorCode.RESOURCE_DOWNLOADS, compares=False),
            Clause("电子文献借阅", IndicatorCode.RESOURCE_LOANS, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.HOLDINGS,
        (
            Clause("征集地方文献", IndicatorCode.LOCAL_TITLES, compares=False),
            Clause("共", IndicatorCode.LOCAL_ITEMS, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.HOLDINGS,
        (
            Clause("接受捐赠图书", IndicatorCode.DONATED_ITEMS, compares=False),
            Clause("接受捐款", IndicatorCode.MONEY_RECEIVED, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.READING,
        (
            Clause("举办阅读推广活动", IndicatorCode.ACTIVITIES),
            Clause("参加活动", IndicatorCode.ACTIVITY_ATTENDANCE),
        ),
    ),
    Pattern(
        SummaryPart.READING,
        (
            Clause("讲座", IndicatorCode.LECTURES, compares=False, among=True),
            Clause("展览", IndicatorCode.EXHIBITIONS, compares=False, among=True),
            Clause("培训班", IndicatorCode.TRAINING_CLASSES, compares=False, among=True),
        ),
    ),
    # a lecture may be held online: this overlaps with the sorts, and so is no further one of them
    Pattern(
        SummaryPart.READING,
        (
            Clause("以上活动中，线上举办", IndicatorCode.ACTIVITIES_ONLINE, compares=False),
            Clause("线上展览", IndicatorCode.EXHIBITIONS_ONLINE, compares=False, among=True),
        ),
    ),
    Pattern(
        SummaryPart.READING,
        (
            Clause("线上活动点播", IndicatorCode.ACTIVITY_PLAYS, compares=False),
            Clause("点赞", IndicatorCode.ACTIVITY_LIKES, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.READING,
        (
            Clause("征集作品", IndicatorCode.ACTIVITY_ENTRIES, compares=False),
            Clause("评选获奖读者", IndicatorCode.ACTIVITY_WINNERS, compares=False),
        ),
    ),
    Pattern(SummaryPart.READING, (Clause("读者交换图书", IndicatorCode.ITEMS_SWAPPED, compares=False),)),
    Pattern(
        SummaryPart.READING,
        (
            Clause("组织读者参加其他单位活动", IndicatorCode.ACTIVITIES_JOINED, compares=False),
            Clause("参加", IndicatorCode.ACTIVITIES_JOINED_PERSONS, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.READING,
        (
            Clause("组织读者参加上级和其他单位赛事", IndicatorCode.CONTESTS, compares=False),
            Clause("参赛", IndicatorCode.CONTEST_PERSONS, compares=False),
            Clause("获奖", IndicatorCode.CONTEST_WINNERS, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.READING,
        (
            Clause("编印刊物", IndicatorCode.NEWSLETTERS, compares=False),
            Clause("印发", IndicatorCode.NEWSLETTER_COPIES, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.NETWORK,
        (
            Clause("建有街道（乡镇）分馆", NetworkCode.TOWN_BRANCHES, compares=False),
            Clause("少儿分馆", NetworkCode.CHILDRENS_BRANCHES, compares=False),
            Clause("合作分馆", NetworkCode.PARTNER_BRANCHES, compares=False),
            Clause("与总馆通借通还的", NetworkCode.SHARING, compares=False, among=True),
        ),
    ),
    Pattern(
        SummaryPart.NETWORK,
        (
            Clause("建有图书流动站", NetworkCode.STATIONS, compares=False),
            Clause("农家书屋", NetworkCode.RURAL_BOOKHOUSES, compares=False),
            Clause("社区书屋", NetworkCode.COMMUNITY_BOOKHOUSES, compares=False),
            Clause("城市书房", NetworkCode.CITY_STUDIES, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.NETWORK,
        (
            Clause("农家书屋和流动站点按登记簿录入外借文献", IndicatorCode.TYPED_LOANS),
            Clause("服务读者", IndicatorCode.TYPED_READERS),
        ),
    ),
    Pattern(
        SummaryPart.NETWORK,
        (
            Clause("开展流动服务", IndicatorCode.OUTREACH, compares=False),
            Clause("送书", IndicatorCode.OUTREACH_ITEMS, compares=False),
            Clause("服务读者", IndicatorCode.OUTREACH_PERSONS, compares=False),
        ),
    ),
    Pattern(SummaryPart.NETWORK, (Clause("向流动站配送图书", IndicatorCode.CONSIGNED_ITEMS, compares=False),)),
    Pattern(
        SummaryPart.GROUPS,
        (Clause("面向少年儿童开展活动", IndicatorCode.ACTIVITIES_FOR_CHILDREN, compares=False),),
    ),
    Pattern(
        SummaryPart.GROUPS,
        (Clause("面向特殊群体开展活动", IndicatorCode.ACTIVITIES_FOR_GROUPS, compares=False),),
    ),
    Pattern(SummaryPart.VOLUNTEERS, (Clause("注册志愿者", StateCode.VOLUNTEERS_ENROLLED, compares=False),)),
    Pattern(
        SummaryPart.VOLUNTEERS,
        (
            Clause("开展志愿服务", IndicatorCode.VOLUNTEERING, compares=False),
            Clause("志愿者参加", IndicatorCode.VOLUNTEER_PERSONS, compares=False),
            Clause("服务时长", IndicatorCode.VOLUNTEER_HOURS, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.PUBLICITY,
        (
            Clause("被媒体报道", IndicatorCode.MEDIA),
            Clause("省级以上媒体", IndicatorCode.MEDIA_ABOVE, compares=False, among=True),
        ),
    ),
    Pattern(
        SummaryPart.PUBLICITY,
        (
            Clause("发布推文", IndicatorCode.POSTS),
            Clause("阅读量", IndicatorCode.POST_READS, compares=False),
            Clause("公众号关注", StateCode.FOLLOWERS, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.STAFF,
        (
            Clause("现有从业人员", StateCode.STAFF, compares=False),
            Clause("高级职称", StateCode.SENIOR_STAFF, compares=False, among=True),
            Clause("中级职称", StateCode.MIDDLE_STAFF, compares=False, among=True),
        ),
    ),
    Pattern(
        SummaryPart.STAFF,
        (
            Clause("组织和参加业务培训", IndicatorCode.TRAINING, compares=False),
            Clause("培训", IndicatorCode.TRAINING_PERSONS, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.STAFF,
        (
            Clause("职工捐款", IndicatorCode.MONEY_GIVERS, compares=False),
            Clause("共", IndicatorCode.MONEY_GIVEN, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.SAFETY,
        (
            Clause("开展安全培训和演练", IndicatorCode.SAFETY_TRAINING, compares=False),
            Clause("参加", IndicatorCode.SAFETY_PERSONS, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.HONOURS,
        (
            Clause("获得各级荣誉", IndicatorCode.HONOURS, compares=False),
            Clause("省级以上", IndicatorCode.HONOURS_ABOVE, compares=False, among=True),
        ),
    ),
)

NAMINGS: tuple[Naming, ...] = (
    Naming(SummaryPart.READING, "品牌活动有", RecordKind.ACTIVITY, "brand", "sessions", Unit.SESSIONS, held=True),
    Naming(SummaryPart.READING, "编印", RecordKind.NEWSLETTER, "publication", "issues", Unit.ISSUES),
)
"""Sentences that follow the patterns of their part."""
