"""Files made to do harm: refused, or shown harmless, in bounded memory and time."""

import gzip
import io
import time
import tracemalloc
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.operations.test_catalogue_import import cnmarc, gb, import_file
from wenyuan.holdings.catalogue.data import ImportFault, ImportResult
from wenyuan.holdings.catalogue.importing import batches, planning
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.holdings.catalogue.operations import look_through, open_batch
from wenyuan.holdings.catalogue.queries import import_outlook, list_samples
from wenyuan.holdings.catalogue.rules import Work, is_same_work
from wenyuan.kernel.chinese import pinyin_of
from wenyuan.kernel.marc import COLLECTION_CLOSE, COLLECTION_OPEN, DataField, from_storage, to_marcxml
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
MOST_SECONDS = 60
MOST_BYTES = 60_000_000


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk(make_branch("B1"), role=Role.CATALOGUER)


def bounded(tmp_path: Path, data: bytes, desk: Desk, name: str) -> tuple[ImportResult, list[ImportFault]]:
    """Look through and import the file; neither may take long or hold much."""
    path = tmp_path / f"look-{name}"
    path.write_bytes(data)
    pinyin_of("书")  # its dictionaries are read once a process, whatever the file is
    started = time.monotonic()
    tracemalloc.start()
    try:
        batch_id = open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk, staged=True)
        look_through(batch_id=batch_id, path=path, desk=desk)
        answer = import_file(tmp_path, data, desk, name=name)
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()
    assert time.monotonic() - started < MOST_SECONDS
    return answer


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "laughs.xml": f'<?xml version="1.0"?><!DOCTYPE c [<!ENTITY l0 "ha">{LAUGHS}]><collection>&l9;</collection>',
    "inside.xml": '<?xml version="1.0"?><!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<collection><record><leader>&x;</leader></record></collection>",
    "outside.xml": '<?xml version="1.0"?><!DOCTYPE c SYSTEM "http://127.0.0.1:9/a.dtd"><collection/>',
}


@pytest.mark.parametrize("name", BOMBS)
def test_xml_that_declares_entities_is_refused_and_nothing_is_read_or_fetched(
    tmp_path: Path, desk: Desk, name: str
) -> None:
    result, faults = bounded(tmp_path, BOMBS[name].encode(), desk, name)

    assert (result.state, result.added) == ("finished", 0)
    assert [fault.reason for fault in faults] == ["xml_dtd"]
    assert not any("root:" in fault.detail for fault in faults)


def test_xml_that_opens_without_end_is_bounded(tmp_path: Path, desk: Desk) -> None:
    result, faults = bounded(tmp_path, b"<collection>" + b"<a>" * 1_000_000, desk, "deep.xml")

    assert (result.added, [fault.reason for fault in faults]) == (0, ["xml_structure"])


@pytest.mark.parametrize(
    "number", ["../../../../etc/passwd", "/etc/passwd", "a\\..\\b", "'; DROP TABLE catalogue_bib; --", "%00", "${HOME}"]
)
def test_a_path_as_control_number_is_only_a_text(tmp_path: Path, desk: Desk, number: str) -> None:
    result, _ = import_file(tmp_path, gb(cnmarc(number))[0], desk)

    assert result.added == 1
    assert Bib.objects.get().control_number == number
    assert {path.name for path in tmp_path.iterdir()} == {"a.iso"}


def test_a_record_of_ten_thousand_fields_goes_in_whole_as_xml(tmp_path: Path, desk: Desk) -> None:
    many = [DataField("606", "0", " ", (("a", f"主题{n}"),)) for n in range(10_000)]
    data = (COLLECTION_OPEN + to_marcxml(cnmarc("1", "活着", "余华", *many)) + COLLECTION_CLOSE).encode()

    result, faults = bounded(tmp_path, data, desk, "many.xml")

    assert (result.added, faults) == (1, [])
    assert len(from_storage(bytes(Bib.objects.get().marc)).fields) == 10_006


