"""Readers as their pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from wenyuan.doors.furniture.words import words_for_block
from wenyuan.doors.workbench.patrons.notice import NOTICE_VERSION
from wenyuan.doors.workbench.patrons.words import (
    GENDER_WORDS,
    GIVEN_BY_WORDS,
    MATCHED_WORDS,
    NO_NUMBER_WORDS,
    PURPOSE_WORDS,
    RELATION_WORDS,
    STATUS_SHAPES,
    STATUS_WORDS,
    TOKEN_STATUS_SHAPES,
    TOKEN_STATUS_WORDS,
    TOKEN_WORDS,
)
from wenyuan.doors.workbench.shell import branch_names
from wenyuan.kernel.identity import age_on
from wenyuan.lending.circulation.queries import patron_loans
from wenyuan.lending.patrons.data import (
    ConsentPurpose,
    ConsentView,
    FoundPatron,
    GivenBy,
    GuardianView,
    NoNumberReason,
    PatronView,
    Relation,
    TokenView,
)
from wenyuan.lending.patrons.queries import categories, list_children, list_consents, list_guardians, list_tokens
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

WITHDRAWING_ACTS = {ConsentPurpose.HISTORY: "forget-history", ConsentPurpose.NOTICES: "withdraw-notices"}
"""Of ``cards.ACTS``; consent to the registration itself is taken back by closing or erasing."""


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
    return {
        "patron": view,
        "status": STATUS_WORDS.get(view.status, view.status),
        "status_shape": STATUS_SHAPES.get(view.status, "none"),
        "category": _category_names().get(view.category, view.category),
        "home": names(view.home_branch_id),
        "age": age_on(birth=born, on=today) if born and born <= today else None,
        "gender": GENDER_WORDS.get(view.gender, ""),
        "no_number": _no_number(view.no_number_reason),
        "loans": loans,
        "lent_at_names": {loan.branch_id: names(loan.branch_id) for loan in loans},
        "max_loans": known.max_loans if known else None,
        "late": sum(loan.overdue for loan in loans),
        "limits": [words_for_block(block, language, names) for block in (known.blocks if known else ())],
        "is_erased": view.no_number_reason == NoNumberReason.ERASED,
        "cards": [_card(token) for token in list_tokens(view.id)],
        "guardians": [_answering(guardian) for guardian in guardians],
        "children": list_children(view.id),
        "consents": consents,
        "takes_notices": any(one.withdraw == WITHDRAWING_ACTS[ConsentPurpose.NOTICES] for one in consents),
        "is_expired": view.expires_date is not None and view.expires_date < today,
        "is_closed": view.status == "closed",
        "notice_version": NOTICE_VERSION,
        "may_edit": may(desk.operator, Act.EDIT_PATRON, desk.branch_id),
        "may_suspend": may(desk.operator, Act.SUSPEND_PATRON, desk.branch_id),
        "may_reveal": may(desk.operator, Act.REVEAL_PERSONAL, desk.branch_id)
        and _has_something_sealed(view, guardians),
        "may_renew": may(desk.operator, Act.RENEW, desk.branch_id),
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
