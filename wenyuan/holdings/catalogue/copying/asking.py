"""Asking several targets at once: each has its time, and what becomes of one does not touch the others."""

import io
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from threading import BoundedSemaphore
from typing import Final

from django.conf import settings

from wenyuan.holdings.catalogue.copying.targets import list_copy_targets, z3950_parts
from wenyuan.holdings.catalogue.copying.values import (
    CopyIndex,
    CopyProtocol,
    CopyTrouble,
    FoundCopy,
    TargetAnswer,
    TargetsBusy,
    TargetView,
)
from wenyuan.kernel.booknumbers import BadBookNumber, parse_isbn
from wenyuan.kernel.marc import (
    Damaged,
    Encoding,
    MarcError,
    Record,
    decode,
    decode_record,
    detect_dialect,
    iter_raw,
)
from wenyuan.kernel.srusearch import NotSru, quoted_term, read_answer, search_address
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing import z3950
from wenyuan.plumbing.outward import Network, NotReached, fetch, networks_of, place_of

WITHIN_S: Final = 8.0
RECORDS: Final = 10
LONGEST_TERM: Final = 200
MOST_AT_ONCE: Final = 2
"""Searches of a process at once: each holds one of its threads for seconds."""

_turns = BoundedSemaphore(MOST_AT_ONCE)


@needs(Act.EDIT_RECORDS)
def search_targets(
    *, index: CopyIndex, term: str, desk: Desk, target_ids: Sequence[int] | None = None, within_s: float = WITHIN_S
) -> tuple[TargetAnswer, ...]:
    """What the targets have: those named, else all that are asked by default, in their order. It takes ``within_s``
    seconds at most, whatever one of them does.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises TargetsBusy: no turn at the moment.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    text = _term(index, term)
    targets = [one for one in list_copy_targets() if (one.is_asked if target_ids is None else one.id in target_ids)]
    if not text or not targets:
        return ()
    if not _turns.acquire(blocking=False):
        raise TargetsBusy
    try:
        return _all_at_once(targets, lambda target: _ask(target, index, text, within_s), within_s)
    finally:
        _turns.release()


def _term(index: CopyIndex, term: str) -> str:
    text = " ".join(term.split())[:LONGEST_TERM]
    if index is CopyIndex.ISBN:
        try:
            return parse_isbn(text).isbn13
        except BadBookNumber:
            return text
    return text


def _all_at_once(
    targets: Sequence[TargetView], ask: Callable[[TargetView], TargetAnswer], within_s: float
) -> tuple[TargetAnswer, ...]:
    """Each in a thread of its own. One that is still on its way when the time is over is not waited for: it ends by
    its own limits, and what it brings is dropped."""
    pool = ThreadPoolExecutor(max_workers=len(targets))
    try:
        asked: list[Future[TargetAnswer]] = [pool.submit(ask, target) for target in targets]
        wait(asked, timeout=within_s + 1)
        return tuple(
            one.result() if one.done() else TargetAnswer(target, trouble=CopyTrouble.TIMED_OUT)
            for target, one in zip(targets, asked, strict=True)
        )
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ask(target: TargetView, index: CopyIndex, text: str, within_s: float) -> TargetAnswer:
    try:
        if target.protocol is CopyProtocol.SRU:
            return _by_sru(target, index, text, within_s)
        return _by_z3950(target, index, text, within_s)
    except NotReached as error:
        return TargetAnswer(target, trouble=CopyTrouble(error.why.value), detail=error.detail)
    except z3950.NotInstalled:
        return TargetAnswer(target, trouble=CopyTrouble.NOT_INSTALLED)
    except z3950.TargetRefused as error:
        return TargetAnswer(target, trouble=CopyTrouble.REFUSED, detail=error.detail)
    except Exception as error:  # whatever one of them sends, the others' answers are shown
        return TargetAnswer(target, trouble=CopyTrouble.NOT_UNDERSTOOD, detail=type(error).__name__)


def _by_sru(target: TargetView, index: CopyIndex, text: str, within_s: float) -> TargetAnswer:
    query = f"{target.indexes[index]}={quoted_term(text)}"
    url = search_address(target.address, query, size=RECORDS, schema=target.syntax)
    try:
        answer = read_answer(fetch(url, within_s=within_s, inner=_inner()))
    except NotSru:
        return TargetAnswer(target, trouble=CopyTrouble.NOT_UNDERSTOOD)
    if answer.diagnostic and not answer.records:
        return TargetAnswer(target, trouble=CopyTrouble.REFUSED, detail=answer.diagnostic)
    found = tuple(_found(target, record) for record in answer.records[:RECORDS])
    return TargetAnswer(target, total=answer.total, found=found, unread=answer.unread)


def _by_z3950(target: TargetView, index: CopyIndex, text: str, within_s: float) -> TargetAnswer:
    parts = z3950_parts(target.address)
    if parts is None:
        return TargetAnswer(target, trouble=CopyTrouble.ADDRESS)
    host, port, database = parts
    if not z3950.is_installed():
        return TargetAnswer(target, trouble=CopyTrouble.NOT_INSTALLED)
    answer = z3950.ask(
        place_of(host, port, inner=_inner()),
        z3950.Z3950Question(
            database=database,
            attributes=target.indexes[index],
            term=text,
            charset="utf-8" if target.charset == "marc-8" else target.charset,
            syntax=target.syntax,
            size=RECORDS,
        ),
        within_s=within_s,
    )
    whole = TargetAnswer(target, total=answer.total)
    for raw in iter_raw(io.BytesIO(answer.records)):
        record = None if isinstance(raw, Damaged) else _read(raw.data, Encoding(target.charset))
        if record is None:
            whole = replace(whole, unread=whole.unread + 1)
        else:
            whole = replace(whole, found=(*whole.found, _found(target, record)))
    return replace(whole, found=whole.found[:RECORDS])


def _read(raw: bytes, encoding: Encoding) -> Record | None:
    """In the target's character set, or in whatever one its bytes show; nothing if it cannot be read."""
    with suppress(MarcError):
        return decode(raw, encoding=encoding)
    with suppress(MarcError):
        return decode_record(raw).record
    return None


def _found(target: TargetView, record: Record) -> FoundCopy:
    return FoundCopy(record, target.dialect or detect_dialect(record))


def _inner() -> tuple[Network, ...]:
    """The networks of the library's own that may be asked. :raises ValueError: a setting that names none."""
    return networks_of(settings.WENYUAN_INNER_TARGETS)
