"""Records by hand at the workbench: the MARC editor as a plain form, two people at one record, history and restore."""

from typing import Any

import pytest
from django.test import Client

from tests.factories.catalogue import make_bib
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.records.editing_words import DUPLICATES, KINDS, REFUSALS, RULES, TEXT_REASONS
from wenyuan.doors.workbench.records.form_words import GROUPS, HELP, LABELS
from wenyuan.holdings.catalogue.data import DuplicateReason, FaultRule, RecordKind, Refusal
from wenyuan.holdings.catalogue.editing.slots import FIELDS
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.holdings.catalogue.queries import get_record
from wenyuan.kernel.marc import TextReason, to_text
from wenyuan.organisation.accounts.data import Role

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def browser(town: Town) -> Client:
    return staff_at(town.central, Role.CATALOGUER)


@pytest.fixture
def bib() -> Bib:
    return make_bib(title="平凡的世界", author="路遥")


def sent(browser: Client, url: str, text: str, *, act: str = "save", **more: Any) -> Any:
    return browser.post(url, {"text": text.replace("\n", "\r\n"), "version": "1", "act": act, **more})


def text_of(bib: Bib) -> str:
    found = get_record(bib.id)
    assert found is not None
    return to_text(found.record)


def test_every_rule_kind_and_refusal_has_words() -> None:
    assert set(RULES) == set(FaultRule)
    assert set(TEXT_REASONS) == set(TextReason)
    assert set(KINDS) == set(RecordKind)
    assert set(DUPLICATES) == set(DuplicateReason)
    assert {refusal for refusal in Refusal if refusal.value.startswith(("record_", "version_"))} <= set(REFUSALS)


def test_a_record_is_shown_as_lines_and_saved_from_them(browser: Client, bib: Bib) -> None:
    url = f"/workbench/records/{bib.id}/marc"

    shown = browser.get(url)
    answer = sent(browser, url, shown.context["sheet"].text.replace("平凡的世界", "人生"))

    assert "200 1# $a平凡的世界$f路遥著" in shown.content.decode()
    assert answer["Location"] == f"/workbench/records/{bib.id}/"
    bib.refresh_from_db()
    assert (bib.title, bib.version) == ("人生", 2)


def test_what_was_not_touched_comes_back_byte_for_byte(browser: Client, bib: Bib) -> None:
    before = bytes(bib.marc)

    answer = sent(browser, f"/workbench/records/{bib.id}/marc", text_of(bib))

    bib.refresh_from_db()
    assert answer.status_code == 302
    assert (bytes(bib.marc), bib.version) == (before, 1)


def test_a_record_of_any_length_comes_back_whole(browser: Client, bib: Bib) -> None:
    url = f"/workbench/records/{bib.id}/marc"
    long = "\n".join(f"300 ## $a{number:04d}{'注' * 150}" for number in range(3000))

    answer = sent(browser, url, f"{text_of(bib)}\n{long}")

    assert answer.status_code == 302
    assert text_of(bib).endswith(f"300 ## $a2999{'注' * 150}")


def test_lines_that_are_no_fields_are_named_and_the_text_is_kept(browser: Client, bib: Bib) -> None:
    answer = sent(browser, f"/workbench/records/{bib.id}/marc", text_of(bib) + "\n30 ## $a附注\n300 ## 附注")

    assert answer.status_code == 422
    assert [(fault.place, str(fault.words)) for fault in answer.context["sheet"].faults] == [
        ("第8行", str(TEXT_REASONS[TextReason.NO_TAG])),
        ("第9行", str(TEXT_REASONS[TextReason.NO_SUBFIELD])),
    ]
    assert "30 ## $a附注" in answer.content.decode()


def test_an_error_names_the_field_in_the_reader_s_language_and_nothing_is_saved(browser: Client, bib: Bib) -> None:
    wrong = text_of(bib).replace("$a20120301d2012    em y0chiy50      ea", "$a2012")

    answer = sent(browser, f"/workbench/records/{bib.id}/marc", wrong)

    bib.refresh_from_db()
    assert (answer.status_code, bib.version) == (422, 1)
    first = answer.context["sheet"].faults[0]
    assert (first.place, first.warning) == ("100 通用处理数据 $a", False)
    assert str(first.words).endswith("4 / 36")


