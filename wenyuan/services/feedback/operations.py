"""Suggesting that the library buys a title, and answering. A reader's own acts are done by the portal's desk for the
reader it names; what staff answers is audited and told to whoever asked to be told."""

from datetime import datetime, time
from typing import Final

from django.db.models import F, Q

from wenyuan.holdings.catalogue.queries import standing_bib
from wenyuan.lending.patrons.operations import hold_reader
from wenyuan.lending.patrons.queries import notice_contacts, notice_recipient
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.notices.data import NewNotice, NoticeKind
from wenyuan.organisation.notices.operations import post_many
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.transactions import verb
from wenyuan.services.feedback import rules
from wenyuan.services.feedback.data import (
    OPEN_STATES,
    SuggestionFacts,
    SuggestionReason,
    SuggestionReceipt,
    SuggestionRefused,
    SuggestionState,
    Wanted,
    Wish,
)
from wenyuan.services.feedback.locking import one_at_a_time
from wenyuan.services.feedback.models import Suggestion, Support
from wenyuan.services.feedback.queries import get_suggestion, has_item, held_alike, held_by_isbn

TOLD: Final = {
    SuggestionState.ORDERED: NoticeKind.SUGGESTION_ORDERED,
    SuggestionState.REFUSED: NoticeKind.SUGGESTION_REFUSED,
    SuggestionState.ARRIVED: NoticeKind.SUGGESTION_ARRIVED,
}
"""What readers are told of; that something is considered stands in the account."""


@needs()
@verb
def suggest(
    *, patron_id: int, wanted: Wanted, wish: Wish, at: datetime, desk: Desk, means_another: bool = False
) -> SuggestionReceipt:
    """Wish that the library buys a title, for a reader. What another reader wishes already they support; what they wish
    already themselves stays as it is. ``means_another``: the reader has seen what is held and means another.

    :raises SuggestionRefused: with every reason; HELD and HELD_ALIKE with the records that the library has.
    """
    is_here = hold_reader(patron_id)
    one_at_a_time()
    wanted = rules.tidied(wanted)
    found = _standing_wish(wanted)
    if found and Support.objects.filter(suggestion_id=found, patron_id=patron_id).exists():
        return SuggestionReceipt(_standing(found), repeated=True)
    reasons = rules.reasons_against_wish(wanted, wish, this_month=_this_month(patron_id, at))
    pickup = network_map().branches.get(wish.pickup_branch_id)
    if pickup is None or not pickup.stands_on(local_date(at)):
        reasons.append(SuggestionReason.UNKNOWN_BRANCH)
    if not is_here:
        reasons.append(SuggestionReason.UNKNOWN_READER)
    held: tuple[int, ...] = ()
    if not means_another and (held := held_by_isbn(wanted.isbn)):
        reasons.append(SuggestionReason.HELD)
    elif not means_another and (held := held_alike(wanted)):
        reasons.append(SuggestionReason.HELD_ALIKE)
    if reasons:
        raise SuggestionRefused(*reasons, bib_ids=held)
    suggestion_id = found or _begin(wanted, wish, at)
    Support.objects.create(
        suggestion_id=suggestion_id,
        patron_id=patron_id,
        pickup_branch_id=wish.pickup_branch_id,
        why=wish.why.strip(),
        tell=wish.tell,
        since=at,
    )
    return SuggestionReceipt(_standing(suggestion_id), joined=bool(found))


@needs(Act.ANSWER_SUGGESTIONS)
@verb
def answer_suggestion(
    *,
    suggestion_id: int,
    version: int,
    answer: SuggestionState,
    reason: str = "",
    bib_id: int | None = None,
    at: datetime,
    desk: Desk,
) -> SuggestionFacts:
    """Say what becomes of a suggestion. ``version`` is the one that was looked at; ``reason`` is read by readers;
    ``bib_id`` names the record of what has arrived.

    :raises NotAllowed: the operator may not answer at its branch.
    :raises SuggestionRefused: with every reason; CHANGED_MEANWHILE when somebody else was first.
    """
    one_at_a_time()
    row = Suggestion.objects.select_for_update().filter(id=suggestion_id).first()
    if row is None:
        raise SuggestionRefused(SuggestionReason.UNKNOWN_SUGGESTION)
    require(desk.operator, Act.ANSWER_SUGGESTIONS, row.branch_id)
    before, reason = SuggestionState(row.state), reason.strip()
    work = standing_bib(bib_id) if bib_id is not None and answer is SuggestionState.ARRIVED else None
    has_work = work is not None and has_item(work)
    reasons = rules.reasons_against_answer(before, answer, reason, has_work=has_work)
    if row.version != version:
        reasons.append(SuggestionReason.CHANGED_MEANWHILE)
    if reasons:
        raise SuggestionRefused(*reasons)
    Suggestion.objects.filter(id=row.id).update(
        state=answer.value,
        reason=reason,
        bib_id=work,
        answered_at=at,
        answered_by_id=desk.operator.account,
        version=F("version") + 1,
    )
    after = _standing(row.id)
    audit(
        at=at,
        desk=desk,
        act="answer_suggestion",
        subject_kind="suggestion",
        subject_id=row.id,
        branch_id=row.branch_id,
        reason=reason,
        before={"state": before.value},
        after={"state": answer.value} | ({"bib": work} if work else {}),
    )
    _tell(after, at)
    return after


def _standing_wish(wanted: Wanted) -> int | None:
    """The open suggestion that is for the same title: of its ISBN, else of its title and author where not both say
    another ISBN."""
    open_ones = Suggestion.objects.filter(state__in=[state.value for state in OPEN_STATES])
    if wanted.isbn and (same := open_ones.filter(isbn=wanted.isbn).values_list("id", flat=True).first()):
        return same
    alike = open_ones.filter(likeness=rules.likeness(wanted))
    if wanted.isbn:
        alike = alike.filter(Q(isbn="") | Q(isbn=wanted.isbn))
    return alike.order_by("id").values_list("id", flat=True).first()


def _this_month(patron_id: int, at: datetime) -> int:
    first = datetime.combine(local_date(at).replace(day=1), time.min, library_zone())
    return Support.objects.filter(patron_id=patron_id, since__gte=first).count()


def _begin(wanted: Wanted, wish: Wish, at: datetime) -> int:
    return Suggestion.objects.create(
        branch_id=wish.pickup_branch_id,
        title=wanted.title,
        author=wanted.author,
        isbn=wanted.isbn,
        likeness=rules.likeness(wanted),
        made_at=at,
    ).id


def _standing(suggestion_id: int) -> SuggestionFacts:
    found = get_suggestion(suggestion_id)
    assert found is not None, "the row is held until the end"
    return found


def _tell(suggestion: SuggestionFacts, at: datetime) -> None:
    kind = TOLD.get(suggestion.state)
    if kind is None:
        return
    values = {"title": suggestion.wanted.title}
    if kind is NoticeKind.SUGGESTION_REFUSED:
        values["reason"] = suggestion.reason
    wanting = dict(
        Support.objects.filter(suggestion_id=suggestion.id, tell=True).values_list("patron_id", "pickup_branch_id")
    )
    contacts = notice_contacts(wanting)
    post_many(
        (
            NewNotice(
                kind=kind,
                recipient=notice_recipient(patron_id),
                values=values,
                once=f"{kind.value}:{suggestion.id}:{patron_id}",
                contacts=contacts.get(patron_id, {}),
                branch_id=branch_id,
            )
            for patron_id, branch_id in wanting.items()
        ),
        at=at,
    )
