"""Pages of copy cataloguing: asking, looking, taking over as new or over ours, and whom we ask."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.doors.test_harvest_sru import index
from tests.factories.catalogue import make_bib
from tests.factories.network import make_branch, make_library
from tests.factories.staff_pages import staff_at
from tests.operations.test_copy_cataloguing import RECORD, answer_with, served_by
from wenyuan.doors.harvest import gate
from wenyuan.doors.workbench.copying import views
from wenyuan.holdings.catalogue.data import TargetsBusy
from wenyuan.holdings.catalogue.models import Bib, BibVersion, CopyTarget
from wenyuan.holdings.catalogue.queries import get_record
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch

COPY = "/workbench/records/copy/"


@pytest.fixture(autouse=True)
def _this_machine_may_be_asked(settings: Any) -> Iterator[None]:
    settings.WENYUAN_INNER_TARGETS = "127.0.0.0/8"
    gate.ADDRESSES.forget()
    yield
    gate.ADDRESSES.forget()


@pytest.fixture
def branch(db: None) -> Branch:
    make_library()
    return make_branch("C", kind="central")


def cataloguer(branch: Branch) -> Client:
    return staff_at(branch, Role.CATALOGUER, elsewhere=[(Role.CATALOGUER, None)])


def make_target(address: str, name: str = "省图书馆") -> CopyTarget:
    return CopyTarget.objects.create(
        name=name,
        protocol="sru",
        address=address,
        charset="utf-8",
        syntax="marcxml",
        indexes={"isbn": "bath.isbn", "issn": "bath.issn", "title": "dc.title", "author": "dc.creator"},
    )


def sent(html: str) -> dict[str, str]:
    """The first record of a page, as its form sends it."""
    names = ("record", "dialect")
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', html) for name in names}
    return {name: unescape(match[1]) for name, match in found.items() if match}


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_record_is_fetched_looked_at_and_taken_as_new(branch: Branch) -> None:
    browser = cataloguer(branch)
    with served_by(answer_with(RECORD)) as url:
        make_target(url)
        make_target("http://127.0.0.1:1/sru", name="市图书馆")

        found = text_of(browser.get(COPY, {"by": "isbn", "q": "9787506365437"}))

    assert "Walden" in found
    assert "无法连接" in found  # of the other
    seen = browser.post(f"{COPY}review", sent(found))
    assert (seen.status_code, "978-7-5063-6543-7" in text_of(seen)) == (200, True)
    made = browser.post(f"{COPY}taken", {**sent(text_of(seen)), "into": "new"})
    bib = Bib.objects.get()
    assert (made.status_code, made.headers["Location"]) == (302, f"/workbench/records/{bib.id}/")
    assert (bib.title, bib.dialect, bib.source) == ("Walden", "marc21", "local")


def test_a_record_is_laid_over_ours_in_the_version_that_was_seen(branch: Branch) -> None:
    browser = cataloguer(branch)
    with served_by(answer_with(RECORD)) as url:
        make_target(url)
        found = sent(text_of(browser.get(COPY, {"by": "title", "q": "walden"})))
    browser.post(f"{COPY}taken", {**found, "into": "new"})
    bib = Bib.objects.get()

    seen = text_of(browser.post(f"{COPY}review", found))
    assert browser.post(f"{COPY}taken", found).status_code == 422  # neither as new nor over ours
    assert f'value="{bib.id}-1"' in seen
    old = browser.post(f"{COPY}taken", {**found, "into": f"{bib.id}-9"})
    assert (old.status_code, "data-refused" in text_of(old)) == (422, True)
    assert BibVersion.objects.count() == 0
    Bib.objects.filter(id=bib.id).update(marc=bytes(bib.marc).replace(b"Thoreau", b"H. D. T"))
    laid = browser.post(f"{COPY}taken", {**found, "into": f"{bib.id}-2"})  # the change by hand was a version too
    version = get_record(bib.id)
    assert version is not None
    assert (laid.status_code, version.number, "Thoreau" in str(version.record)) == (302, 3, True)


def test_our_own_sru_is_a_target_like_any_other(served: str) -> None:
    make_library()
    branch = make_branch("C", kind="central")
    bib = make_bib(title="活着", author="余华", isbn="978-7-5063-6543-7")
    index()
    target = make_target(f"{served}/sru")
    CopyTarget.objects.filter(id=target.id).update(syntax="cnmarcxml")
    browser = cataloguer(branch)

    found = text_of(browser.get(COPY, {"by": "isbn", "q": "7-5063-6543-X"}))
    seen = text_of(browser.post(f"{COPY}review", sent(found)))
    unchanged = browser.post(f"{COPY}taken", {**sent(found), "into": f"{bib.id}-1"})

    assert "活着" in found
    assert f'value="{bib.id}-1"' in seen
    assert unchanged.status_code == 302


def test_faults_of_a_record_are_listed_and_it_stays_outside(branch: Branch) -> None:
    untitled = RECORD.replace('tag="245"', 'tag="500"')
    browser = cataloguer(branch)
    with served_by(answer_with(untitled)) as url:
        make_target(url)
        found = sent(text_of(browser.get(COPY, {"by": "isbn", "q": "9787506365437"})))

    answer = browser.post(f"{COPY}taken", {**found, "into": "new"})

    assert answer.status_code == 422
    assert "245" in text_of(answer)
    assert 'formaction="/workbench/records/new/marc21/book/marc"' in text_of(answer)
    assert not Bib.objects.exists()


def test_what_others_send_is_shown_and_does_nothing(branch: Branch) -> None:
    script = RECORD.replace("Walden", "&lt;script&gt;alert(1)&lt;/script&gt;")
    browser = cataloguer(branch)
    with served_by(answer_with(script)) as url:
        make_target(url)
        page = text_of(browser.get(COPY, {"by": "isbn", "q": "9787506365437"}))

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"record": "!", "dialect": "marc21"},
        {"record": "AAAA", "dialect": "marc21"},
        {"record": "A" * 200_001, "dialect": "marc21"},
        {"record": "AAAA", "dialect": "x"},
    ],
)
def test_what_is_no_record_is_refused(branch: Branch, form: dict[str, str]) -> None:
    for view in ("review", "taken"):
        assert cataloguer(branch).post(f"{COPY}{view}", form).status_code == 400


def test_who_has_no_turn_is_told_so(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(**_: object) -> None:
        raise TargetsBusy

    monkeypatch.setattr(views, "search_targets", busy)
    make_target("http://127.0.0.1:1/")

    assert "此刻其他人正在查询" in text_of(cataloguer(branch).get(COPY, {"by": "isbn", "q": "1"}))


def test_without_targets_the_page_leads_to_the_first_one(branch: Branch) -> None:
    assert f'href="{COPY}targets/new"' in text_of(cataloguer(branch).get(COPY))


def test_desk_clerks_may_not_fetch(branch: Branch) -> None:
    assert staff_at(branch, Role.DESK).get(COPY).status_code == 403
    assert staff_at(branch, Role.DESK).get(f"{COPY}targets").status_code == 403


def test_a_target_is_entered_changed_and_dropped(branch: Branch) -> None:
    browser = cataloguer(branch)
    form = {"name": "国图", "protocol": "z3950", "address": "z.example:2100/db", "charset": "gb18030", "place": "1"}

    wrong = browser.post(f"{COPY}targets/new", {**form, "address": "https://z.example/"})
    made = browser.post(f"{COPY}targets/new", {**form, "is_asked": "on"})
    target = CopyTarget.objects.get()
    changed = browser.post(f"{COPY}targets/{target.id}/", {**form, "name": "国家图书馆", "index_isbn": "@attr 1=1007"})

    assert (wrong.status_code, made.status_code, changed.status_code) == (422, 302, 302)
    target.refresh_from_db()
    assert (target.name, target.is_asked, target.indexes["isbn"]) == ("国家图书馆", False, "@attr 1=1007")
    assert "国家图书馆" in text_of(browser.get(f"{COPY}targets"))
    assert browser.post(f"{COPY}targets/{target.id}/dropping").status_code == 302
    assert browser.get(f"{COPY}targets/{target.id}/").status_code == 404


def test_one_that_may_be_ours_already_is_taken_as_new_only_when_somebody_says_so(branch: Branch) -> None:
    browser = cataloguer(branch)
    with served_by(answer_with(RECORD)) as url:
        make_target(url)
        form = sent(text_of(browser.get(COPY, {"by": "isbn", "q": "9787506365437"}))) | {"into": "new"}
    browser.post(f"{COPY}taken", form)

    told = browser.post(f"{COPY}taken", form)
    despite = told.context["sheet"].despite
    taken = browser.post(f"{COPY}taken", {**form, "despite": despite})

    assert told.status_code == 422
    assert despite == str(Bib.objects.order_by("id")[0].id)
    assert (taken.status_code, Bib.objects.count()) == (302, 2)
