"""Kinds of record as data: which fields each has, and what it says in the journal. A new kind is a row here, its words
at the doors, and its indicators; no code of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wenyuan.organisation.journal.data import Kind


class RecordKind(StrEnum):
    """What can be typed. A kind is never renamed."""

    ACTIVITY = "activity"  # 活动
    HONOUR = "honour"  # 荣誉
    MEDIA = "media"  # 媒体报道
    POSTS = "posts"  # 本馆推文
    DONATION = "donation"  # 接受捐赠
    MONEY_DONATION = "money_donation"  # 捐款
    OUTREACH = "outreach"  # 流动服务、七进
    TRAINING = "training"  # 学习培训
    CONTEST = "contest"  # 参加赛事
    LOCAL_DOCUMENTS = "local_documents"  # 地方文献征集
    NEWSLETTER = "newsletter"  # 编印刊物
    RESOURCE_USE = "resource_use"  # 数字资源使用
    RECEPTION = "reception"  # 来访接待
    VOLUNTEERING = "volunteering"  # 志愿服务
    FEEDBACK = "feedback"  # 读者意见
    ENQUIRIES = "enquiries"  # 读者咨询
    STATE = "state"  # 馆情: what the library has on a day


class StateCode(StrEnum):
    """What a library has, which no machine counts: how many it is from a day on, at one branch. A code is never
    renamed."""

    BUILDING_AREA = "building_area"  # 建筑面积 in square metres
    STACKS_AREA = "stacks_area"  # 书库面积
    READING_AREA = "reading_area"  # 阅览室面积
    SHELF_LENGTH = "shelf_length"  # 书架单层总长度 in metres
    SEATS = "seats"  # 阅览座席
    CHILDREN_SEATS = "children_seats"  # 少儿阅览座席
    SPECIAL_SEATS = "special_seats"  # 残障读者专用座席
    COMPUTERS = "computers"  # 计算机
    READER_TERMINALS = "reader_terminals"  # 供读者使用的电子阅览终端
    WEBSITES = "websites"  # 网站
    STAFF = "staff"  # 从业人员
    SENIOR_STAFF = "senior_staff"  # 高级职称
    MIDDLE_STAFF = "middle_staff"  # 中级职称
    VOLUNTEERS_ENROLLED = "volunteers_enrolled"  # 注册志愿者
    SERIAL_TITLES = "serial_titles"  # 报刊种类
    RED_ITEMS = "red_items"  # 红色图书
    CHILDRENS_BOOKS = "childrens_books"  # 少儿图书
    BRAILLE_ITEMS = "braille_items"  # 盲文图书
    E_BOOKS = "e_books"  # 电子图书
    FOLLOWERS = "followers"  # 公众号关注人数


class FieldType(StrEnum):
    """What a field holds, and how ``values`` keeps it."""

    TEXT = "text"  # a text of one line
    COUNT = "count"  # a whole number from 0
    MONEY = "money"  # fen, a whole number from 0
    CHOICE = "choice"  # one code
    CHOICES = "choices"  # a list of codes


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """A field: its name (the same name means the same in every kind), what it holds and whether it must be filled.

    ``most`` is the greatest number, or the length of a text; ``choices`` are the codes of a choice, and their order.
    A number that must be filled is at least 1 unless it ``may_be_nothing``.
    """

    name: str
    type: FieldType
    required: bool = False
    most: int = 0
    choices: tuple[str, ...] = ()
    may_be_nothing: bool = False

    @property
    def least(self) -> int:
        """The smallest number that it takes."""
        return 1 if self.required and not self.may_be_nothing else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a record adds to the journal: an entry of ``kind`` whose quantity, persons and amount (fen) are the named
    fields; quantity is 1 where none is named. Left out where the field it is ``only_with`` was not filled."""

    kind: Kind
    quantity: str = ""
    persons: str = ""
    amount: str = ""
    only_with: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec:
    """A kind of record. ``needs_paper``: it is approved only with a file; ``proof_for`` names a text that, once
    filled, asks for one (第一, 首家 want a proof). ``once_by`` names a choice of which a branch has one record a day;
    of other kinds there is one of a title."""

    kind: RecordKind
    fields: tuple[FieldSpec, ...]
    tallies: tuple[Tally, ...]
    needs_paper: bool = False
    proof_for: str = ""
    once_by: str = ""

    def field(self, name: str) -> FieldSpec | None:
        return next((one for one in self.fields if one.name == name), None)


LONGEST_TEXT = 120
MOST_PERSONS = 999_999
MOST_CLICKS = 999_999_999
MOST_FEN = 9_999_999_999
"""A hundred million yuan, less a fen."""


def _text(name: str, *, required: bool = False, most: int = LONGEST_TEXT) -> FieldSpec:
    return FieldSpec(name=name, type=FieldType.TEXT, required=required, most=most)


