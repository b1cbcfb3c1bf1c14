"""The desk's search: whatever is typed or scanned finds the patron, and nothing sealed is opened for it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.network import make_branch
from tests.factories.patrons import make_category, make_guardian, make_patron, make_roster, make_token
from tests.operations.patrons_cast import MANS_NUMBER, PHONE, WOMANS_NUMBER
from wenyuan.kernel.identity import IdentityForm, TokenKind
from wenyuan.lending.patrons import queries
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.network.models import Branch

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def home() -> Branch:
    return make_branch("ZG")


@pytest.fixture
def li(home: Branch) -> Patron:
    patron = make_patron("李小军", "C0001", home=home, number=WOMANS_NUMBER, phone=PHONE)
    make_token(patron, TokenKind.UID, "04A1B2C3")
    return patron


def _found(text: str) -> list[tuple[str, str]]:
    return [(row.patron.name, row.matched_by.value) for row in queries.find_patrons(text=text).found]


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("c0001", "token"),
        ("Ｃ０００１", "token"),
        ("04:A1:B2:C3", "token"),
        ("11010519491231002x", "token"),
        ("110105491231002", "token"),
        ("13812341234", "phone"),
        ("+86 138-1234-1234", "phone"),
        ("1234", "phone_tail"),
        ("李小军", "name"),
        ("李 小军", "name"),
        ("李小", "name_begins"),
        ("李", "name_begins"),
        ("lixiaojun", "pinyin"),
        ("Li Xiao Jun", "pinyin"),
        ("li'xiao'jun", "pinyin"),
        ("li xiao", "pinyin_begins"),
        ("ｌｘｊ", "initials"),
        ("LXJ", "initials"),
    ],
)
def test_a_patron_is_found_by(home: Branch, li: Patron, text: str, by: str) -> None:
    make_patron("王芳", "C0002", home=home, number=MANS_NUMBER, phone="13900005678")

    assert _found(text) == [("李小军", by)]


@pytest.mark.parametrize("text", ["", "   ", "C0003", "13700000000", "9999", "赵", "zhao", "xiaojun", "%", "_", "李%"])
def test_what_fits_nobody_finds_nobody(li: Patron, text: str) -> None:
    assert _found(text) == []


def test_a_passport_is_found_by_its_number(home: Branch, li: Patron) -> None:
    Patron.objects.filter(id=li.id).update(number_hash=queries.number_hash(IdentityForm.PASSPORT, "E12345678"))

    assert _found("e 1234 5678") == [("李小军", "number")]


def test_a_surname_with_two_readings_is_found_by_both(home: Branch) -> None:
    make_patron("单田芳", home=home)

    assert _found("shantianfang") == [("单田芳", "pinyin")]
    assert _found("dan tian") == [("单田芳", "pinyin_begins")]
    assert _found("dtf") == [("单田芳", "initials")]


def test_a_child_is_found_by_a_guardians_phone_in_full(home: Branch, li: Patron) -> None:
    child = make_patron("陈思雨", home=home, birth_date=date(2016, 2, 29))
    make_guardian(child, phone="13900001111")
    make_guardian(child, name="陈伟", phone=f"139{PHONE[3:]}")

    assert _found("139 0000 1111") == [("陈思雨", "guardian_phone_tail")]
    assert _found(PHONE) == [("李小军", "phone")]


def test_a_child_is_found_by_the_end_of_a_guardians_phone(home: Branch) -> None:
    child = make_patron("陈思雨", home=home)
    guardian = make_guardian(child)
    guardian.phone_last4 = "1111"
    guardian.save()

    assert _found("1111") == [("陈思雨", "guardian_phone_tail")]


def test_the_surest_come_first_and_those_who_left_last(home: Branch) -> None:
    make_patron("李小", home=home, status="closed")
    make_patron("李小军", home=home)
    make_patron("李小", home=home)
    make_patron("李小安", home=home)

    found = queries.find_patrons(text="李小").found

    assert [(row.patron.name, row.patron.status) for row in found] == [
        ("李小", "active"),
        ("李小", "closed"),
        ("李小安", "active"),
        ("李小军", "active"),
    ]


def test_pages_follow_each_other_without_gap(home: Branch) -> None:
    for number in range(5):
        make_patron("李小军", f"C{number}", home=home)

    first = queries.find_patrons(text="lxj", limit=3)
    second = queries.find_patrons(text="lxj", limit=3, offset=3)

    cards = [row.patron.card_no for row in (*first.found, *second.found)]
    assert (cards, first.more, second.more) == (["C0", "C1", "C2", "C3", "C4"], True, False)


def test_a_search_opens_nothing_and_asks_little(home: Branch, li: Patron) -> None:
    for number in range(20):
        make_patron("李小军", f"D{number}", home=home, phone=f"1380000{number:04d}")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = queries.find_patrons(text="lixiaojun")

    assert len(page.found) == 20
    assert len(asked) <= 3
    assert not any("number_sealed" in query["sql"] for query in asked.captured_queries)


def test_a_card_in_use_comes_before_a_chip_of_the_same_digits_that_is_not(home: Branch) -> None:
    by_card = make_patron("李小军", "04A1B2C3", home=home, card_status="replaced")
    by_chip = make_patron("王芳", home=home)
    make_token(by_chip, TokenKind.UID, "04A1B2C3")

    found = queries.patron_by_token("04a1b2c3")

    assert found is not None
    assert (found.patron.id, found.token_kind) == (by_chip.id, TokenKind.UID)
    assert by_card.id != by_chip.id


def test_a_replaced_card_tells_its_patron_and_status(home: Branch) -> None:
    make_patron("李小军", "C0001", home=home, card_status="replaced")

    found = queries.patron_by_token("C0001")

    assert found is not None
    assert (found.patron.name, found.patron.card_no, found.token_status) == ("李小军", "", "replaced")


def test_an_unknown_scan_is_nobodys() -> None:
    assert queries.patron_by_token("C9999") is None
    assert queries.patron_by_token("") is None


def test_a_class_stands_in_the_order_of_names(home: Branch) -> None:
    roster = make_roster(home)
    for name in ("张伟", "单田芳", "陈思雨"):
        make_patron(name, home=home, roster=roster, category=make_category("child"))

    assert [view.name for view in queries.list_roster(roster.id)] == ["陈思雨", "单田芳", "张伟"]
    assert [(facts.name, facts.patrons) for facts in queries.rosters()] == [("三年级二班", 3)]


def test_registrations_are_counted_by_day_and_home(home: Branch) -> None:
    make_patron(home=home)
    make_patron(home=make_branch())
    make_patron(home=home, status="closed")

    day = date(2024, 3, 1)
    assert queries.count_registered(first=day, last=day) == 3
    assert queries.count_registered(first=day, last=day, branch_ids=[home.id]) == 2
    assert queries.count_registered(first=date(2024, 3, 2), last=date(2024, 3, 9)) == 0
    assert queries.count_open(branch_ids=[home.id]) == 1


def test_many_patrons_are_read_at_once(home: Branch, li: Patron) -> None:
    views = queries.list_patrons([li.id, 4711])

    assert {patron_id: view.card_no for patron_id, view in views.items()} == {li.id: "C0001"}


@pytest.mark.parametrize("text", ["lixiaojun", "lxj", "李小", "1234", "13812341234", "11010519491231002X", "C0001"])
def test_every_way_of_searching_has_its_index(li: Patron, text: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        queries.find_patrons(text=text)
    [search] = [query["sql"] for query in asked.captured_queries if '"matched"' in query["sql"]]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + search.replace("%", "%%"), [])
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "Seq Scan on patrons_patron" not in plan
