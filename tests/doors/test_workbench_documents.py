"""Kept work summaries at the workbench: kept, edited, read anew and downloaded by those who may."""

import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from docx import Document as WordFile

from tests.factories.office_pages import NOON, Town, happened, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.office.documents.models import Document
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind

pytestmark = pytest.mark.usefixtures("db")

CHIP = re.compile(r'<a class="opens" href="([^"]+)"[^>]*>([^<]+)</a>')
LIST = "/workbench/figures/documents/"


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def browser(town: Town) -> Any:
    return staff_at(town.central, Role.DIRECTOR)


def kept(browser: Any, **changes: str) -> str:
    """The address of a summary of April that was kept just now."""
    typed = {"period": "2026-04", "branch": "C", "to": "", "key": "", **changes}
    answer = browser.post(f"{LIST}new", typed)
    assert answer.status_code == 302
    return str(answer["Location"])


def fields(page: str) -> dict[str, str]:
    """What the editor would send back as it stands."""
    typed = dict(re.findall(r'<input type="(?:text|number|hidden)" name="(\w+)" value="([^"]*)"', page))
    areas = re.findall(r'<textarea name="(\w+)"[^>]*>\s*(.*?)</textarea>', page, re.S)
    del typed["csrfmiddlewaretoken"]
    return {name: html.unescape(value) for name, value in [*typed.items(), *areas]}


def test_a_summary_is_kept_from_its_page_and_opens_with_live_figures(town: Town, browser: Any) -> None:
    happened(Kind.LOAN, town.central, times=36)
    summary = browser.get("/workbench/figures/summary?period=2026-04&branch=C").content.decode()
    assert 'action="/workbench/figures/documents/new"' in summary

    url = kept(browser)
    page = browser.get(url).content.decode()

    found = {text: html.unescape(address) for address, text in CHIP.findall(page)}
    assert browser.get(found["36册次"]).context["value"] == 36
    assert browser.get(LIST).context["rows"][0][0].title == Document.objects.get().title


def test_the_editor_sends_back_what_it_shows_and_changes_nothing(town: Town, browser: Any) -> None:
    happened(Kind.LOAN, town.central, times=36)
    url = kept(browser)
    before = Document.objects.get()

    typed = fields(browser.get(f"{url}edit").content.decode())
    answer = browser.post(f"{url}edit", typed)

    after = Document.objects.get()
    assert answer.status_code == 302
    assert (after.parts, after.chips, after.version) == (before.parts, before.chips, 2)


def test_prose_is_free_parts_are_added_and_moved_and_the_word_file_says_so(town: Town, browser: Any) -> None:
    happened(Kind.LOAN, town.central, times=36)
    url = kept(browser)
    typed = fields(browser.get(f"{url}edit").content.decode())
    more = {"part_new": "problems", "place_new": "2", "text_new": "新书偏少。"}

    browser.post(f"{url}edit", {**typed, **more, "text_0": f"{typed['text_0']}<b>开门办馆</b>。"})

    page = browser.get(url).content.decode()
    file = browser.get(f"{url}summary.docx")
    lines = [line.text for line in WordFile(io.BytesIO(file.content)).paragraphs]
    assert "&lt;b&gt;开门办馆&lt;/b&gt;" in page
    assert lines.index("一、存在问题") < lines.index("二、免费开放与读者服务")
    assert any("外借文献36册次" in line for line in lines)
    assert any(line.startswith("附件1") for line in lines)
    assert file["Content-Disposition"].startswith('attachment; filename="summary-2026-04-')


def test_a_mark_lost_doubled_or_unknown_is_told_and_what_was_typed_stays(town: Town, browser: Any) -> None:
    happened(Kind.LOAN, town.central, times=36)
    url = kept(browser)
    typed = fields(browser.get(f"{url}edit").content.decode())

    told = browser.post(f"{url}edit", {**typed, "text_1": "今年【77】很好。"})

    page = told.content.decode()
    assert told.status_code == 422
    assert "【77】" in page
    assert "今年【77】很好。" in page
    assert Document.objects.get().version == 1


def test_who_edits_what_was_changed_meanwhile_is_told(town: Town, browser: Any) -> None:
    url = kept(browser)
    typed = fields(browser.get(f"{url}edit").content.decode())
    browser.post(f"{url}edit", typed)

    told = browser.post(f"{url}edit", {**typed, "title": "另一个题目"})

    assert told.status_code == 422
    assert "另一个题目" in told.content.decode()
    assert Document.objects.get().title != "另一个题目"


