"""The search index: what it finds, how it follows the tables, and what becomes of it when it is lost."""

import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from tests.conftest import owner_url_of
from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District
from tests.factories.network import make_area, make_branch
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.data import Facet, ItemChanges, NotIndexed, OtherQuestion, SearchHelp
from wenyuan.holdings.catalogue.migrations import _indexing
from wenyuan.holdings.catalogue.models import Bib, IndexWaiting, Item
from wenyuan.holdings.catalogue.operations import Indexer, ask_anew, edit_item, withdraw_item
from wenyuan.holdings.catalogue.queries import help_on, index_state, is_asked_anew, is_indexed, search
from wenyuan.holdings.catalogue.searching import checking, indexing, suggesting
from wenyuan.holdings.catalogue.searching.documents import HoldingFacts
from wenyuan.holdings.catalogue.searching.gathering import holdings_of
from wenyuan.holdings.catalogue.searching.indexing import index_folders
from wenyuan.kernel.searching import Scope, likest_part
from wenyuan.kernel.searching.likeness import Likeness, Unit
from wenyuan.lending.circulation.operations import checkin, checkout
from wenyuan.organisation.accounts.data import Role
from wenyuan.plumbing.index.fields import Values
from wenyuan.plumbing.index.writer import Writer

TITLES = (
    "平凡的世界",
    "紅樓夢",
    "C++程序设计（第2版）",
    "C#入门",
    "3D打印：从零开始",
    "The Old Man and the Sea",
    "Sophie’s World：苏菲的世界",
    "一九八四 = 1984",
    "ダンス・ダンス・ダンス",
    "百年孤独·纪念版",
    "重庆森林",
    "中华人民共和国史",
    "J·K·罗琳传",
    "Война и мир",
    "２００１太空漫游",
    "解忧杂货店",
)


@pytest.fixture
def indexer(db: None, tmp_path: Path, settings: Any) -> Iterator[Indexer]:
    """Whoever writes the index, in a data folder of the test's own."""
    settings.HOME = tmp_path
    with Indexer() as indexer:
        yield indexer


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the documents that were written in the place of others."""
    keys: list[str] = []
    replace = Writer.replace

    def noted(writer: Writer, key: str, values: Values | None) -> None:
        keys.append(key)
        replace(writer, key, values)

    monkeypatch.setattr(Writer, "replace", noted)
    return keys


@contextmanager
def few_a_turn() -> Iterator[None]:
    """Two rows and bibs a turn, as if there were a great many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexing, "TURN_ROWS", 2)
        yield


def settle(indexer: Indexer) -> None:
    """Let everything that waits or is built be done."""
    while indexer.turn():
        continue


def found(text: str, **narrowed: Any) -> list[str]:
    """The titles found, the best first."""
    return [bib.title for bib in search(text, size=100, **narrowed).bibs]


def waiting() -> list[tuple[int | None, bool]]:
    return list(IndexWaiting.objects.order_by("id").values_list("bib_id", "of_items"))


# What is found


