"""Items on their way and crates for tests: transits straight into the table, crates through the verbs."""

from datetime import UTC, datetime, timedelta

from tests.factories.catalogue import make_bib, make_item
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.transit.data import ManifestView
from wenyuan.lending.transit.models import Crate, Transit
from wenyuan.lending.transit.operations import open_crate, pack, seal
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk

SENT = datetime(2026, 4, 22, 8, tzinfo=UTC)


def make_transit(
    here: Branch, there: Branch, barcode: str | None = None, *, reason: str = "home", sent_at: datetime = SENT
) -> Item:
    """An item of ``there`` that was returned at ``here`` and is on its way home."""
    item = make_item(home=there, present=here, barcode=barcode, state="in_transit", bib=make_bib())
    Transit.objects.create(item=item, from_branch=here, to_branch=there, reason=reason, sent_at=sent_at)
    return item


def make_crate(code: str = "ZX-01") -> Crate:
    """A crate in use."""
    return Crate.objects.get_or_create(code=code, defaults={"added_at": SENT})[0]


def packed_crate(
    desk: Desk, there: Branch, *items: Item, code: str = "ZX-01", at: datetime, sealed: str = ""
) -> ManifestView:
    """A crate packed at the desk with these items, and sealed where a seal number is given."""
    make_crate(code)
    manifest = open_crate(code=code, to_branch_id=there.id, at=at, desk=desk)
    for item in items:
        pack(manifest_id=manifest.id, item=item.barcode, at=at, desk=desk)
    return seal(manifest_id=manifest.id, seal=sealed, at=at + timedelta(minutes=1), desk=desk) if sealed else manifest