def test_a_range_of_barcodes_makes_no_more_items_than_the_mapping_allows(tmp_path: Path, desk: Desk) -> None:
    result, faults = bounded(tmp_path, gb(cnmarc(barcodes=("A0000001-9999999",)))[0], desk, "range.iso")

    assert (result.added, Item.objects.count()) == (1, 1)
    assert [fault.reason for fault in faults] == ["item_range_too_long"]


def _zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.iso", b"0" * 20_000_000)
    return held.getvalue()


@pytest.mark.parametrize("kind", ["zip", "gzip"])
def test_what_is_compressed_is_never_unpacked(tmp_path: Path, desk: Desk, kind: str) -> None:
    data = _zipped() if kind == "zip" else gzip.compress(b"0" * 20_000_000)

    result, faults = bounded(tmp_path, data, desk, "a.iso")

    assert result.added == 0
    assert len(faults) >= 1


def test_bytes_without_any_end_of_record_are_bounded(tmp_path: Path, desk: Desk) -> None:
    result, _ = bounded(tmp_path, gb(cnmarc())[0][:-1] + b"\x1f" * 4_000_000, desk, "endless.iso")

    assert result.state == "finished"


def numbered_alike(count: int, *, first: int = 0) -> bytes:
    works = (cnmarc("1", f"第{n}部", f"作者{n}", barcodes=(f"W{n}",), isbn="") for n in range(first, first + count))
    return b"".join(gb(*works, cnmarc(f"2-{first}", "围城", "钱锺书", isbn="")))


def test_a_file_in_which_each_record_has_one_number_ends_and_says_so(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MOST_OF_ONE_NUMBER", 200)

    result, faults = bounded(tmp_path, numbered_alike(2_000), desk, "alike.iso")
    again, _ = import_file(tmp_path, numbered_alike(2_000), desk, name="alike.iso")

    assert (result.read, result.added, result.failed, result.items) == (2_001, 201, 1_800, 200)
    assert Counter(fault.reason for fault in faults) == {"same_number_other_work": 199, "number_of_too_many": 1_800}
    assert Bib.objects.filter(title="围城").exists()
    assert (again.added, again.unchanged, again.failed) == (0, 201, 1_800)


def test_twice_as_many_records_of_one_number_are_twice_the_work(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MOST_OF_ONE_NUMBER", 100)
    monkeypatch.setattr(batches, "CHUNK_RECORDS", 100)
    compared = 0

    def counted(one: Work, other: Work) -> bool:
        nonlocal compared
        compared += 1
        return is_same_work(one, other)

    monkeypatch.setattr(planning, "is_same_work", counted)
    work = []
    for count in (1_500, 3_000):
        compared = 0
        with CaptureQueriesContext(connection) as asked:
            import_file(tmp_path, numbered_alike(count), desk, source=f"vendor {count}")
        work.append((len(asked), compared))

    (statements, comparisons), (more_statements, more_comparisons) = work
    assert more_statements <= 2.1 * statements
    assert more_comparisons <= 2.1 * comparisons


def test_what_of_a_number_of_too_many_works_will_not_go_in_is_told_beforehand(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MOST_OF_ONE_NUMBER", 3)
    import_file(tmp_path, numbered_alike(3), desk)
    path = tmp_path / "more.iso"
    path.write_bytes(numbered_alike(4, first=2))

    batch_id = open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk, staged=True)
    look_through(batch_id=batch_id, path=path, desk=desk)

    outlook = import_outlook(batch_id)
    assert outlook is not None
    assert (outlook.outcomes, outlook.reasons) == (
        {"same": 1, "failed": 3, "new": 1},
        {"number_of_too_many": 3},
    )
    samples = list_samples(batch_id=batch_id, reason="number_of_too_many")
    assert [(row.title, row.detail, row.items) for row in samples] == [(f"第{n}部", "1", 0) for n in (3, 4, 5)]