def test_every_part_of_every_title_finds_its_record(indexer: Indexer) -> None:
    bibs = [make_bib(title=title) for title in TITLES]
    settle(indexer)
    chosen = random.Random(5)

    for bib in bibs:
        for _ in range(12):
            start = chosen.randrange(len(bib.title) - 1)
            part = bib.title[start : chosen.randrange(start + 2, len(bib.title) + 1)]
            if not any(character.isalnum() for character in part):
                continue
            assert bib.title in found(part), (bib.title, part)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("红楼梦", "紅樓夢"),
        ("紅樓夢", "紅樓夢"),
        ("hongloumeng", "紅樓夢"),
        ("hong lou meng", "紅樓夢"),
        ("hlm", "紅樓夢"),
        ("红楼梦 曹雪芹", "紅樓夢"),
        ("红楼梦曹雪芹", "紅樓夢"),
        ("caoxueqin", "紅樓夢"),
        ("C++", "C++程序设计（第2版）"),
        ("c#", "C#入门"),
        ("3d", "3D打印：从零开始"),
        ("old sea", "The Old Man and the Sea"),
        ("《百年孤独》", "百年孤独·纪念版"),
        ("zhongqing", "重庆森林"),
        ("chongqingsenl", "重庆森林"),
        ("题名:程序", "C++程序设计（第2版）"),
        ("作者:曹", "紅樓夢"),
        ("isbn:7-02-000220-X", "紅樓夢"),
        ("progr*", "Programming Pearls"),
        ("programs", "Programming Pearls"),
        ("分类:TP3", "C++程序设计（第2版）"),
        ("jiĕyōu", "解忧杂货店"),
    ],
)
def test_a_question_finds_what_it_means(indexer: Indexer, asked: str, first: str) -> None:
    for title in TITLES:
        if title == "紅樓夢":
            make_bib(title=title, author="曹雪芹", isbn="978-7-02-000220-7")
        else:
            make_bib(title=title, author="路遥", class_no="TP312" if "程序" in title else "I247.57")
    make_bib(title="Programming Pearls", author="Bentley, Jon")
    settle(indexer)

    assert found(asked)[:1] == [first]


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("世界", {"平凡的世界", "Sophie’s World：苏菲的世界"}),
        ("世界 -平凡", {"Sophie’s World：苏菲的世界"}),
        ('"凡的世"', {"平凡的世界"}),
        ('"世界平凡"', set()),
        ("作者:世界", set()),
        ("-世界", set()),
        ("……", set()),
        ("没有这样的书", set()),
    ],
)
def test_a_question_leaves_out_what_it_does_not_mean(indexer: Indexer, asked: str, titles: set[str]) -> None:
    for title in TITLES:
        make_bib(title=title)
    settle(indexer)

    assert set(found(asked)) == titles


def test_no_sign_in_a_class_or_at_the_end_of_a_word_is_refused_or_stands_for_others(indexer: Indexer) -> None:
    make_bib(title="平凡的世界", class_no="I247.5")
    settle(indexer)

    for sign in [*map(chr, range(0x21, 0x7F)), *"、·・〈〉—é😀\u00ad\u2028"]:
        for asked in (f"分类:I2{sign}", f"class:a{sign}b", f"a{sign}b*", f"题名:a{sign}b*"):
            search(asked)  # the engine would raise NotIndexed

    assert search("分类:I24").total == 1
    assert search("分类:[A-I]2").total == search("分类:I2.7").total == search("分类:(I24)").total == 0


def test_a_title_that_is_the_question_comes_before_those_that_hold_it(indexer: Indexer) -> None:
    for title in ("活着活着就老了", "人为什么活着", "活着", "活着的意义"):
        make_bib(title=title)
    settle(indexer)

    assert found("活着")[0] == "活着"
    assert found("活着")[-1] == "人为什么活着"


def test_authors_alone_are_looked_among_where_the_page_says(indexer: Indexer) -> None:
    make_bib(title="鲁迅传", author="许寿裳")
    make_bib(title="呐喊", author="鲁迅")
    settle(indexer)

    assert found("鲁迅", within=Scope.AUTHOR) == ["呐喊"]
    assert found("鲁迅", within=Scope.TITLE) == ["鲁迅传"]


def test_pages_follow_each_other_and_tell_the_total(indexer: Indexer) -> None:
    for number in range(25):
        make_bib(title=f"长篇小说{number}")
    settle(indexer)

    pages = [search("长篇", start=start, size=10) for start in (0, 10, 20, 30)]

    assert [len(page.bibs) for page in pages] == [10, 10, 5, 0]
    assert {page.total for page in pages} == {25}
    assert len({bib.id for page in pages for bib in page.bibs}) == 25


# Counts and narrowing


