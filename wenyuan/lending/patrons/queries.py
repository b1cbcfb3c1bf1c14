"""Reads of this room, for its own doors' pages and for the rooms above.

They return frozen values in which numbers and phones are masked; nothing here opens a sealed value.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypedDict
from uuid import UUID

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateTimeField,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from wenyuan.kernel.chinese import half_width, name_sort_key
from wenyuan.kernel.identity import (
    BadIdentityNumber,
    IdentityForm,
    PhoneError,
    TokenKind,
    canonical_phone,
    classify_scan,
    mask_name,
    parse_number,
)
from wenyuan.kernel.identity.numbers import canonical_number
from wenyuan.lending.patrons import seams, sql, waits
from wenyuan.lending.patrons.data import (
    UNDO_DAYS,
    Candidate,
    CandidatePage,
    CategoryFacts,
    ChildOfAge,
    ComingOfAge,
    ComingOfAgePage,
    ConsentPurpose,
    ConsentView,
    DocumentSeen,
    ErasureRequestPage,
    ErasureRequestView,
    ErasureState,
    FoundPatron,
    GivenBy,
    GuardianView,
    Holder,
    Insight,
    Keeper,
    Likeness,
    MatchedBy,
    MergeView,
    Obstacle,
    OtherReader,
    PatronPage,
    PatronView,
    ProxyRelation,
    ProxyView,
    Relation,
    RestrictionCause,
    RestrictionKind,
    RestrictionPage,
    RestrictionView,
    RosterFacts,
    ScannedPatron,
    TokenView,
    TriedBy,
    WrongPins,
)
from wenyuan.lending.patrons.models import (
    CardLink,
    Category,
    Consent,
    ErasureRequest,
    Guardian,
    Merge,
    MergedRow,
    Patron,
    PatronStatus,
    PinTry,
    ProxyAct,
    ReaderRef,
    Restriction,
    Roster,
    Token,
    TokenStatus,
)
from wenyuan.lending.patrons.past_reads import count_past_patrons as count_past_patrons
from wenyuan.lending.patrons.past_reads import list_to_recard as list_to_recard
from wenyuan.lending.patrons.past_reads import past_patrons as past_patrons
from wenyuan.lending.patrons.past_reads import past_patrons_with_cards as past_patrons_with_cards
from wenyuan.lending.patrons.rules import (
    AGE_OF_MAJORITY,
    AGE_OF_OWN_CONSENT,
    GuardianFacts,
    birthday,
    clean_name,
    guardian_consents,
    insight,
    years_before,
)
from wenyuan.lending.patrons.shown_codes import code_to_show as code_to_show
from wenyuan.lending.patrons.shown_codes import is_shown_code as is_shown_code
from wenyuan.organisation.notices.data import Channel
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import KeyRing, key_ring, lookup_hash
from wenyuan.plumbing.statements import LARGEST_ID, Statement, rows_of

PAGE_ROWS = 20
LONGEST_PAGE = 200
LINK_AND_READER = ("token__patron__category",)
"""What is read with a card's link for ``still_opens``."""


def token_hashes(scanned: str) -> list[bytes]:
    """The hashes under which a scanned text may be stored, the likeliest first; empty if it can be no token.

    A card number, an identity number and a chip UID may look alike, so one scan can have several.
    """
    return list(_hashes(scanned, key_ring()))


@lru_cache(maxsize=64)  # a reader takes several items, and shows one card
def _hashes(scanned: str, ring: KeyRing) -> tuple[bytes, ...]:
    return tuple(ring.lookup_hash(_purpose(token.kind.value), token.canonical) for token in classify_scan(scanned))


def token_hash(kind: str, canonical: str) -> bytes:
    """The keyed hash of a canonical token of this kind, as stored in ``Token.token_hash``."""
    return lookup_hash(_purpose(kind), canonical)


def _purpose(kind: str) -> str:
    return f"token:{kind}"


def number_hash(form: IdentityForm, canonical: str) -> bytes:
    """The keyed hash of an identity number; a passport and a travel permit may share their digits."""
    return lookup_hash(f"patron:number:{form.value}", canonical)


def phone_hash(canonical: str) -> bytes:
    """The keyed hash of a canonical phone number."""
    return lookup_hash("patron:phone", canonical)


# One patron.


