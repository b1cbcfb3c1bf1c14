"""Receiving crates without an account: a one-time code, what somebody says with it, and staff who look at it."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from wenyuan.lending.transit import rules
from wenyuan.lending.transit.data import (
    Closed,
    DifferenceKind,
    HandoverClosed,
    HandoverIssue,
    HandoverOpen,
    HandoverReport,
    ManifestState,
    Objection,
    Refusal,
    TransitRefused,
    refused,
)
from wenyuan.lending.transit.journeys import locked_in_order, state_of
from wenyuan.lending.transit.models import (
    Difference,
    Handover,
    HandoverManifest,
    HandoverMiss,
    Manifest,
    ManifestLine,
)
from wenyuan.lending.transit.recording import manifest_entry
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Act, Desk, Door
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import may, needs, require
from wenyuan.plumbing.secrets import lookup_hash
from wenyuan.plumbing.transactions import verb

VALID = timedelta(hours=72)
WINDOW, MOST_MISSES = timedelta(minutes=15), 10
"""From one address so many codes that are none in so much time; then it has to wait."""
MOST_TRIES = 60
"""So often one code may be opened, before its use is held for a trick."""
KEPT_MISSES = timedelta(days=1)
PURPOSE, ADDRESS_PURPOSE = "handover code", "handover address"


@needs(Act.PACK_CRATES, Act.DRIVE_RUNS)
@verb
def issue_handover(*, manifest_ids: Collection[int], at: datetime, desk: Desk) -> HandoverIssue:
    """Make a code with which whoever receives these crates, all for one branch, says so without an account. It is good
    once, for three days; an earlier one for any of these crates that was not used ends.

    :raises NotAllowed: the operator may neither pack nor drive where one of the crates comes from.
    :raises TransitRefused: no such manifest, not sealed, dropped or signed for, or for different branches.
    """
    held = locked_in_order(manifest_ids)
    if not held or set(held) != set(manifest_ids):
        raise refused(Refusal.MANIFEST_UNKNOWN)
    for manifest in held.values():
        if not may(desk.operator, Act.PACK_CRATES, manifest.from_branch_id):
            require(desk.operator, Act.DRIVE_RUNS, manifest.from_branch_id)
    _refuse_unfit(list(held.values()))
    earlier = HandoverManifest.objects.filter(manifest_id__in=list(held)).values("handover_id")
    Handover.objects.filter(id__in=earlier, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
    code = rules.new_code(secrets.choice)
    lines = ManifestLine.objects.filter(manifest_id__in=list(held)).count()
    to_branch_id = next(iter(held.values())).to_branch_id
    row = Handover.objects.create(
        code_hash=lookup_hash(PURPOSE, code),
        to_branch_id=to_branch_id,
        issued_at=at,
        issued_by_id=desk.operator.account_id,
        expires_at=at + VALID,
        seals_expected=len(held),
        samples_wanted=min(rules.SAMPLES, lines),
    )
    HandoverManifest.objects.bulk_create(HandoverManifest(handover=row, manifest=one) for one in held.values())
    after = {"manifests": sorted(held), "to": to_branch_id, "until": row.expires_at}
    audit(at=at, desk=desk, act="issue_handover", subject_kind="handover", subject_id=row.id, after=after)
    return HandoverIssue(
        handover_id=row.id,
        code=code,
        to_branch_id=to_branch_id,
        expires_at=row.expires_at,
        crates=tuple(one.crate.code for one in held.values()),
    )


def _refuse_unfit(manifests: list[Manifest]) -> None:
    objections = []
    if len({one.to_branch_id for one in manifests}) > 1:
        objections.append(Objection(Refusal.BRANCHES_DIFFER))
    states = {state_of(one) for one in manifests}
    for state, refusal in (
        (ManifestState.PACKING, Refusal.NOT_SEALED),
        (ManifestState.DROPPED, Refusal.MANIFEST_DROPPED),
        (ManifestState.RECEIVED, Refusal.ALREADY_RECEIVED),
    ):
        if state in states:
            objections.append(Objection(refusal))
    if objections:
        raise TransitRefused(*objections)


@needs()
def open_handover(*, code: str, address: str, at: datetime) -> HandoverOpen:
    """What a code opens, for whoever shows it: the code is the right. A code that is none is counted for the address
    it came from, of which only a hash is kept, for a day.

    :raises HandoverClosed: unknown, expired or used, or too many tries.
    """
    found = _look_up(code, address, at)
    if isinstance(found, Closed):  # the miss is written first, and committed
        raise HandoverClosed(found)
    return found


@verb
def _look_up(code: str, address: str, at: datetime) -> HandoverOpen | Closed:
    sender = lookup_hash(ADDRESS_PURPOSE, address)
    recent = HandoverMiss.objects.filter(address_hash=sender, at__gt=at - WINDOW)
    if recent.count() >= MOST_MISSES:
        return Closed.TOO_MANY
    row = _row_of(code)
    if row is None:
        HandoverMiss.objects.filter(at__lt=at - KEPT_MISSES).delete()
        HandoverMiss.objects.create(address_hash=sender, at=at)
        return Closed.UNKNOWN
    closed = _closed(row, at)
    if closed is not None:
        return closed
    row.tries += 1
    row.save(update_fields=["tries"])
    return HandoverOpen(to_branch_id=row.to_branch_id, samples_wanted=row.samples_wanted, expires_at=row.expires_at)


@needs()
@verb
def receive_handover(*, code: str, report: HandoverReport, at: datetime, door: Door) -> None:
    """Record what somebody without an account says they received, and use the code up. Nothing of it is refused: the
    crates stand where they were brought, a wrong number of seals opens a difference, and staff look at the rest.

    :raises HandoverClosed: unknown, expired or used; of two who use one code at once one gets in.
    """
    digest = lookup_hash(PURPOSE, rules.plain_code(code))
    ids = HandoverManifest.objects.filter(handover__code_hash=digest).values_list("manifest_id", flat=True)
    held = locked_in_order(list(ids))  # before the code's row, as where a code is made
    row = _row_of(code)
    closed = Closed.UNKNOWN if row is None else _closed(row, at, counts_tries=False)
    if row is None or closed is not None:
        raise HandoverClosed(closed or Closed.UNKNOWN)
    row.used_at = at
    row.seals_counted = report.seals
    row.samples = [text[: rules.LONGEST_SAMPLE] for text in report.samples[: rules.MOST_SAMPLES]]
    row.name, row.photo = report.name[: rules.LONGEST_NAME], report.photo
    row.save(update_fields=["used_at", "seals_counted", "samples", "name", "photo"])
    for manifest in held.values():
        _deliver(manifest, row, at, door)
    if report.seals != row.seals_expected:
        _note_seals(held[min(held)], row, at, door)


def _deliver(manifest: Manifest, row: Handover, at: datetime, door: Door) -> None:
    if manifest.delivered_at is not None or manifest.dropped_at is not None:
        return
    manifest.handed_at = manifest.handed_at or at
    manifest.delivered_at = at
    manifest.save(update_fields=["handed_at", "delivered_at"])
    branch_id = manifest.to_branch_id
    entry = manifest_entry(Kind.CRATE_DELIVERED, manifest, branch_id=branch_id, at=at, desk=None, door=door.value)
    record(entry)


def _note_seals(manifest: Manifest, row: Handover, at: datetime, door: Door) -> None:
    counts = f"{row.seals_counted} / {row.seals_expected}"
    _, is_new = Difference.objects.get_or_create(
        manifest=manifest,
        kind=DifferenceKind.SEALS,
        barcode="",
        defaults={"note": counts, "found_at": at},
    )
    if is_new:
        record(
            manifest_entry(
                Kind.DIFFERENCE_FOUND,
                manifest,
                branch_id=manifest.to_branch_id,
                at=at,
                desk=None,
                door=door.value,
                difference=DifferenceKind.SEALS.value,
            )
        )


@needs(Act.PACK_CRATES)
@verb
def check_handover(*, handover_id: int, at: datetime, desk: Desk) -> None:
    """Say that staff have looked at what was received without an account. Looked at twice, the first counts.

    :raises NotAllowed: the operator may pack neither where the crates went nor where one of them came from.
    :raises TransitRefused: no such handover, or nobody has used its code.
    """
    row = Handover.objects.select_for_update().filter(id=handover_id, used_at__isnull=False).first()
    if row is None:
        raise refused(Refusal.HANDOVER_UNKNOWN)
    ids = HandoverManifest.objects.filter(handover=row).values("manifest_id")
    senders = Manifest.objects.filter(id__in=ids).values_list("from_branch_id", flat=True)
    if not any(may(desk.operator, Act.PACK_CRATES, branch_id) for branch_id in senders):
        require(desk.operator, Act.PACK_CRATES, row.to_branch_id)
    if row.checked_at is None:
        row.checked_at, row.checked_by_id = at, desk.operator.account_id
        row.save(update_fields=["checked_at", "checked_by"])
        audit(at=at, desk=desk, act="check_handover", subject_kind="handover", subject_id=row.id)


def _row_of(code: str) -> Handover | None:
    return Handover.objects.select_for_update().filter(code_hash=lookup_hash(PURPOSE, rules.plain_code(code))).first()


def _closed(row: Handover, at: datetime, *, counts_tries: bool = True) -> Closed | None:
    if row.used_at is not None:
        return Closed.USED
    if row.expires_at <= at:
        return Closed.EXPIRED
    return Closed.TOO_MANY if counts_tries and row.tries >= MOST_TRIES else None
