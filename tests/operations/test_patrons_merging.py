"""合并: two records of one person become one, row by row, and two again exactly as they were."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district
from tests.factories.patrons import make_guardian, make_patron
from tests.operations.patrons_cast import AT, MANS_NUMBER, PHONE, WOMANS_NUMBER
from wenyuan.kernel.identity import TokenKind
from wenyuan.lending.circulation.models import Hold, Loan, LoanPolicy
from wenyuan.lending.circulation.operations import Refused, checkin, checkout, place_hold, resume_hold, suspend_hold
from wenyuan.lending.patrons.data import (
    ConsentPurpose,
    GivenBy,
    Likeness,
    NumberInput,
    PatronRefused,
    PatronUnknown,
    ProblemCode,
    RegistrationRefused,
)
from wenyuan.lending.patrons.models import Consent, Guardian, Merge, MergedRow, Patron, Restriction, Token
from wenyuan.lending.patrons.operations import (
    close_patron,
    erase_patron,
    install_default_categories,
    keep_apart,
    merge_patrons,
    record_consent,
    register_patron,
    reopen_patron,
    replace_card,
    set_keep_history,
    suspend_patron,
    undo_merge,
)
from wenyuan.lending.patrons.queries import (
    find_patrons,
    get_merge,
    get_patron,
    leads_to,
    list_alike,
    list_alike_to,
    patron_by_token,
)
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

BORN = date(1990, 5, 17)
"""Of every reader of the factory."""


@pytest.fixture
def desk(district: District) -> Desk:
    LoanPolicy.objects.update(max_loans=2)
    return make_desk(district.central)


@pytest.fixture
def kept(district: District) -> Patron:
    return make_patron("李小军", "K0001", home=district.central, number=WOMANS_NUMBER, birth_date=BORN)


@pytest.fixture
def gone(district: District) -> Patron:
    return make_patron("李小军", "G0001", home=district.central, phone=PHONE, birth_date=BORN)


@pytest.fixture(autouse=True)
def _invariants_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    assert broken() == []


def broken() -> list[str]:
    """The invariants that do not hold; the factories' loans stand in no journal."""
    return [rule.name for rule in all_invariants() if broken_rows(rule)]


def merge(kept: Patron, gone: Patron, desk: Desk, at: datetime = AT) -> int:
    return merge_patrons(kept_id=kept.id, gone_id=gone.id, reason="同一人重复办证", at=at, desk=desk)


def undo(merge_id: int, desk: Desk, at: datetime = AT) -> None:
    undo_merge(merge_id=merge_id, reason="并非同一人", at=at, desk=desk)


def snapshot(*patrons: Patron) -> list[object]:
    """Everything of these records in the tables, versions and times of change apart."""
    ids = [patron.id for patron in patrons]
    rows: list[object] = []
    for patron in Patron.objects.filter(id__in=ids).order_by("id").values():
        rows.append({name: value for name, value in patron.items() if name not in {"version", "changed_at"}})
    for model, column in (
        (Token, "patron_id"),
        (Consent, "patron_id"),
        (Restriction, "patron_id"),
        (Guardian, "child_id"),
        (Guardian, "patron_id"),
        (Loan, "patron_id"),
    ):
        rows.append(list(model._default_manager.filter(**{f"{column}__in": ids}).order_by("id").values()))
    return [str(row) for row in rows]


def lend(patron_card: str, desk: Desk, district: District, *barcodes: str, at: datetime = AT) -> list[str]:
    for barcode in barcodes:
        make_item(barcode=barcode, home=district.central)
        checkout(item=barcode, card=patron_card, at=at, desk=desk)
    return list(barcodes)


