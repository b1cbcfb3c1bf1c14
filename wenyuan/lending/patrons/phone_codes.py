"""Readers who sign in by a code that is sent to their telephone.

Whoever asks is told the same, whether the number is anybody's or not: the door only counts and keeps what was asked,
and the worker looks for a reader, draws the code and sends it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hmac import compare_digest
from math import ceil
from secrets import randbelow
from typing import Final

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum

from wenyuan.kernel.chinese import half_width, name_sort_key
from wenyuan.kernel.identity import is_mobile
from wenyuan.lending.patrons import rules, sql
from wenyuan.lending.patrons.data import (
    CODE_MINUTES,
    PatronRefused,
    PatronView,
    Problem,
    ProblemCode,
    ScannedPatron,
    TooManyCodes,
)
from wenyuan.lending.patrons.models import Guardian, Patron, PatronStatus, PhoneCode
from wenyuan.lending.patrons.queries import categories, list_patrons, patron_by_token, phone_hash
from wenyuan.lending.patrons.records import audit_act, lock_patron
from wenyuan.organisation.notices.data import Channel, Language, NoticeKind
from wenyuan.organisation.notices.operations import send_at_once
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.channels.port import Port
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.queue import defer
from wenyuan.plumbing.secrets import lookup_hash
from wenyuan.plumbing.transactions import verb

TASK: Final = "patrons.send_phone_code"
GOOD_FOR: Final = timedelta(minutes=CODE_MINUTES)
KEPT: Final = timedelta(days=7)
MOST_TRIES: Final = 5
MOST_WRONG: Final = 30
"""So many wrong codes of one number in a week; then none is sent to it until they are older. Whoever tries on and on
finds one in some six hundred years."""
AGAIN: Final = timedelta(minutes=1)
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class _Limit:
    """At most so many are asked for within a time."""

    most: int
    within: timedelta


OF_NUMBER: Final = (_Limit(1, AGAIN), _Limit(5, timedelta(hours=1)), _Limit(10, timedelta(days=1)))
OF_PLACE: Final = (_Limit(100, timedelta(days=1)),)
"""From one address (of IPv6 one /64): a school or the library's own Wi-Fi stands behind one."""
IN_ALL: Final = (_Limit(1000, timedelta(days=1)),)
"""Nobody makes the library pay for more SMS than that."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A code on its way; no address where nobody gets it."""

    code: str = field(repr=False)
    address: str = field(repr=False)
    language: Language


@needs()
@verb
def ask_for_code(*, phone: str, key: str, address: str, language: Language, at: datetime) -> str:
    """Have a code sent to a mobile number, if it is a reader's; returns its last four. Who asks again within a minute
    by the same form has one already.

    :param key: of the form, by which the code is given afterwards: a code is good in the browser alone that asked
    :param address: the network that asks; only its keyed hash is kept
    :raises PatronRefused: it is no mobile number (``PHONE_BAD``).
    :raises TooManyCodes: with this number, from there, or in all.
    """
    number, problems = rules.check_phone(phone)
    if problems or not is_mobile(number):
        raise PatronRefused(Problem(ProblemCode.PHONE_BAD, "phone"))
    asked, form, place = phone_hash(number), _form_hash(key), lookup_hash("patron:code_asked_from", address)
    with connection.cursor() as cursor:  # one after the other, so that none is counted beside another
        cursor.execute(sql.COUNT_IN_TURN, {"place": lookup_hash("patron:code_asked_from", "all"), "reader": asked})
    of_number = PhoneCode.objects.filter(phone_hash=asked)
    if of_number.filter(key_hash=form, at__gt=at - AGAIN).exists():
        return number[-4:]
    own_s = max(
        *(_wait_s(of_number, limit, at=at) for limit in OF_NUMBER),
        *(_wait_s(PhoneCode.objects.filter(place=place), limit, at=at) for limit in OF_PLACE),
    )
    all_s = max(_wait_s(PhoneCode.objects.all(), limit, at=at) for limit in IN_ALL)
    if wait_s := max(own_s, all_s):
        raise TooManyCodes(wait_s, is_of_all=all_s > own_s, last4=number[-4:])
    PhoneCode.objects.filter(key_hash=form).update(key_hash=None)
    row = PhoneCode.objects.create(
        key_hash=form, phone_hash=asked, phone_last4=number[-4:], language=language.value, place=place, at=at
    )
    defer(TASK, code_id=row.id)
    return number[-4:]