def test_a_code_picked_from_its_list_goes_into_the_record_and_others_stay_as_typed(browser: Client, bib: Bib) -> None:
    url = f"/workbench/records/{bib.id}/marc"
    names = {pick.name for _tag, _name, picks in browser.get(url).context["picks"] for pick in picks}

    sent(browser, url, text_of(bib), **{"was-100-17": "e", "pick-100-17": "b", "was-100-8": "f", "pick-100-8": "f"})

    assert {"LDR-5", "100-8", "100-17", "100-18", "100-22"} <= names
    assert "$a20120301d2012    bm y0chiy50      ea" in text_of(bib)
    bib.refresh_from_db()
    assert bib.audience == "general"


def test_pinyin_is_proposed_on_the_page_and_what_was_typed_stays(browser: Client, bib: Bib) -> None:
    typed = text_of(bib).replace("$a路遥$4著", "$a路遥$9LU YAO$4著")

    answer = sent(browser, f"/workbench/records/{bib.id}/marc", typed, act="pinyin")

    text = answer.context["sheet"].text
    assert "200 1# $a平凡的世界$9ping fan de shi jie$f路遥著" in text
    assert "$a路遥$9LU YAO$4著" in text
    bib.refresh_from_db()
    assert bib.version == 1


def test_a_new_record_begins_with_its_draft_and_is_saved_without_what_stayed_empty(browser: Client) -> None:
    url = "/workbench/records/new/cnmarc/book/marc"
    text = browser.get(url).context["sheet"].text

    answer = sent(browser, url, text.replace("200 1# $a$f", "200 1# $a活着$f余华著"), version="0")

    bib = Bib.objects.get()
    assert answer["Location"] == f"/workbench/records/{bib.id}/"
    assert (bib.title, bib.control_number) == ("活着", f"WY{bib.id:09d}")
    assert "690" not in text_of(bib)
    assert all(value for line in text_of(bib).split("\n") for value in line.split("$")[1:])