def test_everything_of_the_second_record_hangs_on_the_first(
    desk: Desk, kept: Patron, gone: Patron, district: District
) -> None:
    child = make_patron("李念", "W0001", home=district.central, birth_date=date(2018, 1, 1))
    make_guardian(child, patron=gone)
    record_consent(
        patron_id=gone.id,
        purpose=ConsentPurpose.NOTICES,
        notice_version="2026-1",
        given_by=GivenBy.SELF,
        at=AT,
        desk=desk,
    )
    suspend_patron(patron_id=gone.id, reason="多次逾期", until=date(2026, 4, 22) + timedelta(days=9), at=AT, desk=desk)
    lend("K0001", desk, district, "B1")

    merge_id = merge(kept, gone, desk)

    view, second = get_patron(kept.id), get_patron(gone.id)
    assert view is not None
    assert second is not None
    assert (view.status, view.suspended_until, view.status_reason) == ("suspended", date(2026, 5, 1), "多次逾期")
    assert (view.phone_mask, view.number_mask) == ("····1234", "····002X")
    assert (second.status, second.merged_into_id, leads_to(gone.id)) == ("closed", kept.id, kept.id)
    by_card = patron_by_token("G0001")
    assert by_card is not None
    assert (by_card.patron.id, by_card.token_status) == (kept.id, "active")
    assert Guardian.objects.get(child=child).patron_id == kept.id
    found = get_merge(merge_id)
    assert found is not None
    assert found.moved == (("consent", 1), ("restriction", 1), ("token", 1), ("ward", 1))
    assert found.undo_until == date(2026, 5, 23)


def test_both_cards_lend_on_the_record_that_stayed_and_loans_get_new_slots(
    desk: Desk, kept: Patron, gone: Patron, district: District
) -> None:
    lend("K0001", desk, district, "B1")
    lend("G0001", desk, district, "B2", "B3")

    merge(kept, gone, desk)

    loans = Loan.objects.filter(patron_id=kept.id).order_by("id")
    assert [loan.slot for loan in loans] == [1, 2, 3]
    make_item(barcode="B4", home=district.central)
    with pytest.raises(Refused):  # three of two at most are out
        checkout(item="B4", card="G0001", at=AT, desk=desk)
    checkin(item="B2", at=AT, desk=desk)
    checkin(item="B3", at=AT, desk=desk)
    assert checkout(item="B4", card="G0001", at=AT, desk=desk).patron_id == kept.id


def test_an_undo_gives_back_exactly_what_was_moved(desk: Desk, kept: Patron, gone: Patron, district: District) -> None:
    child = make_patron("李念", "W0001", home=district.central, birth_date=date(2018, 1, 1))
    make_guardian(child, patron=gone)
    make_guardian(gone, name="王芳")
    suspend_patron(patron_id=gone.id, reason="多次逾期", at=AT, desk=desk)
    set_keep_history(patron_id=kept.id, keep=True, notice_version="2026-1", at=AT, desk=desk)
    lend("K0001", desk, district, "B1", "B2")
    loan = Loan.objects.get(item__barcode="B2")
    Loan.objects.filter(id=loan.id).update(patron=gone, slot=1)
    before = snapshot(kept, gone, child)

    merge_id = merge(kept, gone, desk)
    assert snapshot(kept, gone, child) != before
    undo(merge_id, desk, AT + timedelta(days=30))

    assert snapshot(kept, gone, child) == before
    assert Patron.objects.get(id=kept.id).version > kept.version


def test_what_came_since_stays_and_what_ended_since_goes_back_ended(
    desk: Desk, kept: Patron, gone: Patron, district: District
) -> None:
    lend("G0001", desk, district, "B1")
    merge_id = merge(kept, gone, desk)
    checkin(item="B1", at=AT, desk=desk)
    lend("G0001", desk, district, "B2")
    new_card = replace_card(patron_id=kept.id, at=AT, desk=desk)

    undo(merge_id, desk)

    assert list(Loan.objects.filter(patron_id=kept.id).values_list("item__barcode", flat=True)) == ["B2"]
    assert not Loan.objects.filter(patron_id=gone.id).exists()
    theirs = patron_by_token(new_card)
    assert theirs is not None
    assert theirs.patron.id == kept.id
    [old, fresh] = Token.objects.filter(patron=gone, kind=TokenKind.CARD.value).order_by("id")
    assert (old.card_no, old.status, fresh.status) == ("G0001", "replaced", "active")