def patron_by_token(scanned: str) -> ScannedPatron | None:
    """Whose token this is, and how it stands: lost, replaced and removed ones are told too. Nothing if unknown.

    Where one text is the token of two patrons by two readings (a card number and a chip's UID), one in use comes
    before one that is not, and then the likelier reading.
    """
    hashes = token_hashes(scanned)
    found = rows_of(Statement(sql.BY_TOKEN, {"hashes": hashes})) if hashes else []
    if not found:
        return None
    token_id, kind, _, status, *columns = min(
        found, key=lambda row: (row[3] != TokenStatus.ACTIVE, hashes.index(bytes(row[2])))
    )
    return ScannedPatron(_view_of_columns(columns), token_id, TokenKind(kind), status)


def get_patron(patron_id: int) -> PatronView | None:
    """One patron, or nothing."""
    if patron_id > LARGEST_ID:
        return None
    rows = rows_of(Statement(sql.BY_ID, {"patron": patron_id}))
    return _view_of_columns(rows[0]) if rows else None


def reader_mark(patron_id: int) -> bytes:
    """Under what wrong PINs of a patron are kept."""
    return lookup_hash("patron:tried_for", str(patron_id))


def list_patrons(patron_ids: Sequence[int]) -> dict[int, PatronView]:
    """Patrons by id, for a page of another room's rows; unknown ids are left out."""
    return {view.id: view for view in _views(Patron.objects.filter(id__in=patron_ids))}


# The desk's search.


