"""The code on a reader's telephone: good for two minutes, taken once, not to be made up."""

from datetime import timedelta
from functools import partial

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.patrons import make_patron
from tests.operations.patrons_cast import AT
from tests.racing import at_once
from wenyuan.lending.patrons.data import CodeFault, CodeRefused
from wenyuan.lending.patrons.models import Patron, TakenCode, Token
from wenyuan.lending.patrons.operations import forget_taken_codes, take_code
from wenyuan.lending.patrons.queries import code_to_show, is_shown_code
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import NotAllowed

SECOND = timedelta(seconds=1)


@pytest.fixture
def home(db: None) -> Branch:
    return make_branch("ZG")


@pytest.fixture
def desk(home: Branch) -> Desk:
    return make_desk(home, acts=[Act.SEE_PATRON])


@pytest.fixture
def patron(home: Branch) -> Patron:
    return make_patron(card="C0001", home=home)


def code_of(patron: Patron) -> str:
    code = code_to_show(patron.id, at=AT)
    assert code is not None
    return code


@pytest.mark.parametrize("after_s", [0, 119])
def test_within_two_minutes_it_is_the_readers_card(patron: Patron, desk: Desk, after_s: int) -> None:
    assert take_code(code=code_of(patron), at=AT + after_s * SECOND, desk=desk) == "C0001"


@pytest.mark.parametrize("after_s", [120, 3600, -120, -86400])
def test_later_and_long_before_it_is_nothing(patron: Patron, desk: Desk, after_s: int) -> None:
    with pytest.raises(CodeRefused) as refused:
        take_code(code=code_of(patron), at=AT + after_s * SECOND, desk=desk)

    assert refused.value.fault is CodeFault.EXPIRED
    assert not TakenCode.objects.exists()


def test_it_is_taken_once_however_it_is_written(patron: Patron, desk: Desk) -> None:
    code = code_of(patron)
    take_code(code=code, at=AT, desk=desk)

    for written in (code, code.lower(), f" {code}\r\n"):
        with pytest.raises(CodeRefused) as refused:
            take_code(code=written, at=AT + SECOND, desk=desk)
        assert refused.value.fault is CodeFault.TAKEN
    assert take_code(code=code_of(patron), at=AT, desk=desk) == "C0001", "another code is another"


def test_one_that_is_changed_anywhere_is_none_of_ours(patron: Patron, desk: Desk) -> None:
    code = code_of(patron)

    for place in range(len(code)):
        other = "B" if code[place] != "B" else "C"
        changed = code[:place] + other + code[place + 1 :]
        assert not is_shown_code(changed), place
        with pytest.raises(ValueError, match="no code"):
            take_code(code=changed, at=AT, desk=desk)
    for text in ("", "WY1:", "C0001", code[:-1], code + "A", "WY1:" + "1" * 40, "WY1:" + "字" * 40):
        assert not is_shown_code(text)


@pytest.mark.parametrize("status", ["lost", "replaced", "removed"])
def test_a_card_that_is_no_longer_in_use_has_none_and_a_code_of_it_opens_nothing(
    patron: Patron, desk: Desk, status: str
) -> None:
    code = code_of(patron)
    Token.objects.filter(patron=patron).update(status=status)

    with pytest.raises(CodeRefused) as refused:
        take_code(code=code, at=AT, desk=desk)

    assert refused.value.fault is CodeFault.NO_CARD
    assert code_to_show(patron.id, at=AT) is None


def test_who_may_not_see_readers_takes_none_and_uses_none_up(patron: Patron, desk: Desk, home: Branch) -> None:
    code = code_of(patron)

    with pytest.raises(NotAllowed):
        take_code(code=code, at=AT, desk=make_desk(home, acts=[Act.CHECKIN]))

    assert take_code(code=code, at=AT, desk=desk) == "C0001"


def test_nothing_is_kept_of_it_but_a_hash_and_that_goes_when_it_has_expired(patron: Patron, desk: Desk) -> None:
    code = code_of(patron)
    take_code(code=code, at=AT, desk=desk)

    assert code.encode() not in bytes(TakenCode.objects.get().code_hash)
    assert forget_taken_codes(at=AT + 119 * SECOND) == 0
    assert forget_taken_codes(at=AT + 120 * SECOND) == 1


def test_of_two_desks_that_scan_it_at_once_one_gets_the_card(fresh_database: str) -> None:
    home = make_branch("ZG")
    code = code_of(make_patron(card="C0001", home=home))
    desks = [make_desk(home, acts=[Act.SEE_PATRON]) for _ in range(2)]

    results = at_once(*(partial(take_code, code=code, at=AT, desk=desk) for desk in desks))

    assert results.count("C0001") == 1
    [refused] = [result for result in results if isinstance(result, CodeRefused)]
    assert refused.fault is CodeFault.TAKEN
