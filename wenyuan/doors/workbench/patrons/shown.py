"""Readers as their pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language

from wenyuan.doors.furniture.words import words_for_block
from wenyuan.doors.workbench.journal.rows import account_names
from wenyuan.doors.workbench.journal.words import KINDS
from wenyuan.doors.workbench.patrons.words import (
    CAUSE_CHOICES,
    CAUSE_WORDS,
    DOCUMENT_WORDS,
    GENDER_WORDS,
    GIVEN_BY_WORDS,
    KIND_WORDS,
    MATCHED_WORDS,
    MOVED_WORDS,
    NO_NUMBER_WORDS,
    PROXY_WORDS,
    PURPOSE_WORDS,
    RELATION_WORDS,
    STATUS_SHAPES,
    STATUS_WORDS,
    TOKEN_STATUS_SHAPES,
    TOKEN_STATUS_WORDS,
    TOKEN_WORDS,
    obstacles_in_words,
)
from wenyuan.doors.workbench.shell import branch_names
from wenyuan.kernel.identity import age_on, mask_name
from wenyuan.lending.circulation.queries import patron_loans
from wenyuan.lending.fees.queries import account_state
from wenyuan.lending.patrons.data import (
    NOTICE_VERSION,
    ConsentPurpose,
    ConsentView,
    FoundPatron,
    GivenBy,
    GuardianView,
    MergeView,
    NoNumberReason,
    OnBehalf,
    PatronView,
    ProxyView,
    Relation,
    RestrictionCause,
    RestrictionPage,
    RestrictionView,
    TokenView,
)
from wenyuan.lending.patrons.queries import (
    categories,
    list_alike_to,
    list_children,
    list_consents,
    list_guardians,
    list_merges,
    list_patrons,
    list_proxies,
    list_restrictions,
    list_tokens,
    open_erasure_request,
    what_keeps,
    wrong_pins,
)
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

WITHDRAWING_ACTS = {ConsentPurpose.HISTORY: "forget-history", ConsentPurpose.NOTICES: "withdraw-notices"}
"""Of ``cards.ACTS``; consent to the registration itself is taken back by closing or erasing."""
EASY_CAUSES = frozenset({RestrictionCause.READER_WISH, RestrictionCause.LEAVING})
"""What the reader asked for: whoever may edit readers ends it."""
HELD = 5
"""Restrictions and acts on behalf on the reader's page; the others have a page of their own."""


@dataclass(frozen=True, slots=True)
class Found:
    """A reader in a list, with why the search found them."""

    patron: PatronView
    matched: str
    category: str
    home: str
    shape: str
    status: str


@dataclass(frozen=True, slots=True)
class Card:
    """Something the reader shows, in words."""

    token: TokenView
    kind: str
    status: str
    shape: str


@dataclass(frozen=True, slots=True)
class Answering:
    """A guardian with the relation in words."""

    guardian: GuardianView
    relation: str


@dataclass(frozen=True, slots=True)
class Consented:
    """A consent in words; ``withdraw`` is the act that takes it back by itself, empty where there is none."""

    consent: ConsentView
    purpose: str
    given_by: str
    withdraw: str


@dataclass(frozen=True, slots=True)
class Held:
    """A restriction in words; ``lifts`` when this operator may end it."""

    restriction: RestrictionView
    kind: str
    cause: str
    by: str
    ended_by: str
    branch: str
    is_open: bool
    lifts: bool


@dataclass(frozen=True, slots=True)
class Acted:
    """An act that somebody else did for the reader, in words."""

    proxy: ProxyView
    act: str
    relation: str
    document: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge into this record, in words; ``undoes`` while it can be undone."""

    merge: MergeView
    gone: PatronView | None
    moved: tuple[tuple[str, int], ...]
    undoes: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One of two records that are compared: what tells two persons apart, and what hangs on it."""

    patron: PatronView
    category: str
    home: str
    status: str
    shape: str
    cards: tuple[Card, ...]
    guardians: tuple[Answering, ...]
    children: tuple[PatronView, ...]
    loans: int
    restrictions: int