def find_patrons(*, text: str, limit: int = PAGE_ROWS, offset: int = 0) -> PatronPage:
    """Patrons that a text typed or scanned at the desk may mean, the surest first, those who left after the others.

    It may be a card or another token, an identity number, a phone or its last four digits (also a guardian's; of a
    guardian's only those four are compared), a name or its beginning, pinyin with or without blanks or its beginning,
    or initials. A page of one identifier finds at most its owner.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    wanted = _conditions(text)
    if not wanted:
        return PatronPage((), more=False)
    order = list(MatchedBy)
    whens = [When(condition, then=Value(order.index(by))) for by, condition in wanted]
    anything = Q()
    for _, condition in wanted:
        anything |= condition
    found = (
        Patron.objects.filter(anything, merged_into__isnull=True)
        .annotate(
            matched=Case(*whens, output_field=IntegerField()),
            left=Case(When(status=PatronStatus.CLOSED, then=Value(1)), default=Value(0), output_field=IntegerField()),
        )
        .order_by("matched", "left", "name_pinyin", "id")
        .values_list("id", "matched")[offset : offset + limit + 1]
    )
    ids = dict(found)
    views = list_patrons(list(ids))
    page = [FoundPatron(views[patron_id], order[matched]) for patron_id, matched in ids.items()]
    return PatronPage(tuple(page[:limit]), more=len(page) > limit)


def _conditions(text: str) -> list[tuple[MatchedBy, Q]]:
    """What the text may be, the surest first."""
    plain = " ".join(half_width(text).split())
    if not plain:
        return []
    wanted: list[tuple[MatchedBy, Q]] = []
    if hashes := token_hashes(text):
        # Read first: an OR over two tables would cost the indexes.
        owners = list(Token.objects.filter(token_hash__in=hashes).values_list("patron_id", flat=True))
        if owners:
            wanted.append((MatchedBy.TOKEN, Q(id__in=owners)))
    if numbers := _number_hashes(plain):
        wanted.append((MatchedBy.NUMBER, _or_leading_on(Q(number_hash__in=numbers))))
    with suppress(PhoneError):
        phone = canonical_phone(plain)
        own = _or_leading_on(Q(phone_hash=phone_hash(phone)))
        wanted.append((MatchedBy.PHONE, own))
        if not Patron.objects.filter(own).exists():
            # A guardian's phone is kept sealed with its last four only: those are what can be compared.
            wanted.append((MatchedBy.GUARDIAN_PHONE_TAIL, _wards(phone[-4:])))
    if plain.isdigit() and len(plain) == 4:
        wanted += [(MatchedBy.PHONE_TAIL, Q(phone_last4=plain)), (MatchedBy.GUARDIAN_PHONE_TAIL, _wards(plain))]
    if not any(character.isdigit() for character in plain):
        wanted += _name_conditions(plain)
    return sorted(wanted, key=lambda pair: list(MatchedBy).index(pair[0]))


def _or_leading_on(condition: Q) -> Q:
    """The patrons so, and those to whom a merged record that is so leads."""
    return condition | Q(id__in=Patron.objects.filter(condition, merged_into__isnull=False).values("merged_into_id"))


def _wards(tail: str) -> Q:
    """The children of the guardians whose phone ends so."""
    wards = Guardian.objects.filter(phone_last4=tail, until__isnull=True).values_list("child_id", flat=True)
    return Q(id__in=list(wards))


def _name_conditions(plain: str) -> list[tuple[MatchedBy, Q]]:
    name = clean_name(plain)
    conditions = [(MatchedBy.NAME, Q(name=name)), (MatchedBy.NAME_BEGINS, Q(name__startswith=name))]
    typed = plain.casefold().replace("ü", "v")
    letters = "".join(character for character in typed if character not in " '’·-")
    if letters.isascii() and letters.isalpha():
        conditions += [
            (MatchedBy.PINYIN, Q(name_pinyin=letters) | Q(name_pinyin_other=letters)),
            (MatchedBy.INITIALS, Q(name_initials=letters) | Q(name_initials_other=letters)),
            (MatchedBy.PINYIN_BEGINS, Q(name_pinyin__startswith=letters) | Q(name_pinyin_other__startswith=letters)),
        ]
    return conditions


def _number_hashes(plain: str) -> list[bytes]:
    """The hashes of an identity number in full, of whatever document."""
    hashes = []
    try:
        canonical, form = canonical_number(plain)
        hashes.append(number_hash(form, canonical))
    except BadIdentityNumber:
        pass
    for form in (IdentityForm.PASSPORT, IdentityForm.HMT_TRAVEL):
        try:
            hashes.append(number_hash(form, parse_number(plain, today=date.min, form=form).canonical))
        except BadIdentityNumber:
            continue
    return hashes


# Families, tokens, consents.


def list_guardians(child_id: int, *, ended: bool = False) -> tuple[GuardianView, ...]:
    """Who answers for a child, the longest first; with ``ended`` also who once did."""
    rows = Guardian.objects.filter(child_id=child_id)
    return _guardians(rows if ended else rows.filter(until__isnull=True))


def list_children(patron_id: int) -> tuple[PatronView, ...]:
    """The children for whom this patron answers, in the order of their names."""
    children = Guardian.objects.filter(patron_id=patron_id, until__isnull=True).values("child_id")
    return _by_name(_views(Patron.objects.filter(id__in=children)))


def guardians_in_order(child_id: int, *, on: date) -> bool:
    """Whether one of those who answer for the patron holds a card that lends on that day; for rooms above that ask it
    of a category (``CategoryFacts.guardian_in_order``)."""
    return any(known.is_in_order(on) for known in facts_of_guardians(child_id))


def facts_of_guardians(child_id: int) -> tuple[GuardianFacts, ...]:
    """What is known of the patrons who answer for a patron; for this room."""
    ids = Guardian.objects.filter(child_id=child_id, until__isnull=True, patron__isnull=False).values("patron_id")
    rows = Patron.objects.filter(id__in=ids).values("name", "status", "birth_date", "suspended_until", "expires_date")
    return tuple(GuardianFacts(**row) for row in rows)


def list_coming_of_age(
    *, on: date, within_days: int = 30, branch_ids: Iterable[int] | None = None, limit: int = PAGE_ROWS, offset: int = 0
) -> ComingOfAgePage:
    """Patrons who are 14 or 18 by ``within_days`` days after ``on`` and still on record as younger, the longest first.

    At 14: the guardian's consent still carries the registration, or the category is for younger ones. At 18:
    somebody still answers for them. By home branch if any are given.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    last = on + timedelta(days=within_days)
    by_guardian = Consent.objects.filter(
        purpose=ConsentPurpose.REGISTRATION, given_by=GivenBy.GUARDIAN, withdrawn_at__isnull=True
    )
    guarded = Guardian.objects.filter(until__isnull=True).exclude(relation=Relation.RESPONSIBLE)
    children = Patron.objects.exclude(status=PatronStatus.CLOSED).filter(
        Q(birth_date__lte=years_before(last, AGE_OF_MAJORITY), id__in=guarded.values("child_id"))
        | Q(birth_date__lte=years_before(last, AGE_OF_OWN_CONSENT))
        & (Q(id__in=by_guardian.values("patron_id")) | Q(category__guardian_required=True))
    )
    if branch_ids is not None:
        children = children.filter(home_branch_id__in=list(branch_ids))
    ids = list(children.order_by("birth_date", "id").values_list("id", flat=True)[offset : offset + limit + 1])
    views = list_patrons(ids[:limit])
    page = [_of_age(views[patron_id], last) for patron_id in ids[:limit]]
    return ComingOfAgePage(tuple(page), more=len(ids) > limit)


