"""Reading what a device did without a network: the body of an upload, or the file that it was exported to.

Both are one JSON object: ``device`` (a word), ``offset_ms`` (the error of its clock now, or null) and ``acts``. A file
may be larger than an upload; it is recorded in portions.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from wenyuan.lending.circulation.data import DeviceAct, OfflineKind

MOST_UPLOAD_BYTES = 131_072
MOST_FILE_BYTES = 8_388_608
MOST_FILE_ACTS = 10_000
"""More than a busy desk does in a week: a machine exports all that it has, and no other file would hold the rest."""
_WORD = re.compile(r"[A-Za-z0-9_-]{1,24}")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,48}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 4_102_444_800_000
"""The year 2100; a device's clock says nothing later."""


class BadUpload(Exception):
    """The text is no upload of acts."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Acts of one device, and the error of its clock now."""

    device: str
    offset_ms: int | None
    acts: tuple[DeviceAct, ...]


def read_upload(text: bytes, *, most_acts: int) -> Upload:
    """:raises BadUpload: it is no JSON, not of this shape, or has more acts than may come at once."""
    try:
        given = json.loads(text)
        device, acts = given["device"], given["acts"]
        if not _WORD.fullmatch(device) or not isinstance(acts, list) or len(acts) > most_acts:
            raise BadUpload
        return Upload(device, _error(given.get("offset_ms")), tuple(_act(one) for one in acts))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadUpload from error


def _act(given: Any) -> DeviceAct:
    key, sequence, at = given["key"], given["sequence"], given["device_ms"]
    if not _KEY.fullmatch(key) or not _is_number(sequence, 0, 2**31 - 1) or not _is_number(at, 0, _LAST_MS):
        raise BadUpload
    return DeviceAct(
        key=key,
        kind=OfflineKind(given["kind"]),
        item=_text(given["item"], 64),
        card=_text(given.get("card", ""), 600),
        sequence=sequence,
        device_at=_EPOCH + timedelta(milliseconds=at),
        offset_ms=_error(given.get("offset_ms")),
        token=_text(given.get("token", ""), 40),
    )


def _error(given: Any) -> int | None:
    if given is None:
        return None
    if not _is_number(given, -_LAST_MS, _LAST_MS):
        raise BadUpload
    number: int = given
    return number


def _is_number(given: Any, least: int, most: int) -> bool:
    return type(given) is int and least <= given <= most


def _text(given: Any, most: int) -> str:
    if not isinstance(given, str) or len(given) > most:
        raise BadUpload
    return given