def shown_held(page: RestrictionPage, *, desk: Desk, at: datetime) -> list[Held]:
    """Restrictions in words."""
    names, today = branch_names(), local_date(at)
    people = account_names() if page.rows else {}
    acts = {act: may(desk.operator, act, desk.branch_id) for act in (Act.EDIT_PATRON, Act.SUSPEND_PATRON)}
    return [
        Held(
            one,
            str(KIND_WORDS[one.kind]),
            str(CAUSE_WORDS[one.cause]),
            people.get(one.set_by_id or 0, ""),
            people.get(one.ended_by_id or 0, ""),
            names(one.branch_id),
            one.holds_on(today),
            one.ended_at is None and acts[Act.EDIT_PATRON if one.cause in EASY_CAUSES else Act.SUSPEND_PATRON],
        )
        for one in page.rows
    ]


def shown_side(view: PatronView, *, desk: Desk, at: datetime) -> Side:
    """A record as it lies beside another."""
    known = patron_loans(patron_id=view.id, branch_id=desk.branch_id, at=at)
    held = list_restrictions(view.id).rows
    return Side(
        view,
        _category_names().get(view.category, view.category),
        branch_names()(view.home_branch_id),
        str(STATUS_WORDS.get(view.status, view.status)),
        STATUS_SHAPES.get(view.status, "none"),
        tuple(_card(token) for token in list_tokens(view.id)),
        tuple(_answering(guardian) for guardian in list_guardians(view.id)),
        list_children(view.id),
        len(known.loans) if known else 0,
        sum(one.holds_on(local_date(at)) for one in held),
    )


def shown_acting(behalf: OnBehalf | None) -> dict[str, str] | None:
    """Who acts for the reader now, in words; the name is masked as everywhere."""
    if behalf is None:
        return None
    return {
        "name": mask_name(behalf.name),
        "relation": str(PROXY_WORDS[behalf.relation]),
        "document": str(DOCUMENT_WORDS[behalf.document]),
    }


def _acted(proxy: ProxyView) -> Acted:
    known = proxy.act in Kind._value2member_map_
    return Acted(
        proxy,
        str(KINDS[Kind(proxy.act)]) if known else proxy.act,
        str(PROXY_WORDS[proxy.relation]),
        str(DOCUMENT_WORDS[proxy.document]),
    )


def _merged(patron_id: int, today: date) -> list[Merged]:
    merges = [merge for merge in list_merges(patron_id) if merge.kept_id == patron_id]
    gone = list_patrons([merge.gone_id for merge in merges]) if merges else {}
    return [
        Merged(
            merge,
            gone.get(merge.gone_id),
            tuple((str(MOVED_WORDS.get(what, what)), number) for what, number in merge.moved),
            merge.undone_at is None and today <= merge.undo_until,
        )
        for merge in merges
    ]


def shown_found(found: Iterable[FoundPatron]) -> list[Found]:
    """Readers found, in words."""
    names, kinds = branch_names(), _category_names()
    return [
        Found(
            one.patron,
            str(MATCHED_WORDS[one.matched_by]),
            kinds.get(one.patron.category, one.patron.category),
            names(one.patron.home_branch_id),
            STATUS_SHAPES.get(one.patron.status, "none"),
            str(STATUS_WORDS.get(one.patron.status, one.patron.status)),
        )
        for one in found
    ]


def shown_patrons(patrons: Iterable[PatronView]) -> list[Found]:
    """Readers of a list that nobody searched for."""
    names, kinds = branch_names(), _category_names()
    return [
        Found(
            one,
            "",
            kinds.get(one.category, one.category),
            names(one.home_branch_id),
            STATUS_SHAPES.get(one.status, "none"),
            str(STATUS_WORDS.get(one.status, one.status)),
        )
        for one in patrons
    ]