def _of_age(view: PatronView, last: date) -> ChildOfAge:
    assert view.birth_date is not None
    grown = view.birth_date <= years_before(last, AGE_OF_MAJORITY)
    reached = ComingOfAge.MAJORITY if grown else ComingOfAge.OWN_CONSENT
    return ChildOfAge(view, reached, birthday(view.birth_date, AGE_OF_MAJORITY if grown else AGE_OF_OWN_CONSENT))


def is_guarded(patron_id: int, *, on: date) -> bool:
    """Whether a guardian consents for this reader: below 14, or of a guarded category where nobody knows the age."""
    patron = Patron.objects.select_related("category").get(id=patron_id)
    return guardian_consents(category_facts(patron.category), patron.birth_date, today=on)


def other_readers(patron_id: int, *, on: date) -> tuple[OtherReader, ...]:
    """Whose accounts a reader sees beside their own, by name: cards that they added by their PIN and that are in use,
    and those for whom the desk recorded that they answer. Whom the age forbids (``rules.insight``) is not there."""
    added, wards = _ties(patron_id)
    tied = (added.keys() | wards) - {patron_id}
    if not tied:
        return ()
    kinds = {kind.id: kind for kind in categories()}
    found = []
    for view in list_patrons(sorted(tied)).values():
        link_id, since = added.get(view.id, (None, None))
        added_on = local_date(since) if since else None
        # What has ended is not there, nor who has no card that could be shown for them.
        seen = insight(kinds[view.category_id], view.birth_date, added_on=added_on, answers=view.id in wards, on=on)
        if seen is not Insight.NOTHING and view.status != PatronStatus.CLOSED and view.card_no:
            found.append(OtherReader(patron=view, insight=seen, link_id=link_id))
    return tuple(sorted(found, key=lambda other: (name_sort_key(other.patron.name), other.patron.id)))


def _ties(patron_id: int) -> tuple[dict[int, tuple[int | None, datetime | None]], set[int]]:
    """The cards that a reader added, by their readers, with the row and since when; and for whom they answer."""
    links = CardLink.objects.filter(keeper_id=patron_id, token__status=TokenStatus.ACTIVE)
    answering = Guardian.objects.filter(patron_id=patron_id, until__isnull=True)
    nothing = Value(None, output_field=BigIntegerField()), Value(None, output_field=DateTimeField())
    added_rows = links.values_list("token__patron_id", "id", "since")
    rows: Iterable[Any] = added_rows.union(answering.values_list("child_id", *nothing))
    added: dict[int, tuple[int | None, datetime | None]] = {}
    wards = set()
    for other_id, link_id, since in rows:
        if link_id is None:
            wards.add(other_id)
        else:
            added[other_id] = (link_id, since)
    return added, wards


def still_opens(link: CardLink, *, on: date) -> bool:
    """Whether a card under somebody's sign-in still opens the account: what was added before fourteen ends then."""
    reader, since = link.token.patron, local_date(link.since)
    seen = insight(category_facts(reader.category), reader.birth_date, added_on=since, answers=False, on=on)
    return seen is not Insight.NOTHING


def keepers_of(patron_id: int, *, on: date) -> tuple[Keeper, ...]:
    """Who has this reader's card under their own sign-in on a day, the longest first."""
    links = CardLink.objects.filter(token__patron_id=patron_id, token__status=TokenStatus.ACTIVE)
    return tuple(
        Keeper(link_id=link.id, masked_name=mask_name(link.keeper.name), since=link.since)
        for link in links.select_related("keeper", *LINK_AND_READER).order_by("since", "id")
        if still_opens(link, on=on)
    )


def what_keeps(patron_id: int) -> tuple[Obstacle, ...]:
    """What stands against it that all of a reader is deleted (``erase_patron``), as of now; nothing if nothing does."""
    wards = Guardian.objects.filter(patron_id=patron_id, until__isnull=True)
    count = wards.exclude(child__status=PatronStatus.CLOSED).count()
    return (*seams.obstacles_to_leaving(patron_id), *([Obstacle("guardian_of", count)] if count else []))


