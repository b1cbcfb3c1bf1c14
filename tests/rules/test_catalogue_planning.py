"""What a chunk of records means for a catalogue that already has some, without a database."""

from dataclasses import replace

import pytest

from wenyuan.holdings.catalogue.data import Outcome
from wenyuan.holdings.catalogue.importing.planning import KnownBib, KnownItem, Placed, Plan, Shelf, plan_chunk
from wenyuan.holdings.catalogue.importing.preparing import Fault, Prepared, prepare_record
from wenyuan.holdings.catalogue.rules import Work
from wenyuan.kernel.marc import ControlField, DataField, Dialect, Field, Record

LEADER = "00000nam0 2200000   450 "


def record(
    number: str = "0120260001", title: str = "活着", author: str = "余华", items: tuple[str, ...] = (), **more: str
) -> Record:
    fields: list[Field] = [ControlField("001", number)] if number else []
    fields.append(DataField("200", "1", " ", (("a", title), ("f", f"{author}著"))))
    if more.get("note"):
        fields.append(DataField("300", " ", " ", (("a", more["note"]),)))
    fields.append(DataField("701", " ", "0", (("a", author), ("4", "著"))))
    fields += [DataField("905", " ", " ", (("b", item), ("d", "I247.57"), ("e", "12"))) for item in items]
    return Record(LEADER, tuple(fields))


def prepared(*args: str, **more: object) -> Prepared:
    made = prepare_record(record(*args, **more), dialect=Dialect.CNMARC, source="nlc", mapping=None)  # type: ignore[arg-type] # ty: shorthand of this file
    assert isinstance(made, Prepared)
    return made


def planned(*outcomes: Prepared | Fault, shelf: Shelf | None = None) -> Plan:
    return plan_chunk(outcomes, shelf=shelf or Shelf(), new_ids=range(100, 100 + len(outcomes)))


def known(one: Prepared, *, bib_id: int = 7, variant: int = 0) -> Shelf:
    return Shelf(bibs={("nlc", one.control_number): [KnownBib(bib_id, variant, one.content_hash, one.work)]})


def reasons(plan: Plan) -> list[str]:
    return [str(report.fault.reason) for report in plan.reports]


def test_an_unknown_number_is_a_new_bib_with_its_items() -> None:
    plan = planned(prepared(items=("W1", "W2")))

    assert [(new.id, new.variant) for new in plan.new_bibs] == [(100, 0)]
    assert [(item.bib_id, item.draft.barcode, item.draft.call_no) for item in plan.new_items] == [
        (100, "W1", "I247.57/12"),
        (100, "W2", "I247.57/12"),
    ]


def test_the_same_content_is_unchanged_and_its_known_items_stay() -> None:
    one = prepared(items=("W1",))
    shelf = known(one)
    shelf.barcodes["W1"] = KnownItem(7)

    plan = planned(one, shelf=shelf)

    assert (plan.unchanged, plan.changed, plan.new_bibs, plan.new_items, plan.reports) == (1, 0, [], [], [])


def test_changed_content_of_the_same_work_replaces_it_and_adds_only_new_items() -> None:
    shelf = known(prepared(items=("W1",)))
    shelf.barcodes["W1"] = KnownItem(7)

    plan = planned(prepared(items=("W1", "W2"), note="再版"), shelf=shelf)

    assert [changed.id for changed in plan.changed_bibs] == [7]
    assert [(item.bib_id, item.draft.barcode) for item in plan.new_items] == [(7, "W2")]


def test_another_work_under_the_same_number_is_a_new_variant_with_a_warning() -> None:
    plan = planned(prepared(title="围城", author="钱锺书"), shelf=known(prepared()))

    assert [(new.id, new.variant) for new in plan.new_bibs] == [(100, 1)]
    assert reasons(plan) == ["same_number_other_work"]
    assert plan.reports[0].fault.warning is True


