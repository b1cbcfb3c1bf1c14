"""Receiving crates without an account, by a code that is good once."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections

from tests.factories.accounts import make_desk
from tests.factories.circulation import District, make_district
from tests.factories.transit import make_transit, packed_crate
from tests.operations.test_transit_packing import broken, reasons
from wenyuan.lending.transit import operations
from wenyuan.lending.transit.data import (
    Closed,
    DifferenceKind,
    HandoverClosed,
    HandoverReport,
    ManifestState,
    ManifestView,
    Refusal,
    TransitRefused,
)
from wenyuan.lending.transit.queries import count_unchecked, get_manifest, list_differences, list_handovers
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Door
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

HOUR = timedelta(hours=1)
HERE = "203.0.113.7"


def crates_to_south(district: District, at: datetime) -> list[ManifestView]:
    """Two sealed crates from 总馆 to 城南分馆, with W1 and W2 in the first and W3 in the second."""
    items = [make_transit(district.central, district.south, barcode) for barcode in ("W1", "W2", "W3")]
    return [
        packed_crate(district.at_central, district.south, *items[:2], code="ZX-01", at=at, sealed="0042"),
        packed_crate(district.at_central, district.south, items[2], code="ZX-02", at=at, sealed="0043"),
    ]


@pytest.fixture
def crates(district: District, at: datetime) -> list[ManifestView]:
    return crates_to_south(district, at)


def code_for(district: District, crates: list[ManifestView], at: datetime) -> str:
    ids = [one.id for one in crates]
    return operations.issue_handover(manifest_ids=ids, at=at, desk=district.at_central).code


def receive(code: str, at: datetime, *, seals: int = 2, samples: tuple[str, ...] = ("W1", "W2", "W3")) -> None:
    report = HandoverReport(seals=seals, samples=samples, name="赵师傅")
    operations.receive_handover(code=code, report=report, at=at, door=Door.WORKBENCH)


def test_what_is_received_with_a_code_is_recorded_for_staff(
    district: District, crates: list[ManifestView], at: datetime
) -> None:
    code = code_for(district, crates, at)
    opened = operations.open_handover(code=code.lower(), address=HERE, at=at + HOUR)

    receive(f" {code[:4]}-{code[4:]} ", at + HOUR)

    [seen] = list_handovers(branch_id=district.south.id, only_unchecked=True)
    delivered = Entry.objects.filter(kind="crate_delivered")
    assert (opened.to_branch_id, opened.samples_wanted) == (district.south.id, 3)
    assert (seen.seals_counted, seen.name, seen.samples) == (2, "赵师傅", (("W1", True), ("W2", True), ("W3", True)))
    assert (seen.wrong_seals, seen.unlisted, seen.few_samples, seen.no_photo) == (False, False, False, True)
    assert [get_manifest(one.id).state for one in crates] == [ManifestState.DELIVERED] * 2  # type: ignore[union-attr]
    assert [(entry.operator_id, entry.branch_id) for entry in delivered] == [(None, district.south.id)] * 2
    assert "赵师傅" not in str(list(Entry.objects.values_list("details", flat=True)))
    assert list_differences() == ()
    assert broken() == []


def test_a_code_and_a_name_are_not_readable_at_rest(
    district: District, crates: list[ManifestView], at: datetime
) -> None:
    code = code_for(district, crates, at)
    receive(code, at + HOUR)

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(h)::text FROM transit_handover h")
        [(row,)] = cursor.fetchall()

    assert code not in row
    assert "赵师傅" not in row
    assert code not in str(list(AuditRow.objects.values_list("after", flat=True)))


def test_a_wrong_number_of_seals_opens_a_difference_and_refuses_nothing(
    district: District, crates: list[ManifestView], at: datetime
) -> None:
    receive(code_for(district, crates, at), at + HOUR, seals=1, samples=("W1", "no such code"))

    [difference] = list_differences(only_open=True)
    [seen] = list_handovers(branch_id=district.central.id)
    assert (difference.kind, difference.note, difference.found_by_id) == (DifferenceKind.SEALS, "1 / 2", None)
    assert (seen.wrong_seals, seen.unlisted, seen.few_samples) == (True, True, True)
    assert seen.samples == (("W1", True), ("no such code", False))


def test_a_code_is_good_once_and_for_three_days(district: District, crates: list[ManifestView], at: datetime) -> None:
    first, second = code_for(district, crates[:1], at), code_for(district, crates[1:], at)
    receive(first, at + HOUR, seals=1)

    for code, when, reason in (
        (first, at + HOUR, Closed.USED),
        (second, at + timedelta(hours=72), Closed.EXPIRED),
        ("ABCDEFGH2345", at, Closed.UNKNOWN),
    ):
        with pytest.raises(HandoverClosed) as opening:
            operations.open_handover(code=code, address=HERE, at=when)
        with pytest.raises(HandoverClosed) as receiving:
            receive(code, when)
        assert (opening.value.reason, receiving.value.reason) == (reason, reason)


def test_a_new_code_ends_the_one_before_it(district: District, crates: list[ManifestView], at: datetime) -> None:
    first = code_for(district, crates, at)
    second = code_for(district, crates[:1], at + HOUR)

    with pytest.raises(HandoverClosed) as caught:
        operations.open_handover(code=first, address=HERE, at=at + HOUR)
    operations.open_handover(code=second, address=HERE, at=at + HOUR)

    assert caught.value.reason is Closed.EXPIRED


def test_who_guesses_codes_has_to_wait_and_others_do_not(
    district: District, crates: list[ManifestView], at: datetime
) -> None:
    code = code_for(district, crates, at)
    for number in range(10):
        with pytest.raises(HandoverClosed) as wrong:
            operations.open_handover(code=f"GUESS{number}", address=HERE, at=at)
        assert wrong.value.reason is Closed.UNKNOWN

    with pytest.raises(HandoverClosed) as stopped:
        operations.open_handover(code=code, address=HERE, at=at)
    operations.open_handover(code=code, address="203.0.113.8", at=at)
    operations.open_handover(code=code, address=HERE, at=at + timedelta(minutes=16))

    assert stopped.value.reason is Closed.TOO_MANY


def test_a_code_is_made_for_sealed_crates_of_one_branch(
    district: District, crates: list[ManifestView], at: datetime
) -> None:
    unsealed = packed_crate(district.at_central, district.children, code="ZX-03", at=at)

    for ids, refusals in (
        ([crates[0].id, unsealed.id], [Refusal.BRANCHES_DIFFER, Refusal.NOT_SEALED]),
        ([], [Refusal.MANIFEST_UNKNOWN]),
        ([crates[0].id, 999_999], [Refusal.MANIFEST_UNKNOWN]),
    ):
        with pytest.raises(TransitRefused) as caught:
            operations.issue_handover(manifest_ids=ids, at=at, desk=district.at_central)
        assert reasons(caught) == refusals
    with pytest.raises(NotAllowed):
        operations.issue_handover(manifest_ids=[crates[0].id], at=at, desk=district.at_south)
    driver = make_desk(district.central, role=Role.DRIVER)
    operations.issue_handover(manifest_ids=[crates[0].id], at=at, desk=driver)


def test_staff_say_that_they_have_looked(district: District, crates: list[ManifestView], at: datetime) -> None:
    code = code_for(district, crates, at)
    [handover] = list_handovers(branch_id=district.south.id)
    with pytest.raises(TransitRefused) as unused:
        operations.check_handover(handover_id=handover.id, at=at, desk=district.at_south)
    receive(code, at + HOUR)
    waiting = count_unchecked(district.central.id)
    with pytest.raises(NotAllowed):
        operations.check_handover(handover_id=handover.id, at=at, desk=district.at_children)

    operations.check_handover(handover_id=handover.id, at=at + HOUR, desk=district.at_south)

    [looked_at] = list_handovers(branch_id=district.south.id)
    assert reasons(unused) == [Refusal.HANDOVER_UNKNOWN]
    assert waiting == 1
    assert looked_at.checked_by_id == district.at_south.operator.account_id
    assert count_unchecked(district.central.id) == 0


def test_of_two_who_use_one_code_at_once_one_gets_in(fresh_database: str, at: datetime) -> None:
    district = make_district()
    code = code_for(district, crates_to_south(district, at), at)
    start, outcomes = threading.Barrier(3), []

    def use() -> None:
        start.wait()
        try:
            receive(code, at + HOUR)
            outcomes.append("received")
        except HandoverClosed as closed:
            outcomes.append(closed.reason.value)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["received", "used", "used"]
    assert Entry.objects.filter(kind="crate_delivered").count() == 2