def test_a_reading_history_goes_along_by_consent_and_comes_back(
    desk: Desk, kept: Patron, gone: Patron, district: District
) -> None:
    set_keep_history(patron_id=gone.id, keep=True, notice_version="2026-1", at=AT, desk=desk)
    lend("G0001", desk, district, "B1")
    checkin(item="B1", at=AT, desk=desk)
    merge_id = merge(kept, gone, desk)
    lend("K0001", desk, district, "B2")
    checkin(item="B2", at=AT, desk=desk)
    together = Loan.objects.filter(patron_id=kept.id).count()

    undo(merge_id, desk)

    assert together == 2
    assert [Loan.objects.filter(patron_id=patron.id).count() for patron in (kept, gone)] == [0, 1]
    assert [Patron.objects.get(id=patron.id).keep_history for patron in (kept, gone)] == [False, True]


def test_a_history_that_was_forgotten_since_is_not_brought_back(
    desk: Desk, kept: Patron, gone: Patron, district: District
) -> None:
    set_keep_history(patron_id=gone.id, keep=True, notice_version="2026-1", at=AT, desk=desk)
    merge_id = merge(kept, gone, desk)
    set_keep_history(patron_id=kept.id, keep=False, at=AT, desk=desk)

    undo(merge_id, desk)

    assert [Patron.objects.get(id=patron.id).keep_history for patron in (kept, gone)] == [False, False]


def test_who_answers_for_both_records_answers_once_and_again_twice(
    desk: Desk, district: District, kept: Patron
) -> None:
    first = make_patron("李念", "W0001", home=district.central, birth_date=date(2018, 1, 1))
    second = make_patron("李念", "W0002", home=district.central, birth_date=date(2018, 1, 1))
    for child in (first, second):
        make_guardian(child, patron=kept)

    merge_id = merge(first, second, desk)
    answering = Guardian.objects.filter(child=first, until__isnull=True).count()
    undo(merge_id, desk)

    assert answering == 1
    assert [Guardian.objects.filter(child=child, until__isnull=True).count() for child in (first, second)] == [1, 1]


def test_what_was_taken_over_and_changed_since_stays(desk: Desk, kept: Patron, gone: Patron) -> None:
    merge_id = merge(kept, gone, desk)
    merged = Patron.objects.get(id=kept.id)
    Patron.objects.filter(id=kept.id).update(phone_sealed="13900000000", phone_last4="0000")

    undo(merge_id, desk)

    assert merged.phone_sealed == "13812341234"
    assert Patron.objects.get(id=kept.id).phone_last4 == "0000"


def test_a_merge_is_journalled_once_and_audited_on_both_records(desk: Desk, kept: Patron, gone: Patron) -> None:
    merge_id = merge(kept, gone, desk)
    undo(merge_id, desk)
    undo(merge_id, desk)

    assert [entry.details for entry in Entry.objects.filter(kind="patrons_merged")] == [{"merge": merge_id, "rows": 1}]
    assert Entry.objects.filter(kind="merge_undone").count() == 1
    for act in ("merge_patrons", "undo_merge"):
        rows = AuditRow.objects.filter(act=act).order_by("id")
        assert [row.subject_id for row in rows] == [kept.id, gone.id]
    assert list(MergedRow.objects.values_list("room", "what", "was")) == [("patrons", "token", None)]


@pytest.mark.parametrize(
    "case", ["one", "other_way", "two_numbers", "guardian", "closed", "erased", "merged", "reason"]
)
def test_two_persons_are_not_merged(desk: Desk, kept: Patron, gone: Patron, district: District, case: str) -> None:
    reason, first, second = "同一人重复办证", kept.id, gone.id
    match case:
        case "one":
            second = kept.id
        case "other_way":
            first, second = gone.id, kept.id
        case "two_numbers":
            second = make_patron("李小军", home=district.central, number=MANS_NUMBER).id
        case "guardian":
            make_guardian(gone, patron=kept)
        case "closed":
            close_patron(patron_id=kept.id, at=AT, desk=desk)
        case "erased":
            erase_patron(patron_id=gone.id, reason="本人要求", at=AT, desk=desk)
        case "merged":
            merge(make_patron("李小军", home=district.central), gone, desk)
        case "reason":
            reason = " "

    with pytest.raises(PatronRefused) as refused:
        merge_patrons(kept_id=first, gone_id=second, reason=reason, at=AT, desk=desk)

    code = {
        "one": ProblemCode.MERGE_ONE_RECORD,
        "other_way": ProblemCode.MERGE_OTHER_WAY,
        "two_numbers": ProblemCode.MERGE_TWO_NUMBERS,
        "guardian": ProblemCode.MERGE_GUARDIAN,
        "closed": ProblemCode.PATRON_CLOSED,
        "erased": ProblemCode.PATRON_ERASED,
        "merged": ProblemCode.MERGED_ALREADY,
        "reason": ProblemCode.REASON_MISSING,
    }[case]
    assert code in refused.value.codes


