"""Closures at the workbench: drafted and looked at, signed by who may, followed, extended, withdrawn, told."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.factories.accounts import make_desk
from tests.factories.many_loans import lend_many
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.furniture.closure_texts import closure_texts
from wenyuan.doors.workbench.network.words import CHANNELS, NOTICE_STATES, RUN_STATES, SCOPES
from wenyuan.lending.circulation import closing
from wenyuan.lending.circulation.models import Loan, RunState
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.network.data import NoticeState
from wenyuan.organisation.network.models import AnnouncementChannel, ClosureNotice, ClosureScope
from wenyuan.organisation.network.operations import draft_closure, sign_closure
from wenyuan.organisation.network.queries import closure_news, closures_of_notice, get_notice, list_announcements
from wenyuan.plumbing.clock import local_date

pytestmark = pytest.mark.usefixtures("db")

LIST = "/workbench/network/closures/"


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def today() -> date:
    return local_date(datetime.now(tz=UTC))


def fields(town: Town, today: date, **changed: Any) -> dict[str, Any]:
    typed = {
        "where": f"branch:{town.central.id}",
        "with_subtree": "on",
        "first_date": today + timedelta(days=2),
        "last_date": today + timedelta(days=9),
        "reason": "防疫",
        "shuts": ["door", "book_drop"],
        "most_a_day": 50,
        "step": "keep",
    }
    return {**typed, **changed}


def drafted(town: Town, today: date, **changed: Any) -> int:
    staff_at(town.central, Role.DIRECTOR).post(f"{LIST}new", fields(town, today, **changed))
    return ClosureNotice.objects.latest("id").id


def follow() -> None:
    at = datetime.now(tz=UTC)
    while deliver(at=at):
        continue
    closing.follow_closures(now=lambda: at)


def test_every_code_has_words() -> None:
    assert set(CHANNELS) == set(AnnouncementChannel.values)
    assert set(SCOPES) == set(ClosureScope.values)
    assert set(NOTICE_STATES) == {state.value for state in NoticeState}
    assert set(RUN_STATES) == set(RunState.values)


def test_a_draft_is_looked_at_kept_signed_and_followed(town: Town, today: date) -> None:
    desk = make_desk(town.central, role=Role.DESK_LEAD)
    lend_many(town.central, desk, count=6, readers=2, first=today + timedelta(days=2), days=3)
    keeper, director = staff_at(town.central, Role.DESK_LEAD), staff_at(town.central, Role.DIRECTOR)

    looked = keeper.post(f"{LIST}new", fields(town, today, with_subtree="", step="look"))
    nothing_yet = ClosureNotice.objects.count()
    keeper.post(f"{LIST}new", fields(town, today, with_subtree=""))
    notice_id = ClosureNotice.objects.get().id
    refused = keeper.post(f"{LIST}{notice_id}/signed")
    page = keeper.get(f"{LIST}{notice_id}/")
    director.post(f"{LIST}{notice_id}/signed")
    follow()
    progress = keeper.get(f"{LIST}{notice_id}/progress")

    assert [count for count, _words in looked.context["touched"]] == [6, 2]
    assert nothing_yet == 0
    assert refused.status_code == 403
    assert [count for count, _words in page.context["touched"]] == [6, 2]
    assert b"/signed" not in page.content
    assert progress.context["run"].moved == 6
    assert min(map(local_date, Loan.objects.values_list("due_at", flat=True))) > today + timedelta(days=9)


def test_the_form_offers_only_what_one_may_shut(town: Town) -> None:
    def offered(browser: Any) -> set[str]:
        page = browser.get(f"{LIST}new")
        return {value for value, _label in page.context["form"].fields["where"].choices}

    assert offered(staff_at(town.ring, Role.KEEPER)) == {f"branch:{town.ring.id}"}
    assert offered(staff_at(town.central, Role.DIRECTOR)) == {
        f"branch:{town.central.id}",
        f"branch:{town.ring.id}",
        f"area:{town.central.id}/{town.area.id}",
        f"service_point:{town.central.id}/{town.desk.id}",
        f"service_point:{town.central.id}/{town.gate.id}",
    }


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"last_date": "2020-01-01"}, "last_date"),
        ({"shuts": []}, "shuts"),
        ({"where": "network:"}, "where"),
        ({"reason": ""}, "reason"),
        ({"first_date": "2001-01-01"}, "__all__"),
    ],
)
def test_a_draft_that_cannot_be_is_told_at_its_field(
    town: Town, today: date, changed: dict[str, Any], field: str
) -> None:
    answer = staff_at(town.central, Role.DIRECTOR).post(f"{LIST}new", fields(town, today, **changed))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_an_area_is_drafted(town: Town, today: date) -> None:
    notice_id = drafted(town, today, where=f"area:{town.central.id}/{town.area.id}")

    notice = get_notice(notice_id)
    assert notice is not None
    assert (notice.scope, notice.area_id) == ("area", town.area.id)


def test_a_closure_is_extended_ended_for_one_branch_and_withdrawn(town: Town, today: date) -> None:
    browser = staff_at(town.central, Role.DIRECTOR)
    notice_id = drafted(town, today)
    browser.post(f"{LIST}{notice_id}/signed")
    of = {one.branch_id: one.id for one in closures_of_notice(notice_id)}
    sooner, later = today + timedelta(days=4), today + timedelta(days=20)

    browser.post(f"/workbench/network/{town.ring.id}/closures/{of[town.ring.id]}/end", {"last_date": sooner})
    browser.post(f"{LIST}{notice_id}/end", {"last_date": later})
    ends = [one.last_date for one in closures_of_notice(notice_id)]
    browser.post(f"{LIST}{notice_id}/announced", {"channel": "wechat", "count": 5200})
    answer = browser.post(f"{LIST}{notice_id}/withdrawn", follow=True)

    assert ends == [later, sooner]
    assert [(one.channel, one.count) for one in list_announcements(notice_id)] == [("wechat", 5200)]
    assert "5200" in [str(message) for message in answer.context["messages"]][-1]
    assert "5,200" in answer.content.decode()
    notice = get_notice(notice_id)
    assert notice is not None
    assert notice.state is NoticeState.WITHDRAWN


def test_what_comes_too_late_is_told(town: Town, today: date) -> None:
    browser = staff_at(town.central, Role.DIRECTOR)
    notice_id = drafted(town, today)
    browser.post(f"{LIST}{notice_id}/discarded")

    for act in ("signed", "discarded", "withdrawn"):
        answer = browser.post(f"{LIST}{notice_id}/{act}", follow=True)
        assert [message.level_tag for message in answer.context["messages"]][-1] == "error"
    assert browser.post(f"{LIST}{notice_id}/end", {"last_date": today}).status_code == 422
    assert browser.get(f"{LIST}999999/").status_code == 404


def test_texts_say_the_same_in_both_languages(town: Town) -> None:
    desk = make_desk(town.central, role=Role.DIRECTOR, everywhere=True)
    at = datetime(2026, 4, 23, 4, tzinfo=UTC)
    notice_id = draft_closure(
        scope="subtree",
        branch_id=town.central.id,
        first_date=date(2026, 5, 1),
        last_date=date(2026, 5, 3),
        reason="台风",
        at=at,
        desk=desk,
    )
    sign_closure(notice_id=notice_id, at=at, desk=desk)
    news = closure_news(notice_id)
    assert news is not None

    chinese, english = closure_texts(news, "zh-hans"), closure_texts(news, "en")

    assert chinese.group == (
        "总馆及其所属各馆点2026年5月1日（星期五）至2026年5月3日（星期日）（共3天）闭馆。原因：台风。"
        "2026年5月5日（星期二）恢复开放。"
        "闭馆期间到期的图书自动顺延至开馆之后；闭馆日不计逾期，不产生逾期费，不停借，不影响诚信借阅积分。"
    )
    assert english.screen == (
        "Closed\nCentral with all places below it\nFriday 1 May 2026 to Sunday 3 May 2026, 3 days\n"
        "Open again on Tuesday 5 May 2026."
    )
    assert "闭馆不闭网，数字资源全天开放。" in chinese.wechat
    assert "还书箱" not in chinese.wechat
    assert chinese.wechat.startswith("闭馆公告\n\n尊敬的读者：\n\n")
    assert chinese.wechat.endswith("鹿鸣区图书馆\n2026年4月23日（星期四）")
    assert chinese.poster.points == tuple(chinese.wechat.split("\n\n")[3:6])
    assert chinese.hotline.startswith("感谢您的来电。总馆")


def test_the_poster_is_printed_in_both_languages(town: Town, today: date) -> None:
    browser = staff_at(town.central, Role.DIRECTOR)
    notice_id = drafted(town, today)

    pages = [browser.get(f"{LIST}{notice_id}/poster/{language}") for language in ("zh-Hans", "en", "xx")]

    assert [page.status_code for page in pages] == [200, 200, 404]
    assert [page.content[:5] for page in pages[:2]] == [b"%PDF-"] * 2
    assert browser.get(f"{LIST}999999/poster/en").status_code == 404


def test_texts_of_an_open_end_and_of_parts(town: Town) -> None:
    desk = make_desk(town.central, role=Role.DIRECTOR, everywhere=True)
    at = datetime(2026, 4, 23, 4, tzinfo=UTC)

    def group(**values: Any) -> str:
        notice_id = draft_closure(
            **values, first_date=date(2026, 5, 1), last_date=None, reason="防疫", at=at, desk=desk
        )
        news = closure_news(notice_id)
        assert news is not None
        return closure_texts(news, "zh-hans").group

    assert group(scope="network").startswith("全部馆自2026年5月1日（星期五）起闭馆。原因：防疫。开馆时间另行通知。")
    assert group(scope="area", branch_id=town.central.id, area_id=town.area.id).startswith("总馆社科阅览区自2026年")


def test_the_pages_open_with_and_without_rights(town: Town, today: date) -> None:
    notice_id = drafted(town, today)
    director, clerk = staff_at(town.central, Role.DIRECTOR), staff_at(town.central, Role.DESK)

    for path in ("", "new", f"{notice_id}/", f"{notice_id}/texts", f"{notice_id}/progress"):
        assert director.get(f"{LIST}{path}").status_code == 200
        assert clerk.get(f"{LIST}{path}").status_code == 403


def test_the_list_asks_no_more_when_it_grows(town: Town, today: date, django_assert_max_num_queries: Any) -> None:
    browser = staff_at(town.central, Role.DIRECTOR)
    for _ in range(40):
        drafted(town, today)
    browser.get(LIST)

    with django_assert_max_num_queries(14):
        answer = browser.get(LIST)

    assert len(answer.context["notices"]) == 30
    assert answer.context["onward"].token
