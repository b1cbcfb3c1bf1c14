"""Record templates at the workbench: kept, offered, taken for a new record by form and by MARC, dropped."""

from typing import Any

import pytest

from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.holdings.catalogue.models import Bib, RecordTemplate
from wenyuan.kernel.marc import from_storage, to_text
from wenyuan.organisation.accounts.data import Role

pytestmark = pytest.mark.usefixtures("db")

PAGE = "/workbench/records/templates"
BOOK = f"{PAGE}/new/cnmarc/book"


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def browser(town: Town) -> Any:
    return staff_at(town.central, Role.CATALOGUER, elsewhere=[(Role.CATALOGUER, None)])


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def kept(browser: Any, name: str = "小说", **more: Any) -> RecordTemplate:
    """A template that writes a subject into every book."""
    lines = browser.get(BOOK).context["form"]["text"].value().replace("606 0# $a", "606 0# $a长篇小说")
    answer = browser.post(BOOK, {"name": name, "text": lines.replace("\n", "\r\n"), **more})
    assert answer["Location"] == PAGE
    return RecordTemplate.objects.get(name=name)


def test_a_template_is_kept_offered_and_taken_in_the_marc_editor(browser: Any) -> None:
    template = kept(browser)

    assert f"{PAGE}/{template.id}/" in text(browser.get(PAGE))
    url = f"/workbench/records/new/cnmarc/book/marc?template={template.id}"
    assert url in text(browser.get("/workbench/records/new"))
    shown = browser.get(url).context["sheet"].text
    assert "606 0# $a长篇小说" in shown
    assert "{date}" not in shown
    assert "长篇小说" not in browser.get("/workbench/records/new/cnmarc/book/marc").context["sheet"].text

    browser.post(url, {"text": shown.replace("200 1# $a$f", "200 1# $a活着$f余华著"), "act": "save"})
    assert "606 0# $a长篇小说" in to_text(from_storage(bytes(Bib.objects.get().marc)))


def test_the_form_begins_with_the_one_that_comes_first_and_leads_on_with_it(browser: Any) -> None:
    template = kept(browser, is_first="on")

    form = browser.get("/workbench/records/new/cnmarc/book/form").context["form"]
    assert "长篇小说" in str(form.initial)
    chosen = text(browser.get(f"/workbench/records/new/cnmarc/book/form?template={template.id}"))
    assert f"/new/cnmarc/book/marc?template={template.id}" in chosen
    plain = browser.get("/workbench/records/new/cnmarc/book/form?template=0").context["form"]
    assert "长篇小说" not in str(plain.initial)
    assert "?template=0" in text(browser.get("/workbench/records/new"))

    browser.post("/workbench/records/new/cnmarc/book/form", {"title": "活着", "version": "0"})
    assert "606 0# $a长篇小说" in to_text(from_storage(bytes(Bib.objects.get().marc)))


def test_a_template_is_changed_and_dropped(browser: Any) -> None:
    template = kept(browser)
    page = f"{PAGE}/{template.id}/"

    seen = browser.get(page).context["form"]["seen"].value()
    answer = browser.post(page, {"name": "当代小说", "text": template.text, "is_first": "on", "seen": seen})
    assert answer["Location"] == PAGE
    assert "当代小说" in text(browser.get(page))
    browser.post(f"{page}dropped")

    assert RecordTemplate.objects.count() == 0
    assert browser.get(page).status_code == 404


def test_of_two_who_change_one_the_second_sees_what_the_first_has_saved_and_decides(browser: Any) -> None:
    template = kept(browser)
    page = f"{PAGE}/{template.id}/"
    seen = browser.get(page).context["form"]["seen"].value()
    theirs = template.text.replace("长篇小说", "中篇小说")
    browser.post(page, {"name": "小说", "text": theirs, "seen": seen})

    told = browser.post(page, {"name": "小说", "text": template.text, "seen": seen})
    shown = told.content.decode()
    again = browser.post(page, {"name": "小说", "text": template.text, "seen": told.context["form"]["seen"].value()})

    assert told.status_code == 422
    assert "中篇小说" in shown
    assert "长篇小说" in shown
    assert again["Location"] == PAGE
    assert "长篇小说" in RecordTemplate.objects.get().text


@pytest.mark.parametrize(
    ("language", "no_more", "again_first"),
    [("zh-hans", "小说 · 非默认", "小说 · ★ 默认"), ("en", "小说 · does not come first", "小说 · ★ comes first")],
)
def test_who_is_told_that_a_template_was_saved_meanwhile_sees_whether_it_comes_first(
    browser: Any, language: str, no_more: str, again_first: str
) -> None:
    browser.cookies["django_language"] = language
    template = kept(browser, is_first="on")
    page = f"{PAGE}/{template.id}/"
    sent = {"name": "小说", "text": template.text, "seen": browser.get(page).context["form"]["seen"].value()}
    kept(browser, "散文", is_first="on")

    told = browser.post(page, {**sent, "is_first": "on"})
    seen = told.context["form"]["seen"].value()
    browser.post(page, {**sent, "is_first": "on", "seen": seen})
    told_again = browser.post(page, {**sent, "seen": seen})

    assert (told.status_code, told_again.status_code) == (422, 422)
    assert f"<p>{no_more}</p>" in told.content.decode()
    assert f"<p>{again_first}</p>" in told_again.content.decode()


def test_lines_that_are_no_record_and_a_name_that_is_taken_are_named(browser: Any) -> None:
    kept(browser)
    other = kept(browser, "散文")

    wrong = browser.post(BOOK, {"name": "错", "text": "LDR 00000nam0 2200000   450\n200 1#"})
    seen = browser.get(f"{PAGE}/{other.id}/").context["form"]["seen"].value()
    taken = browser.post(f"{PAGE}/{other.id}/", {"name": "小说", "text": other.text, "seen": seen})

    assert (wrong.status_code, taken.status_code) == (422, 422)
    assert "第2行" in wrong.content.decode()
    assert RecordTemplate.objects.count() == 2


def test_who_may_edit_at_one_branch_sees_them_and_keeps_none(town: Town, browser: Any) -> None:
    template = kept(browser)
    here = staff_at(town.central, Role.CATALOGUER)

    assert "小说" in text(here.get(PAGE))
    assert "template-new" not in text(here.get(PAGE))
    assert {here.get(BOOK).status_code, here.get(f"{PAGE}/{template.id}/").status_code} == {403}
    assert here.post(f"{PAGE}/{template.id}/dropped").status_code == 403
    assert staff_at(town.central, Role.DESK).get(PAGE).status_code == 403