def test_works_are_counted_and_narrowed_by_what_they_are(indexer: Indexer) -> None:
    first, second = make_branch("A"), make_branch("B")
    one = make_bib(title="小说一", class_no="I247.57", year=2012, audience="juvenile")
    other = make_bib(title="小说二", class_no="TP312", year=2019, author="余华")
    make_item(bib=one, home=first)
    make_item(bib=one, home=second, state="on_loan")
    make_item(bib=other, home=second)
    settle(indexer)
    wanted = (Facet.HELD, Facet.AVAILABLE, Facet.CLASS, Facet.PERSON, Facet.YEAR, Facet.AUDIENCE, Facet.ITEM_TYPE)

    counts = {facet: dict(values) for facet, values in search("小说", counted=dict.fromkeys(wanted, 10)).counts.items()}

    a, b = str(first.id), str(second.id)
    assert counts[Facet.HELD] == {a: 1, b: 2}
    assert counts[Facet.AVAILABLE] == {a: 1, b: 1}
    assert counts[Facet.CLASS] == {"I": 1, "I2": 1, "T": 1, "TP": 1}
    assert counts[Facet.PERSON] == {"路遥": 1, "余华": 1}
    assert counts[Facet.YEAR] == {"2012": 1, "2019": 1}
    assert counts[Facet.AUDIENCE] == {"juvenile": 1}
    assert counts[Facet.ITEM_TYPE] == {"book": 2}
    assert found("小说", chosen={Facet.AVAILABLE: [a]}) == ["小说一"]
    assert found("小说", chosen={Facet.YEAR: ["2015-"]}) == ["小说二"]
    assert found("小说", chosen={Facet.YEAR: ["2012"], Facet.CLASS: ["TP"]}) == []
    assert found("", chosen={Facet.PERSON: ["余华"]}) == ["小说二"]
    assert found("小说", chosen={Facet.YEAR: ["nonsense"]}) == ["小说一", "小说二"]


# Following the tables


def test_a_change_is_found_after_the_next_turn(indexer: Indexer) -> None:
    bib = make_bib(title="旧题名")
    settle(indexer)
    Bib.objects.filter(id=bib.id).update(title="新题名")

    assert waiting() == [(bib.id, False)]
    indexer.turn()

    assert found("新题") == ["新题名"]
    assert found("旧题") == []
    assert waiting() == []


def test_each_act_that_changes_where_a_work_can_be_had_waits_in_its_own_transaction(
    indexer: Indexer, district: District, at: datetime
) -> None:
    item = make_item(home=district.central, barcode="W1")
    make_patron(home=district.central, card="C1", category=district.adult)
    settle(indexer)
    here = str(district.central.id)
    assert found("平凡", chosen={Facet.AVAILABLE: [here]}) == ["平凡的世界"]

    checkout(item="W1", card="C1", at=at, desk=district.at_central)

    assert waiting() == [(item.bib_id, True)]
    settle(indexer)
    assert found("平凡", chosen={Facet.AVAILABLE: [here]}) == []
    assert found("平凡", chosen={Facet.HELD: [here]}) == ["平凡的世界"]

    checkin(item="W1", at=at, desk=district.at_central)
    settle(indexer)
    assert found("平凡", chosen={Facet.AVAILABLE: [here]}) == ["平凡的世界"]


def test_what_rolls_back_does_not_wait(indexer: Indexer) -> None:
    item = make_item()
    settle(indexer)

    with transaction.atomic():
        Item.objects.filter(id=item.id).update(state="on_loan")
        transaction.set_rollback(True)

    assert waiting() == []


def test_a_change_that_no_search_can_see_does_not_wait(indexer: Indexer) -> None:
    item = make_item(state="on_loan")
    settle(indexer)

    Item.objects.filter(id=item.id).update(state="in_transit", version=7, call_no="I247/9")

    assert waiting() == []


def test_a_work_is_not_written_anew_while_the_same_branches_have_it(indexer: Indexer, written: list[str]) -> None:
    first = make_item()
    second = make_item(bib=first.bib, home=first.home_branch)
    settle(indexer)
    written.clear()

    Item.objects.filter(id=first.id).update(state="on_loan")
    settle(indexer)
    assert (written, waiting()) == ([], [])

    Item.objects.filter(id=second.id).update(state="on_loan")
    settle(indexer)
    assert written == [str(first.bib_id)]


def test_what_the_items_of_each_work_say_is_gathered_once_and_in_order(db: None, district: District) -> None:
    central, south = sorted([district.central, district.south], key=lambda branch: branch.id)
    bib, empty, other = make_bib(), make_bib(), make_bib()
    area = make_area(central)
    make_item(bib=bib, home=south, item_type="dvd", collection="local")
    make_item(bib=bib, home=central, area=area)
    make_item(bib=bib, home=central, area=area, state="on_loan")
    make_item(bib=bib, home=central, present=south, condition="damaged", collection="deposit")
    make_item(bib=bib, home=south, state="withdrawn", item_type="map")
    make_item(bib=other, home=central, lendable="in_library")

    assert holdings_of([bib.id, empty.id, other.id]) == {
        bib.id: HoldingFacts(
            held=(central.id, south.id),
            available=(central.id, south.id),
            areas=(area.id,),
            collections=("deposit", "local"),
            item_types=("book", "dvd"),
        ),
        other.id: HoldingFacts(held=(central.id,), item_types=("book",)),
    }