def test_an_undo_comes_too_late_after_thirty_days_or_when_the_record_has_gone_on(
    desk: Desk, kept: Patron, gone: Patron, district: District
) -> None:
    merge_id = merge(kept, gone, desk)
    third = make_patron("李小军", "T0003", home=district.central, number=None)
    with pytest.raises(PatronRefused) as late:
        undo(merge_id, desk, AT + timedelta(days=31))
    close_patron(patron_id=kept.id, at=AT, desk=desk)
    with pytest.raises(PatronRefused) as left:
        undo(merge_id, desk)

    assert late.value.codes == {ProblemCode.MERGE_TOO_OLD}
    assert left.value.codes == {ProblemCode.PATRON_CLOSED}
    with pytest.raises(PatronUnknown):
        undo(999_999, desk)
    assert third.merged_into_id is None


def test_a_chain_leads_to_its_end_and_is_undone_from_there(desk: Desk, gone: Patron, district: District) -> None:
    middle = make_patron("李小军", "M0001", home=district.central)
    last = make_patron("李小军", "L0001", home=district.central)
    first_merge, second_merge = merge(middle, gone, desk), merge(last, middle, desk)

    assert leads_to(gone.id) == last.id
    with pytest.raises(PatronRefused) as refused:
        undo(first_merge, desk)
    assert refused.value.codes == {ProblemCode.MERGED_ALREADY}
    undo(second_merge, desk)
    undo(first_merge, desk)
    assert leads_to(gone.id) == gone.id


def test_a_clerk_may_not_merge(district: District, kept: Patron, gone: Patron) -> None:
    clerk = make_desk(district.central, role=Role.DESK)

    with pytest.raises(NotAllowed):
        merge(kept, gone, clerk)


def test_the_record_that_went_is_found_by_its_number_as_the_one_that_stayed(
    desk: Desk, gone: Patron, district: District
) -> None:
    install_default_categories()
    other = make_patron("Anna Keller", "K0002", home=district.central)
    Patron.objects.filter(id=other.id).update(number_form="passport")
    passport = make_patron("李小军", "P0001", home=district.central, number=WOMANS_NUMBER)
    Patron.objects.filter(id=passport.id).update(number_form="passport")
    stays = make_patron("李小军", "S0001", home=district.central, number=MANS_NUMBER)
    merge(stays, passport, desk)

    assert [found.patron.id for found in find_patrons(text=WOMANS_NUMBER).found] == [stays.id]
    assert passport.id not in [found.patron.id for found in find_patrons(text="李小军").found]


def test_erasing_the_record_that_stayed_erases_the_one_that_went(desk: Desk, kept: Patron, gone: Patron) -> None:
    merge(kept, gone, desk)

    with pytest.raises(PatronRefused):
        erase_patron(patron_id=gone.id, reason="本人要求", at=AT, desk=desk)
    erase_patron(patron_id=kept.id, reason="本人要求", at=AT, desk=desk)

    assert [Patron.objects.get(id=patron.id).name for patron in (kept, gone)] == ["", ""]
    assert Patron.objects.get(id=gone.id).phone_sealed == ""


