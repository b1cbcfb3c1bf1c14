"""Authorities and the records that use them, while other acts and the follower come in between."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import cnmarc_record, make_bib
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue.data import AuthorityInput, AuthoritySaved, LinkState, Variant
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.holdings.catalogue.operations import follow_headings, keep_authority
from wenyuan.holdings.catalogue.queries import headings_of_bib
from wenyuan.kernel.headings import HeadingKind
from wenyuan.kernel.marc import to_storage
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
PERSON = HeadingKind.PERSON


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk(make_branch("B1"), role=Role.CATALOGUER)


def kept(desk: Desk, name: str, dates: str = "", *variants: Variant) -> AuthoritySaved:
    authority = AuthorityInput(kind=PERSON, name=name, dates=dates, variants=variants)
    return keep_authority(authority_id=None, version=None, authority=authority, at=AT, desk=desk)


def followed() -> None:
    while follow_headings() > 0:
        continue


def link(bib_id: int) -> tuple[LinkState, int | None]:
    use = next(one for one in headings_of_bib(bib_id) if one.kind is PERSON)
    return use.state, use.authority_id


def test_a_control_character_in_a_name_stops_the_linking_of_no_record(desk: Desk) -> None:
    saved = kept(desk, "余华")
    odd, other = make_bib(author="余华"), make_bib(author="余华")
    record = cnmarc_record(odd.control_number, title="活着", author="余\0华")
    Bib.objects.filter(id=odd.pk).update(marc=to_storage(record))

    followed()

    assert link(odd.pk) == link(other.pk) == (LinkState.LINKED, saved.id)
