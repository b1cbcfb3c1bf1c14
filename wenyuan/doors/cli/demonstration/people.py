"""Staff, machines and readers of the demo."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wenyuan.doors.cli.demonstration.names import PIN, People, Person
from wenyuan.doors.cli.demonstration.network import CENTRAL, CHILDREN, PARTNER, Site
from wenyuan.kernel.identity import IdentityForm
from wenyuan.kernel.identity.numbers import check_character
from wenyuan.lending.patrons.data import (
    NOTICE_VERSION,
    ConsentInput,
    ConsentPurpose,
    GivenBy,
    GuardianInput,
    NewPatron,
    NoNumberReason,
    NumberInput,
    Relation,
    RosterRow,
)
from wenyuan.organisation.accounts.data import FirstAccount, Role
from wenyuan.organisation.accounts.operations import (
    create_account,
    create_machine,
    first_administrators,
    grant_role,
)
from wenyuan.organisation.accounts.queries import operator_for
from wenyuan.organisation.rights.data import Desk, Door, Operator

STAFF_PASSWORD = "Luming-Demo-2026"  # noqa: S105 - of demo accounts only, printed by `wenyuan up --demo`
MACHINE_PASSWORD = "Jianjia-Demo-2026"  # noqa: S105 - of demo machines only


@dataclass(frozen=True, slots=True)
class Appointment:
    """Somebody's account: role, and the branch it holds for (none: everywhere)."""

    username: str
    name: str
    role: Role
    branch: str | None = None