def _count(name: str, *, required: bool = False, most: int = MOST_PERSONS) -> FieldSpec:
    return FieldSpec(name=name, type=FieldType.COUNT, required=required, most=most)


def _choice(name: str, *choices: str, required: bool = True) -> FieldSpec:
    return FieldSpec(name=name, type=FieldType.CHOICE, required=required, choices=choices)


def _choices(name: str, *choices: str) -> FieldSpec:
    return FieldSpec(name=name, type=FieldType.CHOICES, choices=choices)


CAMPAIGNS = _choices(
    "campaigns", "world_book_day", "reading_week", "service_week", "our_festivals", "summer", "winter", "heritage"
)
"""4·23世界读书日, 全民阅读活动周, 服务宣传周, 我们的节日, 暑期, 寒假, 中华优秀传统文化."""
LEVEL = _choice("level", "national", "provincial", "municipal", "county", "other")
GROUPS = _choices("groups", "children", "elderly", "disabled", "migrants", "left_behind")
"""Whom the law names first: children, older people, disabled people, migrant workers, children left behind."""

KINDS: Mapping[RecordKind, KindSpec] = {
    spec.kind: spec
    for spec in (
        KindSpec(
            kind=RecordKind.ACTIVITY,
            fields=(
                _choice(
                    "sort", "lecture", "exhibition", "training_class", "reading", "contest", "film", "festival", "other"
                ),
                _choice("role", "host", "contractor", "co_organiser", "joint", "participant"),
                _choice("mode", "onsite", "online", "both"),
                FieldSpec(name="sessions", type=FieldType.COUNT, required=True, most=999),
                _count("persons"),
                _count("plays", most=MOST_CLICKS),
                _count("likes", most=MOST_CLICKS),
                _count("entries"),
                _count("winners"),
                _count("swapped"),
                _text("place", most=60),
                _text("partners"),
                _text("brand", most=40),
                _count("number", most=9_999),
                CAMPAIGNS,
                GROUPS,
            ),
            tallies=(
                Tally(kind=Kind.ACTIVITY, quantity="sessions", persons="persons"),
                Tally(kind=Kind.ACTIVITY_PLAYS, quantity="plays", only_with="plays"),
                Tally(kind=Kind.ACTIVITY_LIKES, quantity="likes", only_with="likes"),
                Tally(kind=Kind.ACTIVITY_ENTRIES, quantity="entries", only_with="entries"),
                Tally(kind=Kind.ACTIVITY_WINNERS, quantity="winners", only_with="winners"),
                Tally(kind=Kind.ITEMS_SWAPPED, quantity="swapped", only_with="swapped"),
            ),
        ),
        KindSpec(
            kind=RecordKind.HONOUR,
            fields=(
                _text("body", required=True),
                LEVEL,
                _choice("winner", "library", "staff", "readers"),
                _text("certificate", most=60),
            ),
            tallies=(Tally(kind=Kind.HONOUR),),
        ),
        KindSpec(
            kind=RecordKind.MEDIA,
            fields=(
                _text("outlet", required=True, most=60),
                LEVEL,
                _choice("medium", "paper", "broadcast", "website", "new_media"),
                _text("link", most=200),
            ),
            tallies=(Tally(kind=Kind.MEDIA_COVERAGE),),
        ),
        KindSpec(
            kind=RecordKind.POSTS,
            fields=(
                _choice("platform", "wechat", "short_video", "website", "other"),
                _count("posts", required=True, most=9_999),
                _count("reads", most=MOST_CLICKS),
            ),
            tallies=(
                Tally(kind=Kind.POSTS, quantity="posts"),
                Tally(kind=Kind.POST_READS, quantity="reads", only_with="reads"),
            ),
        ),
        KindSpec(
            kind=RecordKind.DONATION,
            fields=(
                _choice("donor_kind", "person", "organisation", "unnamed"),
                _text("donor", most=60),
                _count("items", required=True),
                _count("titles"),
            ),
            # received is not yet accessioned: what enters the holdings is counted where it is catalogued
            tallies=(Tally(kind=Kind.DONATION), Tally(kind=Kind.DONATED_ITEMS, quantity="items")),
        ),
        KindSpec(
            kind=RecordKind.MONEY_DONATION,
            fields=(
                _choice("direction", "received", "given"),
                _text("counterpart", most=60),
                FieldSpec(name="amount", type=FieldType.MONEY, required=True, most=MOST_FEN),
                _count("persons"),
            ),
            tallies=(Tally(kind=Kind.MONEY_DONATED, persons="persons", amount="amount"),),
        ),
        KindSpec(
            kind=RecordKind.OUTREACH,
            fields=(
                _choice("act", "gift", "batch", "reading", "other"),
                _choice(
                    "host_kind",
                    "village",
                    "community",
                    "school",
                    "enterprise",
                    "office",
                    "barracks",
                    "family",
                    "care_home",
                    "prison",
                    "other",
                ),
                _text("host", most=60),
                _count("items"),
                _count("persons"),
                GROUPS,
            ),
            tallies=(
                Tally(kind=Kind.OUTREACH, persons="persons"),
                Tally(kind=Kind.OUTREACH_ITEMS, quantity="items", only_with="items"),
            ),
        ),
        KindSpec(
            kind=RecordKind.TRAINING,
            fields=(
                _choice("topic", "professional", "party", "safety"),
                _choice("given", "held", "attended"),
                _choice("audience", "staff", "keepers", "volunteers"),
                _count("sessions", required=True, most=999),
                _count("persons"),
                _count("hours", most=9_999),
            ),
            tallies=(
                Tally(kind=Kind.TRAINING, quantity="sessions", persons="persons"),
                Tally(kind=Kind.TRAINING_HOURS, quantity="hours", only_with="hours"),
            ),
        ),
        KindSpec(
            kind=RecordKind.CONTEST,
            fields=(
                _text("organiser", required=True),
                LEVEL,
                _count("entries"),
                _count("persons"),
                _count("winners"),
                _text("award", most=60),
                _text("rank", most=60),
            ),
            tallies=(
                Tally(kind=Kind.CONTEST, persons="persons"),
                Tally(kind=Kind.CONTEST_ENTRIES, quantity="entries", only_with="entries"),
                Tally(kind=Kind.CONTEST_WINNERS, quantity="winners", only_with="winners"),
            ),
            proof_for="rank",
        ),
        KindSpec(
            kind=RecordKind.LOCAL_DOCUMENTS,
            fields=(
                _choice("acquired", "collected", "donated", "bought", "copied"),
                _count("titles", required=True),
                _count("items", required=True),
            ),
            tallies=(
                Tally(kind=Kind.LOCAL_TITLES, quantity="titles"),
                Tally(kind=Kind.LOCAL_ITEMS, quantity="items"),
            ),
        ),
        KindSpec(
            kind=RecordKind.NEWSLETTER,
            fields=(
                _text("publication", required=True, most=40),
                _count("number", most=9_999),
                _count("issues", required=True, most=99),
                _count("copies"),
            ),
            tallies=(
                Tally(kind=Kind.NEWSLETTER, quantity="issues"),
                Tally(kind=Kind.NEWSLETTER_COPIES, quantity="copies", only_with="copies"),
            ),
        ),
        KindSpec(
            kind=RecordKind.RESOURCE_USE,
            fields=(
                _text("resource", required=True, most=60),
                _text("vendor", most=60),
                _count("hits", required=True, most=MOST_CLICKS),
                _count("downloads", most=MOST_CLICKS),
                _count("e_loans", most=MOST_CLICKS),
            ),
            tallies=(
                Tally(kind=Kind.RESOURCE_USE, quantity="hits"),
                Tally(kind=Kind.RESOURCE_DOWNLOADS, quantity="downloads", only_with="downloads"),
                Tally(kind=Kind.RESOURCE_LOANS, quantity="e_loans", only_with="e_loans"),
            ),
            needs_paper=True,
        ),
        KindSpec(
            kind=RecordKind.RECEPTION,
            fields=(
                _choice("guests", "leaders", "peers", "students", "other"),
                _count("sessions", required=True, most=999),
                _count("persons"),
            ),
            tallies=(Tally(kind=Kind.RECEPTION, quantity="sessions", persons="persons"),),
        ),
        KindSpec(
            kind=RecordKind.VOLUNTEERING,
            fields=(
                _count("sessions", required=True, most=999),
                _count("persons"),
                _count("hours", most=99_999),
            ),
            tallies=(
                Tally(kind=Kind.VOLUNTEERING, quantity="sessions", persons="persons"),
                Tally(kind=Kind.VOLUNTEER_HOURS, quantity="hours", only_with="hours"),
            ),
        ),
        KindSpec(
            kind=RecordKind.FEEDBACK,
            fields=(
                _choice("opinion", "praise", "suggestion", "complaint"),
                _count("cases", required=True, most=9_999),
            ),
            tallies=(Tally(kind=Kind.FEEDBACK, quantity="cases"),),
        ),
        KindSpec(
            kind=RecordKind.ENQUIRIES,
            fields=(
                _choice("way", "desk", "phone", "online"),
                _count("cases", required=True),
            ),
            tallies=(Tally(kind=Kind.ENQUIRY, quantity="cases"),),
        ),
        KindSpec(
            kind=RecordKind.STATE,
            fields=(
                _choice("state", *StateCode),
                FieldSpec(name="standing", type=FieldType.COUNT, required=True, most=MOST_CLICKS, may_be_nothing=True),
            ),
            # nothing happens by it: what stands on a day is the newest of each branch, and no sum of entries
            tallies=(),
            once_by="state",
        ),
    )
}
