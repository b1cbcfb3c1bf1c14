"""Authorities: kept, linked behind the records, decided by people, and written into the records that use them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib
from tests.factories.network import make_branch
from tests.racing import at_once
from wenyuan.holdings.catalogue.authorities import updating
from wenyuan.holdings.catalogue.data import (
    AuthorityInput,
    AuthorityRefusal,
    AuthorityRefused,
    AuthoritySaved,
    CatalogueRefused,
    LinkState,
    Refusal,
    Variant,
)
from wenyuan.holdings.catalogue.editing import saving
from wenyuan.holdings.catalogue.models import Authority, AuthorityUpdated, Bib, BibVersion, HeadingUse, HeadingWaiting
from wenyuan.holdings.catalogue.operations import (
    bring_to_heading,
    decide_heading,
    edit_bib,
    follow_headings,
    keep_authority,
    merge_authorities,
    update_next,
)
from wenyuan.holdings.catalogue.queries import (
    authorities_like,
    bibs_of_authority,
    count_other_forms,
    get_authority,
    get_record,
    headings_of_bib,
    list_authorities,
    list_headings,
    list_versions,
    running_update,
    updates_of_versions,
    uses_of_heading,
)
from wenyuan.kernel.headings import HeadingKind, headings_of
from wenyuan.kernel.marc import DataField, Dialect, Record
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
PERSON, TOPIC = HeadingKind.PERSON, HeadingKind.TOPIC


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("B1")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.CATALOGUER)


def kept(
    desk: Desk, name: str, dates: str = "", *variants: Variant, kind: HeadingKind = PERSON, beside: tuple[int, ...] = ()
) -> AuthoritySaved:
    authority = AuthorityInput(kind=kind, name=name, dates=dates, variants=variants, beside=beside)
    return keep_authority(authority_id=None, version=None, authority=authority, at=AT, desk=desk)


def changed(desk: Desk, saved: AuthoritySaved, name: str, dates: str = "", *variants: Variant) -> AuthoritySaved:
    authority = AuthorityInput(kind=PERSON, name=name, dates=dates, variants=variants)
    return keep_authority(authority_id=saved.id, version=saved.version, authority=authority, at=LATER, desk=desk)


def followed() -> None:
    while follow_headings() > 0:
        continue


def updated(saved: AuthoritySaved, desk: Desk) -> int:
    assert saved.update_id is not None
    count = 0
    while update_next(update_id=saved.update_id, at=LATER, desk=desk):
        count += 1
    followed()
    return count


def link(bib_id: int, kind: HeadingKind = PERSON) -> tuple[LinkState, int | None]:
    use = next(one for one in headings_of_bib(bib_id) if one.kind is kind)
    return use.state, use.authority_id


def record_of(bib_id: int) -> Record:
    found = get_record(bib_id)
    assert found is not None
    return found.record


def author_field(bib_id: int) -> DataField:
    return next(field for field in record_of(bib_id).fields if isinstance(field, DataField) and field.tag == "701")


def refusal_of(act: Callable[[], object]) -> AuthorityRefusal:
    with pytest.raises(AuthorityRefused) as refused:
        act()
    return refused.value.refusal


# Keeping


def test_an_authority_is_found_by_its_heading_and_by_its_variants(desk: Desk) -> None:
    saved = kept(desk, "J·K·罗琳", "1965—", Variant("罗琳", ""), Variant("Rowling, J. K.", "1965-"))

    found = get_authority(saved.id)

    assert found is not None
    assert (found.name, found.dates, found.version, found.label) == ("J·K·罗琳", "1965-", 1, "J·K·罗琳, 1965-")
    assert {one.name for one in found.variants} == {"罗琳", "Rowling, J. K."}
    for text in ("jk", "罗", "ROWLING", "羅琳", ""):
        assert [one.id for one in list_authorities(text=text).rows] == [saved.id]
    assert list_authorities(text="鲁").rows == ()
    assert list_authorities(kind=TOPIC).rows == ()


def test_lists_of_authorities_go_on_by_key(desk: Desk) -> None:
    ids = [kept(desk, "作者", f"19{number}-").id for number in range(10, 15)]

    first = list_authorities(size=3)
    second = list_authorities(after=first.after, size=3)

    assert [one.id for one in (*first.rows, *second.rows)] == ids
    assert second.after is None


def test_authorities_whose_heading_or_variant_begins_so_are_one_list_by_key(desk: Desk) -> None:
    by_variant = kept(desk, "丁玲", "", Variant("蒋冰之", ""), Variant("蒋伟", "")).id
    by_both = kept(desk, "蒋光慈", "", Variant("蒋侠僧", "")).id
    by_heading = kept(desk, "蒋勋").id
    latest = kept(desk, "黎锦晖", "", Variant("蒋黎", "")).id
    kept(desk, "余华", "", Variant("余蒋", ""))

    first = list_authorities(text="蒋", size=1)
    second = list_authorities(text="蒋", after=first.after, size=2)
    third = list_authorities(text="蒋", after=second.after, size=2)

    pages = [[one.id for one in page.rows] for page in (first, second, third)]
    assert pages == [[by_variant], [by_both, by_heading], [latest]]
    assert third.after is None


def test_every_change_is_audited_with_what_was_before(desk: Desk) -> None:
    saved = kept(desk, "余华")
    changed(desk, saved, "余华", "1960-")

    first, second = AuditRow.objects.filter(subject_kind="authority", subject_id=saved.id).order_by("id")

    assert (first.act, first.after["name"]) == ("keep_authority", "余华")
    assert second.before["name"] == "余华"
    assert "dates" not in second.before
    assert second.after["dates"] == "1960-"
    assert second.account_id == desk.operator.account_id


def test_a_stale_version_changes_nothing(desk: Desk) -> None:
    saved = kept(desk, "余华")
    changed(desk, saved, "余华", "1960-")

    assert refusal_of(partial(changed, desk, saved, "余华", "1961-")) is AuthorityRefusal.CHANGED_MEANWHILE
    assert Authority.objects.get().dates == "1960-"


@pytest.mark.parametrize(
    ("authority", "refusal"),
    [
        (AuthorityInput(kind=PERSON, name=" · "), AuthorityRefusal.NAME_UNFIT),
        (AuthorityInput(kind=PERSON, name="长" * 201), AuthorityRefusal.NAME_UNFIT),
        (AuthorityInput(kind=PERSON, name="余华", dates="清"), AuthorityRefusal.DATES_UNFIT),
        (AuthorityInput(kind=TOPIC, name="小说", dates="1960-"), AuthorityRefusal.DATES_UNFIT),
        (AuthorityInput(kind=PERSON, name="余华", note="长" * 1001), AuthorityRefusal.TEXT_TOO_LONG),
        (AuthorityInput(kind=PERSON, name="余华", variants=(Variant("·"),)), AuthorityRefusal.VARIANTS_UNFIT),
        (
            AuthorityInput(kind=PERSON, name="余华", variants=tuple(Variant(f"名{n}") for n in range(101))),
            AuthorityRefusal.VARIANTS_UNFIT,
        ),
        (AuthorityInput(kind=PERSON, name="余华", beside=(10**9,)), AuthorityRefusal.BESIDE_UNKNOWN),
        (AuthorityInput(kind=PERSON, name="魯 迅"), AuthorityRefusal.HEADING_TAKEN),
    ],
)
def test_what_is_no_authority_is_refused(desk: Desk, authority: AuthorityInput, refusal: AuthorityRefusal) -> None:
    kept(desk, "鲁迅")

    act = partial(keep_authority, authority_id=None, version=None, authority=authority, at=AT, desk=desk)

    assert refusal_of(act) is refusal
    assert Authority.objects.count() == 1


def test_authorities_are_for_those_who_may_edit_records(branch: Branch) -> None:
    clerk = make_desk(branch, role=Role.DESK)

    with pytest.raises(NotAllowed):
        kept(clerk, "余华")


def test_see_also_leads_both_ways(desk: Desk) -> None:
    first = kept(desk, "鲁迅")
    second = kept(desk, "周树人", beside=(first.id,))

    for one, other in ((first, second), (second, first)):
        found = get_authority(one.id)
        assert found is not None
        assert [beside.id for beside in found.beside] == [other.id]


def test_whoever_has_an_authority_open_that_others_lead_to_now_is_told(desk: Desk) -> None:
    first = kept(desk, "鲁迅")
    kept(desk, "周树人", beside=(first.id,))

    assert refusal_of(partial(changed, desk, first, "鲁迅")) is AuthorityRefusal.CHANGED_MEANWHILE


# Linking


def test_headings_of_a_record_that_comes_in_are_linked_behind_it(desk: Desk) -> None:
    saved = kept(desk, "余华")
    bib = make_bib(author="余華")

    followed()

    assert link(bib.pk) == (LinkState.LINKED, saved.id)
    assert bibs_of_authority(saved.id).ids == (bib.pk,)
    assert not HeadingWaiting.objects.exists()


def test_an_authority_that_comes_later_finds_the_records(desk: Desk) -> None:
    bib = make_bib(author="余华")
    followed()
    assert link(bib.pk) == (LinkState.UNKNOWN, None)

    saved = kept(desk, "余华")
    followed()

    assert link(bib.pk) == (LinkState.LINKED, saved.id)


def test_a_record_that_is_erased_takes_its_headings_along(desk: Desk) -> None:
    bib = make_bib(author="余华")
    followed()

    bib.delete()
    followed()

    assert not HeadingUse.objects.exists()


def test_a_record_that_is_merged_uses_no_heading_until_that_is_undone(desk: Desk) -> None:
    saved = kept(desk, "余华")
    one, other = make_bib(author="余华"), make_bib(author="余华")
    followed()

    Bib.objects.filter(id=other.pk).update(merged_into=one)
    followed()
    assert bibs_of_authority(saved.id).ids == (one.pk,)

    Bib.objects.filter(id=other.pk).update(merged_into=None)
    followed()
    assert bibs_of_authority(saved.id).ids == (one.pk, other.pk)


def test_a_heading_that_is_edited_away_is_linked_no_more(desk: Desk) -> None:
    saved = kept(desk, "余华")
    bib = make_bib(author="余华")
    followed()

    record = record_of(bib.pk)
    fields = tuple(field for field in record.fields if field.tag not in ("701", "200"))
    title = DataField("200", "1", " ", (("a", "平凡的世界"),))
    edit_bib(bib_id=bib.pk, version=1, record=record._replace(fields=(*fields, title)), at=AT, desk=desk)
    followed()

    assert headings_of_bib(bib.pk) == ()
    assert bibs_of_authority(saved.id).ids == ()


@pytest.mark.parametrize(
    ("variants", "dates", "expected"),
    [
        ((), "1960-", LinkState.REVIEW),  # other dates
        ((Variant("余华"),), "1960-", LinkState.REVIEW),  # a variant that somebody only noted
        ((Variant("余华", "", True),), "1960-", LinkState.LINKED),  # one known to be the same
    ],
)
def test_other_dates_and_variants_wait_for_a_person(
    desk: Desk, variants: tuple[Variant, ...], dates: str, expected: LinkState
) -> None:
    kept(desk, "余华", dates, *variants)
    bib = make_bib(author="余华")

    followed()

    assert link(bib.pk)[0] is expected
    forms = list_headings(kind=PERSON, state=expected).rows
    assert [(one.name, one.bibs) for one in forms] == [("余华", 1)]


def test_two_authorities_of_one_form_wait_for_a_person(desk: Desk) -> None:
    first = kept(desk, "余华")
    second = kept(desk, "余华", "1960-", Variant("余华", "", True))
    bib = make_bib(author="余华")

    followed()

    assert link(bib.pk) == (LinkState.REVIEW, None)
    assert {one.id for one in authorities_like(PERSON, "余华")} == {first.id, second.id}


def test_what_changes_no_record_leaves_no_work(desk: Desk) -> None:
    bib = make_bib(author="余华")
    followed()

    Bib.objects.filter(id=bib.pk).update(title="另一题名")
    assert not HeadingWaiting.objects.exists()

    Bib.objects.filter(id=bib.pk).update(marc=bytes(bib.marc) + b" ")
    assert HeadingWaiting.objects.get().bib_id == bib.pk


# Deciding


def test_a_decision_for_one_record_stays_whatever_follows(desk: Desk) -> None:
    saved = kept(desk, "余华", "1960-")
    one, other = make_bib(author="余华"), make_bib(author="余华")
    followed()

    count = decide_heading(kind=PERSON, key="余华", dates="", authority_id=saved.id, bib_ids=[one.pk], at=AT, desk=desk)
    kept(desk, "余华")
    followed()

    assert count == 1
    assert link(one.pk) == (LinkState.LINKED, saved.id)
    assert link(other.pk)[0] is LinkState.LINKED
    assert link(other.pk)[1] != saved.id


def test_a_decision_for_always_links_what_comes_later(desk: Desk) -> None:
    saved = kept(desk, "余华", "1960-")
    make_bib(author="余华")
    followed()

    decide_heading(kind=PERSON, key="余华", dates="", authority_id=saved.id, always=True, at=AT, desk=desk)
    later = make_bib(author="余华")
    followed()

    assert link(later.pk) == (LinkState.LINKED, saved.id)
    assert uses_of_heading(kind=PERSON, key="余华", dates="").rows[0].is_decided


def test_what_is_left_without_an_authority_asks_no_more(desk: Desk) -> None:
    kept(desk, "余华", "1960-")
    bib = make_bib(author="余华")
    followed()

    decide_heading(kind=PERSON, key="余华", dates="", authority_id=None, at=AT, desk=desk)

    assert link(bib.pk) == (LinkState.LEFT, None)
    assert list_headings(kind=PERSON, state=LinkState.REVIEW).rows == ()


def test_decisions_that_fit_nothing_are_refused(desk: Desk) -> None:
    topic = kept(desk, "余华", kind=TOPIC)
    decide = partial(decide_heading, kind=PERSON, key="余华", dates="", at=AT, desk=desk)

    assert refusal_of(partial(decide, authority_id=None)) is AuthorityRefusal.HEADING_UNKNOWN
    assert refusal_of(partial(decide, authority_id=topic.id)) is AuthorityRefusal.OTHER_KIND
    assert refusal_of(partial(decide, authority_id=999)) is AuthorityRefusal.UNKNOWN


# Renaming and merging


def test_a_renamed_authority_updates_its_records_by_edits_that_say_why(desk: Desk) -> None:
    bibs = [make_bib(author="余华", title=f"活着{number}") for number in range(3)]
    saved = kept(desk, "余华")
    followed()

    renamed = changed(desk, saved, "余华", "1960-")

    assert updated(renamed, desk) == 3
    for bib in bibs:
        assert author_field(bib.pk).subfields == (("a", "余华"), ("f", "1960-"), ("4", "著"))
        assert link(bib.pk) == (LinkState.LINKED, saved.id)
        assert BibVersion.objects.get(bib=bib).number == 1
        assert updates_of_versions(bib.pk, [1, 2])[2].label == "余华, 1960-"
    entry = Entry.objects.filter(kind=Kind.RECORD_CHANGED).latest("id")
    assert entry.details == {"version": 2, "fields": ["701"], "authority": saved.id}
    assert entry.operator_id == desk.operator.account_id
    found = get_authority(saved.id)
    assert found is not None
    assert found.variants == (Variant("余华"),)
    assert found.update is not None
    assert (found.update.is_running, found.update.changed, found.update.left) == (False, 3, 0)


def test_a_former_heading_that_is_typed_as_a_mere_variant_still_brings_its_records_along(desk: Desk) -> None:
    bib = make_bib(author="余华")
    saved = kept(desk, "余华")
    followed()

    renamed = changed(desk, saved, "余秋雨", "", Variant("余华"))
    followed()
    updated(renamed, desk)

    assert author_field(bib.pk).first("a") == "余秋雨"


def test_renaming_back_undoes_it(desk: Desk) -> None:
    bib = make_bib(author="余华")
    before = record_of(bib.pk)
    saved = kept(desk, "余华")
    followed()

    renamed = changed(desk, saved, "余秋雨")
    updated(renamed, desk)
    again = changed(desk, renamed, "余华")
    updated(again, desk)

    fields = {field.tag: field for field in record_of(bib.pk).fields}
    assert all(fields[field.tag] == field for field in before.fields)


def test_an_update_that_is_cut_off_goes_on_and_finds_what_was_linked_meanwhile(desk: Desk) -> None:
    for number in range(3):
        make_bib(author="余华", title=f"活着{number}")
    saved = kept(desk, "余华")
    followed()
    renamed = changed(desk, saved, "余秋雨")
    assert renamed.update_id is not None

    assert update_next(update_id=renamed.update_id, at=LATER, desk=desk)
    followed()
    late = make_bib(author="余华", title="兄弟")
    followed()
    assert running_update(renamed.update_id) == (desk.operator.account_id, desk.branch_id)

    assert updated(renamed, desk) == 3
    assert author_field(late.pk).first("a") == "余秋雨"
    assert running_update(renamed.update_id) is None


def test_whoever_has_a_record_open_is_told_and_overwrites_nothing(desk: Desk) -> None:
    bib = make_bib(author="余华")
    saved = kept(desk, "余华")
    followed()
    seen = record_of(bib.pk)
    updated(changed(desk, saved, "余秋雨"), desk)

    with pytest.raises(CatalogueRefused) as refused:
        edit_bib(bib_id=bib.pk, version=1, record=seen, at=LATER, desk=desk)

    assert refused.value.refusal is Refusal.RECORD_CHANGED_MEANWHILE
    assert author_field(bib.pk).first("a") == "余秋雨"


def test_what_somebody_has_edited_meanwhile_stays(desk: Desk) -> None:
    bib = make_bib(author="余华", title="活着")
    saved = kept(desk, "余华")
    followed()
    renamed = changed(desk, saved, "余秋雨")
    record = record_of(bib.pk)
    note = DataField("300", " ", " ", (("a", "附注"),))
    edit_bib(bib_id=bib.pk, version=1, record=record._replace(fields=(*record.fields, note)), at=AT, desk=desk)

    updated(renamed, desk)

    assert note in record_of(bib.pk).fields
    assert author_field(bib.pk).first("a") == "余秋雨"
    assert [one.number for one in list_versions(bib.pk)] == [3, 2, 1]


def test_a_record_that_cannot_be_saved_is_named_and_the_others_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = make_bib(author="余华", title="甲"), make_bib(author="余华", title="乙")
    saved = kept(desk, "余华")
    followed()

    def refuse_one(bib: object, *given: object, **more: object) -> object:
        if getattr(bib, "pk", None) == bad.pk:
            raise CatalogueRefused(Refusal.RECORD_UNFIT)
        return saving.write_record(bib, *given, **more)  # type: ignore[arg-type] # handed through

    monkeypatch.setattr(updating, "write_record", refuse_one)

    updated(changed(desk, saved, "余秋雨"), desk)

    found = get_authority(saved.id)
    assert found is not None
    assert found.update is not None
    assert found.update.faults == ((bad.pk, "record_unfit"),)
    assert author_field(good.pk).first("a") == "余秋雨"
    assert count_other_forms(saved.id) == 1


def test_a_statement_is_transcribed_from_the_book_and_stays(desk: Desk) -> None:
    bib = make_bib(author="余华")
    record = record_of(bib.pk)
    fields = tuple(field for field in record.fields if field.tag != "701")
    edit_bib(bib_id=bib.pk, version=1, record=record._replace(fields=fields), at=AT, desk=desk)
    saved = kept(desk, "余华")
    followed()
    assert link(bib.pk) == (LinkState.LINKED, saved.id)

    assert updated(changed(desk, saved, "余秋雨"), desk) == 0

    assert link(bib.pk) == (LinkState.LINKED, saved.id)
    assert [one.name for one in headings_of(record_of(bib.pk), Dialect.CNMARC)] == ["余华"]


def test_merging_brings_records_variants_and_see_also_to_the_one_that_stays(desk: Desk) -> None:
    one, other = make_bib(author="鲁迅"), make_bib(author="周树人")
    third = kept(desk, "许广平")
    stays = kept(desk, "鲁迅")
    goes = kept(desk, "周树人", "", Variant("周豫才"), beside=(third.id,))
    followed()

    merged = merge_authorities(kept_id=stays.id, kept_version=1, gone_id=goes.id, gone_version=1, at=LATER, desk=desk)
    updated(merged, desk)

    assert author_field(other.pk).first("a") == "鲁迅"
    assert bibs_of_authority(stays.id).ids == (one.pk, other.pk)
    found, gone = get_authority(stays.id), get_authority(goes.id)
    assert found is not None
    assert gone is not None
    assert set(found.variants) == {Variant("周树人", "", True), Variant("周豫才")}
    assert [beside.id for beside in found.beside] == [third.id]
    assert gone.merged_into == stays.id
    assert [row.id for row in list_authorities(text="周").rows] == [stays.id]
    assert refusal_of(partial(changed, desk, goes, "周树人")) is AuthorityRefusal.MERGED


def test_what_cannot_be_merged_is_refused(desk: Desk) -> None:
    person, topic = kept(desk, "鲁迅"), kept(desk, "鲁迅", kind=TOPIC)
    merge = partial(merge_authorities, kept_id=person.id, kept_version=1, gone_version=1, at=AT, desk=desk)

    assert refusal_of(partial(merge, gone_id=person.id)) is AuthorityRefusal.SAME
    assert refusal_of(partial(merge, gone_id=topic.id)) is AuthorityRefusal.OTHER_KIND
    assert refusal_of(partial(merge, gone_id=999)) is AuthorityRefusal.UNKNOWN


def test_records_with_a_variant_are_brought_to_the_heading_when_asked(desk: Desk) -> None:
    bib = make_bib(author="周树人")
    saved = kept(desk, "鲁迅", "1881-1936", Variant("周树人", "", True))
    followed()
    assert count_other_forms(saved.id) == 1

    asked = bring_to_heading(authority_id=saved.id, version=1, at=LATER, desk=desk)
    updated(asked, desk)

    assert author_field(bib.pk).subfields == (("a", "鲁迅"), ("f", "1881-1936"), ("4", "著"))
    assert count_other_forms(saved.id) == 0


def test_two_workers_of_one_update_do_each_record_once(fresh_database: None) -> None:
    desk = make_desk(make_branch("B1"), role=Role.CATALOGUER)
    for number in range(8):
        make_bib(author="余华", title=f"活着{number}")
    saved = kept(desk, "余华")
    followed()
    renamed = changed(desk, saved, "余秋雨")
    assert renamed.update_id is not None
    update_id = renamed.update_id

    def work() -> int:
        count = 0
        while update_next(update_id=update_id, at=LATER, desk=desk):
            count += 1
        return count

    done = at_once(work, work)

    counts = [count for count in done if isinstance(count, int)]
    assert (len(counts), sum(counts)) == (2, 8)  # neither met an error
    assert AuthorityUpdated.objects.count() == 8
    assert BibVersion.objects.count() == 8
