"""What was put aside is tried again, once its item or its card is known: as of its own moment."""

from datetime import datetime, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district
from tests.factories.offline import lent, taken_back
from tests.factories.patrons import make_patron
from tests.racing import at_once
from wenyuan.lending.circulation.data import DeviceAct, OfflineListSheet, OfflineResult
from wenyuan.lending.circulation.models import Loan, OfflineAct
from wenyuan.lending.circulation.operations import (
    checkin,
    checkout,
    issue_offline_list,
    record_acts,
    retry_offline_act,
    settle_offline_act,
)
from wenyuan.lending.circulation.queries import count_offline_acts_to_settle, offline_acts_to_settle
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

ITEM, CARD = "2300001", "C0001"
HOUR = timedelta(hours=1)


def sheet_of(district: District, at: datetime) -> OfflineListSheet:
    return issue_offline_list(at=at - 16 * HOUR, desk=district.at_central)


def put_aside(district: District, act: DeviceAct, at: datetime) -> int:
    """The id of an act that was put aside an hour later."""
    (result,) = record_acts(acts=[act], device="d1", offset_ms=0, at=at + HOUR, desk=district.at_central)
    assert result.outcome == "aside"
    return OfflineAct.objects.get(key=act.key).id


def retry(district: District, act_id: int, at: datetime) -> OfflineResult | None:
    return retry_offline_act(act_id=act_id, at=at + 2 * HOUR, desk=district.at_central)


def broken() -> list[str]:
    return [rule.name for rule in all_invariants() if broken_rows(rule)]


def test_what_was_put_aside_is_recorded_once_its_item_is_known(district: District, at: datetime) -> None:
    reader = make_patron(card=CARD, home=district.central)
    act_id = put_aside(district, lent(sheet_of(district, at), CARD, ITEM, at), at)
    make_item(barcode=ITEM, home=district.central)

    result = retry(district, act_id, at)

    loan, row = Loan.objects.get(), OfflineAct.objects.get()
    assert result is not None
    assert (result.outcome, result.reasons) == ("recorded", ())
    assert (loan.patron_id, loan.lent_at) == (reader.id, at)
    assert (row.card, row.loan_id) == ("", loan.id)
    assert Entry.objects.get(kind="loan").occurred_at == at
    assert count_offline_acts_to_settle(district.central.id) == 0
    audited = AuditRow.objects.get(act="retry_offline_act")
    assert (audited.before["reasons"], audited.after["outcome"]) == (["item_unknown"], "recorded")
    assert broken() == []


def test_a_loan_put_aside_is_made_once_its_card_is_known(district: District, at: datetime) -> None:
    make_item(barcode=ITEM, home=district.central)
    act_id = put_aside(district, lent(sheet_of(district, at), CARD, ITEM, at), at)
    make_patron(card=CARD, home=district.central)

    result = retry(district, act_id, at)

    assert result is not None
    assert (result.outcome, Loan.objects.get().lent_at) == ("recorded", at)
    assert broken() == []


def test_what_still_cannot_be_recorded_stays_listed(district: District, at: datetime) -> None:
    act_id = put_aside(district, lent(sheet_of(district, at), CARD, ITEM, at), at)
    make_item(barcode=ITEM, home=district.central)
    (listed,) = offline_acts_to_settle(district.central.id)

    result = retry(district, act_id, at)

    assert listed.can_be_retried is True
    assert result is not None
    assert (result.outcome, [why.code for why in result.reasons]) == ("aside", ["patron_unknown"])
    assert OfflineAct.objects.get().card != ""
    assert count_offline_acts_to_settle(district.central.id) == 1
    assert Loan.objects.count() == 0


def test_what_has_gone_on_since_counts_more(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    make_patron(card="C0002", home=district.central)
    act_id = put_aside(district, lent(sheet_of(district, at), CARD, ITEM, at), at)
    make_item(barcode=ITEM, home=district.central)
    checkout(item=ITEM, card="C0002", at=at + HOUR, desk=district.at_central)

    result = retry(district, act_id, at)

    assert result is not None
    assert [why.code for why in result.reasons] == ["lent_since"]
    assert Loan.objects.count() == 1


def test_only_what_is_listed_as_put_aside_is_tried_again(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    nobodys = put_aside(district, lent(sheet_of(district, at), "", ITEM, at, key="n"), at)
    OfflineAct.objects.filter(id=nobodys).update(card="")
    settled = put_aside(district, taken_back(ITEM, at), at)
    settle_offline_act(act_id=settled, note="", at=at + HOUR, desk=district.at_central)
    make_item(barcode=ITEM, home=district.central)

    assert [retry(district, act_id, at) for act_id in (nobodys, settled, settled + 1)] == [None] * 3
    with pytest.raises(NotAllowed):
        retry_offline_act(act_id=nobodys, at=at, desk=make_desk(district.central, acts=[Act.CHECKIN]))
    assert Loan.objects.count() == 0
    assert [one.can_be_retried for one in offline_acts_to_settle(district.central.id)] == [False]


def test_what_was_recorded_and_wants_a_look_is_not_tried_again(district: District, at: datetime) -> None:
    make_item(barcode=ITEM, home=district.central, condition="damaged")
    make_patron(card=CARD, home=district.central)
    act = lent(sheet_of(district, at), CARD, ITEM, at)
    (result,) = record_acts(acts=[act], device="d1", offset_ms=0, at=at + HOUR, desk=district.at_central)
    row = OfflineAct.objects.get()

    assert result.outcome == "conflict"
    assert retry(district, row.id, at) is None
    assert [one.can_be_retried for one in offline_acts_to_settle(district.central.id)] == [False]
    assert (OfflineAct.objects.get().reasons, Loan.objects.count()) == (row.reasons, 1)


def test_a_return_put_aside_is_taken_back_once_its_item_is_known(district: District, at: datetime) -> None:
    act_id = put_aside(district, taken_back(ITEM, at), at)
    make_item(barcode=ITEM, home=district.central)
    make_patron(card=CARD, home=district.central)
    checkout(item=ITEM, card=CARD, at=at - HOUR, desk=district.at_central)

    result = retry(district, act_id, at)

    assert result is not None
    assert result.outcome == "recorded"
    assert Loan.objects.get().returned_at == at
    assert broken() == []


def test_tried_again_twice_at_once_it_is_one_loan(fresh_database: str, at: datetime) -> None:
    district = make_district()
    make_patron(card=CARD, home=district.central)
    act_id = put_aside(district, lent(sheet_of(district, at), CARD, ITEM, at), at)
    make_item(barcode=ITEM, home=district.central)

    results = at_once(*[lambda: retry(district, act_id, at)] * 3)

    assert sum(isinstance(one, OfflineResult) for one in results) == 1
    assert Loan.objects.count() == 1
    assert broken() == []
    assert checkin(item=ITEM, at=at + 3 * HOUR, desk=district.at_central).loan_id is not None