def last_erasure_request(patron_id: int) -> ErasureRequestView | None:
    """The newest request of a reader to have everything deleted, open or answered."""
    row = ErasureRequest.objects.filter(patron_id=patron_id).order_by("-id").first()
    return _erasure_request(row) if row else None


def open_erasure_request(patron_id: int) -> ErasureRequestView | None:
    """The request of a reader that waits for an answer."""
    row = ErasureRequest.objects.filter(patron_id=patron_id, state=ErasureState.OPEN).first()
    return _erasure_request(row) if row else None


def list_own_erasure_requests(patron_id: int) -> tuple[ErasureRequestView, ...]:
    """The hundred newest of them, the newest first."""
    rows = ErasureRequest.objects.filter(patron_id=patron_id).order_by("-id")[:LONGEST_PAGE]
    return tuple(_erasure_request(row) for row in rows)


def list_erasure_requests(
    *, branch_ids: Iterable[int] | None = None, limit: int = PAGE_ROWS, offset: int = 0
) -> ErasureRequestPage:
    """Open requests, the oldest first; by home branch if any are given. One on a record that was merged into another
    whose reader has asked too is not listed twice."""
    limit = max(1, min(limit, LONGEST_PAGE))
    rows = ErasureRequest.objects.filter(state=ErasureState.OPEN, patron__merged_into__isnull=True)
    if branch_ids is not None:
        rows = rows.filter(patron__home_branch_id__in=list(branch_ids))
    page = list(rows.order_by("asked_at", "id")[offset : offset + limit + 1])
    views = list_patrons([row.patron_id for row in page[:limit]])
    return ErasureRequestPage(
        tuple((_erasure_request(row), views[row.patron_id]) for row in page[:limit]), more=len(page) > limit
    )


def _erasure_request(row: ErasureRequest) -> ErasureRequestView:
    return ErasureRequestView(
        id=row.id,
        patron_id=row.patron_id,
        asked_at=row.asked_at,
        door=row.door,
        state=ErasureState(row.state),
        answer=row.answer,
        ended_at=row.ended_at,
    )


def list_tokens(patron_id: int) -> tuple[TokenView, ...]:
    """Everything the patron can show or could once, the newest first."""
    return tuple(
        TokenView(
            id=row.id,
            kind=TokenKind(row.kind),
            shown=row.card_no or "····" + row.last4,
            status=row.status,
            issued_at=row.issued_at,
            ended_at=row.ended_at,
        )
        for row in Token.objects.filter(patron_id=patron_id).order_by("-issued_at", "-id")
    )


def still_signed_in(*, patron_id: int, token_id: int, pin_set_at: datetime | None) -> PatronView | None:
    """A reader who signed in by one of their tokens, as they are now; nothing once that has ended: the token is no
    longer in use, the PIN is not the one that stood then (``pin_set_at``), or the reader has left."""
    reader = get_patron(patron_id)
    if reader is None or reader.status == PatronStatus.CLOSED:
        return None
    if all(token.id != token_id or token.status != TokenStatus.ACTIVE for token in list_tokens(reader.id)):
        return None
    stands = Patron.objects.filter(id=reader.id).values_list("pin_set_at", flat=True)
    return reader if list(stands) == [pin_set_at] else None


def wrong_pins(patron_id: int, *, at: datetime) -> WrongPins | None:
    """What is told to the reader and at the desk; nothing while there are few (``waits.TOLD_FROM``)."""
    tries = PinTry.objects.filter(reader=reader_mark(patron_id), at__gt=at - waits.KEPT)
    strangers = Q(way=TriedBy.STRANGER)
    found = tries.aggregate(
        count=Count("id"),
        places=Count("place", distinct=True),
        last=Max("at"),
        strangers=Count("id", filter=strangers),
        strangers_last=Max("at", filter=strangers),
    )
    if found["count"] < waits.TOLD_FROM:
        return None
    until = waits.STRANGERS.wait_until(found["strangers"], found["strangers_last"])
    return WrongPins(
        count=found["count"],
        places=found["places"],
        last_at=found["last"],
        strangers_wait_until=until if until is not None and at < until else None,
    )


def list_consents(patron_id: int) -> tuple[ConsentView, ...]:
    """Every consent the patron gave, the newest first."""
    rows = list(Consent.objects.filter(patron_id=patron_id).order_by("-given_at", "-id"))
    named = {row.guardian_id for row in rows if row.guardian_id}
    names = dict(Guardian.objects.filter(id__in=named).values_list("id", "name")) if named else {}
    return tuple(
        ConsentView(
            purpose=row.purpose,
            notice_version=row.notice_version,
            given_by=row.given_by,
            given_at=row.given_at,
            withdrawn_at=row.withdrawn_at,
            guardian=names.get(row.guardian_id or 0, ""),
        )
        for row in rows
    )