def test_a_number_of_a_thousand_works_is_given_to_no_other_and_theirs_come_in_again() -> None:
    one = prepared(items=("W1",))
    digest = b"another"
    works = [KnownBib(number, number, digest, Work(f"书{number}", f"人{number}")) for number in range(999)]
    shelf = Shelf(bibs={("nlc", one.control_number): works})
    last = prepared(title="围城", author="钱锺书")

    plan = planned(last, one, last, prepared("0120260002", items=("W2",)), shelf=shelf)

    assert [(new.id, new.variant) for new in plan.new_bibs] == [(100, 999), (103, 0)]
    assert (plan.failed, plan.unchanged) == (1, 1)
    assert [(report.place, report.fault) for report in plan.reports if not report.fault.warning] == [
        (1, Fault("number_of_too_many", "0120260001"))
    ]
    assert plan.placed[1] == Placed(Outcome.FAILED)
    assert [item.draft.barcode for item in plan.new_items] == ["W2"]


def test_within_one_chunk_the_later_record_meets_the_earlier_one() -> None:
    plan = planned(prepared(), prepared(note="重印"), prepared(), prepared(title="围城", author="钱锺书"))

    assert [(new.id, new.variant) for new in plan.new_bibs] == [(100, 0), (103, 1)]
    assert (plan.changed, plan.unchanged, plan.changed_bibs) == (2, 0, [])


def test_a_record_without_a_number_is_known_by_its_content() -> None:
    one = prepared("")
    plan = planned(one, prepared("", note="另一条"), prepared(""))

    assert one.control_number.startswith("#")
    assert len(one.control_number) == 64
    assert (len(plan.new_bibs), plan.unchanged) == (2, 1)


def test_a_barcode_of_another_bib_is_reported_and_the_record_goes_in() -> None:
    plan = planned(prepared(items=("W1", "W2")), shelf=Shelf(barcodes={"W1": KnownItem(55)}))

    assert len(plan.new_bibs) == 1
    assert [item.draft.barcode for item in plan.new_items] == ["W2"]
    assert [(report.fault.reason, report.fault.detail) for report in plan.reports] == [("barcode_taken", "W1")]


def test_two_records_of_one_chunk_cannot_share_a_barcode() -> None:
    plan = planned(prepared(items=("W1",)), prepared("0120260002", "围城", "钱锺书", items=("W1",)))

    assert [(item.bib_id, item.draft.barcode) for item in plan.new_items] == [(100, "W1")]
    assert reasons(plan) == ["barcode_taken"]


@pytest.mark.parametrize(("owner", "reported"), [(7, []), (8, ["accession_no_taken"])])
def test_an_accession_number_already_used_adds_no_item(owner: int, reported: list[str]) -> None:
    one = prepared(items=("W9",))
    one = replace(one, items=(one.items[0]._replace(accession_no="D1"),))
    shelf = known(one)
    shelf.accessions["D1"] = KnownItem(owner)

    plan = planned(one, shelf=shelf)

    assert plan.new_items == []
    assert reasons(plan) == reported


def test_several_barcodes_of_one_field_leave_its_accession_number_to_the_first() -> None:
    one = prepared(items=("W1", "W2"))
    one = replace(one, items=tuple(draft._replace(accession_no="D1") for draft in one.items))

    plan = planned(one)

    assert [(item.draft.barcode, item.draft.accession_no) for item in plan.new_items] == [("W1", "D1"), ("W2", None)]


def test_a_failed_record_is_counted_and_reported_and_uses_no_number() -> None:
    plan = planned(Fault("truncated"), prepared())

    assert plan.failed == 1
    assert [(report.place, report.fault.reason) for report in plan.reports] == [(0, "truncated")]
    assert [new.id for new in plan.new_bibs] == [100]


def test_works_are_compared_by_folded_title_and_author() -> None:
    assert prepared(title="圍城", author="錢鍾書").work == Work("围城", "钱钟书", frozenset())
