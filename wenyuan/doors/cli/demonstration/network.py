"""The branches of 鹿鸣区图书馆 with their rooms, hours, holidays and lending groups."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from wenyuan.kernel.opening import Hours, WeeklySpan
from wenyuan.organisation.network.operations import (
    add_area,
    add_service_point,
    create_lending_group,
    declare_closure,
    found_library,
    join_group,
    open_branch,
    set_day_exception,
    set_weekly_hours,
)
from wenyuan.organisation.rights.data import Desk

NAME_ZH, NAME_EN = "鹿鸣区图书馆", "Luming District Library"
INSTITUTION = "CN-999001-1-LMQ"
"""In the form of an ISIL (GB/T 27704); no region has the code 999001."""

CENTRAL, CHILDREN, PARTNER = "LM00", "LM01", "LM09"
DISTRICT_GROUP, STUDIO_GROUP = "TJTH", "YJGF"

_TUE_SUN = (1, 2, 3, 4, 5, 6)
_NO_TUESDAY = (0, 2, 3, 4, 5, 6)
_EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
_WORKDAYS = (0, 1, 2, 3, 4)
_FEW_DAYS = (2, 5, 6)
_LATE = (Hours(time(9), time(20, 30)),)
_DAY = (Hours(time(9), time(17, 30)),)
_SPLIT = (Hours(time(9), time(11, 30)), Hours(time(13, 30), time(17)))
_AFTERNOON = (Hours(time(14), time(17, 30)),)

SPRING_FESTIVAL: Mapping[int, date] = {
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
    2031: date(2031, 1, 23),
    2032: date(2032, 2, 11),
}
"""正月初一. In other years the demo has no 春节."""


@dataclass(frozen=True, slots=True)
class Place:
    """A branch as it is to be. ``items`` is its stock, ``loans`` its share of the network's loans, ``visitors`` come
    on an ordinary open day. Areas are (code, name, English name, floor, seats); each has a service point."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    opened: date
    weekdays: tuple[int, ...]
    hours: tuple[Hours, ...]
    items: int
    loans: float
    visitors: int
    parent: str = CENTRAL
    group: str = ""
    areas: tuple[tuple[str, str, str, int, int], ...] = ()


_CENTRAL_AREAS = (
    ("F1A", "总服务台与新书区", "Information and new books", 1, 60),
    ("F1B", "视障阅览室", "Reading room for the blind", 1, 12),
    ("F2A", "中文图书借阅区", "Chinese books", 2, 160),
    ("F2B", "外国文学区", "Foreign literature", 2, 48),
    ("F3A", "报刊阅览区", "Newspapers and magazines", 3, 96),
    ("F3B", "电子阅览室", "Computer room", 3, 40),
    ("F4A", "自修区", "Study hall", 4, 180),
    ("F4B", "地方文献室", "Local documents", 4, 24),
)
_GROUPS = (
    (DISTRICT_GROUP, "区级通借通还", "District lending"),
    (STUDIO_GROUP, "工坊通借通还", "Studio lending"),
)
_STREETS = (
    ("LM02", "关雎街道分馆", "Guanju Branch", date(2009, 6, 1), _TUE_SUN, _DAY, 190, 0.085, 95, DISTRICT_GROUP),
    ("LM03", "蒹葭街道分馆", "Jianjia Branch", date(2010, 9, 28), _NO_TUESDAY, _DAY, 170, 0.07, 80, DISTRICT_GROUP),
    ("LM04", "采薇街道分馆", "Caiwei Branch", date(2012, 4, 23), _TUE_SUN, _SPLIT, 140, 0.045, 60, ""),
    ("LM05", "淇奥街道分馆", "Qiyu Branch", date(2013, 4, 23), _WORKDAYS, _DAY, 130, 0.035, 45, ""),
    ("LM06", "桃夭街道分馆", "Taoyao Branch", date(2015, 5, 4), _NO_TUESDAY, _SPLIT, 130, 0.035, 45, ""),
    ("LM07", "伐檀街道分馆", "Fatan Branch", date(2017, 12, 8), _TUE_SUN, _DAY, 120, 0.03, 40, ""),
    ("LM08", "鹤鸣街道分馆", "Heming Branch", date(2019, 9, 1), _TUE_SUN, _SPLIT, 120, 0.03, 35, ""),
)
_STATIONS = (
    ("LM21", "鹿鸣实验小学流动站", "Luming School Station"),
    ("LM22", "甘棠中学流动站", "Gantang School Station"),
    ("LM23", "白露社区流动站", "Bailu Community Station"),
    ("LM24", "南山养老院流动站", "Nanshan Care Home Station"),
    ("LM25", "区人民医院流动站", "Hospital Station"),
    ("LM26", "消防救援站流动站", "Fire Station"),
    ("LM27", "子衿青年公寓流动站", "Zijin Youth Flats Station"),
    ("LM28", "鹿鸣公园流动站", "Luming Park Station"),
    ("LM29", "丝路物流园流动站", "Logistics Park Station"),
    ("LM30", "非遗工坊流动站", "Heritage Workshop Station"),
    ("LM31", "政务大厅流动站", "Civic Hall Station"),
    ("LM32", "鹿鸣地铁站流动站", "Metro Station"),
)