def list_restrictions(patron_id: int, *, limit: int = PAGE_ROWS, offset: int = 0) -> RestrictionPage:
    """Restrictions of a patron, those that are open first, then the newest."""
    limit = max(1, min(limit, LONGEST_PAGE))
    rows = Restriction.objects.filter(patron_id=patron_id).order_by(F("ended_at").desc(nulls_first=True), "-id")
    page = [_restriction(row) for row in rows[offset : offset + limit + 1]]
    return RestrictionPage(tuple(page[:limit]), more=len(page) > limit)


def _restriction(row: Restriction) -> RestrictionView:
    return RestrictionView(
        id=row.id,
        patron_id=row.patron_id,
        kind=RestrictionKind(row.kind),
        cause=RestrictionCause(row.cause),
        reason=row.reason,
        from_date=row.from_date,
        until=row.until,
        set_at=row.set_at,
        set_by_id=row.set_by_id,
        branch_id=row.branch_id,
        ended_at=row.ended_at,
        ended_by_id=row.ended_by_id,
        end_reason=row.end_reason,
    )


def list_proxies(patron_id: int, *, limit: int = PAGE_ROWS) -> tuple[ProxyView, ...]:
    """The latest acts that others did for the patron, the newest first; names are masked."""
    rows = ProxyAct.objects.filter(patron_id=patron_id).defer("name_sealed").order_by("-id")[:limit]
    return tuple(
        ProxyView(
            id=row.id,
            patron_id=row.patron_id,
            act=row.act,
            at=row.at,
            account_id=row.account_id,
            masked_name=row.name_mask,
            relation=ProxyRelation(row.relation),
            document=DocumentSeen(row.document),
            document_mask=_masked(row.document_last4),
        )
        for row in rows
    )


def notice_recipient(patron_id: int) -> str:
    """The name under which the room of notices knows a patron."""
    return f"patron:{patron_id}"


def notice_contacts(patron_ids: Collection[int]) -> dict[int, dict[Channel, str]]:
    """Telephone and e-mail by which these patrons agreed to be told, by patron id; who did not agree is not there.

    Where a guardian agreed for a child, it is that guardian's telephone.
    """
    if not patron_ids:
        return {}
    consents = Consent.objects.filter(
        patron_id__in=patron_ids, purpose=ConsentPurpose.NOTICES, withdrawn_at__isnull=True
    ).select_related("patron", "guardian", "guardian__patron")
    found: dict[int, dict[Channel, str]] = {}
    for consent in consents.order_by("id"):
        patron, guardian = consent.patron, consent.guardian
        phone = patron.phone_sealed
        if consent.given_by == GivenBy.GUARDIAN and guardian is not None:
            phone = guardian.phone_sealed or (guardian.patron.phone_sealed if guardian.patron else "") or phone
        ways = {Channel.SMS: phone, Channel.EMAIL: patron.email_sealed}
        found[patron.id] = {channel: address for channel, address in ways.items() if address}
    return found


def find_reader_ref(*, patron_id: int, year: int) -> UUID | None:
    """The random token that stands for the patron in the journal of a year, if there is one."""
    return ReaderRef.objects.filter(patron_id=patron_id, year=year).values_list("ref", flat=True).first()


def patron_of_ref(ref: UUID) -> int | None:
    """Whom a random token of the journal stands for, while a map still says so: for what follows an entry at once."""
    return ReaderRef.objects.filter(ref=ref).values_list("patron_id", flat=True).first()


# Two records of one person.


def list_alike(*, limit: int = PAGE_ROWS, offset: int = 0) -> CandidatePage:
    """Pairs of records that may be of one person, the surest first; those kept apart are left out."""
    limit = max(1, min(limit, LONGEST_PAGE))
    pairs = _alike(sql.ALIKE, {"limit": limit + 1, "offset": max(0, offset)})
    return CandidatePage(tuple(pairs[:limit]), more=len(pairs) > limit)


def list_alike_to(patron_id: int, *, limit: int = 5) -> tuple[Candidate, ...]:
    """Pairs in which this record may be the second of one person."""
    return tuple(_alike(sql.ALIKE_TO, {"patron": patron_id, "limit": limit}))


