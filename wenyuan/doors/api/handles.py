"""A reader whom a machine has looked up, found again by the handle that it was given."""

from wenyuan.doors.api.access import Call
from wenyuan.doors.api.passes import read_handle
from wenyuan.doors.api.problems import NotThere
from wenyuan.lending.circulation.data import BlockCode


def patron_of_handle(call: Call, handle: str) -> int:
    """:raises NotThere: it is no handle of this account, or its time is over."""
    patron_id = read_handle(handle, account_id=call.caller.account_id, at=call.at)
    if patron_id is None:
        raise NotThere(BlockCode.PATRON_UNKNOWN)
    return patron_id