def test_a_record_that_went_is_not_taken_in_again(desk: Desk, kept: Patron, gone: Patron) -> None:
    from tests.operations.patrons_cast import SELF

    merge(kept, gone, desk)

    with pytest.raises(PatronRefused) as refused:
        reopen_patron(patron_id=gone.id, consent=SELF, at=AT, desk=desk)

    assert [problem.existing_patron_id for problem in refused.value.problems] == [kept.id]


# Who may be registered twice.


def test_records_of_one_name_are_proposed_the_surest_first(district: District) -> None:
    home = district.central
    a, b = (make_patron("王伟", home=home, birth_date=BORN, phone=PHONE) for _ in range(2))
    c, d = (make_patron("刘洋", home=home, birth_date=BORN) for _ in range(2))
    e = make_patron("赵静", home=home, birth_date=None, phone=PHONE)
    f = make_patron("赵静", home=home, birth_date=BORN, phone=PHONE)
    make_patron("张敏", home=home, birth_date=BORN, number=WOMANS_NUMBER)
    make_patron("张敏", home=home, birth_date=BORN, number=MANS_NUMBER)
    make_patron("孙丽", home=home, birth_date=BORN)
    make_patron("孙丽", home=home, birth_date=date(1991, 1, 1))

    found = list_alike()

    assert [(pair.first_id, pair.second_id, pair.likeness) for pair in found.pairs] == [
        (a.id, b.id, Likeness.BIRTH_AND_PHONE),
        (e.id, f.id, Likeness.PHONE),
        (c.id, d.id, Likeness.BIRTH),
    ]
    assert list_alike(limit=2).more
    assert [pair.second_id for pair in list_alike(limit=2, offset=2).pairs] == [d.id]
    assert [pair.first_id for pair in list_alike_to(f.id)] == [e.id]


def test_two_persons_once_kept_apart_are_not_proposed_again(desk: Desk, kept: Patron, gone: Patron) -> None:
    Patron.objects.filter(id=kept.id).update(
        number_form="", number_hash=None, number_sealed="", no_number_reason="lost"
    )
    before = len(list_alike().pairs)

    keep_apart(first_id=gone.id, second_id=kept.id, at=AT, desk=desk)
    keep_apart(first_id=kept.id, second_id=gone.id, at=AT, desk=desk)

    assert (before, list_alike().pairs, list_alike_to(kept.id)) == (1, (), ())
    assert AuditRow.objects.filter(act="keep_apart").count() == 1
    with pytest.raises(PatronUnknown):
        keep_apart(first_id=kept.id, second_id=kept.id, at=AT, desk=desk)


def test_somebody_on_record_without_a_number_is_not_registered_again_unawares(
    desk: Desk, gone: Patron, district: District
) -> None:
    from tests.operations.patrons_cast import adult

    install_default_categories()
    Patron.objects.filter(id=gone.id).update(birth_date=date(1949, 12, 31))
    again = adult(district.central.id, number=NumberInput(WOMANS_NUMBER), phone=None)

    with pytest.raises(RegistrationRefused) as refused:
        register_patron(application=again, at=AT, desk=desk)
    knowing = adult(district.central.id, number=NumberInput(WOMANS_NUMBER), phone=None, somebody_else=True)

    assert refused.value.codes == {ProblemCode.LOOKS_REGISTERED}
    assert [problem.existing_patron_id for problem in refused.value.problems] == [gone.id]
    assert register_patron(application=knowing, at=AT, desk=desk).patron_id != gone.id


# Two at once.


def test_a_merge_while_the_second_record_borrows_loses_no_loan(fresh_database: str) -> None:
    district = make_district()
    LoanPolicy.objects.update(max_loans=20)
    desk = make_desk(district.central)
    kept = make_patron("李小军", "K0001", home=district.central)
    gone = make_patron("李小军", "G0001", home=district.central)
    for number in range(12):
        make_item(barcode=f"B{number}", home=district.central)
    gate = Barrier(3)

    def borrow(first: int) -> list[str]:
        gate.wait(timeout=10)
        lent = []
        for number in range(first, first + 6):
            checkout(item=f"B{number}", card="G0001", at=AT, desk=desk)
            lent.append(f"B{number}")
        connection.close()
        return lent

    def merge_them() -> int:
        gate.wait(timeout=10)
        done = merge(kept, gone, desk)
        connection.close()
        return done

    with ThreadPoolExecutor(3) as pool:
        borrowing = [pool.submit(borrow, first) for first in (0, 6)]
        merging = pool.submit(merge_them)
        lent = [barcode for one in borrowing for barcode in one.result(timeout=60)]
        merge_id = merging.result(timeout=60)

    assert len(lent) == 12
    assert Loan.objects.filter(patron_id=kept.id).count() == 12
    assert broken() == []
    undo(merge_id, desk)
    assert Loan.objects.count() == 12
    assert broken() == []


