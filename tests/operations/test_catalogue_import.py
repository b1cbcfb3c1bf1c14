"""``open_batch`` and ``run_batch``: files as vendors deliver them, good and bad."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue.data import (
    CatalogueRefused,
    ImportFault,
    ImportProgress,
    ImportResult,
    MappingUnfit,
    Refusal,
)
from wenyuan.holdings.catalogue.importing import batches, preparing
from wenyuan.holdings.catalogue.importing.writing import ContentMoved
from wenyuan.holdings.catalogue.models import Bib, Identifier, ImportMapping, Item
from wenyuan.holdings.catalogue.operations import install_defaults, keep_mapping, open_batch, run_batch
from wenyuan.holdings.catalogue.queries import failed_bytes, import_result, iter_faults, list_item_types, list_mappings
from wenyuan.holdings.catalogue.sql import INVARIANTS
from wenyuan.kernel.marc import (
    COLLECTION_CLOSE,
    COLLECTION_OPEN,
    MARC21_852,
    ControlField,
    DataField,
    Encoding,
    Field,
    Record,
    encode,
    mapping_to_dict,
    to_marcxml,
)
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry, Pending
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("B1")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.CATALOGUER)


def everywhere(branch: Branch) -> Desk:
    """A cataloguer of the whole network."""
    desk = make_desk(branch, role=Role.CATALOGUER)
    return replace(desk, operator=replace(desk.operator, everywhere=frozenset({Act.IMPORT_RECORDS})))


def cnmarc(
    number: str = "0120260001",
    title: str = "活着",
    author: str = "余华",
    *more: Field,
    barcodes: tuple[str, ...] = (),
    isbn: str = "978-7-5063-6543-7",
) -> Record:
    fields: list[Field] = [ControlField("001", number)] if number else []
    fields += [
        DataField("010", " ", " ", (("a", isbn), ("d", "CNY20.00"))),
        DataField("200", "1", " ", (("a", title), ("f", f"{author}著"))),
        DataField("690", " ", " ", (("a", "I247.57"), ("v", "5"))),
        DataField("701", " ", "0", (("a", author), ("4", "著"))),
        DataField("801", " ", "0", (("a", "CN"), ("b", "NLC"))),
        *more,
    ]
    fields += [DataField("905", " ", " ", (("b", code), ("d", "I247.57"), ("e", "12"))) for code in barcodes]
    return Record("00000nam0 2200000   450 ", tuple(fields))


def gb(*records: Record) -> list[bytes]:
    return [encode(record, encoding=Encoding.GB18030) for record in records]


def import_file(
    tmp_path: Path, data: bytes, desk: Desk, *, name: str = "a.iso", source: str = "", mapping: str = ""
) -> tuple[ImportResult, list[ImportFault]]:
    path = tmp_path / name
    path.write_bytes(data)
    batch_id = open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk, source=source, mapping=mapping)
    run_batch(batch_id=batch_id, path=path, at=AT, desk=desk)
    result = import_result(batch_id)
    assert result is not None
    assert [broken_rows(invariant) for invariant in INVARIANTS] == [[]] * len(INVARIANTS)
    return result, list(iter_faults(batch_id=batch_id))


def counts(result: ImportResult) -> tuple[int, int, int, int, int, int]:
    """read, added, updated, unchanged, failed, items"""
    return (result.read, result.added, result.updated, result.unchanged, result.failed, result.items)


def test_a_file_in_gb18030_goes_in_with_its_items_and_the_journal_knows(tmp_path: Path, desk: Desk) -> None:
    data = b"".join(gb(cnmarc(barcodes=("W1", "W2")), cnmarc("0120260002", "围城", "钱锺书")))

    result, faults = import_file(tmp_path, data, desk)

    assert counts(result) == (2, 2, 0, 0, 0, 2)
    assert (result.encoding, result.dialect, result.state, faults) == ("gb18030", "cnmarc", "finished", [])
    bib = Bib.objects.get(title="活着")
    assert (bib.source, bib.control_number, bib.author, bib.class_letter, bib.price_fen) == (
        "NLC",
        "0120260001",
        "余华",
        "I",
        2000,
    )
    assert list(Identifier.objects.filter(bib=bib).values_list("kind", "value")) == [("isbn", "9787506365437")]
    item = Item.objects.select_related("item_type").get(barcode="W1")
    assert (item.owner_id, item.home_branch_id, item.present_branch_id) == (desk.branch_id,) * 3
    assert (item.item_type.code, item.state, item.call_no, item.price_fen) == ("book", "available", "I247.57/12", 2000)
    assert item.acquired_date == date(2026, 4, 23)
    added = Entry.objects.filter(kind=Kind.ITEM_ADDED)
    assert {(entry.subject_kind, entry.quantity, entry.class_letter, entry.item_type) for entry in added} == {
        ("item", 1, "I", "book")
    }
    assert {entry.subject_id for entry in added} == set(Item.objects.values_list("id", flat=True))
    assert Pending.objects.filter(kind=Kind.ITEM_ADDED).count() == 2
    assert Entry.objects.get(kind=Kind.RECORDS_IMPORTED).quantity == 2


def test_the_same_file_twice_adds_nothing(tmp_path: Path, desk: Desk) -> None:
    data = b"".join(gb(cnmarc(barcodes=("W1",)), cnmarc("", "围城", "钱锺书", barcodes=("W2",))))
    first, _ = import_file(tmp_path, data, desk)

    second, faults = import_file(tmp_path, data, desk)

    assert counts(first) == (2, 2, 0, 0, 0, 2)
    assert counts(second) == (2, 0, 0, 2, 0, 0)
    assert faults == []
    assert (Bib.objects.count(), Item.objects.count(), Identifier.objects.count()) == (2, 2, 2)
    assert Entry.objects.filter(kind=Kind.RECORDS_IMPORTED).count() == 1


def test_a_corrected_record_replaces_the_old_one_and_leaves_its_items(tmp_path: Path, desk: Desk) -> None:
    import_file(tmp_path, b"".join(gb(cnmarc(title="活着呢", barcodes=("W1",), isbn=""))), desk)
    Item.objects.update(call_no="I247.57/13", call_key=b"k")

    result, _ = import_file(tmp_path, b"".join(gb(cnmarc(barcodes=("W1", "W3")))), desk)

    assert counts(result) == (1, 0, 1, 0, 0, 1)
    bib = Bib.objects.get()
    assert (bib.title, bib.title_fold) == ("活着", "活着")
    assert list(Identifier.objects.values_list("value", flat=True)) == ["9787506365437"]
    assert list(Item.objects.order_by("barcode").values_list("barcode", "call_no")) == [
        ("W1", "I247.57/13"),
        ("W3", "I247.57/12"),
    ]


def test_the_same_number_with_another_title_and_author_is_a_new_record_and_a_warning(
    tmp_path: Path, desk: Desk
) -> None:
    import_file(tmp_path, b"".join(gb(cnmarc())), desk)

    result, faults = import_file(tmp_path, b"".join(gb(cnmarc(title="围城", author="钱锺书"))), desk)

    assert counts(result) == (1, 1, 0, 0, 0, 0)
    assert [(fault.reason, fault.warning) for fault in faults] == [("same_number_other_work", True)]
    assert list(Bib.objects.order_by("variant").values_list("title", "variant")) == [("活着", 0), ("围城", 1)]


def test_the_source_is_half_of_the_identity(tmp_path: Path, desk: Desk) -> None:
    data = b"".join(gb(cnmarc()))
    import_file(tmp_path, data, desk)

    result, _ = import_file(tmp_path, data, desk, source="vendor")

    assert result.added == 1
    assert set(Bib.objects.values_list("source", flat=True)) == {"NLC", "vendor"}


@pytest.mark.parametrize("between", [b"\r\n", b"\n", b"\x00\r\n \n"])
def test_line_ends_between_records_do_not_matter(tmp_path: Path, desk: Desk, between: bytes) -> None:
    data = between.join(gb(cnmarc(), cnmarc("2", "围城", "钱锺书"))) + between

    result, faults = import_file(tmp_path, data, desk)

    assert counts(result) == (2, 2, 0, 0, 0, 0)
    assert faults == []


def test_gbk_characters_with_a_delimiter_like_second_byte_are_read(tmp_path: Path, desk: Desk) -> None:
    title = "倈寍皘鎩的故事与传说"
    raw = gb(cnmarc(title=title))[0]
    assert b"|" in raw

    import_file(tmp_path, raw, desk)

    assert Bib.objects.get().title == title


def test_encodings_may_change_within_a_file(tmp_path: Path, desk: Desk) -> None:
    utf8 = encode(cnmarc("2", "围城", "钱锺书"), encoding=Encoding.UTF8)

    result, faults = import_file(tmp_path, gb(cnmarc())[0] + utf8 + gb(cnmarc("3", "子夜", "茅盾"))[0], desk)

    assert (result.added, faults) == (3, [])
    assert set(Bib.objects.values_list("title", flat=True)) == {"活着", "围城", "子夜"}


def marc21_raw(*fields: tuple[str, bytes]) -> bytes:
    body, directory = b"", b""
    for tag, content in fields:
        content += b"\x1e"
        directory += f"{tag}{len(content):04d}{len(body):05d}".encode()
        body += content
    base = 24 + len(directory) + 1
    leader = f"{base + len(body) + 1:05d}cam  22{base:05d} a 4500".encode()
    return leader + directory + b"\x1e" + body + b"\x1d"


def test_marc_8_is_read_and_items_come_from_852(tmp_path: Path, desk: Desk) -> None:
    raw = marc21_raw(
        ("001", b"ocm1"),
        ("003", b"DLC"),
        ("245", b"10\x1faLes mis\xe2erables \xe1a l'\xe2ecole des \xe2etrangers /\x1fcVictor Hugo."),
        ("100", b"1 \x1faHugo, Victor."),
        ("852", b"  \x1fbB1\x1fhPQ2286\x1fi.A1\x1fpW7"),
    )

    result, faults = import_file(tmp_path, raw, desk)

    assert (counts(result), faults) == ((1, 1, 0, 0, 0, 1), [])
    assert (result.encoding, result.dialect) == ("marc-8", "marc21")
    assert Bib.objects.get().title == "Les misérables à l'école des étrangers"
    assert Item.objects.get().call_no == "PQ2286 .A1"


def test_marcxml_is_read_and_its_bad_record_is_reported_with_its_bytes(tmp_path: Path, desk: Desk) -> None:
    good = to_marcxml(cnmarc(barcodes=("W1",)))
    bad = '<record><leader>x</leader><datafield tag="2" ind1=" " ind2=" "/></record>\n'
    data = (COLLECTION_OPEN + good + bad + to_marcxml(cnmarc("2", "围城", "钱锺书")) + COLLECTION_CLOSE).encode()

    result, faults = import_file(tmp_path, data, desk, name="a.xml")

    assert counts(result) == (3, 2, 0, 0, 1, 1)
    assert [(fault.number, fault.position, fault.reason) for fault in faults] == [
        (2, data.index(bad.encode()), "bad_tag")
    ]
    assert failed_bytes(faults[0].id).startswith(bad.encode().strip())


def test_wrong_lengths_in_leader_and_directory_do_not_lose_a_record(tmp_path: Path, desk: Desk) -> None:
    raw = gb(cnmarc())[0]
    other = gb(cnmarc("2", "围城", "钱锺书"))[0]

    result, faults = import_file(tmp_path, b"00099" + raw[5:] + b"99999" + other[5:], desk)

    assert (result.added, result.failed, faults) == (2, 0, [])


def test_bad_records_are_reported_with_place_reason_and_bytes_and_good_ones_go_in(tmp_path: Path, desk: Desk) -> None:
    first, last = gb(cnmarc(), cnmarc("2", "围城", "钱锺书"))
    latin = marc21_raw(("001", b"9"), ("245", b"00\x1faM\xfcller Stra\xdfe caf\xe9 "))
    truncated = gb(cnmarc("3", "子夜", "茅盾"))[0][:60]
    data = first + latin + b"this is no record\x1d" + last + truncated

    result, faults = import_file(tmp_path, data, desk)

    assert counts(result) == (5, 2, 0, 0, 3, 0)
    assert [(fault.number, fault.position) for fault in faults] == [
        (2, len(first)),
        (3, len(first + latin)),
        (5, len(first + latin) + 18 + len(last)),
    ]
    assert [fault.reason for fault in faults][1:] == ["not_a_record", "truncated"]
    assert [failed_bytes(fault.id) for fault in faults] == [latin, b"this is no record\x1d", truncated]


def test_nul_and_control_characters_are_reported_and_stop_nothing(tmp_path: Path, desk: Desk) -> None:
    result, faults = import_file(
        tmp_path, b"".join(gb(cnmarc(title="活\x00着"), cnmarc("2", "围\x01城", "钱锺书"))), desk
    )

    assert result.added == 2
    assert [(fault.number, fault.reason, fault.warning) for fault in faults] == [
        (1, "control_characters", True),
        (2, "control_characters", True),
    ]
    assert b"\x00" in bytes(Bib.objects.get(title="活 着").marc)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe<\x00r\x00", b"PK\x03\x04" + bytes(range(256)) * 40])
def test_what_is_no_marc_file_finishes_with_a_report(tmp_path: Path, desk: Desk, data: bytes) -> None:
    result, faults = import_file(tmp_path, data, desk)

    assert (result.state, result.added) == ("finished", 0)
    assert result.failed == result.read == len(faults)
    assert (len(faults) > 0) is bool(data)


def test_a_barcode_of_another_bib_fails_its_item_and_not_the_record(tmp_path: Path, desk: Desk) -> None:
    make_item(bib=make_bib(title="子夜"), barcode="W1", home=Branch.objects.get())

    result, faults = import_file(tmp_path, gb(cnmarc(barcodes=("W1", "W2")))[0], desk)

    assert counts(result) == (1, 1, 0, 0, 0, 1)
    assert [(fault.reason, fault.detail, fault.warning) for fault in faults] == [("barcode_taken", "W1", False)]
    assert failed_bytes(faults[0].id) == gb(cnmarc(barcodes=("W1", "W2")))[0]


def test_items_go_to_the_branch_the_record_names_where_the_operator_may_import(tmp_path: Path, branch: Branch) -> None:
    allowed, refused = make_branch("B2"), make_branch("B3")
    make_branch("B4", closed_date=date(2025, 1, 1))
    account = make_desk(branch)
    desk = Desk(
        operator=type(account.operator)(
            account.operator.account_id,
            "cataloguer",
            at_branches={one.id: frozenset({Act.IMPORT_RECORDS}) for one in (branch, allowed)},
        ),
        branch_id=branch.id,
        door=account.door,
    )
    fields = [DataField("905", " ", " ", (("a", code), ("b", f"W-{code}"))) for code in ("B2", "B3", "B4", "北京馆")]

    _, faults = import_file(tmp_path, gb(cnmarc("1", "活着", "余华", *fields))[0], desk)

    assert dict(Item.objects.values_list("barcode", "home_branch_id")) == {
        "W-B2": allowed.id,
        "W-B3": branch.id,
        "W-B4": branch.id,
        "W-北京馆": branch.id,
    }
    assert refused.id not in set(Item.objects.values_list("owner_id", flat=True))
    assert [(fault.reason, fault.detail, fault.warning) for fault in faults] == [
        ("branch_not_allowed", "B3 W-B3", True)
    ]


def test_the_mapping_is_data(tmp_path: Path, desk: Desk) -> None:
    mapping = {"name": "vendor", "tag": "997", "columns": {"barcode": {"codes": ["x"]}, "price_text": {"codes": ["p"]}}}
    ImportMapping.objects.create(code="vendor", name="书商", mapping=mapping)
    record = cnmarc("1", "活着", "余华", DataField("997", " ", " ", (("x", "W9"), ("p", "33.5"))), barcodes=("W1",))

    result, _ = import_file(tmp_path, gb(record)[0], desk, mapping="vendor")

    assert result.mapping == "vendor"
    assert list(Item.objects.values_list("barcode", "price_fen")) == [("W9", 3350)]


def test_a_library_keeps_a_mapping_of_its_own_and_each_change_is_audited(tmp_path: Path, branch: Branch) -> None:
    desk = everywhere(branch)
    vendor = {"name": "书商", "tag": "997", "columns": {"barcode": {"codes": ["x"]}}}
    record = cnmarc("1", "活着", "余华", DataField("997", " ", " ", (("x", "W8"), ("y", "W9"))), barcodes=("W1",))

    code = keep_mapping(data=vendor, at=AT, desk=desk)
    import_file(tmp_path, gb(record)[0], desk, mapping=code)
    keep_mapping(data=vendor, at=AT, desk=desk)
    keep_mapping(data={**vendor, "columns": {"barcode": {"codes": ["y"]}}}, at=AT, desk=desk)
    import_file(tmp_path, gb(record)[0], desk, mapping=code)

    assert list_mappings()[-1] == ("书商", "书商")
    assert sorted(Item.objects.values_list("barcode", flat=True)) == ["W8", "W9"]
    rows = AuditRow.objects.filter(act="keep_mapping").order_by("id")
    assert [(row.before == {}, row.after["columns"]["barcode"]["codes"]) for row in rows] == [
        (True, ["x"]),
        (False, ["y"]),
    ]


@pytest.mark.parametrize(
    ("data", "where", "fault"),
    [
        ([], "", "wrong_type"),
        ({"name": "v", "tag": "905", "columns": {"shelf": {"codes": ["a"]}}}, "columns.shelf", "unknown_key"),
        ({"name": "v" * 33, "tag": "905", "columns": {"barcode": {"codes": ["b"]}}}, "name", "out_of_range"),
    ],
)
def test_data_that_is_no_mapping_is_not_kept_and_the_place_is_named(
    branch: Branch, data: object, where: str, fault: str
) -> None:
    with pytest.raises(MappingUnfit) as caught:
        keep_mapping(data=data, at=AT, desk=everywhere(branch))

    assert (caught.value.where, caught.value.fault) == (where, fault)
    assert not ImportMapping.objects.exists()


def test_a_mapping_is_for_every_branch_and_needs_the_right_in_the_whole_network(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        keep_mapping(data={"name": "v", "tag": "905", "columns": {"barcode": {"codes": ["b"]}}}, at=AT, desk=desk)

    assert not ImportMapping.objects.exists()


@pytest.mark.parametrize("data", [{"tag": "905"}, {"name": "x", "tag": "905", "columns": {"shelf": {"codes": ["a"]}}}])
def test_an_unknown_or_unusable_mapping_is_refused(tmp_path: Path, desk: Desk, data: dict[str, object]) -> None:
    ImportMapping.objects.create(code="odd", name="odd", mapping=data)
    path = tmp_path / "a.iso"
    path.write_bytes(b"")

    for code in ("odd", "absent"):
        with pytest.raises(CatalogueRefused) as caught:
            open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk, mapping=code)
        assert caught.value.refusal is Refusal.MAPPING_UNKNOWN


def test_import_needs_the_right_at_the_branch(tmp_path: Path, branch: Branch, desk: Desk) -> None:
    other = make_branch("B2")
    path = tmp_path / "a.iso"
    path.write_bytes(gb(cnmarc())[0])
    batch_id = open_batch(path=path, branch_id=branch.id, at=AT, desk=desk)

    with pytest.raises(NotAllowed):
        open_batch(path=path, branch_id=other.id, at=AT, desk=desk)
    with pytest.raises(NotAllowed):
        run_batch(batch_id=batch_id, path=path, at=AT, desk=make_desk(branch, role=Role.DESK))
    assert Bib.objects.count() == 0


def test_another_file_cannot_go_on_with_a_batch(tmp_path: Path, desk: Desk) -> None:
    path = tmp_path / "a.iso"
    path.write_bytes(gb(cnmarc())[0])
    batch_id = open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk)
    path.write_bytes(gb(cnmarc(title="围城"))[0])

    with pytest.raises(CatalogueRefused) as caught:
        run_batch(batch_id=batch_id, path=path, at=AT, desk=desk)

    assert caught.value.refusal is Refusal.FILE_CHANGED


class Cut(Exception):
    pass


@pytest.mark.parametrize("container", ["iso", "xml"])
def test_an_interrupted_import_goes_on_where_it_stopped(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch, container: str
) -> None:
    monkeypatch.setattr(batches, "CHUNK_RECORDS", 3)
    records = [cnmarc(str(number), f"第{number}部", f"作者{number}", barcodes=(f"W{number}",)) for number in range(10)]
    path = tmp_path / f"a.{container}"
    if container == "xml":
        path.write_text(COLLECTION_OPEN + "".join(map(to_marcxml, records)) + COLLECTION_CLOSE)
    else:
        path.write_bytes(b"\n" + b"\r\n".join([*gb(*records[:5]), b"garbage\x1d", *gb(*records[5:])]))
    seen: list[ImportProgress] = []

    def cut_after_two(progress: ImportProgress) -> None:
        seen.append(progress)
        if len(seen) == 2:
            raise Cut

    batch_id = open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk)
    with pytest.raises(Cut):
        run_batch(batch_id=batch_id, path=path, at=AT, desk=desk, on_progress=cut_after_two)
    halfway = import_result(batch_id)
    again = open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk)
    run_batch(batch_id=again, path=path, at=AT, desk=desk, on_progress=seen.append)
    result = import_result(batch_id)

    assert halfway is not None
    assert result is not None
    assert (halfway.state, halfway.read) == ("running", 6)
    assert again == batch_id
    failed = int(container == "iso")
    assert counts(result) == (10 + failed, 10, 0, 0, failed, 10)
    assert [progress.read for progress in seen] == [3, 6, 9, 10 + failed]
    assert (seen[-1].position, seen[-1].failed) == (path.stat().st_size, failed)
    assert [fault.number for fault in iter_faults(batch_id=batch_id)] == [6] * failed


def test_a_value_the_database_refuses_costs_one_record(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = preparing.prepare

    def overflowing(*args: object, **values: object) -> object:
        made = real(*args, **values)  # type: ignore[arg-type] # the fake passes on what it gets
        if getattr(made, "control_number", "") == "5":
            object.__setattr__(made, "columns", made.columns._replace(language="x" * 9))  # type: ignore[union-attr] # a Prepared here
        return made

    monkeypatch.setattr(batches, "prepare", overflowing)

    result, faults = import_file(
        tmp_path, b"".join(gb(*(cnmarc(str(n), f"第{n}部", f"作者{n}") for n in range(8)))), desk
    )

    assert counts(result) == (8, 7, 0, 0, 1, 0)
    assert [(fault.number, fault.reason) for fault in faults] == [(6, "not_storable")]


def test_a_record_that_is_refused_at_the_last_attempt_is_not_tried_for_ever(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Exception] = [ContentMoved(), ContentMoved(), psycopg.DataError(), ContentMoved()]

    def refusing(*_: object, **__: object) -> int:
        raise answers.pop(0)

    monkeypatch.setattr(batches, "store_chunk", refusing)

    with pytest.raises(ContentMoved):
        import_file(tmp_path, b"".join(gb(cnmarc("1"))), desk)

    assert answers == []


def test_defaults_can_be_installed_again_and_keep_what_the_library_changed(db: None) -> None:
    install_defaults()
    ImportMapping.objects.filter(code="cnmarc-905").update(name="本馆")
    install_defaults()

    assert [kind.code for kind in list_item_types()][:4] == ["book", "children_book", "serial_bound", "newspaper_bound"]
    assert dict(list_mappings())["cnmarc-905"] == "本馆"
    assert ImportMapping.objects.get(code="marc21-852").mapping == mapping_to_dict(MARC21_852)


def test_two_imports_of_one_file_at_once_do_it_once(fresh_database: str, tmp_path: Path) -> None:
    branch = make_branch("B1")
    desk = make_desk(branch, role=Role.CATALOGUER)
    path = tmp_path / "a.iso"
    path.write_bytes(b"".join(gb(*(cnmarc(str(n), f"第{n}部", f"作者{n}", barcodes=(f"W{n}",)) for n in range(50)))))
    batch_id = open_batch(path=path, branch_id=branch.id, at=AT, desk=desk)
    started, refused = threading.Event(), threading.Event()
    outcome: list[Refusal] = []

    def second() -> None:
        try:
            started.wait(20)
            run_batch(batch_id=batch_id, path=path, at=AT, desk=desk)
        except CatalogueRefused as error:
            outcome.append(error.refusal)
        finally:
            refused.set()
            connections.close_all()

    def wait_for_the_other(progress: ImportProgress) -> None:
        started.set()
        refused.wait(20)

    thread = threading.Thread(target=second)
    thread.start()
    run_batch(batch_id=batch_id, path=path, at=AT, desk=desk, on_progress=wait_for_the_other)
    thread.join()

    assert outcome == [Refusal.BATCH_RUNNING]
    assert (Bib.objects.count(), Item.objects.count()) == (50, 50)
