"""A reader signs in by a code to the telephone: whom it is sent to, how far it may be guessed, as whom it lets in."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch, make_library
from tests.factories.notices import Answering, make_templates
from tests.factories.patrons import make_category, make_guardian, make_patron
from tests.operations.patrons_cast import AT
from tests.racing import at_once
from wenyuan.lending.patrons.data import Holder, PatronRefused, ProblemCode, TooManyCodes
from wenyuan.lending.patrons.models import Patron, PhoneCode, Token
from wenyuan.lending.patrons.operations import (
    ask_for_code,
    end_guardian,
    erase_patron,
    forget_old_codes,
    give_code,
    send_asked_code,
    set_pin,
    sign_in_by_code,
)
from wenyuan.lending.patrons.queries import still_signed_in
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.notices.data import Channel, Language
from wenyuan.organisation.rights.data import READER, Desk, Door
from wenyuan.organisation.rights.models import AuditRow

PHONE, STRANGE = "13812341234", "13800009999"
KEY = "a" * 32


@pytest.fixture
def home(db: None) -> Branch:
    make_library()
    make_templates()
    return make_branch("ZG")


@pytest.fixture
def desk(home: Branch) -> Desk:
    return Desk(operator=READER, branch_id=home.id, door=Door.PORTAL)


@pytest.fixture
def patron(home: Branch) -> Patron:
    return make_patron("王芳", "M0001", home=home, phone=PHONE)


def ask(phone: str = PHONE, key: str = KEY, *, at: datetime = AT, address: str = "10.0.0.1") -> str:
    return ask_for_code(phone=phone, key=key, address=address, language=Language.ZH, at=at)


def work(*, at: datetime = AT) -> list[tuple[str, str]]:
    """What the worker sends of what was asked for: to which number, and the code."""
    sms = Answering()
    for row in PhoneCode.objects.filter(drawn_at=None).order_by("id"):
        send_asked_code(code_id=row.id, clock=lambda: at, ports={Channel.SMS: sms})
    return [(parcel.address, parcel.fields["code"]) for parcel in sms.parcels]


def sent(phone: str = PHONE, key: str = KEY, *, at: datetime = AT, address: str = "10.0.0.1") -> str:
    ask(phone, key, at=at, address=address)
    ((_, code),) = work(at=at)
    return code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def names(key: str, code: str, *, at: datetime = AT) -> list[str]:
    return [reader.name for reader in give_code(key=key, code=code, at=at)]


def test_a_code_of_six_digits_goes_to_the_number_and_lets_its_reader_in_once(patron: Patron, desk: Desk) -> None:
    assert ask("138 1234-1234") == "1234"
    ((address, code),) = work()
    assert (address, len(code), code.isdecimal()) == (PHONE, 6, True)

    assert names(KEY, f" {code} ") == ["王芳"]
    scanned = sign_in_by_code(key=KEY, patron_id=patron.id, at=AT, desk=desk)

    assert scanned is not None
    assert (scanned.patron.id, scanned.patron.card_no) == (patron.id, "M0001")
    row = AuditRow.objects.get(act="sign_in_by_code")
    assert (row.subject_id, row.account_id, row.door, row.after) == (patron.id, None, "portal", {})
    assert sign_in_by_code(key=KEY, patron_id=patron.id, at=AT, desk=desk) is None
    assert names(KEY, code) == []


def test_a_sign_in_by_code_ends_with_a_new_pin_as_any_other(patron: Patron, desk: Desk, home: Branch) -> None:
    names(KEY, sent())
    scanned = sign_in_by_code(key=KEY, patron_id=patron.id, at=AT, desk=desk)
    assert scanned is not None

    def stands() -> bool:
        found = still_signed_in(patron_id=patron.id, token_id=scanned.token_id, pin_set_at=scanned.pin_set_at)
        return found is not None

    assert stands()
    set_pin(patron_id=patron.id, pin="730258", at=AT, desk=make_desk(home))
    assert not stands()


def test_neither_number_nor_code_lies_anywhere_in_the_clear(patron: Patron) -> None:
    ask()
    jobs = list(ProcrastinateJob.objects.values_list("task_name", "args"))
    ((_, code),) = work()

    row = PhoneCode.objects.get()
    assert jobs == [("patrons.send_phone_code", {"code_id": row.id})]
    for kept in (row.key_hash, row.phone_hash, row.place, row.code_hash):
        assert len(bytes(kept or b"")) == 32
        assert not any(text.encode() in bytes(kept or b"") for text in (PHONE, code, "10.0.0.1", KEY))


def test_asking_and_a_wrong_code_cost_the_same_for_a_reader_and_for_nobody(patron: Patron) -> None:
    def cost(phone: str, key: str) -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert ask(phone, key) == phone[-4:]
        work()
        with CaptureQueriesContext(connection) as given:
            assert give_code(key=key, code="x", at=AT) == ()
        statements = [*asked.captured_queries, *given.captured_queries]
        return [re.sub(r"'.*?'|\d+", "?", statement["sql"]) for statement in statements]

    assert cost(PHONE, KEY) == cost(STRANGE, "b" * 32)


def test_to_nobodys_number_nothing_is_sent_and_no_code_of_it_opens_anything(patron: Patron) -> None:
    ask(STRANGE)

    assert work() == []
    assert PhoneCode.objects.get().code_hash is not None


def test_a_code_is_tried_five_times_at_most(patron: Patron) -> None:
    code = sent()
    for _ in range(5):
        assert names(KEY, wrong(code)) == []

    assert names(KEY, code) == []
    assert PhoneCode.objects.get().tries == 5


def test_a_code_is_good_for_five_minutes_and_so_is_the_choice(patron: Patron, desk: Desk) -> None:
    code = sent()
    assert names(KEY, code, at=AT + timedelta(minutes=5)) == []
    almost = AT + timedelta(minutes=4, seconds=59)
    assert names(KEY, code, at=almost) == ["王芳"]

    assert sign_in_by_code(key=KEY, patron_id=patron.id, at=almost + timedelta(minutes=5), desk=desk) is None
    assert sign_in_by_code(key=KEY, patron_id=patron.id, at=almost + timedelta(minutes=4), desk=desk) is not None


def test_a_code_is_good_for_the_form_alone_that_asked(patron: Patron, desk: Desk) -> None:
    code = sent()

    assert names("b" * 32, code) == []
    assert names("", code) == []
    assert names(KEY, code) == ["王芳"]
    assert sign_in_by_code(key="b" * 32, patron_id=patron.id, at=AT, desk=desk) is None


def test_without_the_code_nobody_is_chosen_and_with_it_nobody_elses_reader(
    patron: Patron, desk: Desk, home: Branch
) -> None:
    other = make_patron("陈大山", "G0001", home=home, phone=STRANGE)
    code = sent()
    assert sign_in_by_code(key=KEY, patron_id=patron.id, at=AT, desk=desk) is None
    names(KEY, code)

    assert sign_in_by_code(key=KEY, patron_id=other.id, at=AT, desk=desk) is None
    assert not AuditRow.objects.filter(act="sign_in_by_code").exists()


def test_a_new_code_ends_the_one_before_of_the_same_form(patron: Patron) -> None:
    first, second = sent(), sent(at=AT + timedelta(minutes=1))

    assert names(KEY, second, at=AT + timedelta(minutes=1)) == ["王芳"]
    assert first == second or names(KEY, first, at=AT + timedelta(minutes=1)) == []


def test_a_form_sent_twice_sends_one_code_and_another_within_the_minute_none(patron: Patron) -> None:
    ask()
    ask(at=AT + timedelta(seconds=59))
    assert len(work()) == 1

    with pytest.raises(TooManyCodes) as many:
        ask(key="b" * 32, at=AT + timedelta(seconds=20))
    assert (many.value.wait_s, many.value.is_of_all, many.value.last4) == (40, False, "1234")
    ask(key="b" * 32, at=AT + timedelta(seconds=60))

    assert PhoneCode.objects.count() == 2


@pytest.mark.parametrize("phone", [PHONE, STRANGE])
def test_of_one_number_five_are_sent_in_an_hour_and_ten_in_a_day(patron: Patron, phone: str) -> None:
    for number in range(5):
        ask(phone, f"{number:032}", at=AT + timedelta(minutes=number), address=f"10.0.0.{number}")
    with pytest.raises(TooManyCodes) as many:
        ask(phone, at=AT + timedelta(minutes=30))
    assert many.value.wait_s == 1800
    for number in range(5, 10):
        ask(phone, f"{number:032}", at=AT + timedelta(hours=number), address=f"10.0.0.{number}")

    with pytest.raises(TooManyCodes):
        ask(phone, at=AT + timedelta(hours=23))
    ask(phone, at=AT + timedelta(hours=24))


def test_from_one_address_and_in_all_no_more_than_so_many_a_day(home: Branch) -> None:
    for number in range(100):
        ask(f"138{number:08}", f"{number:032}")
    with pytest.raises(TooManyCodes):
        ask("13900000000", "b" * 32)
    for number in range(100, 1000):
        ask(f"138{number:08}", f"{number:032}", address=f"10.0.{number // 100}.1")

    with pytest.raises(TooManyCodes) as many:
        ask("13900000000", "b" * 32, address="10.1.0.1")
    assert (many.value.is_of_all, many.value.wait_s) == (True, 24 * 3600)


def test_after_thirty_wrong_ones_in_a_week_none_is_sent_until_they_are_older(patron: Patron) -> None:
    for number in range(6):
        at, key = AT + timedelta(hours=number), f"{number:032}"
        code = sent(key=key, at=at)
        for _ in range(5):
            names(key, wrong(code), at=at)

    later = AT + timedelta(hours=12)
    assert ask(key="b" * 32, at=later) == "1234"
    assert work(at=later) == []
    a_week_later = AT + timedelta(days=7, hours=6)
    assert len(sent(key="c" * 32, at=a_week_later)) == 6


@pytest.mark.parametrize("phone", ["", "x", "010-62345678", "+85291234567", "1381234123", "4001234567"])
def test_what_is_no_mobile_number_is_refused_whose_ever_it_is(home: Branch, phone: str) -> None:
    with pytest.raises(PatronRefused) as refused:
        ask(phone)

    assert refused.value.codes == {ProblemCode.PHONE_BAD}
    assert not PhoneCode.objects.exists()


def test_what_the_worker_comes_too_late_for_is_not_sent_and_nothing_twice(patron: Patron) -> None:
    ask()
    assert work(at=AT + timedelta(minutes=5)) == []
    assert len(work(at=AT + timedelta(minutes=4))) == 1

    sms = Answering()
    send_asked_code(code_id=PhoneCode.objects.get().id, clock=lambda: AT, ports={Channel.SMS: sms})

    assert sms.parcels == []


def test_a_family_with_one_number_chooses_and_who_has_left_or_lost_the_card_is_not_there(home: Branch) -> None:
    make_patron("陈大山", "G0001", home=home, phone=PHONE)
    make_patron("王芳", "M0001", home=home, phone=PHONE, status="suspended")
    make_patron("陈一", "F0001", home=home, phone=PHONE, status="closed")
    make_patron("陈二", "F0002", home=home, phone=PHONE, card_status="lost")
    make_patron("陈三", "F0003", home=home, phone=STRANGE)

    assert names(KEY, sent()) == ["陈大山", "王芳"]


def test_whose_card_is_lost_before_they_choose_is_not_let_in(patron: Patron, desk: Desk, home: Branch) -> None:
    make_patron("陈大山", "G0001", home=home, phone=PHONE)
    assert len(names(KEY, sent())) == 2
    Token.objects.filter(patron=patron).update(status="lost")

    assert sign_in_by_code(key=KEY, patron_id=patron.id, at=AT, desk=desk) is None


CHILD, YOUTH, ADULT = date(2014, 1, 1), date(2010, 1, 1), date(2000, 1, 1)


@pytest.mark.parametrize(
    ("born", "own", "guardians", "is_there"),
    [
        # below fourteen whoever answers for the child, or has the number on its record
        (CHILD, PHONE, "", True),
        (CHILD, "", PHONE, True),
        (CHILD, STRANGE, "", False),
        # from fourteen on the own number alone, and never one that is the guardian's too
        (YOUTH, PHONE, "", True),
        (YOUTH, "", PHONE, False),
        (YOUTH, PHONE, PHONE, False),
        (ADULT, PHONE, PHONE, False),
        (ADULT, PHONE, STRANGE, True),
    ],
)
def test_a_child_is_signed_in_by_who_answers_for_it_up_to_fourteen(
    home: Branch, born: date, own: str, guardians: str, is_there: bool
) -> None:
    child = make_patron("陈思雨", "C0001", home=home, birth_date=born, phone=own or None)
    if guardians:
        make_guardian(child, name="陈卫国", phone=guardians)
    ask()

    assert len(work()) == is_there


@pytest.mark.parametrize("born", [CHILD, YOUTH, ADULT])
def test_who_no_longer_answers_for_a_child_opens_it_by_no_number_that_stands_with_it(home: Branch, born: date) -> None:
    child = make_patron("陈思雨", "C0001", home=home, birth_date=born, phone=PHONE)
    ended = make_guardian(child, name="陈卫国", relation="father", phone=PHONE)
    make_guardian(child, name="王芳", phone=STRANGE)

    end_guardian(guardian_id=ended.id, at=AT, desk=make_desk(home))
    ask()

    assert work() == []


def test_an_institution_opens_by_its_number_though_it_is_of_who_answers_for_it(home: Branch) -> None:
    kind = make_category("school")
    kind.holder = Holder.INSTITUTION.value
    kind.save()
    school = make_patron("实验小学", "S0001", home=home, category=kind, birth_date=None, phone=PHONE)
    make_guardian(school, name="王芳", relation="responsible", phone=PHONE)

    assert names(KEY, sent()) == ["实验小学"]


def test_a_childs_account_opens_by_the_number_of_a_guardian_who_is_a_reader_too(home: Branch) -> None:
    mother = make_patron("王芳", "M0001", home=home, phone=PHONE)
    for name, born in (("陈思雨", CHILD), ("陈思晨", YOUTH)):
        make_guardian(make_patron(name, home=home, birth_date=born), patron=mother)

    assert names(KEY, sent()) == ["陈思雨", "王芳"]


def test_nothing_of_it_is_left_of_who_is_erased_and_of_nobody_after_a_week(patron: Patron, home: Branch) -> None:
    ask()
    ask(STRANGE, "b" * 32)
    erase_patron(patron_id=patron.id, reason="asked", at=AT, desk=make_desk(home))
    assert PhoneCode.objects.count() == 1

    assert forget_old_codes(at=AT + timedelta(days=7, seconds=-1)) == 0
    assert forget_old_codes(at=AT + timedelta(days=7)) == 1


def test_of_who_is_erased_nothing_is_left_of_the_guardians_number_unless_somebody_else_has_it(home: Branch) -> None:
    child = make_patron("陈思雨", "C0001", home=home, birth_date=CHILD)
    make_guardian(child, name="王芳", phone=PHONE)
    make_guardian(child, name="陈卫国", relation="father", phone=STRANGE)
    make_guardian(make_patron("陈思晨", home=home, birth_date=CHILD), name="陈卫国", relation="father", phone=STRANGE)
    ask()
    ask(STRANGE, "b" * 32)

    erase_patron(patron_id=child.id, reason="asked", at=AT, desk=make_desk(home))

    assert [row.phone_last4 for row in PhoneCode.objects.all()] == [STRANGE[-4:]]


def test_what_was_asked_with_a_number_of_two_readers_stays_when_one_is_erased(patron: Patron, home: Branch) -> None:
    make_patron("陈大山", "G0001", home=home, phone=PHONE)
    code = sent()

    erase_patron(patron_id=patron.id, reason="asked", at=AT, desk=make_desk(home))

    assert names(KEY, code) == ["陈大山"]


def test_a_code_is_read_in_full_width_and_with_blanks(patron: Patron) -> None:
    code = sent()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)

    assert names(KEY, f"\u3000{wide[:3]} {wide[3:]}\n") == ["王芳"]


@pytest.fixture
def committed(fresh_database: None) -> Patron:
    make_library()
    make_templates()
    return make_patron("王芳", "M0001", home=make_branch("ZG"), phone=PHONE)


def test_tries_at_once_are_counted_one_after_the_other(committed: Patron) -> None:
    code = sent()

    at_once(*[lambda: give_code(key=KEY, code=wrong(code), at=AT)] * 8)

    assert PhoneCode.objects.get().tries == 5


def test_of_two_who_sign_in_by_one_code_at_once_one_does(committed: Patron) -> None:
    desk = Desk(operator=READER, branch_id=committed.home_branch_id, door=Door.PORTAL)
    assert names(KEY, sent()) == ["王芳"]

    found = at_once(*[lambda: sign_in_by_code(key=KEY, patron_id=committed.id, at=AT, desk=desk)] * 2)

    assert sorted(one is not None for one in found) == [False, True]


def test_of_two_forms_that_ask_at_once_for_one_number_one_sends(committed: Patron) -> None:
    found = at_once(lambda: ask(key="b" * 32), lambda: ask(key="c" * 32))

    assert sorted(type(one).__name__ for one in found) == ["TooManyCodes", "str"]
    assert len(work()) == 1