def _alike(statement: str, values: dict[str, int]) -> list[Candidate]:
    order = list(Likeness)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Candidate(first, second, order[likeness]) for first, second, likeness in cursor.fetchall()]


def like_this(*, name: str, birth_date: date | None, phone: str, has_number: bool) -> int | None:
    """A record that an applicant may already have: of the same name, and of this birth date or phone, where the
    numbers do not tell two persons; the one that was used last, one who has left included."""
    same = Q()
    if birth_date is not None:
        same |= Q(birth_date=birth_date)
    if phone:
        same |= Q(phone_hash=phone_hash(phone)) & (Q(birth_date=birth_date) | Q(birth_date=None) if birth_date else Q())
    if not name or not same:
        return None
    rows = Patron.objects.filter(same, name=name, merged_into__isnull=True)
    if has_number:
        rows = rows.filter(number_hash__isnull=True)
    return rows.order_by("-changed_at").values_list("id", flat=True).first()


def leads_to(patron_id: int) -> int:
    """The record that stands for this one: itself, or the one it was merged into, and so on."""
    seen = {patron_id}
    while onward := Patron.objects.filter(id=patron_id).values_list("merged_into_id", flat=True).first():
        if onward in seen:
            break
        seen.add(onward)
        patron_id = onward
    return patron_id


def get_merge(merge_id: int) -> MergeView | None:
    """One merge, or nothing."""
    return next(iter(_merges(Merge.objects.filter(id=merge_id))), None)


def list_merges(patron_id: int) -> tuple[MergeView, ...]:
    """The merges that a record stayed or went in, the newest first."""
    return tuple(_merges(Merge.objects.filter(Q(kept_id=patron_id) | Q(gone_id=patron_id)).order_by("-id")))


def _merges(rows: "QuerySet[Merge]") -> list[MergeView]:
    merges = list(rows)
    counts: dict[int, list[tuple[str, int]]] = {}
    moved = MergedRow.objects.filter(merge__in=merges).values_list("merge_id", "what").annotate(Count("id"))
    for merge_id, what, number in moved.order_by("what"):
        counts.setdefault(merge_id, []).append((what, number))
    return [
        MergeView(
            id=row.id,
            kept_id=row.kept_id,
            gone_id=row.gone_id,
            merged_at=row.merged_at,
            merged_by_id=row.merged_by_id,
            branch_id=row.branch_id,
            reason=row.reason,
            undo_until=local_date(row.merged_at) + timedelta(days=UNDO_DAYS),
            undone_at=row.undone_at,
            undone_by_id=row.undone_by_id,
            undo_reason=row.undo_reason,
            moved=tuple(counts.get(row.id, ())),
        )
        for row in merges
    ]


# Categories and class lists.


def categories() -> tuple[CategoryFacts, ...]:
    """Every kind of reader, in the order of their making."""
    return tuple(category_facts(row) for row in Category.objects.order_by("id"))


def get_category(code: str) -> CategoryFacts | None:
    """The category with this code, or nothing."""
    row = Category.objects.filter(code=code).first()
    return category_facts(row) if row else None


def category_facts(row: Category) -> CategoryFacts:
    """The row as a value; for this room."""
    return CategoryFacts(
        id=row.id,
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        min_age=row.min_age,
        max_age=row.max_age,
        guardian_required=row.guardian_required,
        months_valid=row.months_valid,
        holder=Holder(row.holder),
        guardian_age=row.guardian_age,
        guardian_in_order=row.guardian_in_order,
    )


def rosters() -> tuple[RosterFacts, ...]:
    """Every class list with the number of its patrons, by school and name."""
    counts = dict(Patron.objects.filter(roster__isnull=False).values_list("roster_id").annotate(Count("id")).order_by())
    return tuple(
        RosterFacts(row.id, row.school, row.name, row.home_branch_id, counts.get(row.id, 0))
        for row in Roster.objects.order_by("school", "name")
    )


def list_roster(roster_id: int) -> tuple[PatronView, ...]:
    """The patrons of a class list, in the order of their names."""
    return _by_name(_views(Patron.objects.filter(roster_id=roster_id)))


def count_registered(*, first: date, last: date, branch_ids: Iterable[int] | None = None) -> int:
    """How many patrons were registered from ``first`` to ``last``, both included; by home branch if any are given."""
    rows = Patron.objects.filter(registered_date__range=(first, last))
    return (rows if branch_ids is None else rows.filter(home_branch_id__in=list(branch_ids))).count()