def test_a_withdrawn_item_is_no_longer_held(indexer: Indexer, district: District, at: datetime) -> None:
    item = make_item(home=district.central)
    settle(indexer)

    withdraw_item(item_id=item.id, at=at, desk=make_desk(district.central, role=Role.CATALOGUER))
    settle(indexer)

    assert found("平凡", chosen={Facet.HELD: [str(district.central.id)]}) == []
    assert found("平凡") == ["平凡的世界"]


def test_an_item_that_moves_house_is_held_where_it_went(indexer: Indexer, district: District, at: datetime) -> None:
    item = make_item(home=district.central)
    settle(indexer)
    cataloguer = make_desk(district.central, role=Role.CATALOGUER, everywhere=True)
    changes = ItemChanges(home_branch_id=district.south.id)

    edit_item(item_id=item.id, version=1, changes=changes, at=at, desk=cataloguer)
    settle(indexer)

    assert found("平凡", chosen={Facet.HELD: [str(district.south.id)]}) == ["平凡的世界"]
    assert found("平凡", chosen={Facet.HELD: [str(district.central.id)]}) == []


def test_a_row_that_is_committed_late_is_not_passed_over(indexer: Indexer) -> None:
    """Rows are taken by key: one with a lower id that becomes visible later waits as well."""
    bibs = [make_bib(title=f"先后{number}") for number in range(2)]
    settle(indexer)
    Bib.objects.filter(id=bibs[0].id).update(title="晚到")
    late = IndexWaiting.objects.get()
    hidden = (late.id, late.bib_id)
    late.delete()
    Bib.objects.filter(id=bibs[1].id).update(title="早到")
    settle(indexer)

    IndexWaiting.objects.create(id=hidden[0], bib_id=hidden[1])
    settle(indexer)

    assert found("晚到") == ["晚到"]


# Lost and built anew


