"""``export_records``: what came in goes out again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue.data import ExportFault, ExportForm
from wenyuan.holdings.catalogue.models import Bib, Identifier, Item
from wenyuan.holdings.catalogue.operations import open_batch, run_batch
from wenyuan.holdings.catalogue.queries import export_records
from wenyuan.kernel.marc import ControlField, DataField, Encoding, Record, encode, to_storage
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)

RECORDS = (
    Record(
        "00000cam0 2200000 i 450 ",
        (
            ControlField("001", "1"),
            ControlField("005", "20260401120000.0"),
            DataField("200", "1", " ", (("a", "活着 "), ("9", "huo zhe"), ("f", "余华著"), ("a", "又"))),
            DataField("200", "0", "|", (("a", "第二个200"),)),
            DataField("905", " ", " ", (("b", "W1"), ("d", "I247.57"))),
            DataField("101", "0", " ", (("a", "chi"), ("", ""))),
        ),
    ),
    Record(
        "00000nam a2200000 a 4500",
        (
            ControlField("001", "2"),
            DataField("245", "1", "0", (("a", "Les misérables /"), ("c", "Victor Hugo ; 𠮷野訳 €"))),
        ),
    ),
    Record("00000nam0 2200000   450 ", (DataField("200", "1", " ", (("a", "无号"),)),)),
)


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk(make_branch("B1"), role=Role.CATALOGUER)


def bring_in(path: Path, data: bytes, desk: Desk) -> None:
    path.write_bytes(data)
    batch_id = open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk)
    run_batch(batch_id=batch_id, path=path, at=AT, desk=desk)


def empty_catalogue() -> None:
    for table in (Item, Identifier, Bib):
        table.objects.all().delete()


@pytest.mark.parametrize("form", list(ExportForm))
def test_out_in_and_out_again_is_the_same_file(tmp_path: Path, desk: Desk, form: ExportForm) -> None:
    bring_in(tmp_path / "a.iso", b"".join(encode(record, encoding=Encoding.UTF8) for record in RECORDS), desk)
    first = b"".join(export_records(form=form, desk=desk))
    empty_catalogue()

    bring_in(tmp_path / "b.iso", first, desk)
    second = b"".join(export_records(form=form, desk=desk))

    assert Bib.objects.count() == 3
    assert second == first


def test_fields_order_indicators_subfields_characters_and_leader_are_kept(tmp_path: Path, desk: Desk) -> None:
    bring_in(tmp_path / "a.iso", b"".join(encode(record, encoding=Encoding.UTF8) for record in RECORDS), desk)

    out = list(export_records(form=ExportForm.ISO2709_GB18030, desk=desk))

    cnmarc = encode(RECORDS[0], encoding=Encoding.GB18030)
    assert out[0][5:12] + out[0][17:] == cnmarc[5:12] + cnmarc[17:]
    assert "𠮷野訳 €".encode("gb18030") in out[1]
    assert out[1][5:9] == b"nam "


def test_a_source_or_named_bibs_alone_may_go_out(desk: Desk) -> None:
    make_bib(title="活着", source="nlc")
    other = make_bib(title="围城", source="calis")

    by_source = list(export_records(form=ExportForm.ISO2709_UTF8, desk=desk, source="calis"))
    by_id = list(export_records(form=ExportForm.ISO2709_UTF8, desk=desk, bib_ids=[other.id]))

    assert by_source == by_id
    assert len(by_id) == 1
    assert "围城".encode() in by_id[0]


def test_what_iso_2709_cannot_hold_is_told_and_the_others_go_out(desk: Desk) -> None:
    huge = Record("00000nam0 2200000   450 ", (DataField("330", " ", " ", (("a", "长" * 4000),)),))
    bib = make_bib(title="长篇", marc=to_storage(huge))
    make_bib(title="短篇")
    faults: list[ExportFault] = []

    out = list(export_records(form=ExportForm.ISO2709_UTF8, desk=desk, on_fault=faults.append))

    assert len(out) == 1
    assert faults == [ExportFault(bib.id, "field_too_long", "330 12005")]


def test_export_needs_its_right_before_the_first_byte(desk: Desk) -> None:
    clerk = make_desk(make_branch("B2"), role=Role.DESK)

    with pytest.raises(NotAllowed):
        export_records(form=ExportForm.MARCXML, desk=clerk)
