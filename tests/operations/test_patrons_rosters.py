"""Class lists: all children or none, every problem with its place, and the same list twice enrols nobody twice."""

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.operations.patrons_cast import AT, BY_GUARDIAN, CHILDS_NUMBER, SELF, child
from wenyuan.kernel.identity import IdentityForm
from wenyuan.lending.patrons.data import NumberInput, ProblemCode, RosterReceipt, RosterRefused, RosterRow
from wenyuan.lending.patrons.models import Guardian, Patron, Roster
from wenyuan.lending.patrons.operations import (
    close_patron,
    enrol_roster,
    install_default_categories,
    read_sheet,
    register_patron,
)
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Desk

SHEET = (
    "姓名,性别,出生日期,身份证号,无证原因,监护人,关系,联系电话\n"
    "陈思雨,女,,110101201602290040,,陈伟,父亲,13812341234\n"
    "李小军,男,2016-05-01,,未办理,王芳,母亲,\n"
)


@pytest.fixture
def desk(db: None) -> Desk:
    install_default_categories()
    return make_desk(make_branch("ZG"))


def _enrol(desk: Desk, rows: tuple[RosterRow, ...], **changes: object) -> RosterReceipt:
    values: dict[str, object] = {
        "school": "实验小学",
        "name": "三年级二班",
        "category": "child",
        "home_branch_id": desk.branch_id,
        "consent": BY_GUARDIAN,
        **changes,
    }
    return enrol_roster(rows=rows, at=AT, desk=desk, **values)  # type: ignore[arg-type] # a test's own shorthand


def test_a_class_is_enrolled_with_guardians_and_first_cards(desk: Desk) -> None:
    receipt = _enrol(desk, read_sheet(SHEET.encode()))

    assert [(child.line, child.new) for child in receipt.children] == [(2, True), (3, True)]
    assert set(Patron.objects.values_list("name", "roster_id")) == {
        ("陈思雨", receipt.roster_id),
        ("李小军", receipt.roster_id),
    }
    assert set(Guardian.objects.values_list("name", "relation", "phone_last4")) == {
        ("陈伟", "father", "1234"),
        ("王芳", "mother", ""),
    }
    assert [entry.details for entry in Entry.objects.filter(kind="card_issued")] == [{"way": "roster"}] * 2


def test_the_same_list_again_enrols_only_who_is_new(desk: Desk) -> None:
    first = _enrol(desk, read_sheet(SHEET.encode()))
    longer = SHEET + "张伟,男,2016-07-01,,儿童,张强,父亲,\n"

    second = _enrol(desk, read_sheet(longer.encode()))

    assert [child.new for child in second.children] == [False, False, True]
    assert [child.card_no for child in second.children[:2]] == [child.card_no for child in first.children]
    assert (second.roster_id, second.count_new, Patron.objects.count()) == (first.roster_id, 1, 3)


def test_a_child_who_is_a_patron_already_is_left_as_they_are(desk: Desk) -> None:
    application = child(desk.branch_id, number=NumberInput(CHILDS_NUMBER, IdentityForm.RESIDENT), no_number_reason=None)
    before = register_patron(application=application, at=AT, desk=desk)

    receipt = _enrol(desk, read_sheet(SHEET.encode()))

    assert (receipt.children[0].patron_id, receipt.children[0].new) == (before.patron_id, False)
    assert Patron.objects.get(id=before.patron_id).roster_id is None


def test_a_child_who_has_left_is_told_and_not_passed_over(desk: Desk) -> None:
    application = child(desk.branch_id, number=NumberInput(CHILDS_NUMBER, IdentityForm.RESIDENT), no_number_reason=None)
    before = register_patron(application=application, at=AT, desk=desk)
    close_patron(patron_id=before.patron_id, at=AT, desk=desk)

    with pytest.raises(RosterRefused) as refused:
        _enrol(desk, read_sheet(SHEET.encode()))

    assert [(row.line, row.column, row.problem.code) for row in refused.value.problems] == [
        (2, "name", ProblemCode.PATRON_CLOSED)
    ]
    assert Patron.objects.count() == 1


def test_every_problem_is_told_with_row_and_column_and_nobody_is_enrolled(desk: Desk) -> None:
    rows = (
        RosterRow(line=2, name="陈思雨", number=CHILDS_NUMBER, guardian_name="陈伟", relation="父亲"),
        RosterRow(line=3, name="李小军", number="110101201602290048", guardian_name="王芳"),
        RosterRow(line=4, name="张伟", birth_date="五月", no_number_reason="?", guardian_name="张强"),
        RosterRow(line=5, name="王小明", birth_date="2016-05-01", no_number_reason="儿童"),
        RosterRow(line=6, name="陈思雨", number=CHILDS_NUMBER, guardian_name="陈伟"),
        RosterRow(line=7, name="赵敏", no_number_reason="儿童", guardian_name="赵强", guardian_phone="12"),
    )

    with pytest.raises(RosterRefused) as refused:
        _enrol(desk, rows)

    assert [(row.line, row.column, row.problem.code) for row in refused.value.problems] == [
        (3, "number", ProblemCode.NUMBER_BAD),
        (4, "birth_date", ProblemCode.VALUE_UNREADABLE),
        (4, "no_number_reason", ProblemCode.VALUE_UNREADABLE),
        (5, "guardian_name", ProblemCode.GUARDIAN_REQUIRED),
        (6, "name", ProblemCode.DUPLICATE_ROW),
        (7, "guardian_phone", ProblemCode.GUARDIAN_PHONE),
    ]
    assert (Patron.objects.count(), Roster.objects.count(), Entry.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"school": " "}, ProblemCode.NAME_EMPTY),
        ({"name": "班" * 61}, ProblemCode.NAME_TOO_LONG),
        ({"home_branch_id": 999_999}, ProblemCode.BRANCH_UNKNOWN),
        ({"consent": SELF}, ProblemCode.GUARDIAN_CONSENT_MISSING),
        ({"consent": None}, ProblemCode.CONSENT_MISSING),
        ({"category": "nobody"}, ProblemCode.CATEGORY_UNKNOWN),
    ],
)
def test_a_list_without_its_particulars_is_refused(desk: Desk, changes: dict[str, object], code: ProblemCode) -> None:
    with pytest.raises(RosterRefused) as refused:
        _enrol(desk, read_sheet(SHEET.encode()), **changes)

    assert {row.problem.code for row in refused.value.problems} == {code}
    assert not Roster.objects.exists()


def test_an_empty_list_is_refused(desk: Desk) -> None:
    with pytest.raises(RosterRefused) as refused:
        _enrol(desk, ())

    assert [row.problem.code for row in refused.value.problems] == [ProblemCode.ROW_MISSING]