def test_without_an_index_nothing_can_be_asked(db: None, tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path

    assert not is_indexed()
    with pytest.raises(NotIndexed):
        search("平凡")
    with pytest.raises(NotIndexed):
        index_state()


def test_a_lost_folder_is_built_anew_by_the_next_turns(indexer: Indexer) -> None:
    make_bib()
    settle(indexer)
    shutil.rmtree(index_folders().root)
    with pytest.raises(NotIndexed):
        search("平凡")

    settle(indexer)

    assert found("平凡") == ["平凡的世界"]


def test_a_damaged_index_is_built_anew_when_it_is_opened(indexer: Indexer, tmp_path: Path) -> None:
    make_bib()
    settle(indexer)
    current = index_folders().current()
    assert current is not None
    indexer.__exit__(None, None, None)
    for file in current.glob("*.idx"):
        file.write_bytes(b"\0")
    (current / "meta.json").write_text("{}")

    with Indexer() as another:
        settle(another)

    assert found("平凡") == ["平凡的世界"]
    assert not current.exists()


def test_a_record_whose_marc_cannot_be_read_is_found_by_its_columns(indexer: Indexer) -> None:
    make_bib(title="读得懂的书")
    Bib.objects.filter(id=make_bib(title="读不懂的书").id).update(marc=b"00")

    settle(indexer)

    assert sorted(found("读")) == ["读不懂的书", "读得懂的书"]


@pytest.mark.parametrize("changes", ["a record", "its items"])
def test_a_damaged_index_is_built_anew_whatever_waits(indexer: Indexer, changes: str) -> None:
    bib = make_item().bib
    settle(indexer)
    current = index_folders().current()
    assert current is not None
    indexer.__exit__(None, None, None)
    (current / "meta.json").write_text("{}")
    if changes == "a record":
        Bib.objects.filter(id=bib.id).update(title="其间改了")
    else:
        Item.objects.filter(bib=bib).update(state="on_loan")

    settle(indexer)

    assert len(found("其间改" if changes == "a record" else "平凡")) == 1
    assert index_state().is_sound
    assert waiting() == []
    assert not current.exists()


def test_a_first_build_writes_each_record_once(indexer: Indexer, written: list[str]) -> None:
    """An import leaves rows for each record and for its items; what the build reads later need not be rewritten."""
    with few_a_turn():
        for number in range(12):
            make_item(bib=make_bib(title=f"初建{number}"))
        settle(indexer)

    assert written == []
    assert len(found("初建")) == 12
    assert index_state().is_sound
    assert waiting() == []


def test_what_changes_behind_a_build_is_rewritten_over_many_turns(indexer: Indexer, written: list[str]) -> None:
    bibs = [make_bib(title=f"原名{number:02d}") for number in range(20)]
    settle(indexer)
    shutil.rmtree(index_folders().root)
    turns = []
    with few_a_turn():
        indexer.turn()
        while indexer.build is not None and indexer.build.done < len(bibs):
            indexer.turn()
        Bib.objects.filter(id__in=[bib.id for bib in bibs]).update(title="改名")
        while indexer.turn():
            turns.append(len(written))
            written.clear()

    assert max(turns) == 4
    assert sum(turns) == len(bibs)
    assert len(found("改名")) == len(bibs)
    assert found("原名") == []


def test_searching_goes_on_while_another_index_is_built_and_changes_go_into_both(
    indexer: Indexer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "TURN_ROWS", 2)
    bibs = [make_bib(title=f"重建{number}") for number in range(5)]
    settle(indexer)
    before = index_folders().current()

    ask_anew()
    indexer.turn()
    assert indexer.build is not None
    Bib.objects.filter(id=bibs[0].id).update(title="其间改了")
    added = make_bib(title="其间来的")
    indexer.turn()

    assert index_folders().current() == before
    assert found("其间改") == ["其间改了"]
    settle(indexer)
    assert index_folders().current() != before
    assert before is not None
    assert not before.exists()
    assert not is_asked_anew()
    assert set(found("其间")) == {"其间改了", "其间来的"}
    assert set(found("重建")) == {f"重建{number}" for number in range(1, 5)}
    assert index_state().is_sound
    assert added.id in {bib.id for bib in search("其间来的").bibs}


def test_one_process_writes_and_another_stands_by(indexer: Indexer, tmp_path: Path) -> None:
    make_bib()
    with psycopg.connect(**connection.get_connection_params() | {"autocommit": True}) as other:
        other.execute("SELECT pg_advisory_lock(%s, 0)", [sql.INDEX_LOCK])

        assert indexer.turn() == 0
        assert not is_indexed()
        other.execute("SELECT pg_advisory_unlock(%s, 0)", [sql.INDEX_LOCK])

    settle(indexer)
    assert found("平凡") == ["平凡的世界"]


def test_looking_for_a_wish_to_build_anew_does_not_read_what_waits(indexer: Indexer) -> None:
    IndexWaiting.objects.bulk_create([IndexWaiting(bib_id=number) for number in range(3_000)])

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalogue_indexwaiting")
        cursor.execute("EXPLAIN " + sql.ASKED_ANEW)
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "catalogue_asked_anew" in plan
    assert "Seq Scan" not in plan


# Helping on


@pytest.fixture
def shelf(indexer: Indexer) -> None:
    for title, author in (
        ("平凡的世界", "路遥"),
        ("活着", "余华"),
        ("红楼梦", "曹雪芹"),
        ("中国通史", "吕思勉"),
        ("The Old Man and the Sea", "Ernest Hemingway"),
        ("世界史纲", "韦尔斯"),
        ("Python编程", "马瑟斯"),
    ):
        make_bib(title=title, author=author)
    settle(indexer)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("平凡的世介", "平凡的世界"),
        ("平反得世界", "平凡的世界"),
        ("平的世界", "平凡的世界"),
        ("红缕梦", "红楼梦"),
        ("余花", "余华"),
        ("zongguo", "中国"),
        ("hemingwey", "Hemingway"),
        ("pythom", "Python"),
        ("平凡的世介 路遥", "平凡的世界 路遥"),
        ("世界 路瑶", "世界 路遥"),
    ],
)
def test_what_was_meant_is_suggested_from_the_catalogue(shelf: None, typed: str, meant: str) -> None:
    assert found(typed) == []

    helped = help_on(typed)

    assert OtherQuestion(meant, 1) in helped.meant
    assert all(search(other.text).total == other.total > 0 for other in (*helped.meant, *helped.fewer))


