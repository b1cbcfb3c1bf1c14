"""Recording what has happened already, without the house: nothing is refused, every conflict is listed for a person.

Each act is one transaction: its row, and the loan or return by the everyday plans as of its own moment. The key is
claimed first, so that a file uploaded twice, or from two windows, is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from wenyuan.holdings.catalogue.queries import get_item
from wenyuan.kernel.identity import mask_numbers
from wenyuan.lending.circulation import rules, sql
from wenyuan.lending.circulation.checking_in import checkin_plan
from wenyuan.lending.circulation.checking_out import checkout_plan, preview_plan
from wenyuan.lending.circulation.data import Block, BlockCode, CheckinReceipt
from wenyuan.lending.circulation.data.offline import (
    DeviceAct,
    OfflineKind,
    OfflineOutcome,
    OfflineReason,
    OfflineResult,
    Why,
)
from wenyuan.lending.circulation.everyday import KeyReused, Refused, Request, scanned
from wenyuan.lending.circulation.lateness import locked_plan
from wenyuan.lending.circulation.models import Loan, OfflineAct, OfflineList
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.sealing import SealBroken, unseal
from wenyuan.plumbing.secrets import key_ring
from wenyuan.plumbing.statements import Plan, Statement, run
from wenyuan.plumbing.transactions import verb

LOST = frozenset({BlockCode.ITEM_LOST, BlockCode.ITEM_MISSING, BlockCode.ITEM_CLAIMED_RETURNED})
"""What a scan finds again: it is taken in before it is lent."""
ACT_OF = {OfflineKind.CHECKOUT: Act.CHECKOUT, OfflineKind.CHECKIN: Act.CHECKIN}
OF_THE_MACHINE = frozenset({OfflineReason.LIST_EXPIRED, OfflineReason.CLOCK_UNSURE, OfflineReason.CLOCK_WRONG})
"""What stays true of an act however often it is tried."""
NOTE_CHARACTERS = 200
MOST_ACTS = 50
"""As many as one upload may bring: each is a transaction, and the device waits for the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What could be written of an act, and every reason to look at it."""

    reasons: tuple[Why, ...]
    written: bool
    item_id: int | None = None
    loan_id: int | None = None


@needs(Act.CHECKOUT, Act.CHECKIN)
def record_acts(
    *, acts: Sequence[DeviceAct], device: str, offset_ms: int | None, at: datetime, desk: Desk
) -> tuple[OfflineResult, ...]:
    """Record what a device did without a network, in the order in which it was done, at the branch whose list it had
    (without one at the desk's). ``offset_ms`` is the error of its clock now, none where a file is uploaded elsewhere.

    Each act stands for itself: what was recorded stays, whatever becomes of the next.

    :raises NotAllowed: the operator may not lend, or take back, at the branch of one of the acts; nothing is recorded.
    :raises ValueError: more than ``MOST_ACTS``.
    :raises KeyReused: a key stands for another act.
    :raises Contended: somebody else kept changing item or patron; this act and those after it may come again.
    """
    if len(acts) > MOST_ACTS:
        raise ValueError(f"at most {MOST_ACTS} acts at once")
    lists = {str(one.token): one for one in OfflineList.objects.filter(token__in=_tokens(acts))}
    for act in acts:
        had = lists.get(act.token)
        require(desk.operator, ACT_OF[act.kind], had.branch_id if had else desk.branch_id)
    error_now = None if offset_ms is None else timedelta(milliseconds=offset_ms)
    return tuple(
        _record(act, device=device, had=lists.get(act.token), error_now=error_now, at=at, desk=desk)
        for act in sorted(acts, key=lambda one: one.sequence)
    )


def _tokens(acts: Sequence[DeviceAct]) -> set[UUID]:
    found = set()
    for act in acts:
        try:
            found.add(UUID(act.token))
        except ValueError:
            continue
    return found


@verb
def _record(
    act: DeviceAct, *, device: str, had: OfflineList | None, error_now: timedelta | None, at: datetime, desk: Desk
) -> OfflineResult:
    branch_id = had.branch_id if had else desk.branch_id
    error = None if act.offset_ms is None else timedelta(milliseconds=act.offset_ms)
    occurred_at, told = rules.moment_of(
        rules.Clock(
            device_at=act.device_at,
            error=error,
            error_now=error_now,
            issued_at=had.issued_at if had else None,
            previous_at=_previous_at(device, act.sequence),
            uploaded_at=at,
        )
    )
    row, is_new = OfflineAct.objects.get_or_create(
        key=act.key,
        defaults={
            "device": device,
            "sequence": act.sequence,
            "kind": act.kind.value,
            "barcode": scanned(act.item)[:64],
            "branch_id": branch_id,
            "account_id": desk.operator.account_id,
            "issued_list": had,
            "device_at": act.device_at,
            "offset_ms": act.offset_ms,
            "upload_offset_ms": None if error_now is None else round(error_now / timedelta(milliseconds=1)),
            "occurred_at": occurred_at,
            "recorded_at": at,
            "outcome": OfflineOutcome.RECORDED.value,
        },
    )
    if not is_new:
        return _repeated(row, act)
    card, of_list = _card_of(act, had, occurred_at) if act.kind is OfflineKind.CHECKOUT else ("", ())
    _do(row, card, (*of_list, *told), at=at, desk=desk)
    return _result(row)


def _do(row: OfflineAct, card: str, more: tuple[Why, ...], *, at: datetime, desk: Desk) -> None:
    """Make the loan or return of a row as of its own moment, and write down what became of it."""
    there = replace(desk, branch_id=row.branch_id, service_point_id=None, area_id=None, code=f"off-{row.device}"[:32])
    if row.branch_id == desk.branch_id:
        there = replace(there, service_point_id=desk.service_point_id, area_id=desk.area_id)
    request = Request(item=row.barcode, card=card, at=row.occurred_at, desk=there, learnt_at=at, key=f"off-{row.key}")
    done = _lend(request) if row.kind == OfflineKind.CHECKOUT else _take_back(request)
    _write_down(row, done, (*done.reasons, *more), card)


def _previous_at(device: str, sequence: int) -> datetime | None:
    earlier = OfflineAct.objects.filter(device=device, sequence__lt=sequence).order_by("-sequence")
    return earlier.values_list("occurred_at", flat=True).first()


def _repeated(row: OfflineAct, act: DeviceAct) -> OfflineResult:
    if (row.kind, row.barcode) != (act.kind.value, scanned(act.item)[:64]):
        raise KeyReused
    return replace(_result(row), repeated=True)


def _card_of(act: DeviceAct, had: OfflineList | None, occurred_at: datetime) -> tuple[str, tuple[Why, ...]]:
    """The card that was sealed, empty where nobody can read it; and what is to be said of the list."""
    if had is None:
        return "", (Why(OfflineReason.LIST_UNKNOWN),)
    told = (Why(OfflineReason.LIST_EXPIRED),) if occurred_at > had.expires_at else ()
    try:
        return scanned(unseal(had.box, act.card)), told
    except SealBroken:
        return "", (Why(OfflineReason.CARD_UNREADABLE), *told)


def _write_down(row: OfflineAct, done: _Done, reasons: tuple[Why, ...], card: str) -> None:
    outcome = rules.outcome_of(reasons, written=done.written)
    row.outcome = outcome.value
    row.reasons = [{"code": str(why.code), "facts": dict(why.facts)} for why in reasons]
    row.item_id, row.loan_id = done.item_id, done.loan_id
    row.card = key_ring().encrypt(card) if card and outcome is not OfflineOutcome.RECORDED else ""
    row.save()


def _result(row: OfflineAct) -> OfflineResult:
    return OfflineResult(key=row.key, outcome=OfflineOutcome(row.outcome), reasons=reasons_of(row))


def reasons_of(row: OfflineAct) -> tuple[Why, ...]:
    """The reasons of a row as they were written down."""
    return tuple(Why(one["code"], one["facts"]) for one in row.reasons)


def _lend(request: Request) -> _Done:
    """Make the loan that has happened. An older loan of another reader is closed first, what was lost is found; a newer
    loan or scan of the item counts more than this act, which is then put aside."""
    preview = run(lambda: preview_plan(replace(request, learnt_at=None)))
    item, found = preview.item, _whys(preview.blocks)
    if item is None:
        return _Done(reasons=found, written=False)
    loan = Loan.objects.filter(item_id=item.id, returned_at__isnull=True).first()
    if since := _since(item.id, loan, request.at):
        return _Done(reasons=(Why(since),), written=False, item_id=item.id)
    if loan is not None and loan.patron_id == preview.patron_id and loan.taken_at is None:
        is_same = abs(loan.lent_at - request.at) <= rules.REPEAT_WINDOW
        return _Done(reasons=() if is_same else found, written=True, item_id=item.id, loan_id=loan.id)
    if preview.patron_id is None or preview.policy_id is None:
        return _Done(reasons=found, written=False, item_id=item.id)
    first = (Why(OfflineReason.TAKEN_FIRST),) if loan is not None else ()
    try:
        if loan is not None or any(why.code in LOST for why in found):
            run(lambda: locked_plan(checkin_plan, replace(request, key=None)))
        receipt = run(lambda: checkout_plan(request))
    except Refused as refused:
        return _Done(reasons=(*first, *_whys(refused.blocks)), written=False, item_id=item.id)
    said = tuple(why for why in found if why.code != BlockCode.ITEM_ON_LOAN_TO_OTHER) if first else found
    return _Done(reasons=(*first, *said), written=True, item_id=item.id, loan_id=receipt.loan_id)


def _whys(blocks: Sequence[Block]) -> tuple[Why, ...]:
    return tuple(Why(block.code.value, block.facts) for block in blocks)


def _since(item_id: int, loan: Loan | None, at: datetime) -> OfflineReason | None:
    """What is newer than the act and therefore counts."""
    if loan is not None and loan.lent_at > at:
        return OfflineReason.LENT_SINCE
    return OfflineReason.SCANNED_SINCE if run(lambda: _scans_since(item_id, at)) else None


def _scans_since(item_id: int, at: datetime) -> Plan[int]:
    rows = yield Statement(sql.SCANNED_SINCE, {"item": item_id, "at": at})
    count: int = rows[0][0]
    return count


def _take_back(request: Request) -> _Done:
    """Take the item back as of then; what must be done with it now (hold shelf, transit) is told."""
    item = get_item(request.item)
    if item is None:
        return _Done(reasons=(Why(BlockCode.ITEM_UNKNOWN.value),), written=False)
    loan = Loan.objects.filter(item_id=item.id, returned_at__isnull=True).first()
    if since := _since(item.id, loan, request.at):
        return _Done(reasons=(Why(since),), written=False, item_id=item.id)
    try:
        receipt = run(lambda: locked_plan(checkin_plan, request))
    except Refused as refused:
        return _Done(reasons=_whys(refused.blocks), written=False, item_id=item.id)
    return _Done(reasons=_errands(receipt), written=True, item_id=item.id, loan_id=receipt.loan_id)


def _errands(receipt: CheckinReceipt) -> tuple[Why, ...]:
    held = receipt.held
    if held is not None and held.ready:
        facts: dict[str, int | str] = {"place": held.shelf_position or 0}
        if held.shelf_until:
            facts["until"] = held.shelf_until.isoformat()
        return (Why(OfflineReason.HELD, facts),)
    if receipt.send_to is not None:
        return (Why(OfflineReason.GOES_ELSEWHERE, {"branch": receipt.send_to}),)
    return ()


@needs(Act.CHECKOUT, Act.CHECKIN)
@verb
def retry_offline_act(*, act_id: int, at: datetime, desk: Desk) -> OfflineResult | None:
    """Try an act again that was put aside, now that its item or its card is known (再试一次): as of its own moment,
    and as it would have been recorded at once. What still cannot be recorded stays listed, with the reasons of
    today. None where it is not listed as put aside any more, or nobody can say whose card it was.

    :raises NotAllowed: the operator may not lend, or take back, at the branch where it happened.
    :raises KeyReused: its key stands for another act.
    :raises Contended: somebody else kept changing item or patron.
    """
    row = OfflineAct.objects.select_for_update().filter(id=act_id).first()
    if row is None:
        return None
    require(desk.operator, ACT_OF[OfflineKind(row.kind)], row.branch_id)
    is_nobodys = row.kind == OfflineKind.CHECKOUT and not row.card
    if row.settled_at is not None or row.outcome != OfflineOutcome.ASIDE or is_nobodys:
        return None
    before = reasons_of(row)
    card = key_ring().decrypt(row.card) if row.card else ""
    _do(row, card, tuple(why for why in before if why.code in OF_THE_MACHINE), at=at, desk=desk)
    audit(
        at=at,
        desk=desk,
        act="retry_offline_act",
        subject_kind="offline_act",
        subject_id=row.id,
        branch_id=row.branch_id,
        before={"outcome": OfflineOutcome.ASIDE.value, "reasons": [why.code for why in before]},
        after={"outcome": row.outcome, "reasons": [why.code for why in reasons_of(row)]},
    )
    return _result(row)


@needs(Act.CHECKIN)
@verb
def settle_offline_act(*, act_id: int, note: str, at: datetime, desk: Desk) -> bool:
    """Somebody has looked at a listed act and done what was to be done; whether it was still listed. The card that was
    shown is forgotten, and numbers of identity cards and telephones in the note are masked.

    :raises NotAllowed: no right at the branch where it happened.
    """
    row = OfflineAct.objects.select_for_update().filter(id=act_id).first()
    if row is None:
        return False
    require(desk.operator, Act.CHECKIN, row.branch_id)
    if row.settled_at is not None or row.outcome == OfflineOutcome.RECORDED:
        return False
    row.settled_at, row.settled_by_id, row.card = at, desk.operator.account_id, ""
    row.note = mask_numbers(note.strip())[:NOTE_CHARACTERS]
    row.save(update_fields=["settled_at", "settled_by", "note", "card"])
    audit(
        at=at,
        desk=desk,
        act="settle_offline_act",
        subject_kind="offline_act",
        subject_id=row.id,
        branch_id=row.branch_id,
        reason=note,
        before={"outcome": row.outcome, "reasons": [why.code for why in reasons_of(row)]},
    )
    return True
