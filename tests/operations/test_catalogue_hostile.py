"""Files made to do harm: refused, or shown harmless, in bounded memory and time."""

import gzip
import io
import time
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.operations.test_catalogue_import import cnmarc, gb, import_file
from wenyuan.holdings.catalogue.data import ImportFault, ImportResult
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.holdings.catalogue.operations import look_through, open_batch
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
