"""The lending rules at the workbench: what holds and why, what a change would do, and who may make it."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.catalogue import make_item, make_item_type
from tests.factories.circulation import District, make_district, make_policy
from tests.factories.network import make_branch
from tests.factories.office_pages import NOON
from tests.factories.patrons import make_category, make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.doors.furniture.policy_words import GROUPS, KIND_WORDS, WORD_NAMES
from wenyuan.doors.workbench.policies.words import REASONS
from wenyuan.lending.circulation.data import MEASURES, Measure
from wenyuan.lending.circulation.matrix import WORDS, PolicyReason
from wenyuan.lending.circulation.models import LoanPolicy
from wenyuan.lending.circulation.operations import checkout
from wenyuan.lending.patrons.models import Category
from wenyuan.organisation.accounts.data import Role
from wenyuan.plumbing.clock import local_date

pytestmark = pytest.mark.usefixtures("db")
PAGE = "/workbench/policies/"


@pytest.fixture
def district() -> District:
    return make_district()


@pytest.fixture
def child(district: District) -> Category:
    return make_category("child", name_zh="少儿读者", name_en="Child")


@pytest.fixture
def today() -> date:
    return local_date(datetime.now(tz=UTC))


def director(district: District) -> Any:
    return staff_at(district.central, Role.DIRECTOR, elsewhere=[(Role.DIRECTOR, None)])


def lines(answer: Any) -> dict[str, Any]:
    return {line.kind: line for _heading, group in answer.context["groups"] for line in group}


def sent(answer: Any, **typed: Any) -> dict[str, Any]:
    """What the browser sends from the page, with these fields typed anew."""
    form = answer.context["form"]
    fields = {name: form[name].value() for name in form.fields}
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.content.decode()))
    hidden.pop("csrfmiddlewaretoken", None)
    return {name: "" if value is None else value for name, value in {**fields, **hidden, **typed}.items()}


def test_every_kind_stands_under_one_heading_and_every_word_and_reason_has_a_name() -> None:
    under = [kind for _heading, kinds in GROUPS.values() for kind in kinds]

    assert sorted(under) == sorted(KIND_WORDS)
    assert {kind: set(names) for kind, names in WORD_NAMES.items()} == {
        kind: set(words) for kind, words in WORDS.items()
    }
    assert set(WORD_NAMES) == {kind for kind, measure in MEASURES.items() if measure is Measure.WORD}
    assert set(REASONS) == set(PolicyReason)


def test_each_rule_says_what_holds_and_where_it_comes_from(district: District) -> None:
    make_policy(branch=district.children, loan_days=21)

    found = lines(director(district).get(PAGE, {"branch": district.children.id, "type": district.book.id}))

    assert (found["loan_days"].value, found["loan_days"].is_own) == ("21 天", False)
    assert found["loan_days"].source_url.startswith(f"{PAGE}?branch={district.children.id}&on=")
    assert found["max_loans"].source == "任何馆 · 任何读者 · 任何馆藏"
    assert (found["return_route"].value, found["return_route"].source) == ("", "")


def test_a_change_is_shown_before_it_is_saved(district: District, today: date) -> None:
    browser = director(district)
    answer = browser.get(PAGE, {"branch": district.children.id})
    typed = sent(answer, loan_days="21", holds="on_loan", fine_day_fen="0.10")

    review = browser.post(f"{PAGE}change", typed)
    untouched = LoanPolicy.objects.count()
    saved = browser.post(f"{PAGE}change", {**dict(review.context["typed"]), "save": "yes"})

    assert untouched == 1
    assert review.context["changes"] == [
        ("借期", "30 天", "21 天"),
        ("预约", "—", "仅限已借出的"),
        ("每日逾期费", "—", "0.10 元"),
    ]
    row = LoanPolicy.objects.get(branch=district.children)
    assert saved.status_code == 302
    assert (row.loan_days, row.holds, row.fine_day_fen, row.valid_from) == (21, "on_loan", 10, today)


def test_an_emptied_field_falls_back_and_a_last_day_ends_it(district: District, today: date) -> None:
    make_policy(branch=district.children, loan_days=21, max_loans=5)
    browser = director(district)
    answer = browser.get(PAGE, {"branch": district.children.id})
    last = today + timedelta(days=60)

    browser.post(f"{PAGE}change", sent(answer, loan_days="", last_date=last.isoformat(), save="yes"))

    rows = LoanPolicy.objects.filter(branch=district.children).order_by("valid_from")
    assert [(row.loan_days, row.valid_to) for row in rows] == [
        (21, today - timedelta(days=1)),
        (None, last),
        (21, None),
    ]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"loan_days": "-1"}, "loan_days"),
        ({"loan_days": "soon"}, "loan_days"),
        ({"fine_day_fen": "0.123"}, "fine_day_fen"),
        ({"fixed_due_rule": "not_after"}, "fixed_due_rule"),
        ({"from_date": "2020-01-01", "loan_days": "9"}, "__all__"),
        ({"last_date": "2020-01-01", "loan_days": "9"}, "__all__"),
        ({}, "__all__"),
        ({"loan_days": "9", "seen": "1", "save": "yes"}, "__all__"),
    ],
)
def test_what_cannot_be_saved_is_told_at_its_field(district: District, typed: dict[str, str], field: str) -> None:
    browser = director(district)
    answer = browser.get(PAGE, {"branch": district.children.id})
    fields = sent(answer, **typed)
    if "seen" in typed:
        make_policy(branch=district.children, max_loans=2)

    told = browser.post(f"{PAGE}change", fields)

    assert told.status_code == 422
    assert field in told.context["form"].errors


def test_the_rules_of_another_branch_are_seen_but_not_changed(district: District, child: Category) -> None:
    browser = staff_at(district.children, Role.DIRECTOR)

    own = browser.get(PAGE, {"branch": district.children.id})
    other = browser.get(PAGE, {"branch": district.south.id})
    refused = browser.post(f"{PAGE}change", {**sent(own, loan_days="9", save="yes"), "branch": district.south.id})

    assert (own.context["may_change"], other.context["may_change"]) == (True, False)
    assert refused.status_code == 403
    assert staff_at(district.children, Role.DESK).get(PAGE).status_code == 403


def test_a_library_without_rules_is_led_to_the_first(district: District) -> None:
    LoanPolicy.objects.all().delete()
    browser = director(district)

    empty = browser.get(PAGE, {"branch": district.central.id})
    browser.post(f"{PAGE}begin")

    assert "还没有任何借阅规则" in empty.content.decode()
    assert empty.context["gap_count"] == 3
    assert LoanPolicy.objects.get().loan_days == 30


def test_what_cannot_be_lent_for_want_of_a_length_is_told(district: District, child: Category) -> None:
    LoanPolicy.objects.update(loan_days=None)
    make_policy(category=district.adult, loan_days=30)
    browser = director(district)

    page = browser.get(f"{PAGE}gaps").context
    here = browser.get(PAGE, {"branch": district.children.id}).context

    assert page["count"] == 3
    assert next(name for name, _url in page["rows"]).startswith("总馆 · 少儿读者 · ")
    assert here["gap_count"] == 1


def test_a_rule_that_holds_nowhere_is_told(district: District, child: Category) -> None:
    make_policy(branch=district.south, loan_days=7, max_loans=2)
    for category in (child, district.adult):
        make_policy(branch=district.south, category=category, loan_days=9)
    browser = director(district)

    shadowed = browser.get(PAGE, {"branch": district.south.id}).context["shadowed"]
    review = browser.post(f"{PAGE}change", sent(browser.get(PAGE, {"branch": district.south.id}), loan_days="8"))

    assert shadowed == ["借期"]
    assert review.context["preview"].reached == 0
    assert next(name for name, _url in review.context["kept_by"]).startswith("城南分馆 · ")


def test_who_has_something_is_told_to_keep_its_date(district: District) -> None:
    for number in range(3):
        make_item(barcode=f"I{number}", home=district.central)
        if number < 2:
            make_patron(card=f"C{number}", home=district.central, category=district.adult)
        checkout(item=f"I{number}", card=f"C{number % 2}", at=NOON, desk=district.at_central)
    browser = director(district)
    make_policy(branch=district.children, loan_days=9)

    review = browser.post(f"{PAGE}change", sent(browser.get(PAGE), loan_days="21"))
    other = browser.post(f"{PAGE}change", sent(browser.get(PAGE, {"branch": district.south.id}), loan_days="21"))

    assert review.context["keeps"] == "2 位读者手中的 3 册借出应还日期不变。"
    assert [name for name, _url in review.context["kept_by"]] == ["少儿分馆 · 任何读者 · 任何馆藏"]
    assert other.context["keeps"] == ""


def test_the_table_of_one_rule_shows_what_is_stated_and_what_is_inherited(district: District, child: Category) -> None:
    make_policy(category=child, loan_days=14)

    rows = director(district).get(f"{PAGE}table", {"branch": district.south.id, "kind": "loan_days"}).context["rows"]

    values = {name: [(one["value"], one["is_own"]) for one in cells] for name, cells in rows}
    assert values["少儿读者"] == [("14 天", False), ("14 天", False)]
    assert values["任何读者"] == [("30 天", False), ("30 天", False)]


def test_a_plan_stands_in_the_history_and_is_taken_back(district: District, today: date) -> None:
    browser = director(district)
    answer = browser.get(PAGE)
    browser.post(
        f"{PAGE}change", sent(answer, loan_days="40", from_date=(today + timedelta(days=9)).isoformat(), save="yes")
    )

    planned = browser.get(PAGE)
    row = LoanPolicy.objects.latest("id")
    browser.post(f"{PAGE}rows/{row.id}/dropped")

    assert lines(planned)["loan_days"].coming == "40 天"
    assert [state for _row, state, _words in planned.context["history"]] == ["planned", "now"]
    assert [state for _row, state, _words in browser.get(PAGE).context["history"]] == ["withdrawn", "now"]


def test_a_branch_copies_another(district: District, today: date) -> None:
    make_policy(branch=district.children, loan_days=21)
    browser = director(district)
    typed = {"source": district.children.id, "target": district.south.id, "from_date": today}

    done = browser.post(f"{PAGE}copy", typed)
    again = browser.post(f"{PAGE}copy", typed)

    assert (done.status_code, again.status_code) == (302, 422)
    assert LoanPolicy.objects.get(branch=district.south).loan_days == 21


def test_the_pages_ask_the_database_no_more_often_for_a_hundred_branches(district: District, child: Category) -> None:
    browser = director(district)
    addresses = (PAGE, f"{PAGE}table", f"{PAGE}gaps")
    for address in addresses:  # the books of these editions are read once
        browser.get(address)

    def counts() -> list[int]:
        numbers = []
        for address in addresses:
            browser.get(address)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                browser.get(address)
            numbers.append(len(asked))
        return numbers

    few = counts()
    for number in range(100):
        branch = make_branch(f"B{number}", name_zh=f"分馆{number}", parent=district.central)
        make_policy(branch=branch, loan_days=14)
    make_item_type("disc")

    assert counts() == few
    assert max(few) <= 24


def test_a_case_is_tried_out_and_each_answer_leads_to_its_place(
    district: District, child: Category, today: date
) -> None:
    make_policy(branch=district.children, category=child, loan_days=21, minimum_age=8)
    case = {"branch": district.children.id, "on": today, "category": child.id, "age": 7, "type": district.book.id}
    browser = staff_at(district.central, Role.DESK)

    refused = browser.post(f"{PAGE}try", case).context
    lent = browser.post(f"{PAGE}try", {**case, "age": 8}).context

    (name, _answer, blocks), *_others = refused["answers"]
    assert name == "借出"
    assert [(one.words, one.who) for one in blocks] == [("此类文献须年满 8 岁方可借阅", "流通主管")]
    assert lent["trial"].lending.blocks == ()
    (label, value, place, url), *_more = dict(lent["given"])["借期"]
    assert (label, value, place) == ("借期", "21 天", "少儿分馆 · 少儿读者 · 任何馆藏")
    assert url.startswith(f"{PAGE}?branch={district.children.id}&category={child.id}")
    assert lent["way_back"] == "在少儿分馆归还：留在该馆。"


@pytest.mark.parametrize("on", ["9999-12-31", "0050-06-01"])
def test_a_day_at_the_end_of_calendars_is_a_slip(district: District, on: str) -> None:
    case = {"branch": district.central.id, "category": district.adult.id, "age": 120, "type": district.book.id}

    told = staff_at(district.central, Role.DESK).post(f"{PAGE}try", {**case, "on": on})

    assert told.status_code == 422
    assert told.context["form"].errors["on"] == ["请选择今天前后十年之内的日子。"]


def test_a_case_without_reader_or_item_is_asked_for_them(district: District, today: date) -> None:
    browser = staff_at(district.central, Role.DESK)

    told = browser.post(f"{PAGE}try", {"branch": district.central.id, "on": today})

    assert told.status_code == 422
    assert set(told.context["form"].errors) == {"category", "type"}
