"""预登记: somebody without a card fills in beforehand what the desk would ask, and comes with their document.

What they wrote is sealed, and looks at no reader: nobody learns from it who has a card.
"""

import json
from datetime import date, datetime, timedelta
from math import ceil
from secrets import randbelow
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from wenyuan.kernel.chinese import half_width
from wenyuan.lending.patrons import rules, sql
from wenyuan.lending.patrons.data import (
    KEPT_DAYS,
    PatronRefused,
    PatronUnknown,
    PreRegistered,
    PreRegistrationInput,
    Problem,
    ProblemCode,
    TooManyPreRegistrations,
)
from wenyuan.lending.patrons.models import PreRegistration
from wenyuan.lending.patrons.records import branch_code_standing
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import lookup_hash
from wenyuan.plumbing.transactions import verb

DAY: Final = timedelta(days=1)
MOST_FROM_ONE_PLACE: Final = 100
"""Within a day from one address (of IPv6 one /64): a class, a school's day or the library's own Wi-Fi gets through, a
program not for long."""
MOST_IN_ALL: Final = 1000
"""Within a day from everywhere: the table cannot be filled."""
_LED_BY: Final = "Y-"
_DIGITS: Final = 1_000_000_000


@needs()
@verb
def pre_register(*, told: PreRegistrationInput, notice_version: str, address: str, at: datetime) -> PreRegistered:
    """Keep what somebody tells of themselves for a week; returns the number to tell at a desk.

    :param address: the network that asks; only its keyed hash is kept
    :raises TooManyPreRegistrations: before anything is looked at.
    :raises PatronRefused: with every problem at once. None of them says anything of a reader.
    """
    place = lookup_hash("patron:pre_registered_from", address)
    with connection.cursor() as cursor:  # one after the other, so that none is counted beside another
        cursor.execute(sql.COUNT_IN_TURN, {"place": place, "reader": lookup_hash("patron:pre_registered", "all")})
    recent = PreRegistration.objects.filter(at__gt=at - DAY)
    full_since = [
        _full_since(recent.filter(place=place), MOST_FROM_ONE_PLACE),
        _full_since(recent, MOST_IN_ALL),
    ]
    if oldest := max((one for one in full_since if one is not None), default=None):
        raise TooManyPreRegistrations(ceil((oldest + DAY - at).total_seconds()))
    checked = _checked(told, today=local_date(at))
    row = PreRegistration.objects.create(
        number=_free_number(),
        place=place,
        at=at,
        told_sealed=json.dumps({**checked, "notice_version": notice_version}, ensure_ascii=False),
    )
    return PreRegistered(number=row.number, until=at + timedelta(days=KEPT_DAYS))


def _full_since(recent: QuerySet[PreRegistration], most: int) -> datetime | None:
    """Of the last ``most`` the oldest, a day after which there is room again; None while there is room."""
    return recent.order_by("-at").values_list("at", flat=True)[most - 1 : most].first()


def _checked(told: PreRegistrationInput, *, today: date) -> dict[str, object]:
    name = rules.clean_name(told.name)
    phone, problems = rules.check_phone(told.phone)
    mail, bad_mail = rules.check_email(told.email)
    problems += bad_mail + [Problem(code, "name") for code in rules.name_problems(name, today=today)]
    if told.birth_date is not None and told.birth_date > today:
        problems.append(Problem(ProblemCode.BIRTH_DATE_BAD, "birth_date"))
    if branch_code_standing(told.home_branch_id, today) is None:
        problems.append(Problem(ProblemCode.BRANCH_UNKNOWN, "home_branch_id"))
    if problems:
        raise PatronRefused(*problems)
    born = told.birth_date.isoformat() if told.birth_date else ""
    return {"name": name, "phone": phone, "email": mail, "birth_date": born, "home_branch_id": told.home_branch_id}


def _free_number() -> str:
    """Nine digits of chance after a letter and a hyphen: a card number that the library makes has no hyphen (a branch
    of code Y or Y1 has cards of the same letter and digits), an identity number neither letter nor hyphen there."""
    while True:
        number = f"{_LED_BY}{randbelow(_DIGITS):09}"
        if not PreRegistration.objects.filter(number=number).exists():
            return number


def _as_kept(number: str) -> str:
    """The number however it was typed: in small letters, without its hyphen, or the digits alone."""
    return _LED_BY + half_width(number).strip().upper().removeprefix("Y").lstrip("-").strip()


@needs(Act.EDIT_PATRON)
@verb
def open_pre_registration(*, number: str, at: datetime, desk: Desk) -> PreRegistrationInput:
    """What was told under this number, for the desk to go on with; audited, without the values.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: there is none of this number, or it is older than a week.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    row = PreRegistration.objects.filter(number=_as_kept(number), at__gt=at - timedelta(days=KEPT_DAYS)).first()
    if row is None:
        raise PatronUnknown("pre_registration")
    told = json.loads(row.told_sealed)
    audit(
        at=at,
        desk=desk,
        act="open_pre_registration",
        subject_kind="pre_registration",
        subject_id=row.id,
        branch_id=desk.branch_id,
    )
    return PreRegistrationInput(
        name=told["name"],
        home_branch_id=told["home_branch_id"],
        birth_date=date.fromisoformat(told["birth_date"]) if told["birth_date"] else None,
        phone=told["phone"],
        email=told["email"],
    )


def end_pre_registration(number: str) -> None:
    """A step: whoever it was has a card now. A first swipe, or somebody who turns out to be known, names no number:
    what was told then goes with the week."""
    PreRegistration.objects.filter(number=_as_kept(number)).delete()


@needs()
@verb
def forget_pre_registrations(*, at: datetime) -> int:
    """Delete those who did not come within a week; returns how many."""
    gone, _ = PreRegistration.objects.filter(at__lte=at - timedelta(days=KEPT_DAYS)).delete()
    return gone
