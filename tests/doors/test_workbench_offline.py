"""Lending without a network: what the page asks the house, and the page of conflicts. The page: tests/browser."""

import json
import re
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.offline.uploads import MOST_FILE_ACTS, MOST_FILE_BYTES, read_upload
from wenyuan.doors.workbench.offline.words import REASONS, why_words
from wenyuan.lending.circulation.data import BlockCode, OfflineReason, Why
from wenyuan.lending.circulation.models import Loan, OfflineAct, OfflineList
from wenyuan.lending.circulation.operations import checkout
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.sealing import seal

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]

ROOT = "/workbench/desk/offline/"


@pytest.fixture
def branch() -> Branch:
    branch = make_branch("ZG", name_zh="总馆")
    make_policy(loan_days=30, max_loans=1)
    make_patron("陈小雨", "T100", home=branch)
    for number in range(3):
        make_item(home=branch, barcode=f"230{number}", bib=make_bib(title="草房子"))
    return branch


@pytest.fixture
def browser(branch: Branch) -> Client:
    return staff_at(branch, Role.DESK)


def ms(days: float = 0) -> int:
    return round((datetime.now(tz=UTC) - timedelta(days=days)).timestamp() * 1000)


def act(number: int, **more: object) -> dict[str, object]:
    return {
        "key": f"key-of-this-act-{number:04d}",
        "kind": "checkin",
        "item": "2300",
        "card": "",
        "sequence": number,
        "device_ms": ms(0.01),
        "offset_ms": 0,
        "token": "",
        **more,
    }


def upload(browser: Client, *acts: dict[str, object], **more: object) -> Any:
    body = {"device": "d1", "offset_ms": 0, "acts": acts, **more}
    return browser.post(f"{ROOT}acts", json.dumps(body), content_type="application/json")


def seen(browser: Client) -> str:
    return browser.get(f"{ROOT}conflicts/").content.decode()


def test_the_page_and_its_worker_open_without_a_session_and_hold_nothing_of_anybody(branch: Branch) -> None:
    page, worker = Client().get(ROOT), Client().get(f"{ROOT}worker.js")

    assert (page.status_code, page["Cache-Control"]) == (200, "no-cache")
    assert "csrfmiddlewaretoken" not in page.content.decode()
    assert "王芳" not in staff_at(branch, name="王芳").get(ROOT).content.decode()
    assert (worker.status_code, worker["Service-Worker-Allowed"]) == (200, "/workbench/")
    assert worker["Content-Type"].startswith("text/javascript")
    assert b"import" not in worker.content


def test_contact_tells_the_time_and_where_one_works(browser: Client, branch: Branch) -> None:
    answer = browser.get(f"{ROOT}contact")

    said = answer.json()
    assert abs(said["now_ms"] - ms()) < 60_000
    assert (said["branch"], said["place"], said["may_lend"]) == (branch.id, "总馆", True)
    assert Client().get(f"{ROOT}contact").status_code == 302


def test_a_list_is_fetched_and_what_was_done_by_it_goes_up(browser: Client, branch: Branch) -> None:
    sheet = browser.post(f"{ROOT}lists").json()
    OfflineList.objects.update(issued_at=datetime.now(tz=UTC) - timedelta(days=1))
    card = seal(sheet["public_key"], "T100")
    lent = [act(number, kind="checkout", item=f"230{number}", card=card, token=sheet["token"]) for number in range(2)]

    answer = upload(browser, *lent)
    again = upload(browser, *lent)

    assert answer.json() == {
        "acts": [
            {"key": lent[0]["key"], "outcome": "recorded", "repeated": False},
            {"key": lent[1]["key"], "outcome": "conflict", "repeated": False},
        ],
        "clock_minutes": None,
    }
    assert [one["repeated"] for one in again.json()["acts"]] == [True, True]
    assert Loan.objects.count() == 2
    page = seen(browser)
    assert "已借 1 册，达到上限 1 册" in page
    assert "陈＊雨" in page
    assert "2300" not in re.sub(r"<[^>]*>", " ", page)  # nor by chance in a token of the form


def test_a_clock_that_is_off_is_told_to_the_machine(browser: Client) -> None:
    off = 26 * 60_000

    answer = upload(browser, act(1, device_ms=ms(0.01) - off, offset_ms=off), offset_ms=off)

    assert answer.json()["clock_minutes"] == 26


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b'{"device": "d1", "acts": 3}',
        b'{"device": "../etc", "acts": []}',
        b'{"device": 7, "acts": []}',
        b"[" * 100_000,
        json.dumps({"device": "d1", "acts": [{}]}).encode(),
        json.dumps({"device": "d1", "acts": ["act"]}).encode(),
        json.dumps({"device": "d1", "offset_ms": 10**30, "acts": []}).encode(),
        *(
            json.dumps({"device": "d1", "acts": [act(1, **wrong)]}).encode()
            for wrong in (
                {"key": "short"},
                {"kind": "renewal"},
                {"item": "x" * 65},
                {"item": None},
                {"card": "x" * 601},
                {"sequence": 1.5},
                {"sequence": True},
                {"sequence": 2**31},
                {"device_ms": -1},
                {"device_ms": 10**30},
                {"offset_ms": "5"},
            )
        ),
        json.dumps({"device": "d1", "acts": [act(number) for number in range(51)]}).encode(),
    ],
)
def test_what_is_no_upload_is_refused_and_changes_nothing(browser: Client, body: bytes) -> None:
    answer = browser.post(f"{ROOT}acts", body, content_type="application/json")

    assert (answer.status_code, answer.json()) == (400, {"error": "bad_upload"})
    assert OfflineAct.objects.count() == 0