@pytest.mark.parametrize("editor", ["form", "marc"])
def test_a_page_of_a_new_record_that_is_sent_twice_makes_one(browser: Client, editor: str) -> None:
    url = f"/workbench/records/new/cnmarc/book/{editor}"
    opened = browser.get(url)
    key = opened.context["key"]
    if editor == "form":
        answers = [answered(browser, url, title="鹿鸣县志", key=key) for _ in range(2)]
    else:
        text = opened.context["sheet"].text.replace("200 1# $a", "200 1# $a鹿鸣县志")
        answers = [sent(browser, url, text, version="0", key=key) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [f"/workbench/records/{Bib.objects.get().id}/"] * 2


@pytest.mark.parametrize("kind", RecordKind)
@pytest.mark.parametrize("dialect", ["cnmarc", "marc21"])
def test_the_draft_of_every_kind_needs_a_title_and_no_more(browser: Client, dialect: str, kind: RecordKind) -> None:
    url = f"/workbench/records/new/{dialect}/{kind.value}/marc"
    title = "$a鹿鸣县志"
    text = browser.get(url).context["sheet"].text
    for empty in ("200 1# $a", "245 10 $a"):
        text = text.replace(empty, f"{empty[:-2]}{title}")

    answer = sent(browser, url, text, version="0")

    assert answer.status_code == 302, answer.context["sheet"].faults
    assert Bib.objects.get().title == "鹿鸣县志"


def answered(browser: Client, url: str, **answers: str) -> Any:
    """The form as it was shown, sent with these answers."""
    form = browser.get(url).context["form"]
    return browser.post(url, {name: form[name].value() for name in form.fields} | answers)


def test_a_form_writes_into_the_record_and_leaves_the_rest_byte_for_byte(browser: Client, bib: Bib) -> None:
    before = text_of(bib).split("\n")

    answer = answered(
        browser, f"/workbench/records/{bib.id}/form", publisher="人民文学出版社", persons="路遥 / 著\n莫言 / 序"
    )

    assert answer["Location"] == f"/workbench/records/{bib.id}/"
    lines = text_of(bib).split("\n")
    assert [line for line in lines if line not in before and line[:3] != "005"] == [
        "210 ## $c人民文学出版社",
        "701 #0 $a莫言$9mo yan$4序",
    ]
    assert [line for line in before if line not in lines] == []


def test_a_form_sent_as_it_was_shown_makes_no_version(browser: Client, bib: Bib) -> None:
    answered(browser, f"/workbench/records/{bib.id}/form")

    bib.refresh_from_db()
    assert bib.version == 1


def test_who_answers_a_form_after_another_saved_keeps_both_and_is_shown_what_was_changed(town: Town, bib: Bib) -> None:
    first, second = (staff_at(town.central, Role.CATALOGUER) for _ in range(2))
    url = f"/workbench/records/{bib.id}/form"
    form = second.get(url).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    answered(first, url, title="人生")

    refused = second.post(url, {**shown, "publisher": "作家出版社"})
    again = refused.context["form"]
    second.post(url, {name: again[name].value() for name in again.fields})

    assert refused.status_code == 422
    assert [(one.sign, one.tag) for one in refused.context["sheet"].differences if one.sign != " "] == [
        ("-", "200"),
        ("+", "200"),
    ]
    bib.refresh_from_db()
    assert (bib.title, bib.publisher, bib.version) == ("人生", "作家出版社", 3)


@pytest.mark.parametrize("dialect", ["cnmarc", "marc21"])
@pytest.mark.parametrize("kind", RecordKind)
def test_a_new_record_of_every_kind_needs_a_title_and_no_marc(browser: Client, dialect: str, kind: RecordKind) -> None:
    url = f"/workbench/records/new/{dialect}/{kind.value}/form"

    without = answered(browser, url)
    answer = answered(browser, url, title="鹿鸣县志")

    assert without.status_code == 422
    assert answer.status_code == 302
    assert Bib.objects.get().title == "鹿鸣县志"


@pytest.mark.parametrize("editor", ["form", "marc"])
def test_what_may_be_there_already_is_shown_and_saved_only_when_somebody_says_so(
    browser: Client, bib: Bib, editor: str
) -> None:
    url = f"/workbench/records/new/cnmarc/book/{editor}"
    Bib.objects.filter(id=bib.id).update(publisher="作家出版社", year=2012)
    answers = {"title": "平凡的世界", "persons": "路遥 / 著", "publisher": "作家出版社", "published": "2012"}
    form = browser.get("/workbench/records/new/cnmarc/book/form").context["form"]
    if editor == "form":
        sending = {name: form[name].value() for name in form.fields} | answers
    else:
        text = browser.get(url).context["sheet"].text
        text = text.replace("200 1# $a$f", "200 1# $a平凡的世界$f路遥著").replace("701 #0 $a$4", "701 #0 $a路遥$4著")
        sending = {"text": text.replace("210 ## $a$c$d", "210 ## $c作家出版社$d2012"), "version": "0", "act": "save"}

    told = browser.post(url, sending)
    again = browser.post(url, sending)
    saved = browser.post(url, {**sending, "despite": told.context["sheet"].despite})

    assert (told.status_code, again.status_code, saved.status_code) == (422, 422, 302)
    assert [one.bib_id for one, _words in told.context["sheet"].duplicates] == [bib.id]
    assert Bib.objects.count() == 2


def test_every_field_and_group_of_a_form_has_words() -> None:
    asked = {name for groups in FIELDS.values() for _, names in groups for name in names}

    assert set(LABELS) == asked
    assert set(GROUPS) == {group for groups in FIELDS.values() for group, _ in groups}
    assert set(HELP) <= asked


def test_the_second_at_a_record_is_told_who_has_it_open_and_the_first_is_not(town: Town, bib: Bib) -> None:
    first, second = (staff_at(town.central, Role.CATALOGUER, name=name) for name in ("王芳", "李强"))
    url = f"/workbench/records/{bib.id}/marc"

    alone = first.get(url)
    told = second.get(url)
    renewed = first.post(f"/workbench/records/{bib.id}/open")

    assert alone.context["others"] == []
    assert [name for name, _since in told.context["others"]] == ["王芳"]
    assert "李强" in renewed.content.decode()


def test_who_saves_after_another_is_shown_the_differences_and_overwrites_nothing(town: Town, bib: Bib) -> None:
    first, second = (staff_at(town.central, Role.CATALOGUER) for _ in range(2))
    url = f"/workbench/records/{bib.id}/marc"
    text = text_of(bib)
    sent(first, url, text.replace("$f路遥著", "$f路遥 著"))

    answer = sent(second, url, text.replace("平凡的世界", "人生"))

    bib.refresh_from_db()
    sheet = answer.context["sheet"]
    assert (answer.status_code, bib.title, bib.version) == (422, "平凡的世界", 2)
    assert [(one.sign, one.tag) for one in sheet.differences if one.sign != " "] == [("-", "200"), ("+", "200")]
    assert "人生" in sheet.text
    assert sheet.version == 2


def test_the_history_shows_who_saved_what_and_brings_a_version_back(browser: Client, bib: Bib) -> None:
    sent(browser, f"/workbench/records/{bib.id}/marc", text_of(bib).replace("平凡的世界", "人生"))

    listed = browser.get(f"/workbench/records/{bib.id}/history")
    one = browser.get(f"/workbench/records/{bib.id}/history/1")
    answer = browser.post(f"/workbench/records/{bib.id}/history/1/restored", {"version": "2"})

    assert [(row["version"].number, row["by"]) for row in listed.context["rows"]] == [(2, "王芳"), (1, "")]
    assert [(line.sign, line.tag) for line in one.context["since"] if line.sign != " "] == [("-", "200"), ("+", "200")]
    assert one.context["may_restore"]
    assert answer["Location"] == f"/workbench/records/{bib.id}/"
    bib.refresh_from_db()
    assert (bib.title, bib.version) == ("平凡的世界", 3)


def test_what_was_typed_and_only_checked_is_said_to_be_unsaved(browser: Client, bib: Bib) -> None:
    url = f"/workbench/records/{bib.id}/marc"

    opened, checked = browser.get(url), sent(browser, url, text_of(bib), act="check")

    assert (b"data-unsaved" in opened.content, b"data-unsaved" in checked.content) == (False, True)


def test_a_page_that_is_sent_twice_says_both_times_that_the_record_is_saved(browser: Client, bib: Bib) -> None:
    url, text = f"/workbench/records/{bib.id}/marc", text_of(bib).replace("平凡的世界", "人生")

    answers = [sent(browser, url, text) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [f"/workbench/records/{bib.id}/"] * 2
    bib.refresh_from_db()
    assert (bib.title, bib.version) == ("人生", 2)


def test_a_restore_from_a_page_that_is_out_of_date_is_refused(browser: Client, bib: Bib) -> None:
    url = f"/workbench/records/{bib.id}/marc"
    sent(browser, url, text_of(bib).replace("平凡的世界", "人生"))

    answer = browser.post(f"/workbench/records/{bib.id}/history/1/restored", {"version": "1"}, follow=True)

    bib.refresh_from_db()
    assert bib.version == 2
    assert str(REFUSALS[Refusal.RECORD_CHANGED_MEANWHILE]) in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["{bib}/marc", "{bib}/form", "new", "new/cnmarc/book/form", "new/cnmarc/book/marc", "fields/cnmarc"]
)
def test_who_may_not_edit_records_does_not_come_in(town: Town, bib: Bib, path: str) -> None:
    answer = staff_at(town.central, Role.DESK).get(f"/workbench/records/{path.format(bib=bib.id)}")

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "99/marc",
        "99/form",
        "99/history",
        "99/history/1",
        "new/ukmarc/book/marc",
        "new/cnmarc/stone/marc",
        "fields/ukmarc",
    ],
)
def test_what_is_not_there_is_not_found(browser: Client, path: str) -> None:
    assert browser.get(f"/workbench/records/{path}").status_code == 404


def test_the_help_of_a_field_is_in_both_languages(browser: Client) -> None:
    part = browser.get("/workbench/records/fields/cnmarc?tag=200").content.decode()
    whole = browser.get("/workbench/records/fields/marc21").content.decode()

    assert "题名与责任说明项" in part
    assert "Title proper" in part
    assert "Title statement" in whole


def test_scripts_in_a_title_are_shown_harmless(browser: Client) -> None:
    bib = make_bib(title="<script>alert(1)</script>")

    page = browser.get(f"/workbench/records/{bib.id}/marc").content.decode()

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