def places() -> tuple[Place, ...]:
    """All branches, parents before children."""
    street = (
        Place(code, zh, en, "branch", opened, week, hours, items, loans, visitors, group=group, areas=_street_areas())
        for code, zh, en, opened, week, hours, items, loans, visitors, group in _STREETS
    )
    station = (
        Place(code, zh, en, "station", date(2021, 5, 1), (1, 3, 5), _AFTERNOON, 26, 0.006, 9, PARTNER, STUDIO_GROUP)
        for code, zh, en in _STATIONS
    )
    return (
        Place(
            CENTRAL,
            "鹿鸣区图书馆（总馆）",
            "Luming Central Library",
            "central",
            date(1998, 10, 1),
            _TUE_SUN,
            _LATE,
            1480,
            0.36,
            240,
            parent="",
            group=DISTRICT_GROUP,
            areas=_CENTRAL_AREAS,
        ),
        Place(
            CHILDREN,
            "少儿分馆",
            "Children's Library",
            "children",
            date(2006, 6, 1),
            _TUE_SUN,
            _DAY,
            460,
            0.17,
            130,
            group=DISTRICT_GROUP,
            areas=(
                ("C1", "绘本区", "Picture books", 1, 60),
                ("C2", "少儿借阅区", "Children's books", 2, 80),
            ),
        ),
        *street,
        Place(
            PARTNER,
            "一间工坊美术馆分馆",
            "Studio One Partner Branch",
            "partner",
            date(2020, 11, 1),
            _NO_TUESDAY,
            _DAY,
            130,
            0.03,
            30,
            group=STUDIO_GROUP,
            areas=(("S1", "艺术书吧", "Art reading bar", 1, 24),),
        ),
        Place(
            "LM10",
            "南山村农家书屋",
            "Nanshan Rural Bookhouse",
            "rural_bookhouse",
            date(2011, 3, 1),
            _FEW_DAYS,
            _SPLIT,
            90,
            0.012,
            10,
            parent="LM08",
        ),
        Place(
            "LM11",
            "白露社区书屋",
            "Bailu Community Bookhouse",
            "community_bookhouse",
            date(2014, 7, 1),
            _EVERY_DAY,
            _AFTERNOON,
            90,
            0.015,
            14,
            parent="LM02",
        ),
        *station,
    )


def _street_areas() -> tuple[tuple[str, str, str, int, int], ...]:
    return (("S1", "综合借阅区", "Lending and reading", 1, 36),)


@dataclass(slots=True)
class Site:
    """A branch that stands. ``points`` are the ids of its service points, the first where most people come in."""

    place: Place
    id: int
    points: list[int] = field(default_factory=list)


