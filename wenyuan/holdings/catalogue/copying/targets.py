"""Whom we ask: targets are data of the whole network, kept by verbs that are audited."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from wenyuan.holdings.catalogue.copying.values import (
    CHARSETS,
    USUAL_INDEXES,
    CopyIndex,
    CopyProtocol,
    CopyRefusal,
    CopyRefused,
    TargetInput,
    TargetView,
)
from wenyuan.holdings.catalogue.models import CopyTarget
from wenyuan.kernel.marc import Dialect
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

MOST_TARGETS = 12
_USUAL_SYNTAX = {CopyProtocol.SRU: "marcxml", CopyProtocol.Z3950: "usmarc"}
_Z3950 = re.compile(
    r"(?P<host>[A-Za-z0-9.\-]{1,200}|\[[0-9A-Fa-f:.]{2,45}\]):(?P<port>[0-9]{1,5})/(?P<base>[\w.\-]{1,60})"
)
_SYNTAXES = {CopyProtocol.SRU: re.compile(r"[\w:/.\-]{1,60}"), CopyProtocol.Z3950: re.compile(r"[a-z0-9\-]{1,20}")}
_INDEXES = {
    CopyProtocol.SRU: re.compile(r"[\w.\-]{1,60}"),
    CopyProtocol.Z3950: re.compile(r"@attr [1-6]=\d{1,4}( @attr [1-6]=\d{1,4}){0,5}"),
}


@needs(Act.IMPORT_RECORDS)
@verb
def keep_copy_target(*, target: TargetInput, at: datetime, desk: Desk, target_id: int | None = None) -> int:
    """Keep a target, a new one or in the place of ``target_id``; its id. Whether its address leads anywhere, and not
    inwards, is seen each time it is asked.

    :raises NotAllowed: without the right to import records in the whole network, since every branch asks it.
    :raises CopyRefused: NAME_MISSING, NAME_TAKEN, ADDRESS_INVALID, CHARSET_UNKNOWN, SYNTAX_INVALID, INDEX_INVALID,
        TARGET_UNKNOWN, TOO_MANY.
    """
    require(desk.operator, Act.IMPORT_RECORDS, None)
    row, before = CopyTarget(), None
    if target_id is not None:
        found = CopyTarget.objects.select_for_update().filter(id=target_id).first()
        if found is None:
            raise CopyRefused(CopyRefusal.TARGET_UNKNOWN)
        row, before = found, _plain(found)
    elif CopyTarget.objects.count() >= MOST_TARGETS:
        raise CopyRefused(CopyRefusal.TOO_MANY)
    for name, value in _columns(target).items():
        setattr(row, name, value)
    if CopyTarget.objects.filter(name=row.name).exclude(id=row.id).exists():
        raise CopyRefused(CopyRefusal.NAME_TAKEN, "name")
    if before == _plain(row):
        return row.id
    row.save()
    _audit("keep_copy_target", row.id, at=at, desk=desk, before=before, after=_plain(row))
    return row.id


@needs(Act.IMPORT_RECORDS)
@verb
def drop_copy_target(*, target_id: int, at: datetime, desk: Desk) -> None:
    """Ask a target no more.

    :raises NotAllowed: without the right to import records in the whole network.
    :raises CopyRefused: TARGET_UNKNOWN.
    """
    require(desk.operator, Act.IMPORT_RECORDS, None)
    row = CopyTarget.objects.select_for_update().filter(id=target_id).first()
    if row is None:
        raise CopyRefused(CopyRefusal.TARGET_UNKNOWN)
    before = _plain(row)
    row.delete()
    _audit("drop_copy_target", target_id, at=at, desk=desk, before=before, after=None)


def list_copy_targets() -> tuple[TargetView, ...]:
    """Every target, in the order in which they are asked."""
    return tuple(map(_view, CopyTarget.objects.order_by("place", "id")))


def get_copy_target(target_id: int) -> TargetView | None:
    """One target, or nothing."""
    row = CopyTarget.objects.filter(id=target_id).first()
    return _view(row) if row is not None else None


def z3950_parts(address: str) -> tuple[str, int, str] | None:
    """Host, port and database of an address of Z39.50, or nothing."""
    match = _Z3950.fullmatch(address)
    if match is None or not 0 < int(match["port"]) < 65_536:
        return None
    return match["host"].strip("[]"), int(match["port"]), match["base"]


def _columns(target: TargetInput) -> dict[str, Any]:
    """:raises CopyRefused: for the first value that cannot be one."""
    protocol, name, address = target.protocol, target.name.strip(), target.address.strip()
    if not name or len(name) > 60:
        raise CopyRefused(CopyRefusal.NAME_MISSING, "name")
    if len(address) > 300 or not _is_address(protocol, address):
        raise CopyRefused(CopyRefusal.ADDRESS_INVALID, "address")
    if target.charset not in CHARSETS:
        raise CopyRefused(CopyRefusal.CHARSET_UNKNOWN, "charset")
    syntax = target.syntax.strip() or _USUAL_SYNTAX[protocol]
    if not _SYNTAXES[protocol].fullmatch(syntax):
        raise CopyRefused(CopyRefusal.SYNTAX_INVALID, "syntax")
    given = {index: text.strip() for index, text in (target.indexes or {}).items() if text.strip()}
    indexes = {**USUAL_INDEXES[protocol], **given}
    for index, text in indexes.items():
        if not _INDEXES[protocol].fullmatch(text):
            raise CopyRefused(CopyRefusal.INDEX_INVALID, f"index_{index.value}")
    return {
        "name": name,
        "protocol": protocol.value,
        "address": address,
        "charset": target.charset,
        "syntax": syntax,
        "dialect": target.dialect.value if target.dialect else "",
        "indexes": {index.value: text for index, text in indexes.items()},
        "is_asked": target.is_asked,
        "place": target.place,
    }


def _is_address(protocol: CopyProtocol, address: str) -> bool:
    if protocol is CopyProtocol.Z3950:
        return z3950_parts(address) is not None
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False


def _plain(row: CopyTarget) -> dict[str, object]:
    names = ("name", "protocol", "address", "charset", "syntax", "dialect", "indexes", "is_asked", "place")
    return {name: getattr(row, name) for name in names}


def _view(row: CopyTarget) -> TargetView:
    values = _plain(row)
    return TargetView(
        **values
        | {
            "id": row.id,
            "protocol": CopyProtocol(row.protocol),
            "dialect": Dialect(row.dialect) if row.dialect else None,
            "indexes": {CopyIndex(name): text for name, text in row.indexes.items()},
        }  # type: ignore[arg-type] # names and kinds are those of the columns
    )


def _audit(
    act: str,
    target_id: int,
    *,
    at: datetime,
    desk: Desk,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
) -> None:
    audit(at=at, desk=desk, act=act, subject_kind="copy_target", subject_id=target_id, before=before, after=after)
