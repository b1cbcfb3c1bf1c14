"""Authorities at the workbench: found, kept, merged; waiting headings decided; records follow in the background."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.authorities import running
from wenyuan.doors.workbench.authorities.forms import AuthorityForm
from wenyuan.doors.workbench.authorities.words import KINDS, REFUSALS, STATES, fault_words
from wenyuan.holdings.catalogue.data import AuthorityInput, AuthorityRefusal, LinkState, Refusal, Variant
from wenyuan.holdings.catalogue.models import Authority, AuthorityUpdate, HeadingUse
from wenyuan.holdings.catalogue.operations import follow_headings, keep_authority
from wenyuan.holdings.catalogue.queries import get_authority, get_record, headings_of_bib
from wenyuan.kernel.headings import HeadingKind
from wenyuan.kernel.marc import DataField
from wenyuan.organisation.accounts.data import Role

pytestmark = pytest.mark.usefixtures("db")

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
PAGE = "/workbench/records/authorities/"
TYPED = {
    "kind": "person",
    "name": "J·K·罗琳",
    "dates": "1965-",
    "nationality": "英",
    "variants": "=罗琳\nRowling, J. K.; 1965-",
}


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def browser(town: Town) -> Any:
    return staff_at(town.central, Role.CATALOGUER)


def kept(town: Town, name: str, dates: str = "", *variants: Variant) -> int:
    authority = AuthorityInput(kind=HeadingKind.PERSON, name=name, dates=dates, variants=variants)
    desk = make_desk(town.central, role=Role.CATALOGUER)
    return keep_authority(authority_id=None, version=None, authority=authority, at=AT, desk=desk).id


def followed() -> None:
    while follow_headings() > 0:
        continue


def work(update: AuthorityUpdate) -> None:
    """What the worker does."""
    running.run_update(
        update_id=update.pk, account_id=update.asked_by_id or 0, branch_id=update.branch_id, at=datetime.now(tz=UTC)
    )
    followed()


def test_every_kind_state_refusal_and_fault_has_words() -> None:
    assert set(KINDS) == set(HeadingKind)
    assert set(STATES) == set(LinkState)
    assert set(REFUSALS) == set(AuthorityRefusal)
    assert fault_words(Refusal.RECORD_UNFIT.value) != "record_unfit"


def test_an_authority_is_typed_and_found_by_what_leads_to_it(town: Town, browser: Any) -> None:
    assert "还没有规范记录" in browser.get(PAGE).content.decode()

    answer = browser.post(f"{PAGE}new", TYPED)

    row = Authority.objects.get()
    assert answer.url == f"{PAGE}{row.pk}/"
    found = get_authority(row.pk)
    assert found is not None
    assert found.variants == (Variant("Rowling, J. K.", "1965-"), Variant("罗琳", is_same=True))
    shown = browser.get(answer.url).content.decode()
    assert "直接连接" in shown
    assert "J·K·罗琳" in browser.get(f"{PAGE}?q=羅").content.decode()
    assert "没有以此开头的规范记录" in browser.get(f"{PAGE}?q=鲁").content.decode()
    assert "J·K·罗琳" in browser.get(f"{PAGE}{row.pk}/history").content.decode()


def test_what_is_refused_stands_at_its_field(town: Town, browser: Any) -> None:
    first = kept(town, "鲁迅")

    taken = browser.post(f"{PAGE}new", {**TYPED, "name": "魯迅", "dates": ""})
    unknown = browser.post(f"{PAGE}new", {**TYPED, "beside": "周作人"})
    stale = browser.post(f"{PAGE}{first}/edit", {**TYPED, "version": "7"})
    unseen = browser.post(f"{PAGE}{first}/edit", {**TYPED, "version": ""})

    assert {answer.status_code for answer in (taken, unknown, stale, unseen)} == {422}
    assert str(REFUSALS[AuthorityRefusal.HEADING_TAKEN]) in taken.content.decode()
    assert "周作人" in unknown.content.decode()
    assert str(REFUSALS[AuthorityRefusal.CHANGED_MEANWHILE]) in stale.content.decode()
    assert Authority.objects.count() == 1


def test_see_also_of_a_name_that_two_have_is_told_apart_by_its_number_and_saved_again(town: Town, browser: Any) -> None:
    plain, dated = kept(town, "鲁迅"), kept(town, "鲁迅", "1881-1936")

    asked = browser.post(f"{PAGE}new", {**TYPED, "beside": "鲁迅"})
    stranger = browser.post(f"{PAGE}new", {**TYPED, "beside": f"鲁迅 #{dated + 9}"})
    browser.post(f"{PAGE}new", {**TYPED, "beside": f"鲁迅 #{plain}"})
    row = Authority.objects.get(name="J·K·罗琳")
    shown = browser.get(f"{PAGE}{row.pk}/edit").context["form"]
    again = browser.post(f"{PAGE}{row.pk}/edit", {**shown.initial, "note": "查过《英国作家辞典》"})

    assert (asked.status_code, stranger.status_code, again.status_code) == (422, 422, 302)
    assert f"鲁迅 #{plain} " in asked.content.decode()
    assert f"鲁迅; 1881-1936 #{dated} " in asked.content.decode()
    found = get_authority(row.pk)
    assert found is not None
    assert ([one.id for one in found.beside], found.note) == ([plain], "查过《英国作家辞典》")


def test_see_also_is_found_by_its_number_among_more_than_are_named_and_with_a_full_width_sign(
    town: Town, browser: Any
) -> None:
    ids = [kept(town, "王伟", str(1960 + number)) for number in range(12)]
    numbered = kept(town, "作品 #5")

    sent = f"王伟 #{ids[11]}\n王伟＃{ids[10]}\n作品 #5"
    answer = browser.post(f"{PAGE}new", {**TYPED, "beside": sent})

    assert answer.status_code == 302
    found = get_authority(Authority.objects.get(name="J·K·罗琳").pk)
    assert found is not None
    assert sorted(one.id for one in found.beside) == [ids[10], ids[11], numbered]


def test_more_see_also_than_an_authority_has_are_refused_before_any_is_looked_for(
    django_assert_num_queries: Any,
) -> None:
    form = AuthorityForm({**TYPED, "beside": "鲁迅\n" * 51})

    with django_assert_num_queries(0):
        assert not form.is_valid()

    assert form.errors["beside"] == ["一次最多 50 个。"]


def test_see_also_is_looked_for_by_one_question_a_line(town: Town, django_assert_num_queries: Any) -> None:
    kept(town, "鲁迅")
    form = AuthorityForm({**TYPED, "beside": "鲁迅"})

    with django_assert_num_queries(1):
        assert form.is_valid()


def test_a_new_heading_goes_into_the_records_in_the_background(town: Town, browser: Any) -> None:
    authority, bib = kept(town, "余华"), make_bib(author="余华")
    followed()
    shown = browser.get(f"{PAGE}{authority}/edit")
    assert 'name="version" value="1"' in shown.content.decode()

    browser.post(f"{PAGE}{authority}/edit", {"version": "1", "name": "余华", "dates": "1960年生"})

    update = AuthorityUpdate.objects.get()
    running_page = browser.get(f"{PAGE}{authority}/").content.decode()
    assert "hx-get" in running_page
    assert f'action="{PAGE}{authority}/records"' in running_page
    work(update)
    record = get_record(bib.pk)
    assert record is not None
    [author] = [field for field in record.record.fields if isinstance(field, DataField) and field.tag == "701"]
    assert author.first("f") == "1960-"
    assert browser.get(f"{PAGE}{authority}/progress")["HX-Refresh"] == "true"
    history = browser.get(f"/workbench/records/{bib.pk}/history").content.decode()
    assert f"{PAGE}{authority}/" in history
    assert f"{PAGE}{authority}/" in browser.get(f"/workbench/records/{bib.pk}/history/2").content.decode()


def test_a_long_update_is_done_in_turns(town: Town, browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "RECORDS_A_RUN", 2)
    authority = kept(town, "余华")
    for number in range(3):
        make_bib(author="余华", title=f"活着{number}")
    followed()
    browser.post(f"{PAGE}{authority}/edit", {"version": "1", "name": "余秋雨"})
    update = AuthorityUpdate.objects.get()

    work(update)
    found = get_authority(authority)
    assert found is not None
    assert found.update is not None
    assert (found.update.changed, found.update.left) == (2, 1)
    assert browser.post(f"{PAGE}{authority}/records").status_code == 302
    work(update)

    found = get_authority(authority)
    assert found is not None
    assert found.update is not None
    assert (found.update.changed, found.update.left, found.update.is_running) == (3, 0, False)


def test_two_authorities_are_made_one(town: Town, browser: Any) -> None:
    stays, goes = kept(town, "鲁迅"), kept(town, "周树人")
    page = f"{PAGE}{stays}/merge"
    assert "周树人" in browser.get(f"{page}?q=周").content.decode()

    browser.post(page, {"other": goes, "version": "1"})

    assert f"{PAGE}{stays}/" in browser.get(f"{PAGE}{goes}/").content.decode()
    again = browser.post(page, {"other": goes, "version": "2"}, follow=True)
    assert str(REFUSALS[AuthorityRefusal.MERGED]) in again.content.decode()
    assert browser.post(page, {"other": "x"}).status_code == 404


def test_records_with_a_variant_get_the_heading_when_asked(town: Town, browser: Any) -> None:
    authority, bib = kept(town, "鲁迅", "", Variant("周树人", is_same=True)), make_bib(author="周树人")
    followed()

    browser.post(f"{PAGE}{authority}/records")
    work(AuthorityUpdate.objects.get())

    assert [use.name for use in headings_of_bib(bib.pk)] == ["鲁迅"]


def test_a_heading_that_waits_is_decided(town: Town, browser: Any) -> None:
    authority = kept(town, "余华", "1960-")
    one, other = make_bib(author="余华", title="活着"), make_bib(author="余华", title="兄弟")
    followed()
    listed = browser.get("/workbench/records/headings/").content.decode()
    page = "/workbench/records/headings/one?kind=person&key=余华"
    assert "余华" in listed
    shown = browser.get(page).content.decode()
    assert "余华, 1960-" in shown
    assert "活着" in shown

    unticked = browser.post(page, {"authority": authority, "reach": "chosen"})
    browser.post(page, {"authority": authority, "reach": "chosen", "bib": [one.pk]})
    browser.post(page, {"authority": "none", "reach": "chosen", "bib": [other.pk]})

    assert unticked.status_code == 422
    assert [(use.bib_id, use.state, use.authority_id) for use in HeadingUse.objects.order_by("bib_id")] == [
        (one.pk, "linked", authority),
        (other.pk, "left", None),
    ]
    assert "没有需要认定的标目" in browser.get("/workbench/records/headings/").content.decode()
    assert browser.get("/workbench/records/headings/one?kind=person&key=无").status_code == 404
    assert browser.get("/workbench/records/headings/one?kind=x&key=余华").status_code == 404


def test_a_heading_without_an_authority_leads_to_a_new_one(town: Town, browser: Any) -> None:
    make_bib(author="余华")
    followed()

    shown = browser.get("/workbench/records/headings/?state=unknown&kind=person").content.decode()
    assert "余华" in shown
    form = browser.get(f"{PAGE}new?kind=person&name=余华").content.decode()

    assert 'value="余华"' in form


def test_the_page_of_a_record_leads_from_its_headings_to_their_authorities(town: Town, browser: Any) -> None:
    linked, waits = make_bib(author="鲁迅"), make_bib(author="余华")
    authority = kept(town, "鲁迅")
    kept(town, "余华", "1960-")
    followed()

    assert f"{PAGE}{authority}/" in browser.get(f"/workbench/records/{linked.pk}/").content.decode()
    shown = browser.get(f"/workbench/records/{waits.pk}/").content.decode()
    assert "/workbench/records/headings/one?kind=person" in shown
    clerk = staff_at(town.central, Role.DESK, username="clerk")
    assert "/workbench/records/headings/one" not in clerk.get(f"/workbench/records/{waits.pk}/").content.decode()


def test_who_may_not_edit_records_may_look_and_nothing_else(town: Town, browser: Any) -> None:
    authority = kept(town, "余华")
    clerk = staff_at(town.central, Role.DESK, username="clerk")

    assert clerk.get(PAGE).status_code == 200
    shown = clerk.get(f"{PAGE}{authority}/").content.decode()
    assert f"{PAGE}{authority}/edit" not in shown
    for path in (f"{PAGE}new", f"{PAGE}{authority}/edit", f"{PAGE}{authority}/merge", "/workbench/records/headings/"):
        assert clerk.get(path).status_code == 403
    assert clerk.post(f"{PAGE}{authority}/records").status_code == 403


def test_long_lists_ask_the_tables_a_few_times(town: Town, browser: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        kept(town, f"作者{number:02d}")
        make_bib(author=f"作者{number:02d}")
    followed()

    with django_assert_max_num_queries(14):
        first = browser.get(PAGE)
    with django_assert_max_num_queries(18):
        browser.get(f"{PAGE}{Authority.objects.earliest('id').pk}/")
    with django_assert_max_num_queries(14):
        headings = browser.get("/workbench/records/headings/?state=linked")

    assert first.context["onward"].token
    assert headings.context["onward"].token
    assert "作者59" in browser.get(f"{PAGE}?from={first.context['onward'].token}").content.decode()
    further = browser.get(f"/workbench/records/headings/?state=linked&from={headings.context['onward'].token}")
    assert "作者59" in further.content.decode()


def test_links_of_other_kinds_of_lists_lead_to_the_first_page(browser: Any) -> None:
    assert browser.get("/workbench/records/headings/?from=x").status_code == 200