def _wait_s(rows: QuerySet[PhoneCode], limit: _Limit, *, at: datetime) -> int:
    """Whole seconds until there is room again; 0: there is."""
    recent = rows.filter(at__gt=at - limit.within).order_by("-at").values_list("at", flat=True)
    oldest = recent[limit.most - 1 : limit.most].first()
    return ceil((oldest + limit.within - at).total_seconds()) if oldest else 0


@needs()
def send_asked_code(
    *, code_id: int, clock: Callable[[], datetime], ports: Mapping[Channel, Port] | None = None
) -> None:
    """Draw a code and send it, once: a worker that dies in between leaves one that nobody gets, and who waits asks
    anew."""
    drawn = _draw(code_id, at=clock())
    if drawn is not None and drawn.address:
        send_at_once(
            kind=NoticeKind.VERIFICATION_CODE,
            address=drawn.address,
            values={"code": drawn.code, "minutes": str(CODE_MINUTES)},
            language=drawn.language,
            name=f"wenyuan-code-{code_id}",
            clock=clock,
            ports=ports,
        )


@verb
def _draw(code_id: int, *, at: datetime) -> _Drawn | None:
    row = PhoneCode.objects.select_for_update().filter(id=code_id, drawn_at__isnull=True, at__gt=at - GOOD_FOR).first()
    if row is None:
        return None
    code = f"{randbelow(10**_DIGITS):0{_DIGITS}}"
    row.code_hash, row.drawn_at = _code_hash(row.id, code), at
    row.save(update_fields=["code_hash", "drawn_at"])
    return _Drawn(code, _address(row, at=at), Language(row.language))


def _address(row: PhoneCode, *, at: datetime) -> str:
    """The number, as it stands with a reader; nothing where it is nobody's, or was guessed at too often."""
    failed = PhoneCode.objects.filter(phone_hash=row.phone_hash, passed_at__isnull=True, at__gt=at - KEPT)
    wrong = failed.aggregate(count=Sum("tries", default=0))["count"]
    if wrong >= MOST_WRONG or not _readers(row, on=local_date(at)):
        return ""
    own = Patron.objects.filter(phone_hash=row.phone_hash).first()
    if own is not None:
        return own.phone_sealed
    return next(one.phone_sealed for one in _guardians(row) if one.phone_sealed and one.until is None)


@needs()
def give_code(*, key: str, code: str, at: datetime) -> tuple[PatronView, ...]:
    """The readers as whom one may sign in by the code that this form asked for (``sign_in_by_code``), by name; nobody
    if it is wrong, has expired, was tried five times or given before, and nobody has the number. Who is told so must
    not learn which: a number that is nobody's costs the same statements."""
    row = _tried(key, code, at=at)
    return _readers(row, on=local_date(at)) if row is not None else ()


@verb
def _tried(key: str, code: str, *, at: datetime) -> PhoneCode | None:
    """A try is counted under the row's lock, so that none is made beside it."""
    open_rows = PhoneCode.objects.filter(
        key_hash=_form_hash(key), passed_at__isnull=True, tries__lt=MOST_TRIES, drawn_at__gt=at - GOOD_FOR
    )
    row = open_rows.select_for_update().first()
    if row is None or row.code_hash is None:
        return None
    is_right = compare_digest(bytes(row.code_hash), _code_hash(row.id, "".join(half_width(code).split())))
    PhoneCode.objects.filter(id=row.id).update(tries=F("tries") + 1, passed_at=at if is_right else None)
    return row if is_right else None


