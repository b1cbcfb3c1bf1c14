"""What may be in the catalogue already is told before it is saved, and who saves it all the same is on record."""

from datetime import UTC, datetime

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue.data import DuplicateReason, Refusal
from wenyuan.holdings.catalogue.models import Bib, Identifier
from wenyuan.holdings.catalogue.operations import DuplicatesFound, add_bib, edit_bib
from wenyuan.holdings.catalogue.queries import get_record
from wenyuan.kernel.marc import Dialect, Record, from_text
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Desk

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
HEAD = "LDR 00000nam0 2200000   450\n100 ## $a20120301d2012    em y0chiy50      ea\n101 0# $achi\n"


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk(make_branch("B1"), role=Role.CATALOGUER)


def book(*lines: str) -> Record:
    return from_text(HEAD + "\n".join(lines))


def added(desk: Desk, *lines: str, despite: tuple[int, ...] = ()) -> int:
    return add_bib(record=book(*lines), dialect=Dialect.CNMARC, at=AT, desk=desk, despite=despite).id


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("010 ## $a7-5063-6543-X", "010 ## $a978-7-5063-6543-7", DuplicateReason.ISBN),
        ("011 ## $a0000-0019", "011 ## $a00000019", DuplicateReason.ISSN),
        ("091 ## $a10019·1234", "091 ## $a10019.1234", DuplicateReason.UNIFIED),
        ("091 ## $aCN11-2345/G2", "091 ## $aCN 11-2345/G2", DuplicateReason.CN_SERIAL),
        ("301 ## $a准印证号：皖L12-034", "010 ## $b皖内准印L12-034号", DuplicateReason.PERMIT),
        ("210 ## $c作家出版社$d2012", "210 ## $c作家出版社$d2012.8", DuplicateReason.DESCRIPTION),
    ],
)
def test_a_number_or_the_whole_description_in_common_is_told(
    desk: Desk, one: str, other: str, reason: DuplicateReason
) -> None:
    first = added(desk, "200 1# $a活着$f余华著", one)

    title = "活着" if reason is DuplicateReason.DESCRIPTION else "活着 长篇小说"

    with pytest.raises(DuplicatesFound) as found:
        added(desk, f"200 1# $a{title}$f余华著", other)

    assert found.value.refusal is Refusal.RECORD_DUPLICATE
    assert [(candidate.bib_id, candidate.reason) for candidate in found.value.candidates] == [(first, reason)]
    assert Bib.objects.count() == 1


def test_who_saves_all_the_same_is_on_record(desk: Desk) -> None:
    first = added(desk, "200 1# $a活着$f余华著", "010 ## $a978-7-5063-6543-7")

    second = added(desk, "200 1# $a活着$f余华著", "010 ## $a978-7-5063-6543-7", despite=(first,))

    assert Entry.objects.get(kind=Kind.RECORD_ADDED, subject_id=second).details == {"version": 1, "despite": [first]}


def test_one_that_came_meanwhile_is_told_although_others_were_looked_at(desk: Desk) -> None:
    first = added(desk, "200 1# $a活着$f余华著", "010 ## $a978-7-5063-6543-7")
    second = added(desk, "200 1# $a活着$f余华著", "010 ## $a978-7-5063-6543-7", despite=(first,))

    with pytest.raises(DuplicatesFound) as found:
        added(desk, "200 1# $a活着$f余华著", "010 ## $a978-7-5063-6543-7", despite=(first,))

    assert [candidate.bib_id for candidate in found.value.candidates] == [first, second]


def test_volumes_of_a_set_go_in_one_after_the_other_in_either_practice(desk: Desk) -> None:
    isbn = "010 ## $a978-7-5063-6543-7$dCNY120.00 (全套3册)"
    added(desk, "200 1# $a中国通史$f范文澜著", isbn, "327 1# $a第一册 原始社会$a第二册 封建社会")
    added(desk, "200 1# $a中国通史$h第一册$i原始社会$f范文澜著", isbn)
    added(desk, "200 1# $a中国通史$h第二册$i封建社会$f范文澜著", isbn)
    added(desk, "200 1# $a近代社会$f范文澜著", isbn, "461 #0 $12001#$a中国通史$v3")

    assert Bib.objects.count() == 4


def test_an_edit_is_asked_only_about_what_it_makes_alike(desk: Desk) -> None:
    first = added(desk, "200 1# $a活着$f余华著", "010 ## $a978-7-5063-6543-7")
    twin = added(desk, "200 1# $a活着$f余华著", "010 ## $a978-7-5063-6543-7", despite=(first,))
    other = added(desk, "200 1# $a兄弟$f余华著")

    def edited(bib_id: int, *lines: str) -> None:
        present = get_record(bib_id)
        assert present is not None
        number = next(field for field in present.record.fields if field.tag == "001")
        record = book(*lines)
        record = record._replace(fields=(number, *record.fields))
        edit_bib(bib_id=bib_id, version=present.number, record=record, at=AT, desk=desk)

    edited(twin, "200 1# $a活着$f余华 著", "010 ## $a978-7-5063-6543-7")
    with pytest.raises(DuplicatesFound) as found:
        edited(other, "200 1# $a兄弟$f余华著", "010 ## $a978-7-5063-6543-7")

    assert [candidate.bib_id for candidate in found.value.candidates] == [first, twin]


def test_an_item_s_misprinted_number_is_no_reason(desk: Desk) -> None:
    bib = make_bib(title="围城", author="钱锺书")
    Identifier.objects.create(bib=bib, kind="other", value="9787506365438")

    assert added(desk, "200 1# $a活着$f余华著", "010 ## $a978-7-5063-6543-8")
