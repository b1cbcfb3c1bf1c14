"""Branches, groups and calendars for tests, written straight into the tables."""

from collections.abc import Iterable, Sequence
from datetime import date, time
from itertools import count

from psycopg.types.range import Range

from wenyuan.organisation.network.models import (
    Area,
    Branch,
    Closure,
    DayException,
    LendingGroup,
    Library,
    Membership,
    Placement,
    ServicePoint,
    WeeklyHours,
)

OPENED = date(2010, 1, 1)
_numbers = count(1)


def make_library(
    *, name_zh: str = "文渊区图书馆", name_en: str = "Wenyuan District Library", code: str = ""
) -> Library:
    """The single row of the library; ``code`` is its institution code (SIP2 AO)."""
    return Library.objects.create(name_zh=name_zh, name_en=name_en, institution_code=code)


def make_branch(
    code: str = "",
    *,
    kind: str = "branch",
    parent: Branch | None = None,
    opened_date: date = OPENED,
    closed_date: date | None = None,
    name_zh: str = "",
    name_en: str = "",
    placed_from: date | None = None,
) -> Branch:
    """A branch, placed under ``parent`` from ``placed_from`` (else from its opening). The code is made up if absent."""
    code = code or f"B{next(_numbers)}"
    branch = Branch.objects.create(
        code=code,
        name_zh=name_zh or f"{code}馆",
        name_en=name_en,
        kind=kind,
        opened_date=opened_date,
        closed_date=closed_date,
    )
    if parent is not None:
        Placement.objects.create(branch=branch, parent=parent, valid=Range(placed_from or opened_date, None))
    return branch


def make_area(branch: Branch, code: str = "A1", *, name_zh: str = "社科阅览区", floor: int = 1, seats: int = 0) -> Area:
    """A reading area of a branch."""
    return Area.objects.create(branch=branch, code=code, name_zh=name_zh, floor=floor, seats=seats)


def make_service_point(
    branch: Branch, code: str = "S1", *, name_zh: str = "总服务台", area: Area | None = None
) -> ServicePoint:
    """A desk, door or machine of a branch."""
    return ServicePoint.objects.create(branch=branch, code=code, name_zh=name_zh, area=area)


def make_group(
    code: str, branches: Iterable[Branch] = (), *, from_date: date = OPENED, end_date: date | None = None
) -> LendingGroup:
    """A lending group and its members from a day up to and without ``end_date``."""
    group = LendingGroup.objects.create(code=code, name_zh=f"{code}通借通还")
    for branch in branches:
        Membership.objects.create(group=group, branch=branch, valid=Range(from_date, end_date))
    return group


def make_hours(
    branch: Branch,
    weekdays: Sequence[int] = (1, 2, 3, 4, 5, 6),
    opens: time = time(9),
    closes: time = time(17),
    *,
    area: Area | None = None,
    from_date: date = OPENED,
    end_date: date | None = None,
) -> list[WeeklyHours]:
    """One span on each weekday (0 is Monday; the default leaves Monday closed), without ``end_date`` itself."""
    return [
        WeeklyHours.objects.create(
            branch=branch,
            area=area,
            weekday=weekday,
            opens=opens,
            closes=closes,
            valid=Range(from_date, end_date),
        )
        for weekday in weekdays
    ]


def make_exception(
    branch: Branch,
    on: date,
    opens: time | None = None,
    closes: time | None = None,
    *,
    area: Area | None = None,
    reason: str = "",
) -> DayException:
    """What the branch does on one date: closed without times."""
    return DayException.objects.create(branch=branch, area=area, date=on, opens=opens, closes=closes, reason=reason)


def make_closure(branch: Branch, first: date, last: date | None = None, *, reason: str = "装修") -> Closure:
    """Days shut, the last one included; open-ended without it."""
    return Closure.objects.create(branch=branch, first_date=first, last_date=last, reason=reason)