@needs()
@verb
def sign_in_by_code(*, key: str, patron_id: int, at: datetime, desk: Desk) -> ScannedPatron | None:
    """One of the readers whom the right code named signs in, once and within five minutes; else nobody. The audit has
    it."""
    passed = PhoneCode.objects.filter(key_hash=_form_hash(key), passed_at__gt=at - GOOD_FOR, used_at__isnull=True)
    row = passed.first()
    if row is None or _chosen(row, patron_id, at=at) is None:
        return None
    patron = lock_patron(patron_id)
    chosen = _chosen(row, patron_id, at=at)  # since a moment ago they may have left, or have another number
    scanned = patron_by_token(chosen.card_no or "") if chosen is not None else None
    if scanned is None or scanned.patron.id != patron.id or not passed.filter(id=row.id).update(used_at=at):
        return None
    audit_act(patron, "sign_in_by_code", at=at, desk=desk)
    return replace(scanned, pin_set_at=patron.pin_set_at)


def _chosen(row: PhoneCode, patron_id: int, *, at: datetime) -> PatronView | None:
    return next((one for one in _readers(row, on=local_date(at)) if one.id == patron_id), None)


def _readers(row: PhoneCode, *, on: date) -> tuple[PatronView, ...]:
    """As whom one may sign in who has this telephone in hand: whoever has left or has no card in use is not there."""
    own = set(Patron.objects.filter(phone_hash=row.phone_hash).values_list("id", flat=True))
    guardians = _guardians(row)
    once, wards = {one.child_id for one in guardians}, {one.child_id for one in guardians if one.until is None}
    kinds = {kind.id: kind for kind in categories()}
    found = [
        view
        for view in list_patrons(sorted(own | wards)).values()
        if view.status != PatronStatus.CLOSED
        and view.card_no
        and rules.opens_by_phone(
            kinds[view.category_id],
            view.birth_date,
            is_own=view.id in own,
            answers=view.id in wards,
            has_answered=view.id in once,
            on=on,
        )
    ]
    return tuple(sorted(found, key=lambda view: (name_sort_key(view.name), view.id)))


def _guardians(row: PhoneCode) -> list[Guardian]:
    """Those who answer for somebody, or once did, and have this number. One who is named only with the child has no
    hash of it."""
    asked = bytes(row.phone_hash)
    likely = Guardian.objects.filter(Q(phone_last4=row.phone_last4) | Q(patron__phone_hash=asked)).select_related(
        "patron"
    )
    return [
        one
        for one in likely
        if (one.phone_sealed and phone_hash(one.phone_sealed) == asked)
        or (one.patron is not None and one.patron.phone_hash is not None and bytes(one.patron.phone_hash) == asked)
    ]


def forget_codes(patron: Patron) -> None:
    """A step, before the numbers are blanked: the reader is erased, so nothing is kept that was asked for with their
    number or that of who answered for them; where somebody else has the number it is kept for them."""
    answering = Guardian.objects.filter(Q(child=patron) | Q(patron=patron)).select_related("patron")
    numbers = {phone_hash(one.phone_sealed) for one in answering if one.phone_sealed}
    numbers |= {bytes(one.patron.phone_hash) for one in answering if one.patron and one.patron.phone_hash}
    if patron.phone_hash is not None:
        numbers.add(bytes(patron.phone_hash))
    for row in PhoneCode.objects.filter(phone_hash__in=numbers).order_by("phone_hash").distinct("phone_hash"):
        others = Patron.objects.filter(phone_hash=row.phone_hash).exclude(id=patron.id)
        of_others = (one for one in _guardians(row) if patron.id not in (one.child_id, one.patron_id))
        if not others.exists() and not any(of_others):
            PhoneCode.objects.filter(phone_hash=row.phone_hash).delete()


@needs()
@verb
def forget_old_codes(*, at: datetime) -> int:
    """Delete what was asked for a week ago; returns how much."""
    gone, _ = PhoneCode.objects.filter(at__lte=at - KEPT).delete()
    return gone


def _form_hash(key: str) -> bytes:
    return lookup_hash("patron:code_form", key)


def _code_hash(row_id: int, code: str) -> bytes:
    return lookup_hash("patron:phone_code", f"{row_id}\0{code}")
