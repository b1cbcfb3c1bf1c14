"""Which authority a heading is a form of."""

import pytest

from wenyuan.holdings.catalogue.authorities.rules import Known, Link, link_of
from wenyuan.holdings.catalogue.authorities.values import LinkState

LINKED, REVIEW, UNKNOWN = LinkState.LINKED, LinkState.REVIEW, LinkState.UNKNOWN


@pytest.mark.parametrize(
    ("dates", "known", "link"),
    [
        ("", [], Link(UNKNOWN)),
        ("", [Known(1, "", is_heading=True)], Link(LINKED, 1)),
        ("1960-", [Known(1, "1960-", is_heading=True)], Link(LINKED, 1)),
        ("", [Known(1, "1960-", is_heading=True)], Link(REVIEW)),
        ("1960-", [Known(1, "", is_heading=True)], Link(REVIEW)),
        ("", [Known(1, "", is_heading=False)], Link(REVIEW)),
        ("", [Known(1, "", is_heading=False, is_same=True)], Link(LINKED, 1)),
        ("", [Known(1, "", is_heading=True), Known(1, "", is_heading=False, is_same=True)], Link(LINKED, 1)),
        ("", [Known(1, "", is_heading=True), Known(2, "1960-", is_heading=True)], Link(LINKED, 1)),
        ("", [Known(1, "", is_heading=True), Known(2, "", is_heading=False)], Link(LINKED, 1)),
        ("", [Known(1, "", is_heading=True), Known(2, "", is_heading=False, is_same=True)], Link(REVIEW)),
        ("1881-1936", [Known(1, "", is_heading=True), Known(2, "1960-", is_heading=True)], Link(REVIEW)),
    ],
)
def test_a_heading_is_linked_at_once_where_one_authority_alone_has_it(
    dates: str, known: list[Known], link: Link
) -> None:
    assert link_of(dates, known) == link
