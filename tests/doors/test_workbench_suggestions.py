"""Suggestions to buy at the workbench: listed by how many wish them, answered by whoever may."""

from typing import Any

import pytest
from django.test import Client

from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch, make_library
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.notices.models import Message
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.services.feedback.models import Suggestion, Support

HERE = "/workbench/suggestions/"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def central(db: None) -> Branch:
    make_library()
    return make_branch("C", kind="central", name_en="Central Library")


@pytest.fixture
def staff(central: Branch) -> Client:
    return staff_at(central, Role.CATALOGUER)


def make_suggestion(branch: Branch, title: str = "长安的荔枝", supporters: int = 1, **columns: Any) -> Suggestion:
    made = Suggestion.objects.create(branch=branch, title=title, likeness=f"{title}|", **columns)
    for _ in range(supporters):
        Support.objects.create(suggestion=made, patron=make_patron(home=branch), pickup_branch=branch, why="单位要读")
    return made


def answer(staff: Client, made: Suggestion, to: str, **typed: str) -> Any:
    return staff.post(f"{HERE}{made.id}", {"version": "1", "answer": to, **typed})


def test_what_most_wish_stands_first_and_a_state_narrows(staff: Client, central: Branch) -> None:
    make_suggestion(central, "一人想读")
    make_suggestion(central, "三人想读", supporters=3)
    make_suggestion(central, "不买", state="refused", reason="x")

    html = staff.get(HERE).content.decode()
    refused = staff.get(f"{HERE}?state=refused").content.decode()
    everything = staff.get(f"{HERE}?state=every").content.decode()

    assert html.index("三人想读") < html.index("一人想读")
    assert ">不买<" not in html
    assert ">不买<" in refused
    assert ">不买<" in everything
    assert "一人想读" in everything
    assert "一人想读" not in refused
    assert staff.get(f"{HERE}?state=' OR 1=1 --&page=x").status_code == 200


def test_without_any_the_page_says_so(staff: Client) -> None:
    assert "荐购均已处理完毕" in staff.get(HERE).content.decode()
    assert "还没有读者荐购" in staff.get(f"{HERE}?state=every").content.decode()
    assert "没有处于此状态的荐购" in staff.get(f"{HERE}?state=ordered").content.decode()


def test_a_refusal_needs_a_reason_and_is_told(staff: Client, central: Branch) -> None:
    made = make_suggestion(central)

    bare = answer(staff, made, "refused")
    done = answer(staff, made, "refused", reason="已停印")

    assert (bare.status_code, done.status_code) == (422, 302)
    assert "请说明原因" in bare.content.decode()
    assert Message.objects.get().kind == "suggestion_refused"
    assert AuditRow.objects.get(act="answer_suggestion").reason == "已停印"
    assert "<form" not in staff.get(f"{HERE}{made.id}").content.decode().partition("<main")[2].partition("</main")[0]


@pytest.mark.parametrize("work", ["9787506365437", "7-5063-6543-X", ""])
def test_what_has_arrived_is_found_by_its_number(staff: Client, central: Branch, work: str) -> None:
    made = make_suggestion(central, isbn="" if work else "9787506365437")
    bib = make_bib(title="长安的荔枝", isbn="9787506365437")
    make_item(bib=bib, home=central)

    answer(staff, made, "arrived", work=work)

    made.refresh_from_db()
    assert (made.state, made.bib_id) == ("arrived", bib.id)


def test_what_is_in_no_catalogue_has_not_arrived(staff: Client, central: Branch) -> None:
    made = make_suggestion(central)

    assert answer(staff, made, "arrived", work="9787506365437").status_code == 422
    assert answer(staff, made, "nonsense").status_code == 422
    assert Suggestion.objects.get().state == "new"


def test_of_two_records_with_one_isbn_the_barcode_says_which(staff: Client, central: Branch) -> None:
    made = make_suggestion(central, isbn="9787506365437")
    first, second = (make_bib(title=f"三国演义 {volume}", isbn="9787506365437") for volume in ("上", "下"))
    make_item(barcode="B1", bib=first, home=central)
    make_item(barcode="B2", bib=second, home=central)

    by_isbn = answer(staff, made, "arrived")
    assert by_isbn.status_code == 422
    assert "多条书目记录" in by_isbn.content.decode()
    answer(staff, made, "arrived", work="B2")

    made.refresh_from_db()
    assert (made.state, made.bib_id) == ("arrived", second.id)


def test_who_is_second_sees_what_the_first_answered(staff: Client, central: Branch) -> None:
    made = make_suggestion(central)
    answer(staff, made, "considered")

    late = staff.post(f"{HERE}{made.id}", {"version": "1", "answer": "ordered"}, follow=True)

    assert "其他人刚刚已答复" in late.content.decode()
    assert Suggestion.objects.get().state == "considered"


def test_what_readers_typed_becomes_no_tag_and_nobody_is_named(staff: Client, central: Branch) -> None:
    made = make_suggestion(central, EVIL, author=EVIL, supporters=0)
    patron = make_patron("陈小雨", home=central)
    Support.objects.create(suggestion=made, patron=patron, pickup_branch=central, why=EVIL)

    for html in (staff.get(HERE).content.decode(), staff.get(f"{HERE}{made.id}").content.decode()):
        assert EVIL not in html
        assert "&lt;script&gt;" in html
        assert "陈小雨" not in html


def test_who_may_not_answer_sees_none_and_a_branch_only_its_own(central: Branch) -> None:
    made, there = make_suggestion(central), make_branch("E")

    for role in (Role.DESK, Role.OUTREACH):
        clerk = staff_at(central, role)
        assert clerk.get(HERE).status_code == 403
        assert answer(clerk, made, "ordered").status_code == 403
    elsewhere = staff_at(there, Role.CATALOGUER)
    assert "长安的荔枝" not in elsewhere.get(HERE).content.decode()
    assert elsewhere.get(f"{HERE}{made.id}").status_code == 403
    assert answer(elsewhere, made, "ordered").status_code == 403
    assert elsewhere.get(f"{HERE}987654").status_code == 404
    assert Suggestion.objects.get().state == "new"


def test_a_thousand_are_shown_by_pages_at_the_same_cost(
    staff: Client, central: Branch, django_assert_max_num_queries: Any
) -> None:
    Suggestion.objects.bulk_create(
        Suggestion(branch=central, title=f"书{number:04}", likeness=f"{number}|") for number in range(1000)
    )
    staff.get(HERE)

    with django_assert_max_num_queries(12):
        last = staff.get(f"{HERE}?page=20").content.decode()

    assert "书0000" in last
    assert last.count('scope="row"') == 50