def test_a_question_is_tried_without_each_of_its_words(shelf: None) -> None:
    helped = help_on("世界 路遥 红楼梦")

    assert helped.meant == ()
    assert helped.fewer == (OtherQuestion("世界 路遥", 1),)


def test_what_is_narrowed_too_far_is_told_how_much_there_is_without(shelf: None) -> None:
    assert help_on("世界", is_narrowed=True) == SearchHelp(not_narrowed=2)


@pytest.mark.parametrize(
    "typed", ["作者:余花", "平凡的世介 -红楼", "", "%", "*", "-", "c++", "9787020002207", "世" * 100]
)
def test_what_cannot_be_helped_is_left_alone(shelf: None, typed: str) -> None:
    assert help_on(typed) == SearchHelp()


def test_a_question_that_finds_nothing_costs_little_however_hostile_it_is(
    indexer: Indexer, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "平凡的世界" * 20
    for _ in range(40):
        make_bib(title=long, author="; ".join([long[:45]] * 5))
    settle(indexer)
    compared: list[int] = []

    def noted(units: Sequence[Unit], text: str) -> Likeness | None:
        compared.append(len(text))
        return likest_part(units, text)

    monkeypatch.setattr(suggesting, "likest_part", noted)

    help_on("平凡的世介平凡的世介 平凡的世芥平凡的世芥")
    assert 0 < len(compared) <= 2 * 30 * 5
    assert max(compared) == 60
    compared.clear()
    assert help_on("平凡的世介 平凡的世芥 平凡的世戒") == SearchHelp()
    assert compared == []


def test_what_the_triggers_make_can_be_undone(server_url: str, fresh_database: str) -> None:
    with psycopg.connect(owner_url_of(server_url, fresh_database)) as owner:
        owner.execute(_indexing.UNDO)
    make_bib()
    assert not IndexWaiting.objects.exists()

    with psycopg.connect(owner_url_of(server_url, fresh_database)) as owner:
        owner.execute(_indexing.TRIGGERS)
    make_bib()
    assert IndexWaiting.objects.exists()


# Comparing


def test_index_and_tables_are_compared(indexer: Indexer) -> None:
    kept, gone = make_bib(title="都有"), make_bib(title="表里没有")
    item = make_item(bib=kept)
    settle(indexer)
    assert index_state().is_sound

    Bib.objects.filter(id=gone.id).delete()
    new = make_bib(title="索引没有")
    Item.objects.filter(id=item.id).update(state="on_loan")
    state = index_state()

    assert (state.bibs, state.indexed, state.waiting) == (2, 2, 3)
    assert (state.missing, state.surplus, state.differing) == ((), (), ())
    IndexWaiting.objects.all().delete()
    state = index_state()
    assert (state.missing, state.surplus, state.differing) == ((new.id,), (gone.id,), (kept.id,))
    assert not state.is_sound
    ask_anew()
    settle(indexer)
    assert index_state().is_sound


def test_a_change_that_waits_does_not_hide_one_that_was_lost(indexer: Indexer) -> None:
    lost, waits = make_item(), make_item(bib=make_bib(title="等着"))
    settle(indexer)
    Item.objects.filter(id=lost.id).update(state="on_loan")
    IndexWaiting.objects.all().delete()
    Item.objects.filter(id=waits.id).update(state="on_loan")

    state = index_state()

    assert (state.waiting, state.differing, state.is_sound) == (1, (lost.bib_id,), False)


def test_what_changes_and_is_indexed_while_they_are_compared_is_no_difference(
    indexer: Indexer, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = make_item()
    settle(indexer)
    known = checking._known

    def lent_meanwhile(bib_ids: Sequence[int]) -> dict[int, str]:
        monkeypatch.setattr(checking, "_known", known)
        before = known(bib_ids)
        Item.objects.filter(id=item.id).update(state="on_loan")
        settle(indexer)
        return before

    monkeypatch.setattr(checking, "_known", lent_meanwhile)

    assert index_state().is_sound