def test_an_upload_beyond_all_size_is_refused(browser: Client) -> None:
    answer = browser.post(f"{ROOT}acts", b" " * 131_073, content_type="application/json")

    assert answer.status_code == 413


@pytest.mark.parametrize("code", ["a\0b", "\ud800", "   "])
def test_a_barcode_that_no_database_can_hold_is_an_unknown_item(browser: Client, code: str) -> None:
    answer = upload(browser, act(1, item=code))

    assert answer.json()["acts"][0]["outcome"] == "aside"
    assert "没有这个条码号的馆藏" in seen(browser)


def test_who_may_neither_lend_nor_take_back_is_kept_out(branch: Branch) -> None:
    stranger = staff_at(branch, Role.CATALOGUER)

    statuses = [
        stranger.get(f"{ROOT}contact").status_code,
        stranger.post(f"{ROOT}lists").status_code,
        upload(stranger, act(1)).status_code,
        stranger.post(f"{ROOT}files").status_code,
        stranger.get(f"{ROOT}conflicts/").status_code,
        stranger.post(f"{ROOT}conflicts/1/settled").status_code,
        stranger.post(f"{ROOT}conflicts/1/retried").status_code,
    ]

    assert statuses == [403] * 7


def test_an_exported_file_is_uploaded_at_another_desk(browser: Client, branch: Branch) -> None:
    checkout(item="2300", card="T100", at=datetime.now(tz=UTC) - timedelta(days=2), desk=make_desk(branch))
    body = {"wenyuan": "offline acts", "device": "d1", "offset_ms": None, "acts": [act(2, item="none"), act(1)]}
    file = json.dumps(body).encode()

    answers = [
        browser.post(f"{ROOT}files", {"file": SimpleUploadedFile("x.json", file)}, follow=True) for _ in range(2)
    ]

    assert "已上传 2 笔，其中 1 笔列在下面；0 笔先前已有。" in answers[0].content.decode()
    assert "已上传 2 笔，其中 0 笔列在下面；2 笔先前已有。" in answers[1].content.decode()
    assert Loan.objects.get().returned_at is not None


def test_a_week_of_a_busy_desk_fits_into_one_file() -> None:
    sealed, token = "A" * 344, "1e9b1ed5-0d3c-4a6b-9d0a-3f9d1c6f2a11"
    acts = [act(number, kind="checkout", item="0" * 14, card=sealed, token=token) for number in range(7 * 1_000)]
    file = json.dumps({"device": "d1", "offset_ms": None, "acts": acts}).encode()

    assert len(file) <= MOST_FILE_BYTES
    assert len(read_upload(file, most_acts=MOST_FILE_ACTS).acts) == 7_000


def test_a_file_of_something_else_is_told_to_be_none(browser: Client) -> None:
    wrong = browser.post(f"{ROOT}files", {"file": SimpleUploadedFile("x.json", b"PK\3\4")}, follow=True)
    empty = browser.post(f"{ROOT}files", follow=True)

    assert "这个文件里没有断网业务。" in wrong.content.decode()
    assert "请选择断网的机器导出的文件。" in empty.content.decode()


def test_conflicts_are_settled_once_and_only_by_their_branch(browser: Client, branch: Branch) -> None:
    upload(browser, act(1, item="none"))
    row = OfflineAct.objects.get()
    other = staff_at(make_branch("SE", name_zh="少儿分馆"), Role.DESK)

    refused = other.post(f"{ROOT}conflicts/{row.id}/settled")
    done = [browser.post(f"{ROOT}conflicts/{row.id}/settled", {"note": "已补录"}, follow=True) for _ in range(2)]

    assert refused.status_code == 403
    assert "没有待核对的断网业务" in done[0].content.decode()
    assert "已有人处理过" in done[1].content.decode()
    assert OfflineAct.objects.get().note == "已补录"


def test_what_was_put_aside_is_tried_again_from_the_page(browser: Client, branch: Branch) -> None:
    upload(browser, act(1, item="later", kind="checkin"))
    row = OfflineAct.objects.get()
    button = f'action="{ROOT}conflicts/{row.id}/retried"'
    offered = button in browser.get(f"{ROOT}conflicts/").content.decode()

    still = browser.post(f"{ROOT}conflicts/{row.id}/retried", follow=True).content.decode()
    make_item(home=branch, barcode="later")
    done = browser.post(f"{ROOT}conflicts/{row.id}/retried", follow=True).content.decode()

    assert offered is True
    assert "仍无法补录：没有这个条码号的馆藏" in still
    assert "已按当时的时间补录" in done
    assert button not in done


def test_a_thousand_conflicts_come_in_pages_with_few_questions(
    browser: Client, branch: Branch, django_assert_max_num_queries: Any
) -> None:
    upload(browser, act(1, item="none"))
    row = OfflineAct.objects.get()
    rows = []
    for number in range(2, 1001):
        row.pk, row.key, row.sequence = None, f"k{number}", number
        rows.append(copy(row))
    OfflineAct.objects.bulk_create(rows)
    browser.get(f"{ROOT}conflicts/")

    with django_assert_max_num_queries(12):
        page = seen(browser)

    assert page.count('name="note"') == 50
    assert '<span class="count">1,000</span>' in page
    assert 'rel="next"' in page


def test_every_reason_has_its_words(branch: Branch) -> None:
    assert set(REASONS) == set(OfflineReason)
    assert all(why_words(Why(code.value), network_map())[0] for code in (*OfflineReason, *BlockCode))