def count_open(*, branch_ids: Iterable[int] | None = None) -> int:
    """How many patrons there are who have not left."""
    rows = Patron.objects.exclude(status=PatronStatus.CLOSED)
    return (rows if branch_ids is None else rows.filter(home_branch_id__in=list(branch_ids))).count()


# Values out of rows.


class _PatronRow(TypedDict):
    """The columns a view is made of: no sealed value is among them, so none is opened."""

    id: int
    name: str
    category_id: int
    category__code: str
    home_branch_id: int
    status: str
    suspended_until: date | None
    status_reason: str
    registered_date: date
    expires_date: date | None
    birth_date: date | None
    gender: str
    number_form: str
    number_last4: str
    no_number_reason: str
    phone_last4: str
    pin_locked_until: datetime | None
    roster_id: int | None
    keep_history: bool
    note: str
    version: int
    merged_into_id: int | None
    verified_date: date | None
    has_address: bool
    has_email: bool
    has_pin: bool
    card_no: str | None


_OWN = tuple(
    name for name in _PatronRow.__annotations__ if name not in {"has_address", "has_email", "has_pin", "card_no"}
)


def _views(patrons: "QuerySet[Patron]") -> list[PatronView]:
    card = (
        Token.objects.filter(patron_id=OuterRef("id"), kind=TokenKind.CARD.value, status=TokenStatus.ACTIVE)
        .order_by("-issued_at", "-id")
        .values("card_no")[:1]
    )
    rows: Iterable[Any] = patrons.annotate(
        has_address=_is_there("address_sealed"),
        has_email=_is_there("email_sealed"),
        has_pin=_is_there("pin_hash"),
        card_no=Subquery(card),
    ).values(*_OWN, "has_address", "has_email", "has_pin", "card_no")
    return [_view(row) for row in rows]


def _is_there(column: str) -> Case:
    return Case(When(Q(**{column: ""}), then=Value(False)), default=Value(True))


def _view(row: _PatronRow) -> PatronView:
    return PatronView(
        id=row["id"],
        name=row["name"],
        masked_name=mask_name(row["name"]),
        card_no=row["card_no"] or "",
        category_id=row["category_id"],
        category=row["category__code"],
        home_branch_id=row["home_branch_id"],
        status=row["status"],
        suspended_until=row["suspended_until"],
        status_reason=row["status_reason"],
        registered_date=row["registered_date"],
        expires_date=row["expires_date"],
        birth_date=row["birth_date"],
        gender=row["gender"],
        number_form=row["number_form"],
        number_mask=_masked(row["number_last4"]),
        no_number_reason=row["no_number_reason"],
        phone_mask=_masked(row["phone_last4"]),
        has_address=row["has_address"],
        has_email=row["has_email"],
        has_pin=row["has_pin"],
        pin_locked_until=row["pin_locked_until"],
        roster_id=row["roster_id"],
        keep_history=row["keep_history"],
        note=row["note"],
        version=row["version"],
        merged_into_id=row["merged_into_id"],
        verified_date=row["verified_date"],
    )


def _view_of_columns(columns: Sequence[Any]) -> PatronView:
    """A view from the columns of ``sql.BY_ID``."""
    category, has_address, has_email, has_pin, card_no, *own = columns
    row: Any = {
        **dict(zip(sql.VIEW_COLUMNS, own, strict=True)),
        "category__code": category,
        "has_address": has_address,
        "has_email": has_email,
        "has_pin": has_pin,
        "card_no": card_no,
    }
    return _view(row)


def _guardians(rows: "QuerySet[Guardian]") -> tuple[GuardianView, ...]:
    return tuple(
        GuardianView(
            id=row.id,
            child_id=row.child_id,
            patron_id=row.patron_id,
            name=row.name,
            masked_name=mask_name(row.name),
            relation=row.relation,
            phone_mask=_masked(row.phone_last4),
            number_mask=_masked(row.number_last4),
            since=row.since,
            until=row.until,
        )
        for row in rows.defer("phone_sealed").order_by("since", "id")
    )


def _masked(last4: str) -> str:
    return "····" + last4 if last4 else ""


def _by_name(views: Iterable[PatronView]) -> tuple[PatronView, ...]:
    return tuple(sorted(views, key=lambda view: (name_sort_key(view.name), view.id)))