def test_of_two_merges_of_one_record_one_is_refused(fresh_database: str) -> None:
    district = make_district()
    desk = make_desk(district.central)
    first, second, gone = (make_patron("李小军", home=district.central) for _ in range(3))
    gate = Barrier(2)

    def into(kept: Patron) -> str:
        gate.wait(timeout=10)
        try:
            merge(kept, gone, desk)
        except PatronRefused as refused:
            return ", ".join(sorted(refused.codes))
        finally:
            connection.close()
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(into, (first, second)))

    assert said == ["merged", "merged_already"]
    assert Merge.objects.count() == 1


# Holds.


def ask(title_id: int, card: str, desk: Desk, at: datetime = AT) -> int:
    return place_hold(bib_id=title_id, card=card, pickup_branch_id=desk.branch_id, at=at, desk=desk).hold_id


def test_holds_go_along_with_new_slots_and_of_two_for_one_title_the_earlier_waits(
    desk: Desk, kept: Patron, gone: Patron, district: District
) -> None:
    both, own = (make_item(home=district.central).bib_id for _ in range(2))
    first = ask(both, "G0001", desk)
    second = ask(both, "K0001", desk, AT + timedelta(minutes=5))
    third = ask(own, "G0001", desk)
    before = list(Hold.objects.order_by("id").values("id", "patron_id", "slot", "state", "rank"))

    merge_id = merge(kept, gone, desk, AT + timedelta(hours=1))
    merged = {hold.id: (hold.patron_id, hold.state) for hold in Hold.objects.all()}
    slots = set(Hold.objects.filter(patron_id=kept.id, ended_at=None).values_list("slot", flat=True))
    undo(merge_id, desk, AT + timedelta(days=1))

    assert merged == {first: (kept.id, "waiting"), second: (None, "cancelled"), third: (kept.id, "waiting")}
    assert slots == {1, 2}
    assert list(Hold.objects.order_by("id").values("id", "patron_id", "slot", "state", "rank")) == before


def test_a_hold_for_which_an_item_stands_ready_is_the_one_that_stays(
    desk: Desk, kept: Patron, gone: Patron, district: District
) -> None:
    item = make_item(barcode="B1", home=district.central)
    earlier = ask(item.bib_id, "K0001", desk)
    suspend_hold(hold_id=earlier, until=None, at=AT, desk=desk)
    ready = ask(item.bib_id, "G0001", desk)
    checkin(item="B1", at=AT, desk=desk)
    resume_hold(hold_id=earlier, at=AT, desk=desk)

    merge(kept, gone, desk, AT + timedelta(hours=1))

    assert {hold.id: (hold.patron_id, hold.state) for hold in Hold.objects.all()} == {
        earlier: (None, "cancelled"),
        ready: (kept.id, "on_shelf"),
    }


def test_two_items_that_stand_ready_for_one_title_are_settled_first(
    desk: Desk, kept: Patron, gone: Patron, district: District
) -> None:
    item = make_item(barcode="B1", home=district.central)
    make_item(barcode="B2", bib=item.bib, home=district.central)
    for card, barcode in (("K0001", "B1"), ("G0001", "B2")):
        ask(item.bib_id, card, desk)
        checkin(item=barcode, at=AT, desk=desk)

    with pytest.raises(PatronRefused) as refused:
        merge(kept, gone, desk, AT + timedelta(hours=1))

    assert refused.value.codes == {ProblemCode.MERGE_HELD_TWICE}
