"""A reader's credit points in the account: how many, for what, and nobody else's."""

from typing import Any

import pytest

from tests.doors.portal_reader import ACCOUNT, asks_to_sign_in, browser, signed_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import Town
from wenyuan.lending.fees.data import PointEvent
from wenyuan.lending.fees.models import PointRule, PointScheme
from wenyuan.lending.fees.operations import give_points, install_default_point_rules
from wenyuan.lending.patrons.models import Patron

POINTS = "/account/points"


@pytest.fixture
def town(portal_town: Town) -> Town:
    """The town, whose library keeps points; loans give one, and no other rule is on."""
    install_default_point_rules()
    PointScheme.objects.update(is_on=True)
    PointRule.objects.filter(event="loan").update(is_on=True)
    return portal_town


def give(town: Town, clock: Clock, points: int, why: str, name: str = "陈小雨") -> None:
    give_points(
        patron_id=Patron.objects.get(name=name).id,
        event=PointEvent.VOLUNTEER if points > 0 else PointEvent.CORRECTION,
        points=points,
        reason=why,
        at=clock(),
        desk=town.district.at_central,
        key=None,
    )


def test_a_reader_sees_their_points_and_why(town: Town, clock: Clock) -> None:
    give(town, clock, 5, "helped on Saturday")
    give(town, clock, -2, "entered twice")
    client = signed_in()

    assert f'href="{POINTS}"' in client.get(ACCOUNT).content.decode()
    page = words(client.get(POINTS))

    assert "Now 103 Everybody begins with 100 Never below 60" in page
    assert page.index("Correction entered twice -2") < page.index("Volunteer hours helped on Saturday +5")


def test_only_rules_that_are_on_are_told(town: Town) -> None:
    page = words(signed_in().get(POINTS))

    assert "Item borrowed +1 6 points a day · 30 points a month" in page
    assert "Item back late" not in page


def test_a_long_list_of_points_comes_in_pages(town: Town, clock: Clock) -> None:
    for number in range(21):
        give(town, clock, 1, f"shift {number:02}")
    client = signed_in()

    first = client.get(POINTS)
    assert (words(first).count("shift"), "shift 00" in words(first)) == (20, False)
    last = first.context["before"]
    second = words(client.get(f"{POINTS}?before={last}"))

    assert (second.count("shift"), "shift 00" in second, "Earlier ones" in second) == (1, True, False)
    assert "No earlier ones" in words(client.get(f"{POINTS}?before=1"))
    for strange in ("x", "9" * 40, "-1", "１"):
        assert words(client.get(f"{POINTS}?before={strange}")).count("shift") == 20


def test_where_no_points_are_kept_the_page_says_so(portal_town: Town) -> None:
    page = signed_in().get(POINTS)

    assert (page.status_code, "No points are kept" in words(page)) == (200, True)


def test_with_no_change_yet_the_page_says_so(town: Town) -> None:
    page = words(signed_in().get(POINTS))

    assert "Now 100" in page
    assert "Nothing was given or taken yet." in page


def test_nobody_sees_the_points_of_others(town: Town, clock: Clock) -> None:
    give(town, clock, 5, "helped on Saturday", name="张億")

    assert "helped" not in words(signed_in().get(POINTS))
    assert asks_to_sign_in(browser().get(POINTS))


@pytest.mark.parametrize("count", [1, 5])
def test_the_points_cost_the_same_however_many_there_are(
    town: Town, clock: Clock, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        give(town, clock, 1, f"shift {number}")
    client = signed_in()
    client.get(POINTS)

    with django_assert_num_queries(10):
        client.get(POINTS)
