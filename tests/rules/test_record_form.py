"""The form of a record: what it shows, and that nothing else is touched by what is answered."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.holdings.catalogue.data import RecordKind
from wenyuan.holdings.catalogue.editing.drafts import draft, without_empty
from wenyuan.holdings.catalogue.editing.forming import changed_values, kind_of, read_form, with_form
from wenyuan.holdings.catalogue.editing.pinyin import with_pinyin
from wenyuan.holdings.catalogue.editing.slots import FIELDS, SLOTS
from wenyuan.kernel.marc import ControlField, DataField, Dialect, Field, Record, from_text, line_of
from wenyuan.plumbing.clock import local_date

BOOK = from_text(
    """LDR 00000nam0 2200000   450
001 012004002367
010 ## $a978-7-5063-6543-7$dCNY20.00
100 ## $a20120301d2012    em y0chiy50      ea
101 0# $achi
105 ## $ay   z   000yy
200 1# $a活着$9huo zhe$f余华著
300 ## $a据作家出版社2012年版
300 ## $a第二条附注
606 0# $a长篇小说$y中国$z当代$2CT
690 ## $aI247.57$v5
701 #0 $a余华$f1960-$9yu hua$4著$3A123
801 #0 $aCN$bLM$c20120301
905 ## $b0001$dI247.57"""
)
CNMARC = Dialect.CNMARC
YU_HUA = "701 #0 $a余华$f1960-$9yu hua$4著$3A123"
NOVELS = "606 0# $a长篇小说$y中国$z当代$2CT"


def values(record: Record, kind: RecordKind = RecordKind.BOOK, dialect: Dialect = CNMARC) -> dict[str, str]:
    return {one.name: one.value for _, fields in read_form(record, dialect=dialect, kind=kind) for one in fields}


def lines(record: Record) -> list[str]:
    return [line_of(field) for field in record.fields]


def changed(record: Record, **answers: str) -> tuple[list[str], list[str]]:
    """The lines that are gone, and the new ones."""
    after = with_form(record, answers, dialect=CNMARC)
    before_lines, after_lines = Counter(lines(record)), Counter(lines(after))
    return list((before_lines - after_lines).elements()), list((after_lines - before_lines).elements())


def test_a_form_shows_a_book_without_a_word_of_marc() -> None:
    shown = values(BOOK)

    assert shown["title"] == "活着"
    assert shown["persons"] == "余华 / 著"
    assert shown["subjects"] == "长篇小说--中国--当代"
    assert shown["note"] == "据作家出版社2012年版"
    assert (shown["audience"], shown["literary_form"]) == ("e", "y")
    assert "physical_form" not in shown  # there is no 106


@pytest.mark.parametrize(
    ("answers", "gone", "came"),
    [
        ({"price": "CNY28.00"}, ["010 ## $a978-7-5063-6543-7$dCNY20.00"], ["010 ## $a978-7-5063-6543-7$dCNY28.00"]),
        ({"price": ""}, ["010 ## $a978-7-5063-6543-7$dCNY20.00"], ["010 ## $a978-7-5063-6543-7"]),
        ({"binding": "精装"}, ["010 ## $a978-7-5063-6543-7$dCNY20.00"], ["010 ## $a978-7-5063-6543-7$b精装$dCNY20.00"]),
        ({"publisher": "作家出版社"}, [], ["210 ## $c作家出版社"]),
        ({"note": ""}, ["300 ## $a据作家出版社2012年版"], []),
        ({"literary_form": "a"}, ["105 ## $ay   z   000yy"], ["105 ## $ay   z   000ay"]),
        ({"persons": "余华 / 编著"}, [YU_HUA], ["701 #0 $a余华$f1960-$9yu hua$3A123$4编著"]),
        ({"persons": "余华 / 著\n莫言 / 序"}, [], ["701 #0 $a莫言$4序"]),
        ({"persons": "莫言 / 撰写"}, [YU_HUA], ["701 #0 $a莫言$4撰写"]),
        ({"persons": "余 / 著"}, [YU_HUA], ["701 #0 $a余$f1960-$9yu$4著"]),
        ({"subjects": "长篇小说--中国--现代"}, [NOVELS], ["606 0# $a长篇小说$y中国$z现代$2CT"]),
        ({"keywords": "生死\n 苦难 "}, [], ["610 0# $a生死", "610 0# $a苦难"]),
    ],
)  # fmt: skip
def test_an_answer_changes_its_own_subfield_alone(answers: dict[str, str], gone: list[str], came: list[str]) -> None:
    assert changed(BOOK, **answers) == (gone, came)


def test_pinyin_follows_a_title_unless_somebody_wrote_it_otherwise() -> None:
    by_hand = from_text(f"LDR {BOOK.leader}\n200 1# $a长生$9ZHANG SHENG")

    assert changed(BOOK, title="兄弟")[1] == ["200 1# $a兄弟$9xiong di$f余华著"]
    assert changed(BOOK, title="兄弟", title_pinyin="huo zhe")[1] == ["200 1# $a兄弟$9xiong di$f余华著"]
    assert changed(BOOK, title="兄弟", title_pinyin="xiongdi")[1] == ["200 1# $a兄弟$9xiongdi$f余华著"]
    assert changed(by_hand, title="长生殿")[1] == ["200 1# $a长生殿$9ZHANG SHENG"]