ADMINISTRATORS = (
    Appointment("sysadmin", "林系统", Role.SYSTEM_ADMIN),
    Appointment("secadmin", "何安全", Role.SECURITY_ADMIN),
    Appointment("auditadmin", "郑审计", Role.AUDIT_ADMIN),
)
STAFF = (
    Appointment("director", "陈鹿鸣", Role.DIRECTOR),
    Appointment("lead", "周采薇", Role.DESK_LEAD),
    Appointment("desk", "王小鹿", Role.DESK, CENTRAL),
    Appointment("desk-children", "李子衿", Role.DESK, CHILDREN),
    Appointment("cataloguer", "沈文渊", Role.CATALOGUER),
    Appointment("outreach", "吴清扬", Role.OUTREACH, CENTRAL),
    Appointment("driver", "郑行远", Role.DRIVER, CENTRAL),
    Appointment("keeper-lm02", "赵关雎", Role.KEEPER, "LM02"),
    Appointment("keeper-lm03", "钱蒹葭", Role.KEEPER, "LM03"),
    Appointment("keeper-lm04", "孙采采", Role.KEEPER, "LM04"),
    Appointment("keeper-lm05", "李淇水", Role.KEEPER, "LM05"),
    Appointment("keeper-lm06", "周桃夭", Role.KEEPER, "LM06"),
    Appointment("keeper-lm07", "吴伐檀", Role.KEEPER, "LM07"),
    Appointment("keeper-lm08", "郑鹤鸣", Role.KEEPER, "LM08"),
    Appointment("keeper-studio", "冯一间", Role.KEEPER, PARTNER),
)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A self-service machine. ``connected`` when its branch lends across branches."""

    username: str
    branch: str
    charset: str
    connected: bool


KIOSKS = (
    Kiosk("kiosk-lm00", CENTRAL, "gbk", connected=True),
    Kiosk("kiosk-lm01", CHILDREN, "utf-8", connected=True),
    Kiosk("kiosk-lm02", "LM02", "gbk", connected=True),
    Kiosk("kiosk-lm03", "LM03", "utf-8", connected=True),
    Kiosk("kiosk-lm04", "LM04", "utf-8", connected=False),
)


def founding_desks(*, at: datetime, on: date) -> tuple[Desk, Desk]:
    """Make the three administrators; desks of the system and the security administrator."""
    made = first_administrators(
        accounts=[
            FirstAccount(username=one.username, name=one.name, password=STAFF_PASSWORD, roles=frozenset({one.role}))
            for one in ADMINISTRATORS
        ],
        at=at,
    )
    system, security = (Desk(operator=_operator(one.id, on), branch_id=0, door=Door.CLI) for one in made[:2])
    return system, security


def appoint(sites: Mapping[str, Site], *, system: Desk, security: Desk, at: datetime, on: date) -> dict[str, Operator]:
    """Make every account and machine with its role; operators by user name."""
    ids: dict[str, int] = {}
    for one in STAFF:
        made = create_account(
            username=one.username, name=one.name, password=STAFF_PASSWORD, must_change=False, at=at, desk=system
        )
        ids[one.username] = made.id
        branch_id = sites[one.branch].id if one.branch else None
        grant_role(account_id=made.id, role=one.role, branch_id=branch_id, valid_from=on, at=at, desk=security)
    for kiosk in KIOSKS:
        site = sites[kiosk.branch]
        machine = create_machine(
            username=kiosk.username,
            name=f"{site.place.name_zh}自助借还机",
            password=MACHINE_PASSWORD,
            branch_id=site.id,
            service_point_id=site.points[0],
            charset=kiosk.charset,
            at=at,
            desk=system,
        )
        ids[kiosk.username] = machine.account_id
        grant_role(
            account_id=machine.account_id,
            role=Role.MACHINE,
            branch_id=site.id,
            valid_from=on,
            at=at,
            desk=security,
        )
    return {username: _operator(account_id, on) for username, account_id in ids.items()}


def _operator(account_id: int, on: date) -> Operator:
    operator = operator_for(account_id, on)
    assert operator is not None, "the account has just been made"
    return operator


_SHARES = (
    ("adult", 0.48),
    ("child", 0.24),
    ("student", 0.12),
    ("senior", 0.15),
    ("group", 0.01),
)
_HOMES = (
    (CENTRAL, 0.34), (CHILDREN, 0.12), ("LM02", 0.11), ("LM03", 0.09), ("LM04", 0.07), ("LM05", 0.06), ("LM06", 0.06),
    ("LM07", 0.05), ("LM08", 0.05), (PARTNER, 0.03), ("LM10", 0.01), ("LM11", 0.01),
)  # fmt: skip
_GROUPS = (
    "鹿鸣中学文学社",
    "白露社区读书会",
    "区老年大学书画班",
    "甘棠幼儿园大班",
    "丝路物流园工会",
    "南山养老院阅览室",
)


@dataclass(frozen=True, slots=True)
class Applicant:
    """A reader to be: when they come, to which branch, and their application."""

    on: date
    home: str
    category: str
    application: NewPatron


class Applicants:
    """Readers of all kinds who join before and during the year."""

    def __init__(self, dice: random.Random, sites: Mapping[str, Site], *, first: date, last: date) -> None:
        self._dice = dice
        self._sites = sites
        self._first, self._last = first, last
        self._people = People(dice)
        self._groups = iter(_GROUPS)

    def make(self, count: int) -> list[Applicant]:
        """That many readers, and a few with rarer papers; three in five were there before the year began."""
        made = []
        for number in range(count):
            on = self._first - timedelta(days=self._dice.randint(20, 500))
            if self._dice.random() > 0.6 and number >= count // 10:
                on = self._first + timedelta(days=self._dice.randint(0, (self._last - self._first).days))
            category = _pick(self._dice, _SHARES)
            name = next(self._groups, None) if category == "group" else None
            home = CHILDREN if category == "child" and self._dice.random() < 0.45 else _pick(self._dice, _HOMES)
            made.append(self._applicant(on, home, "adult" if category == "group" and not name else category, name))
        return [*made, *self._rarer()]

    def _rarer(self) -> list[Applicant]:
        """Readers whom chance might leave out: papers of other kinds, and none to show."""
        resident = f"81000019880520000{check_character('81000019880520000')}"
        papers: tuple[tuple[str, str, str, NumberInput | NoNumberReason], ...] = (
            ("Anna Keller", "adult", CENTRAL, NumberInput("LMQ0000017", IdentityForm.PASSPORT)),
            ("Diego Santos", "student", "LM02", NumberInput("LMQ0000025", IdentityForm.PASSPORT)),
            ("何咏梅", "adult", CENTRAL, NumberInput(resident)),
            ("马远山", "adult", "LM06", NoNumberReason.LOST),
            ("祝秀英", "senior", "LM08", NoNumberReason.NOT_SHOWN),
        )
        on = self._first - timedelta(days=45)
        return [
            Applicant(
                on,
                home,
                category,
                NewPatron(
                    name=name,
                    category=category,
                    home_branch_id=self._sites[home].id,
                    consent=ConsentInput(notice_version=NOTICE_VERSION),
                    number=paper if isinstance(paper, NumberInput) else None,
                    no_number_reason=paper if isinstance(paper, NoNumberReason) else None,
                    birth_date=None if name == "何咏梅" else _aged_on(on, 70 if category == "senior" else 24),
                    pin=PIN,
                ),
            )
            for name, category, home, paper in papers
        ]

    def class_list(self, count: int) -> list[RosterRow]:
        """A school class: eight years old on the first day of the year, each with a parent."""
        rows = []
        for line in range(2, count + 2):
            child = self._aged(8, 8)
            parent = self._aged(34, 42)
            rows.append(
                RosterRow(
                    line=line,
                    name=child.name,
                    gender="男" if child.gender.value == "male" else "女",
                    birth_date=child.birth_date.isoformat(),
                    no_number_reason="child",
                    guardian_name=parent.name,
                    relation="母亲" if parent.gender.value == "female" else "父亲",
                    guardian_phone=parent.phone,
                )
            )
        return rows

    def _applicant(self, on: date, home: str, category: str, group: str | None) -> Applicant:
        branch_id = self._sites[home].id
        if group is not None:
            application = NewPatron(
                name=group,
                category=category,
                home_branch_id=branch_id,
                consent=ConsentInput(notice_version=NOTICE_VERSION),
                no_number_reason=NoNumberReason.ORGANISATION,
                guardians=(GuardianInput(relation=Relation.RESPONSIBLE, name="柳静宜"),),
            )
        elif category == "child":
            application = self._child(branch_id)
        else:
            application = self._grown(category, branch_id)
        return Applicant(on, home, category, application)

    def _grown(self, category: str, branch_id: int) -> NewPatron:
        ages = {"adult": (22, 59), "student": (16, 24), "senior": (62, 85)}[category]
        person = self._aged(*ages)
        keeps = self._dice.random() < 0.15
        has_phone = self._dice.random() < (0.6 if category == "senior" else 0.95)
        return NewPatron(
            name=person.name,
            category=category,
            home_branch_id=branch_id,
            consent=ConsentInput(
                notice_version=NOTICE_VERSION, also=frozenset({ConsentPurpose.HISTORY} if keeps else ())
            ),
            number=NumberInput(person.number),
            phone=person.phone if has_phone else None,
            address=person.address if self._dice.random() < 0.5 else None,
            pin=PIN if self._dice.random() < 0.6 else None,
        )

    def _child(self, branch_id: int) -> NewPatron:
        child, parent = self._aged(4, 11), self._aged(30, 44)
        has_number = self._dice.random() < 0.35
        return NewPatron(
            name=child.name,
            category="child",
            home_branch_id=branch_id,
            consent=ConsentInput(notice_version=NOTICE_VERSION, given_by=GivenBy.GUARDIAN),
            number=NumberInput(child.number) if has_number else None,
            no_number_reason=None if has_number else NoNumberReason.CHILD,
            birth_date=child.birth_date,
            gender=child.gender,
            guardians=(
                GuardianInput(
                    relation=Relation.MOTHER if parent.gender.value == "female" else Relation.FATHER,
                    name=parent.name,
                    phone=parent.phone,
                ),
            ),
            pin=PIN if has_number else None,
            somebody_else=True,  # names are drawn by lot: two children may share name and birthday
        )

    def _aged(self, youngest: int, oldest: int) -> Person:
        """Somebody of that age when the year begins."""
        year = self._first.year
        return self._people.born_between(date(year - oldest - 1, 3, 1), date(year - youngest - 1, 12, 28))


def _aged_on(on: date, years: int) -> date:
    return date(on.year - years, 3, 15)


def _pick(dice: random.Random, shares: Sequence[tuple[str, float]]) -> str:
    names, weights = zip(*shares, strict=True)
    picked: str = dice.choices(names, weights)[0]
    return picked
