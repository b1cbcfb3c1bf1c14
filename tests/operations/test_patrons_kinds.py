"""Kinds of reader: added, changed, and what a kind in use does not let go."""

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.patrons import make_patron
from tests.operations.patrons_cast import AT, adult
from wenyuan.lending.patrons.data import CategoryRules, Holder, PatronRefused, ProblemCode, RegistrationRefused
from wenyuan.lending.patrons.models import Category
from wenyuan.lending.patrons.operations import (
    add_category,
    change_category,
    install_default_categories,
    register_patron,
)
from wenyuan.lending.patrons.queries import get_category
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

TEACHER = CategoryRules(name_zh="教师读者", name_en="Teacher", min_age=18, months_valid=12)


@pytest.fixture
def desk(db: None) -> Desk:
    install_default_categories()
    return make_desk(make_branch("ZG"), role=Role.DIRECTOR, everywhere=True)


def test_a_kind_of_reader_is_added_and_changed(desk: Desk) -> None:
    add_category(code="teacher", terms=TEACHER, at=AT, desk=desk)
    stricter = CategoryRules(name_zh="教师读者", name_en="Teacher", min_age=21, guardian_age=22, months_valid=12)

    changed = change_category(code="teacher", terms=stricter, at=AT, desk=desk)
    again = change_category(code="teacher", terms=stricter, at=AT, desk=desk)

    kind = get_category("teacher")
    assert kind is not None
    assert (kind.min_age, kind.guardian_age, kind.months_valid, kind.holder) == (21, 22, 12, Holder.PERSON)
    assert (sorted(changed), sorted(again)) == (["guardian_age", "min_age"], [])
    assert [entry.details for entry in Entry.objects.filter(kind="category_changed").order_by("id")][1] == {
        "what": ["guardian_age", "min_age"]
    }
    row = AuditRow.objects.get(act="change_category")
    assert (row.before, row.after) == ({"guardian_age": None, "min_age": 18}, {"guardian_age": 22, "min_age": 21})


@pytest.mark.parametrize(
    ("code", "changes", "problem"),
    [
        ("adult", {}, ProblemCode.CATEGORY_TAKEN),
        ("Teacher 1", {}, ProblemCode.CATEGORY_CODE),
        ("teacher", {"name_zh": " "}, ProblemCode.NAME_EMPTY),
        ("teacher", {"max_age": 17}, ProblemCode.CATEGORY_NUMBERS),
        ("teacher", {"guardian_age": 151}, ProblemCode.CATEGORY_NUMBERS),
        ("teacher", {"months_valid": -1}, ProblemCode.CATEGORY_NUMBERS),
    ],
)
def test_a_kind_that_cannot_be_is_refused(
    desk: Desk, code: str, changes: dict[str, object], problem: ProblemCode
) -> None:
    values: dict[str, object] = {"name_zh": "教师读者", "name_en": "Teacher", "min_age": 18, **changes}

    with pytest.raises(PatronRefused) as refused:
        add_category(code=code, terms=CategoryRules(**values), at=AT, desk=desk)  # type: ignore[arg-type] # a test's own shorthand

    assert problem in refused.value.codes
    assert Category.objects.count() == 6


def test_a_kind_in_use_keeps_its_promises(desk: Desk) -> None:
    home = Branch.objects.get(id=desk.branch_id)
    make_patron(home=home, category=Category.objects.get(code="adult"))
    institution = CategoryRules(name_zh="成人读者", name_en="Adult", holder=Holder.INSTITUTION, guardian_required=True)

    with pytest.raises(PatronRefused) as refused:
        change_category(code="adult", terms=institution, at=AT, desk=desk)
    with pytest.raises(PatronRefused) as unknown:
        change_category(code="nobody", terms=TEACHER, at=AT, desk=desk)

    assert refused.value.codes == {ProblemCode.CATEGORY_IN_USE, ProblemCode.CATEGORY_UNGUARDED}
    assert unknown.value.codes == {ProblemCode.CATEGORY_UNKNOWN}


def test_what_a_kind_asks_for_counts_at_the_next_registration(desk: Desk) -> None:
    clerk = make_desk(Branch.objects.get(id=desk.branch_id))
    kept = get_category("adult")
    assert kept is not None
    older = CategoryRules(name_zh=kept.name_zh, name_en=kept.name_en, min_age=99)

    change_category(code="adult", terms=older, at=AT, desk=desk)

    with pytest.raises(RegistrationRefused) as refused:
        register_patron(application=adult(desk.branch_id), at=AT, desk=clerk)
    assert refused.value.codes == {ProblemCode.CATEGORY_AGE}


def test_who_edits_policies_of_one_branch_only_changes_no_kind(desk: Desk) -> None:
    local = make_desk(Branch.objects.get(id=desk.branch_id), role=Role.DIRECTOR)

    with pytest.raises(NotAllowed):
        add_category(code="teacher", terms=TEACHER, at=AT, desk=local)
    with pytest.raises(NotAllowed):
        change_category(code="adult", terms=TEACHER, at=AT, desk=local)