def patron_context(view: PatronView, *, desk: Desk, at: datetime) -> dict[str, Any]:
    """Everything the page of one reader shows."""
    today, names = local_date(at), branch_names()
    known = patron_loans(patron_id=view.id, branch_id=desk.branch_id, at=at)
    loans = known.loans if known else ()
    born, guardians = view.birth_date, list_guardians(view.id)
    consents = [_consented(consent) for consent in list_consents(view.id)]
    language: Any = "en" if (get_language() or "").startswith("en") else "zh"
    erasure = open_erasure_request(view.id)
    kinds = categories()
    kind = next((one for one in kinds if one.id == view.category_id), None)
    institution = kind is not None and kind.is_institution
    return {
        "patron": view,
        "status": STATUS_WORDS.get(view.status, view.status),
        "status_shape": STATUS_SHAPES.get(view.status, "none"),
        "category": kind.name(get_language() or "zh-hans") if kind else view.category,
        "home": names(view.home_branch_id),
        "age": age_on(birth=born, on=today) if born and born <= today else None,
        "gender": GENDER_WORDS.get(view.gender, ""),
        "no_number": _no_number(view.no_number_reason),
        "loans": loans,
        "lent_at_names": {loan.branch_id: names(loan.branch_id) for loan in loans},
        "max_loans": known.max_loans if known else None,
        "late": sum(loan.overdue for loan in loans),
        "limits": [words_for_block(block, language, names) for block in (known.blocks if known else ())],
        "erasure": erasure,
        "keeps": obstacles_in_words(what_keeps(view.id)) if erasure else (),
        "is_erased": view.no_number_reason == NoNumberReason.ERASED,
        "wrong_pins": wrong_pins(view.id, at=at),
        "pin_locked_until": view.pin_locked_until if view.pin_locked_until and at < view.pin_locked_until else None,
        "cards": [_card(token) for token in list_tokens(view.id)],
        "guardians": [_answering(guardian) for guardian in guardians],
        "children": list_children(view.id),
        "consents": consents,
        "is_institution": institution,
        "held": shown_held(list_restrictions(view.id, limit=HELD), desk=desk, at=at),
        "proxies": [_acted(proxy) for proxy in list_proxies(view.id, limit=HELD)],
        "merges": _merged(view.id, today),
        "alike": list_alike_to(view.id, limit=1) if view.status != "closed" else (),
        "cause_choices": CAUSE_CHOICES,
        "kinds": [one for one in kinds if not one.is_institution],
        "consents_alone": any(
            one.consent.purpose == ConsentPurpose.REGISTRATION
            and one.consent.given_by == GivenBy.SELF
            and one.consent.withdrawn_at is None
            for one in consents
        ),
        "takes_notices": any(one.withdraw == WITHDRAWING_ACTS[ConsentPurpose.NOTICES] for one in consents),
        "is_expired": view.expires_date is not None and view.expires_date < today,
        "is_closed": view.status == "closed",
        "notice_version": NOTICE_VERSION,
        "money": account_state(view.id),
        "may_see_money": may(desk.operator, Act.SEE_FEES, desk.branch_id),
        "may_edit": may(desk.operator, Act.EDIT_PATRON, desk.branch_id),
        "may_suspend": may(desk.operator, Act.SUSPEND_PATRON, desk.branch_id),
        "may_reveal": may(desk.operator, Act.REVEAL_PERSONAL, desk.branch_id)
        and _has_something_sealed(view, guardians),
        "may_renew": may(desk.operator, Act.RENEW, desk.branch_id),
        "may_mark": may(desk.operator, Act.MARK_ITEMS, desk.branch_id),
        "may_lend": may(desk.operator, Act.CHECKOUT, desk.branch_id),
    }


def _has_something_sealed(view: PatronView, guardians: Iterable[GuardianView]) -> bool:
    own = view.number_mask or view.phone_mask or view.has_address or view.has_email
    # The phone of a guardian who is a reader is shown on that reader's page.
    return bool(own) or any(one.phone_mask and one.patron_id is None for one in guardians)


def _no_number(reason: str) -> str:
    return str(NO_NUMBER_WORDS[NoNumberReason(reason)]) if reason in NoNumberReason._value2member_map_ else ""


def _card(token: TokenView) -> Card:
    return Card(
        token,
        str(TOKEN_WORDS[token.kind.value]),
        str(TOKEN_STATUS_WORDS.get(token.status, token.status)),
        TOKEN_STATUS_SHAPES.get(token.status, "none"),
    )


def _answering(guardian: GuardianView) -> Answering:
    known = guardian.relation in Relation._value2member_map_
    return Answering(guardian, str(RELATION_WORDS[Relation(guardian.relation)]) if known else "")


def _consented(consent: ConsentView) -> Consented:
    purpose = ConsentPurpose(consent.purpose)
    return Consented(
        consent,
        str(PURPOSE_WORDS[purpose]),
        str(GIVEN_BY_WORDS[GivenBy(consent.given_by)]),
        WITHDRAWING_ACTS.get(purpose, "") if consent.withdrawn_at is None else "",
    )


def _category_names() -> dict[str, str]:
    language = get_language() or "zh-hans"
    return {category.code: category.name(language) for category in categories()}
