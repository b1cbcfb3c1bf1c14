"""What a device does without a network, as it uploads it."""

from datetime import datetime
from itertools import count

from wenyuan.lending.circulation.data import DeviceAct, OfflineKind, OfflineListSheet
from wenyuan.plumbing.sealing import seal

_numbers = count(1)


def lent(sheet: OfflineListSheet, card: str, item: str, at: datetime, *, key: str = "", sequence: int = 0) -> DeviceAct:
    """A loan under a list, its card sealed as the browser does it; the device's clock is right."""
    number = next(_numbers)
    return DeviceAct(
        key=key or f"lent{number:028x}",
        kind=OfflineKind.CHECKOUT,
        item=item,
        card=seal(sheet.public_key, card),
        sequence=sequence or number,
        device_at=at,
        offset_ms=0,
        token=sheet.token,
    )


def taken_back(item: str, at: datetime, *, token: str = "", key: str = "", sequence: int = 0) -> DeviceAct:
    """A return; it needs no list."""
    number = next(_numbers)
    return DeviceAct(
        key=key or f"back{number:028x}",
        kind=OfflineKind.CHECKIN,
        item=item,
        card="",
        sequence=sequence or number,
        device_at=at,
        offset_ms=0,
        token=token,
    )
