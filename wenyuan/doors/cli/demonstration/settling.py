"""The first authorities: one whose records are linked at once, one that asks a cataloguer."""

from datetime import datetime
from typing import Final

from wenyuan.holdings.catalogue.data import AuthorityInput, Variant
from wenyuan.holdings.catalogue.operations import keep_authority
from wenyuan.kernel.headings import HeadingKind
from wenyuan.organisation.rights.data import Desk

_PERSON: Final = HeadingKind.PERSON
_AUTHORITIES: Final = (
    AuthorityInput(kind=_PERSON, name="鲁迅", variants=(Variant("周树人", is_same=True), Variant("豫才"))),
    AuthorityInput(kind=_PERSON, name="老舍", dates="1899-1966", variants=(Variant("舒庆春"),)),
)


def settle_authorities(*, at: datetime, desk: Desk) -> None:
    """Authorities of two writers whose works the library has."""
    for authority in _AUTHORITIES:
        keep_authority(authority_id=None, version=None, authority=authority, at=at, desk=desk)
