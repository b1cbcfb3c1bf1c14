"""Notices at the workbench: the send log, texts with their preview, call lists, and one reader's messages."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import make_account, make_desk
from tests.factories.network import make_branch, make_library
from tests.factories.notices import PHONE, Answering, make_templates, post_due
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.access import WORKPLACE
from wenyuan.doors.workbench.notices import words
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.notices import data, models
from wenyuan.organisation.notices.data import CallReason, Channel, DueLine, NewCall, NoticeKind
from wenyuan.organisation.notices.operations import open_call_list, send_due
from wenyuan.organisation.notices.queries import get_settings, preferences
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.plumbing.channels.port import Outcome, Result

pytestmark = pytest.mark.usefixtures("db")

POSTED = datetime(2026, 4, 23, 1, 0, tzinfo=UTC)
DUE = datetime(2026, 4, 23, 1, 30, tzinfo=UTC)
LOG, TEXTS = "/workbench/notices/", "/workbench/notices/texts"


@pytest.fixture
def branch() -> Branch:
    make_library()
    make_templates()
    return make_branch("C", kind="central")


def director(branch: Branch) -> Client:
    """A browser of somebody who may edit notices everywhere."""
    browser = Client()
    browser.force_login(make_account(name="馆长", roles=[(Role.DIRECTOR, None)]))
    session = browser.session
    session[WORKPLACE] = {"branch": branch.id, "service_point": None, "point_names": None}
    session.save()
    return browser


def send(branch: Branch, *outcomes: Outcome, recipient: str = "patron:1", once: str = "due:1") -> models.Message:
    post_due(POSTED, once, recipient=recipient, branch_id=branch.id, contacts={Channel.SMS: PHONE})
    send_due(clock=lambda: DUE, ports={Channel.SMS: Answering(list(outcomes))})
    return models.Message.objects.latest("id")


UNSURE = Outcome(Result.UNSURE, "ReadTimeoutError")


def test_the_log_shows_ends_of_addresses_and_what_became_of_messages(branch: Branch) -> None:
    send(branch)
    send(branch, UNSURE, recipient="patron:2", once="due:2")
    page = staff_at(branch, Role.DESK_LEAD).get(LOG)

    text = page.content.decode()
    assert "····1234" in text
    assert "有 1 条消息等待处理" in text
    assert "不确定是否已发" in text
    assert not [hidden for hidden in (PHONE, "边城") if hidden in text]


def test_the_log_is_filtered_and_keeps_to_the_branches_one_may_see(branch: Branch) -> None:
    other = make_branch()
    send(branch)
    send(other, UNSURE, recipient="patron:2", once="due:2")
    browser = staff_at(branch, Role.DESK_LEAD)

    everything = browser.get(LOG).context["rows"]
    unsure = browser.get(LOG, {"state": "to_decide"}).context["rows"]
    by_end = browser.get(LOG, {"last4": "1234", "first": "2026-04-23", "last": "2026-04-23"}).context["rows"]
    bad = browser.get(LOG, {"first": "gestern"})

    assert (len(everything), len(unsure), len(by_end), bad.status_code) == (1, 0, 1, 422)
    assert browser.get(f"{LOG}{models.Message.objects.latest('id').id}/").status_code == 403


def test_a_long_log_goes_on_with_as_many_queries_as_a_short_one(branch: Branch) -> None:
    browser = staff_at(branch, Role.DESK_LEAD)
    send(branch)
    browser.get(LOG)
    with CaptureQueriesContext(connection) as few:
        browser.get(LOG)
    row = models.Message.objects.get()
    for _ in range(60):
        row.pk = None
        row.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        page = browser.get(LOG)

    following = browser.get(LOG, {"from": page.context["onward"].token})
    assert len(many) == len(few)
    assert (len(page.context["rows"]), len(following.context["rows"])) == (50, 11)


def test_a_person_sends_an_unsure_message_again(branch: Branch) -> None:
    row = send(branch, UNSURE)
    browser = staff_at(branch, Role.DESK_LEAD)
    url = f"{LOG}{row.id}/"

    page = browser.get(url).content.decode()
    answer = browser.post(f"{url}decision", {"decision": "again"}, follow=True)
    again = browser.post(f"{url}decision", {"decision": "leave"}, follow=True)

    assert "ReadTimeoutError" in page
    assert "将再次发送" in answer.content.decode()
    assert "已有人处理" in again.content.decode()
    assert models.Message.objects.get().state == "waiting"


def test_who_may_only_call_is_led_to_the_lists(branch: Branch) -> None:
    browser = staff_at(branch, Role.DESK)

    assert browser.get(LOG)["Location"] == "/workbench/notices/calls"
    assert browser.get(TEXTS).status_code == 403
    assert staff_at(branch, Role.CATALOGUER).get(LOG).status_code == 403


def test_a_text_is_looked_at_before_it_is_kept(branch: Branch) -> None:
    browser, url = director(branch), f"{TEXTS}/due_soon/sms/zh"
    typed = {"body": "{titles}" + "请" * 60, "code": "SMS_2", "is_on": "on"}

    looked = browser.post(url, {**typed, "step": "look"})
    before = models.Template.objects.get(kind="due_soon", channel="sms", language="zh")
    kept = browser.post(url, {**typed, "step": "keep"})

    text = looked.content.decode()
    assert "《城南旧事》《边城》《呼兰河传》" in text
    assert "84 字，计 2 条短信" in text
    assert (before.code, kept["Location"]) == ("SMS_1001", TEXTS)
    assert models.Template.objects.get(id=before.id).code == "SMS_2"


def test_the_faults_of_a_text_are_told_at_once(branch: Branch) -> None:
    browser, url = director(branch), f"{TEXTS}/due_soon/sms/zh"

    looked = browser.post(url, {"body": "{name}{", "code": "", "step": "look"}).content.decode()
    answer = browser.post(url, {"body": "{name}{", "code": "", "step": "keep"})

    assert "{name} 不是这类通知的占位符。" in looked
    assert answer.status_code == 422
    assert len(answer.context["form"].errors["body"]) == 2
    assert browser.get(f"{TEXTS}/due_soon/pigeon/zh").status_code == 404


def test_the_texts_say_which_wait_for_a_code(branch: Branch) -> None:
    page = director(branch).get(TEXTS).content.decode()

    assert page.count("缺编号") == 40  # WeChat: twenty kinds in two languages


def test_hours_are_changed_and_impossible_ones_told(branch: Branch) -> None:
    browser, url = director(branch), "/workbench/notices/hours"
    typed = {"quiet_from": "22:00", "quiet_until": "07:30", "digest_time": "08:30", "keep_text_days": 60}

    good, bad = browser.post(url, typed), browser.post(url, {**typed, "digest_time": "23:00"})

    assert (good.status_code, bad.status_code) == (302, 422)
    assert get_settings().keep_text_days == 60


def call_list(branch: Branch) -> int:
    return open_call_list(
        branch_id=branch.id,
        title="四月催还",
        reason=CallReason.OVERDUE,
        calls=[
            NewCall(
                recipient=f"patron:{number}",
                name=f"家长{number}",
                answers_for=f"学生{number}",
                phone=PHONE,
                lines=[DueLine("草房子", "23001")],
                group=group,
            )
            for number, group in enumerate(("二班", "一班", "一班"))
        ],
        at=DUE,
        desk=make_desk(branch),
    )


def test_a_call_is_made_from_the_list(branch: Branch) -> None:
    list_id, browser = call_list(branch), staff_at(branch)
    page = browser.get(f"/workbench/notices/calls/{list_id}")
    call = page.context["rows"][0].facts
    url = f"/workbench/notices/call/{call.id}"

    hidden = browser.get(url).content.decode()
    number = browser.post(f"{url}/number").content.decode()
    promised = (datetime.now(tz=UTC) + timedelta(days=5)).date().isoformat()
    unwell = browser.post(url, {"outcome": "promised"})
    answer = browser.post(url, {"outcome": "promised", "promised_date": promised}, follow=True)

    assert "草房子" in page.content.decode()
    assert PHONE not in hidden + page.content.decode()
    assert PHONE in number
    assert (unwell.status_code, list(unwell.context["form"].errors)) == (422, ["promised_date"])
    assert len(answer.context["rows"]) == 2
    assert AuditRow.objects.filter(act="reveal_call_number", subject_id=call.id).count() == 1
    everybody = browser.get(f"/workbench/notices/calls/{list_id}", {"show": "all"})
    assert "已承诺日期" in everybody.content.decode()


def test_calls_are_given_out_and_the_list_closed(branch: Branch) -> None:
    list_id, browser = call_list(branch), staff_at(branch)
    colleague = make_account(name="李老师")
    url = f"/workbench/notices/calls/{list_id}"
    ids = [row.facts.id for row in browser.get(url).context["rows"]]

    given = browser.post(f"{url}/assigned", {"call": ids[:2], "account": colleague.id}, follow=True)
    theirs = browser.get(url, {"account": colleague.id})
    browser.post(f"{url}/closed")
    closed = browser.get("/workbench/notices/calls?closed")

    assert "已分派 2 位读者" in given.content.decode()
    assert len(theirs.context["rows"]) == 2
    assert "四月催还" in closed.content.decode()
    assert "家长1" not in browser.get(url).content.decode()


def test_paper_has_no_numbers(branch: Branch) -> None:
    list_id, browser = call_list(branch), staff_at(branch)

    sheet = browser.get(f"/workbench/notices/calls/{list_id}/sheet").content.decode()
    slips = browser.get(f"/workbench/notices/calls/{list_id}/slips").content.decode()

    assert sheet.index("一班") < sheet.index("学生1") < sheet.index("二班")
    assert "学生2" in slips
    assert "1234" not in sheet + slips


def test_lists_of_other_branches_are_not_shown(branch: Branch) -> None:
    list_id, browser = call_list(branch), staff_at(make_branch())

    for path in ("", "/sheet", "/slips"):
        assert browser.get(f"/workbench/notices/calls/{list_id}{path}").status_code == 403
    assert browser.get("/workbench/notices/calls").context["rows"] == []


def test_a_readers_messages_and_choices(branch: Branch) -> None:
    patron = make_patron("陈小雨", home=branch)
    recipient = f"patron:{patron.id}"
    send(branch, Outcome(Result.BAD_ADDRESS, "isv.MOBILE_NUMBER_ILLEGAL"), recipient=recipient)
    browser, url = staff_at(branch), f"/workbench/notices/readers/{patron.id}"

    page = browser.get(url).content.decode()
    usual = {kind.value: "own" for kind in NoticeKind}
    browser.post(url, {**usual, "language": "en", "due_soon": "email", "hold_ready": "box"})

    chosen = preferences(recipient)
    assert "《边城》" in page
    assert "····1234" in page
    assert f'href="{url}"' in browser.get(f"/workbench/patrons/{patron.id}").content.decode()
    assert chosen.language == "en"
    assert chosen.channels[NoticeKind.DUE_SOON][0] is Channel.EMAIL
    assert chosen.channels[NoticeKind.HOLD_READY] == ()
    assert NoticeKind.OVERDUE_1 not in chosen.channels


def test_every_word_is_there() -> None:
    tables: list[tuple[Any, Any]] = [
        (words.KINDS, data.NoticeKind),
        (words.CHANNELS, data.Channel),
        (words.STATES, data.State),
        (words.OUTCOMES, data.CallOutcome),
        (words.CALL_REASONS, data.CallReason),
        (words.REASONS, data.NoticeReason),
        (words.RESULTS, Result),
    ]
    for table, enum in tables:
        assert set(table) == set(enum)
    assert all(words.fault_words(data.Fault(code, "x")) for code in data.TemplateFault)
