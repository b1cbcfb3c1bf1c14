"""Cards of others under one sign-in: by the card's PIN, until a new one, and nobody else's."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.patrons import make_category, make_guardian, make_patron
from tests.operations.patrons_cast import AT, TODAY
from tests.racing import Meanwhile
from wenyuan.lending.patrons import family
from wenyuan.lending.patrons.data import Caller, PatronRefused, PatronUnknown, ProblemCode
from wenyuan.lending.patrons.models import CardLink, Patron, PinTry, Token
from wenyuan.lending.patrons.operations import (
    add_others_card,
    close_patron,
    erase_patron,
    merge_patrons,
    remove_others_card,
    set_pin,
    sign_in,
    undo_merge,
)
from wenyuan.lending.patrons.queries import keepers_of, other_readers
from wenyuan.lending.patrons.records import lock_open_patron
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import READER, Desk, Door
from wenyuan.organisation.rights.models import AuditRow

PIN = "604913"
HERE = Caller(address="10.0.0.1")


@pytest.fixture
def home(db: None) -> Branch:
    return make_branch("ZG")


@pytest.fixture
def desk(home: Branch) -> Desk:
    return Desk(operator=READER, branch_id=home.id, door=Door.PORTAL)


@pytest.fixture
def staff(home: Branch) -> Desk:
    return make_desk(home)


@pytest.fixture
def mother(home: Branch) -> Patron:
    return make_patron("王芳", "M0001", home=home, pin=PIN)


@pytest.fixture
def grandfather(home: Branch) -> Patron:
    return make_patron("陈大山", "G0001", home=home, pin=PIN, birth_date=date(1950, 1, 1))


def add(keeper: Patron, desk: Desk, card: str = "G0001", pin: str = PIN, at: datetime = AT) -> None:
    add_others_card(keeper_id=keeper.id, card=card, pin=pin, caller=HERE, at=at, desk=desk)


def seen_by(keeper: Patron, on: date = TODAY) -> list[tuple[str, str]]:
    return [(other.patron.name, other.insight.value) for other in other_readers(keeper.id, on=on)]


def test_a_card_is_added_by_its_pin_and_its_reader_is_told_by_whom(
    mother: Patron, grandfather: Patron, desk: Desk
) -> None:
    add(mother, desk)
    add(mother, desk)

    assert seen_by(mother) == [("陈大山", "all")]
    assert seen_by(grandfather) == []
    assert [keeper.masked_name for keeper in keepers_of(grandfather.id, on=TODAY)] == ["王＊"]
    row = AuditRow.objects.filter(act="add_others_card").latest("id")
    assert (row.subject_id, row.account_id, row.after) == (grandfather.id, None, {"keeper": mother.id})


@pytest.mark.parametrize(
    ("card", "pin", "code"),
    [
        ("G0001", "111222", ProblemCode.PIN_WRONG),
        ("X9999", PIN, ProblemCode.PIN_WRONG),
        ("M0001", PIN, ProblemCode.CARD_OWN),
    ],
)
def test_a_wrong_pin_and_the_own_card_add_nothing(
    mother: Patron, grandfather: Patron, desk: Desk, card: str, pin: str, code: ProblemCode
) -> None:
    with pytest.raises(PatronRefused) as refused:
        add(mother, desk, card, pin)

    assert refused.value.codes == {code}
    assert not CardLink.objects.exists()


def test_a_pin_is_guessed_here_no_further_than_at_a_sign_in(mother: Patron, grandfather: Patron, desk: Desk) -> None:
    for number in range(7):
        with pytest.raises(PatronRefused):
            add(mother, desk, pin=f"11122{number}")

    assert PinTry.objects.count() == 5
    with pytest.raises(PatronRefused):
        add(mother, desk)


def test_at_most_five_are_kept_and_what_has_ended_makes_room(home: Branch, mother: Patron, desk: Desk) -> None:
    for number in range(6):
        make_patron(f"陈{'一二三四五六'[number]}", f"F000{number}", home=home, pin=PIN)
    for number in range(5):
        add(mother, desk, f"F000{number}")

    with pytest.raises(PatronRefused) as refused:
        add(mother, desk, "F0005")
    assert refused.value.codes == {ProblemCode.CARDS_MANY}
    Token.objects.filter(card_no="F0000").update(status="replaced")
    add(mother, desk, "F0005")

    assert len(other_readers(mother.id, on=TODAY)) == 5


def test_what_ended_at_fourteen_makes_room_and_is_told_to_nobody(home: Branch, mother: Patron, desk: Desk) -> None:
    tomorrow, later = TODAY + timedelta(days=1), AT + timedelta(days=1)
    child = make_patron("陈思雨", "C0001", home=home, birth_date=date(2012, 4, 24), pin=PIN)
    add(mother, desk, "C0001")
    for number in range(5):
        make_patron(f"陈{'一二三四五'[number]}", f"F000{number}", home=home, pin=PIN)
    for number in range(4):
        add(mother, desk, f"F000{number}")
    assert (len(keepers_of(child.id, on=TODAY)), keepers_of(child.id, on=tomorrow)) == (1, ())

    add(mother, desk, "F0004", at=later)

    assert [name for name, _ in seen_by(mother, tomorrow)] == ["陈二", "陈三", "陈四", "陈五", "陈一"]
    assert not CardLink.objects.filter(token__patron=child).exists()


def test_a_new_pin_takes_it_from_everybody_and_leaves_what_its_reader_keeps(
    mother: Patron, grandfather: Patron, desk: Desk, staff: Desk
) -> None:
    add(mother, desk)
    add(grandfather, desk, "M0001")

    set_pin(patron_id=grandfather.id, pin="730258", at=AT, desk=staff)

    assert seen_by(mother) == []
    assert seen_by(grandfather) == [("王芳", "all")]


def test_a_lost_card_shows_nothing_until_it_is_found(mother: Patron, grandfather: Patron, desk: Desk) -> None:
    add(mother, desk)

    Token.objects.filter(card_no="G0001").update(status="lost")

    assert (seen_by(mother), keepers_of(grandfather.id, on=TODAY)) == ([], ())


def test_either_side_takes_it_away_and_nobody_else(
    home: Branch, mother: Patron, grandfather: Patron, desk: Desk
) -> None:
    stranger = make_patron("赵敏", "S0001", home=home)
    add(mother, desk)
    link = CardLink.objects.get()

    for patron_id, link_id in ((stranger.id, link.id), (mother.id, link.id + 999)):
        with pytest.raises(PatronUnknown):
            remove_others_card(patron_id=patron_id, link_id=link_id, at=AT, desk=desk)
    assert seen_by(mother) == [("陈大山", "all")]
    remove_others_card(patron_id=grandfather.id, link_id=link.id, at=AT, desk=desk)
    assert seen_by(mother) == []
    add(mother, desk)
    remove_others_card(patron_id=mother.id, link_id=CardLink.objects.get().id, at=AT, desk=desk)

    assert seen_by(mother) == []
    assert AuditRow.objects.filter(act="remove_others_card", subject_id=grandfather.id).count() == 2


def test_what_somebody_else_took_away_just_now_is_not_taken_away_twice(
    mother: Patron, grandfather: Patron, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(mother, desk)
    link = CardLink.objects.get()

    def lock_after_another(patron_id: int) -> Patron:
        CardLink.objects.all().delete()
        return lock_open_patron(patron_id)

    monkeypatch.setattr(family, "lock_open_patron", lock_after_another)
    with pytest.raises(PatronUnknown):
        remove_others_card(patron_id=mother.id, link_id=link.id, at=AT, desk=desk)

    assert not AuditRow.objects.filter(act="remove_others_card").exists()


def test_a_child_of_whom_the_desk_knows_the_guardian_is_there_by_itself_up_to_fourteen(
    home: Branch, mother: Patron
) -> None:
    child = make_patron("陈思雨", "C0001", home=home, birth_date=date(2012, 4, 24), category=make_category("child"))
    make_guardian(child, patron=mother)

    assert seen_by(mother) == [("陈思雨", "all")]
    assert seen_by(mother, TODAY + timedelta(days=1)) == [("陈思雨", "sums")]


def test_what_was_added_of_a_child_ends_at_fourteen_until_the_child_gives_another_pin(
    home: Branch, mother: Patron, desk: Desk, staff: Desk
) -> None:
    child = make_patron("陈思雨", "C0001", home=home, birth_date=date(2012, 4, 24), pin=PIN)
    later = AT + timedelta(days=1)
    add(mother, desk, "C0001")
    assert seen_by(mother, TODAY + timedelta(days=1)) == []

    with pytest.raises(PatronRefused) as refused:
        add(mother, desk, "C0001", at=later)
    assert refused.value.codes == {ProblemCode.PIN_OF_CHILDHOOD}
    assert seen_by(mother, TODAY + timedelta(days=1)) == []

    set_pin(patron_id=child.id, pin="730258", at=later, desk=staff)
    add(mother, desk, "C0001", "730258", at=later)

    assert seen_by(mother, TODAY + timedelta(days=1)) == [("陈思雨", "all")]


def test_nothing_of_it_is_left_of_who_leaves_is_erased_or_is_merged(
    home: Branch, mother: Patron, grandfather: Patron, desk: Desk, staff: Desk
) -> None:
    others = [make_patron("陈一", f"F000{number}", home=home, pin=PIN) for number in range(2)]
    for card in ("G0001", "F0000", "F0001"):
        add(mother, desk, card)
    add(grandfather, desk, "F0001")

    close_patron(patron_id=grandfather.id, at=AT, desk=staff)
    assert CardLink.objects.count() == 2
    erase_patron(patron_id=others[0].id, reason="asked", at=AT, desk=staff)
    assert CardLink.objects.count() == 1
    merge_patrons(kept_id=mother.id, gone_id=others[1].id, reason="one person", at=AT, desk=staff)

    assert not CardLink.objects.exists()


@pytest.mark.parametrize("card", ["K0001", "Q0001"])
def test_what_was_added_of_a_merged_record_shows_neither_after_the_undoing(
    home: Branch, mother: Patron, desk: Desk, staff: Desk, card: str
) -> None:
    kept = make_patron("李小军", "K0001", home=home, pin=PIN)
    gone = make_patron("李小军", "Q0001", home=home, pin="730258")
    Token.objects.filter(card_no="Q0001").update(issued_at=AT - timedelta(minutes=1))  # shown for both from then on
    merge_id = merge_patrons(kept_id=kept.id, gone_id=gone.id, reason="one person", at=AT, desk=staff)
    add(mother, desk, card)
    assert seen_by(mother) == [("李小军", "all")]
    assert CardLink.objects.get().token.card_no == "Q0001"

    undo_merge(merge_id=merge_id, reason="two persons", at=AT, desk=staff)

    assert seen_by(mother) == []


def test_with_a_new_pin_of_a_moment_ago_the_old_one_adds_nothing(
    mother: Patron, grandfather: Patron, desk: Desk, staff: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = sign_in

    def then_a_new_pin(**options: Any) -> Any:
        found = asked(**options)
        set_pin(patron_id=grandfather.id, pin="730258", at=AT, desk=staff)
        return found

    monkeypatch.setattr(family, "sign_in", then_a_new_pin)

    with pytest.raises(PatronRefused) as refused:
        add(mother, desk)

    assert refused.value.codes == {ProblemCode.PIN_WRONG}
    assert not CardLink.objects.exists()


def test_a_card_that_is_reported_lost_a_moment_ago_is_not_added(
    mother: Patron, grandfather: Patron, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = sign_in

    def then_lost(**options: Any) -> Any:
        found = asked(**options)
        Token.objects.filter(patron=grandfather).update(status="lost")
        return found

    monkeypatch.setattr(family, "sign_in", then_lost)

    with pytest.raises(PatronRefused) as refused:
        add(mother, desk)

    assert refused.value.codes == {ProblemCode.PIN_WRONG}
    assert not CardLink.objects.exists()


def family_of(home: Branch, *, kept: int) -> tuple[Patron, Desk]:
    """A reader with as many cards of others, and six readers whose cards may be added."""
    desk = Desk(operator=READER, branch_id=home.id, door=Door.PORTAL)
    keeper = make_patron("王芳", "M0001", home=home, pin=PIN)
    for number in range(1, 7):
        make_patron(f"家人{number}", f"G000{number}", home=home, pin=PIN)
    for number in range(1, kept + 1):
        add(keeper, desk, f"G000{number}")
    return keeper, desk


def add_while(keeper: Patron, desk: Desk, *, first: str, second: str) -> object:
    """What becomes of adding the second card while the first is being added in another browser."""
    with transaction.atomic():
        Patron.objects.select_for_update().get(id=keeper.id)
        CardLink.objects.create(keeper=keeper, token=Token.objects.get(card_no=first), since=AT)
        other = Meanwhile(partial(add, keeper, desk, second))
    return other.result()


def test_a_card_that_is_added_twice_at_once_is_kept_once(fresh_database: str) -> None:
    keeper, desk = family_of(make_branch("ZG"), kept=0)

    assert add_while(keeper, desk, first="G0001", second="G0001") is None

    assert CardLink.objects.count() == 1


def test_of_two_cards_that_are_added_at_once_where_one_more_fits_one_is_kept(fresh_database: str) -> None:
    keeper, desk = family_of(make_branch("ZG"), kept=4)

    refused = add_while(keeper, desk, first="G0005", second="G0006")

    assert isinstance(refused, PatronRefused)
    assert refused.codes == {ProblemCode.CARDS_MANY}
    assert CardLink.objects.count() == 5