@pytest.mark.parametrize("change", [{"count": "999"}, {"count": "x"}, {"version": "0"}, {"place_0": "0"}])
def test_a_form_out_of_shape_saves_nothing(town: Town, browser: Any, change: dict[str, str]) -> None:
    url = kept(browser)
    typed = fields(browser.get(f"{url}edit").content.decode())

    assert browser.post(f"{url}edit", {**typed, **change}).status_code == 422
    assert Document.objects.get().version == 1


def test_a_figure_is_put_in_and_its_mark_stands_in_the_editor(town: Town, browser: Any) -> None:
    happened(Kind.LOAN, town.central, times=36)
    url = kept(browser)
    typed = {"figure": "loans", "said": "full", "place": "0", "version": "1"}

    sent = browser.post(f"{url}figure", typed)
    refused = browser.post(f"{url}figure", {**typed, "said": "before", "version": "2"})

    number = len(Document.objects.get().chips)
    assert sent["Location"] == f"{url}edit"
    assert f"【{number}】" in browser.get(f"{url}edit").content.decode()
    assert refused.status_code == 422


def test_changed_sentences_are_shown_and_then_taken_over(town: Town, browser: Any) -> None:
    happened(Kind.LOAN, town.central, times=36)
    url = kept(browser, to="2026-04-24")
    happened(Kind.LOAN, town.central, at=NOON + timedelta(days=2), times=4)

    page = browser.get(f"{url}anew").content.decode()
    typed = fields(page.split("</article>")[-1])
    assert "<del>36册次</del> <ins>40册次</ins>" in page
    assert Document.objects.get().version == 1

    stale = browser.post(f"{url}anew", {**typed, "digest": "0" * 64})
    assert stale.status_code == 302
    assert Document.objects.get().version == 1
    browser.post(f"{url}anew", typed)

    assert "40册次" in browser.get(url).content.decode()
    assert browser.get(f"{url}anew?to=never").status_code == 422
    assert browser.get(f"{url}anew?to=2020-01-01").status_code == 422


def test_only_who_writes_there_writes_and_only_who_sees_there_sees(town: Town, browser: Any) -> None:
    url = kept(browser)
    keeper, stranger = staff_at(town.central, Role.KEEPER), staff_at(town.ring, Role.DIRECTOR)

    assert keeper.get(url).status_code == 200
    assert "/edit" not in keeper.get(url).content.decode()
    for path in ("edit", "figure", "anew"):
        assert keeper.get(url + path).status_code == 403
        assert stranger.get(url + path).status_code == 403
    assert stranger.get(url).status_code == 403
    assert stranger.get(f"{url}summary.docx").status_code == 403
    assert browser.get(f"{LIST}999999/").status_code == 404
    assert keeper.post(f"{LIST}new", {"period": "2026-04", "branch": "C"}).status_code == 403


def test_without_any_the_list_leads_to_the_summary_and_a_bad_period_keeps_nothing(town: Town, browser: Any) -> None:
    assert "/workbench/figures/summary" in browser.get(LIST).content.decode()

    answer = browser.post(f"{LIST}new", {"period": "2199", "branch": "C"})

    assert answer["Location"] == "/workbench/figures/summary"
    assert browser.post(f"{LIST}new", {"period": "2026-04", "branch": "C", "to": "never"}).status_code == 404
    assert not Document.objects.exists()


def test_a_long_list_costs_no_more_reads(town: Town, browser: Any, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        kept(browser)
    browser.get(LIST)

    with django_assert_max_num_queries(12):
        browser.get(LIST)


def test_what_wants_a_look_stands_beside_the_text_with_its_place(town: Town, browser: Any) -> None:
    url = kept(browser)
    before = browser.get(url).content.decode()
    typed = fields(browser.get(f"{url}edit").content.decode())
    more = {"part_new": "problems", "place_new": "2", "text_new": "截止6月12日，藏书<500册。"}

    browser.post(f"{url}edit", {**typed, **more})

    page = browser.get(url).content.decode()
    assert "<mark>" not in before
    assert "<mark>截止</mark>6月12日" in page
    assert "<mark>一、" not in page
    assert "藏书&lt;500" in page


def test_the_page_says_where_figures_moved_since_they_were_read(town: Town, browser: Any) -> None:
    happened(Kind.LOAN, town.central, times=36)
    url = kept(browser)
    before = browser.get(url).content.decode()
    happened(Kind.LOAN, town.central, times=4)

    page, anew = browser.get(url).content.decode(), browser.get(f"{url}anew").content.decode()

    assert "数字此后又有变化" not in before
    assert "数字此后又有变化" in page
    assert "<del>外借册次 册次 36" in anew
    assert "<ins>外借册次 册次 40" in anew
