"""Which records may describe the same document, and which are volumes of one work in either practice."""

import pytest

from wenyuan.holdings.catalogue.data import DuplicateReason
from wenyuan.holdings.catalogue.editing.likeness import Traits, duplicate_reason, volume_key
from wenyuan.kernel.booknumbers import BadBookNumber, parse_permit_number

ISBN = ("isbn", "9787506365437")


def traits(
    title: str = "活着",
    author: str = "余华",
    volume: str = "",
    sets: tuple[tuple[str, str], ...] = (),
    *numbers: tuple[str, str],
    year: int | None = 2012,
    publisher: str = "作家出版社",
) -> Traits:
    return Traits(title, author, publisher, year, volume, frozenset(numbers), frozenset(sets))


@pytest.mark.parametrize("kind", [reason for reason in DuplicateReason if reason is not DuplicateReason.DESCRIPTION])
def test_one_number_in_common_tells_a_duplicate_whatever_else_was_written(kind: DuplicateReason) -> None:
    one = traits("活着", "余华", "", (), (kind.value, "1"))
    other = traits("活着 长篇小说", "", "", (), (kind.value, "1"), year=None)

    assert duplicate_reason(one, other) is kind


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (traits(), DuplicateReason.DESCRIPTION),
        (traits(year=2013), None),
        (traits(publisher="人民文学出版社"), None),
        (traits(author="莫言"), None),
        (traits(title="兄弟"), None),
        (traits("活着", "余华", "", (), ("isbn", "9787020002207")), DuplicateReason.DESCRIPTION),
    ],
)
def test_without_a_number_title_author_year_and_publisher_decide_together(
    other: Traits, reason: DuplicateReason | None
) -> None:
    assert duplicate_reason(traits(), other) is reason


def test_a_title_alone_tells_nothing() -> None:
    bare = traits(author="", year=None, publisher="作家出版社")

    assert duplicate_reason(bare, bare) is None


WHOLE = traits("中国通史", "范文澜", "", (), ISBN)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # 分散著录: each volume under the title of the work, with its number
        (traits("中国通史", "范文澜", "第一册", (), ISBN), traits("中国通史", "范文澜", "第二册", (), ISBN)),
        (traits("中国通史", "范文澜", "上", (), ISBN), traits("中国通史", "范文澜", "下", (), ISBN)),
        # 分散著录: each volume under a title of its own, linked to the set
        (
            traits("原始社会", "范文澜", "", (("中国通史", "1"),), ISBN),
            traits("封建社会", "范文澜", "", (("中国通史", "2"),), ISBN),
        ),
        # the same title, told apart by the number in the series alone
        (traits("诗选", "", "", (("文库", "1"),), ISBN), traits("诗选", "", "", (("文库", "2"),), ISBN)),
        # 集中著录: the set in one record, beside a volume catalogued for itself
        (WHOLE, traits("中国通史", "范文澜", "第一册", (), ISBN)),
        (WHOLE, traits("封建社会", "范文澜", "", (("中国通史", "2"),), ISBN)),
    ],
)
def test_volumes_of_one_work_and_a_set_with_its_volume_are_no_duplicates(one: Traits, other: Traits) -> None:
    assert duplicate_reason(one, other) is None
    assert duplicate_reason(other, one) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (WHOLE, WHOLE),
        (traits("中国通史", "范文澜", "第一册", (), ISBN), traits("中国通史", "范文澜", "卷1", (), ISBN)),
        (
            traits("封建社会", "范文澜", "", (("中国通史", "2"),), ISBN),
            traits("封建社会 修订本", "范文澜", "", (("中国通史", "2"),), ISBN),
        ),
    ],
)
def test_the_same_volume_twice_is_a_duplicate(one: Traits, other: Traits) -> None:
    assert duplicate_reason(one, other) is DuplicateReason.ISBN


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("第一册", "1"), ("卷1", "1"), ("Vol. 1", "1"), ("第十二卷", "12"), ("二十", "20"), ("第二十三辑", "23"),
        ("上册", "1"), ("下", "2"), ("上编 第二册", "上2"), ("甲编", "甲"), ("", ""),
    ],
)  # fmt: skip
def test_a_volume_is_the_same_however_it_is_written(written: str, key: str) -> None:
    assert volume_key(written) == key


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("皖内部资料性图书准印证2012-123号", "皖2012123"),
        ("准印证号：皖L12-034", "皖L12034"),
        ("（2012）皖内准印字第123号", "2012皖123"),
    ],
)
def test_a_printing_permit_is_read_out_of_its_words(written: str, number: str) -> None:
    assert parse_permit_number(written) == number


@pytest.mark.parametrize("written", ["", "皖2012-123", "准印证"])
def test_what_does_not_speak_of_a_permit_is_none(written: str) -> None:
    with pytest.raises(BadBookNumber):
        parse_permit_number(written)