def test_pinyin_is_proposed_for_what_was_changed_and_for_nothing_else() -> None:
    bare = from_text(
        f"LDR {BOOK.leader}\n200 1# $a活着$f余华著\n701 #0 $a单田芳\n711 02 $a鹿鸣县$b图书馆\n510 1# $aTo live"
    )
    after = with_form(bare, {"title": "兄弟"}, dialect=CNMARC)

    assert lines(with_pinyin(after, dialect=CNMARC, before=bare)) == [
        "200 1# $a兄弟$9xiong di$f余华著",
        *lines(bare)[1:],
    ]
    assert lines(with_pinyin(bare, dialect=CNMARC)) == [
        "200 1# $a活着$9huo zhe$f余华著",
        "701 #0 $a单田芳$9shan tian fang",
        "711 02 $a鹿鸣县$9lu ming xian tu shu guan$b图书馆",
        "510 1# $aTo live",
    ]
    assert with_pinyin(bare, dialect=Dialect.MARC21) == bare


def test_marc_21_has_the_same_form() -> None:
    record = from_text(
        "LDR 00000nam a2200000 i 4500\n008 240101s2012    cc            000 1 chi d\n"
        "100 1# $a余华,$d1960-$e著\n245 10 $a活着 /$c余华著.\n264 #4 $c©2012\n264 #1 $a北京 :$b作家出版社,$c2012."
    )

    after = with_form(record, {"publisher": "人民文学出版社,", "persons": "余华, / 编著"}, dialect=Dialect.MARC21)

    assert values(record, dialect=Dialect.MARC21)["publisher"] == "作家出版社,"
    assert values(record, dialect=Dialect.MARC21)["language"] == "chi"
    assert lines(after)[1:] == [
        "100 1# $a余华,$d1960-$e编著",
        "245 10 $a活着 /$c余华著.",
        "264 #4 $c©2012",
        "264 #1 $a北京 :$b人民文学出版社,$c2012.",
    ]


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("kind", RecordKind)
def test_the_draft_of_a_kind_is_shown_by_its_form(dialect: Dialect, kind: RecordKind) -> None:
    begun = draft(dialect=dialect, kind=kind, on=local_date(datetime(2026, 4, 23, tzinfo=UTC)))
    filled = without_empty(with_form(begun, {"title": "鹿鸣县志", "permit": "准印证第1号"}, dialect=dialect))

    expected = RecordKind.LOCAL if kind is RecordKind.BOOK else kind
    assert kind_of(filled, dialect=dialect) is expected
    assert values(filled, kind, dialect)["title"] == "鹿鸣县志"


def test_every_field_of_a_form_has_its_place_in_a_record() -> None:
    asked = {name for groups in FIELDS.values() for _, names in groups for name in names}

    assert asked == set(SLOTS[Dialect.CNMARC])
    assert set(SLOTS[Dialect.MARC21]) < asked


# Properties ---------------------------------------------------------------------------------------------------------

WORDS = st.text(st.sampled_from("活着余华/- $a\\19　\t:;,.ab《》"), max_size=8)
TAGS = st.sampled_from(["010", "200", "300", "606", "610", "690", "701", "711", "856", "101", "461", "905", "9Z9"])
FIELDS_ = st.builds(
    lambda tag, ind, subfields: DataField(tag, ind[0], ind[1], tuple(subfields)),
    TAGS,
    st.tuples(st.sampled_from(" 012"), st.sampled_from(" 012")),
    st.lists(st.tuples(st.sampled_from("aabcdfghivxyz1245 39A"), WORDS), min_size=1, max_size=5),
)
RECORDS = st.lists(FIELDS_, max_size=8).map(
    lambda fields: Record(BOOK.leader, (ControlField("001", "1"), BOOK.fields[2], BOOK.fields[4], *fields))
)
NAMES = sorted(SLOTS[CNMARC])
ANSWERS = st.dictionaries(
    st.sampled_from([name for name in NAMES if name not in ("audience", "literary_form", "physical_form")]),
    st.text(st.sampled_from("活着余华/- $a\\19　\n:;,.ab《》"), max_size=12),
    max_size=5,
)


@given(RECORDS, st.sampled_from(RecordKind))
def test_a_form_that_is_sent_as_it_was_shown_changes_not_a_byte(record: Record, kind: RecordKind) -> None:
    shown = {name: value.replace("\n", "\r\n") for name, value in values(record, kind).items()}

    assert with_form(record, shown, dialect=CNMARC) == record


@given(RECORDS, ANSWERS)
def test_what_is_answered_is_shown_again_and_fields_without_a_question_are_untouched(
    record: Record, answers: dict[str, str]
) -> None:
    wanted = changed_values(record, answers, dialect=CNMARC)
    after = with_form(record, answers, dialect=CNMARC)

    shown = {name: value for kind in RecordKind for name, value in values(after, kind).items()}
    assert {name: shown[name] for name, value in wanted.items() if value} == {
        name: value for name, value in wanted.items() if value
    }
    asked = {tag for name in wanted for tag in getattr(SLOTS[CNMARC][name], "tags", ())}
    assert _others(after, asked) == _others(record, asked)


def _others(record: Record, asked: set[str]) -> list[Field]:
    return [field for field in record.fields if field.tag not in asked]