def open_network(*, at: datetime, desk: Desk) -> dict[str, Site]:
    """Found the library and open every branch, by code.

    :param desk: of an operator who may edit the whole network.
    """
    found_library(
        name_zh=NAME_ZH,
        name_en=NAME_EN,
        institution_code=INSTITUTION,
        address="鹿鸣区鹿鸣大道1号",
        at=at,
        desk=desk,
    )
    sites: dict[str, Site] = {}
    for place in places():
        branch = open_branch(
            code=place.code,
            name_zh=place.name_zh,
            name_en=place.name_en,
            kind=place.kind,
            opened_date=place.opened,
            parent_id=sites[place.parent].id if place.parent else None,
            address=f"鹿鸣区{place.name_zh}",
            at=at,
            desk=desk,
        )
        sites[place.code] = Site(place, branch.id, list(_furnish(place, branch.id, at, desk)))
    return sites


def _furnish(place: Place, branch_id: int, at: datetime, desk: Desk) -> Iterator[int]:
    """Areas and service points; ids of the points."""
    for code, zh, en, floor, seats in place.areas:
        area = add_area(
            branch_id=branch_id,
            code=code,
            name_zh=zh,
            name_en=en,
            floor=floor,
            seats=seats,
            wheelchair=floor == 1 or place.code == CENTRAL,
            at=at,
            desk=desk,
        )
        yield add_service_point(
            branch_id=branch_id, area_id=area, code=f"D{code}", name_zh=f"{zh}服务台", name_en=en, at=at, desk=desk
        )
    if not place.areas:
        yield add_service_point(branch_id=branch_id, code="D1", name_zh="服务台", name_en="Desk", at=at, desk=desk)


def join_groups(sites: Mapping[str, Site], *, from_date: date, at: datetime, desk: Desk) -> None:
    """通借通还 of the central library, the children's branch and two streets; the studio and its stations apart."""
    for code, zh, en in (
        (DISTRICT_GROUP, "区级通借通还", "District lending"),
        (STUDIO_GROUP, "工坊通借通还", "Studio lending"),
    ):
        group = create_lending_group(code=code, name_zh=zh, name_en=en, at=at, desk=desk)
        for site in sites.values():
            if site.place.group == code:
                join_group(branch_id=site.id, group_id=group.id, from_date=from_date, at=at, desk=desk)


def set_calendars(sites: Mapping[str, Site], *, first: date, last: date, at: datetime, desk: Desk) -> None:
    """Weekly hours from each opening, and the holidays of the years from ``first`` to ``last``.

    :param desk: of an operator who may edit every calendar.
    """
    for site in sites.values():
        place = site.place
        week = [WeeklySpan(weekday, hours) for weekday in place.weekdays for hours in place.hours]
        set_weekly_hours(branch_id=site.id, from_date=place.opened, spans=week, at=at, desk=desk)
    for year in range(first.year, last.year + 1):
        if new_year := SPRING_FESTIVAL.get(year):
            declare_closure(
                branch_id=sites[CENTRAL].id,
                first_date=new_year - timedelta(days=1),
                last_date=new_year + timedelta(days=2),
                reason="春节假期闭馆",
                with_subtree=True,
                at=at,
                desk=desk,
            )
        for code in (CENTRAL, CHILDREN):
            for day, hours, reason in _national_day(year):
                set_day_exception(branch_id=sites[code].id, date=day, spans=hours, reason=reason, at=at, desk=desk)


def _national_day(year: int) -> Iterator[tuple[date, tuple[Hours, ...], str]]:
    """国庆: shut on the day itself, open on the holiday's Monday, and a rest day for it afterwards (调休)."""
    yield date(year, 10, 1), (), "国庆节闭馆"
    monday = next(day for day in (date(year, 10, number) for number in range(2, 9)) if day.weekday() == 0)
    yield monday, _DAY, "国庆假期调休开放"
    yield monday + timedelta(days=8), (), "国庆假期调休闭馆"
