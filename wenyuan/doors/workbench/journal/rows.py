"""Entries of the journal as lists show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import get_language
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.fee_words import CHARGES, MEANS
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.items.words import CONDITIONS, LENDABLE, STATES, TRANSIT_REASONS
from wenyuan.doors.workbench.journal.words import DETAILS, DOORS, HOW_LOST, KINDS, act_words, subject_words
from wenyuan.doors.workbench.network.words import BRANCH_KINDS
from wenyuan.doors.workbench.templatetags.staff import day, yuan
from wenyuan.doors.workbench.visits.words import EVIDENCE
from wenyuan.holdings.catalogue.queries import list_item_types
from wenyuan.lending.patrons.queries import categories
from wenyuan.organisation.accounts.queries import list_accounts
from wenyuan.organisation.journal.data import RecordedEntry
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date

MOST_DETAILS = 6
_CODES: Final[Mapping[str, Mapping[str, StrOrPromise]]] = {
    "evidence": {kind.value: words for kind, words in EVIDENCE.items()},
    "condition": {code: words for code, (_shape, words) in CONDITIONS.items()},
    "lendable": {code: words for code, (_shape, words) in LENDABLE.items()},
    "kind": BRANCH_KINDS,
    "state": {code: words for code, (_shape, words) in STATES.items()},
    "reason": TRANSIT_REASONS,
    "charge": {kind.value: words for kind, words in CHARGES.items()},
    "means": MEANS,
    "how": HOW_LOST,
    "was": {code: words for code, (_shape, words) in CONDITIONS.items()},
}
"""Details whose values are codes that have words."""
_KEPT_FOR_A_REPEATED_KEY = frozenset(
    {"verb", "outcome", "arrived", "open_loans", "max_loans", "renewals_left", "present"}
)
"""What an entry keeps to answer its key once more; it says nothing that the entry does not say itself."""
_BRANCHES = frozenset(
    {
        "home_branch_id",
        "owner_id",
        "send_to",
        "to_branch_id",
        "from_branch_id",
        "from",
        "to",
        "lent_at_branch",
        "fee_branch",
    }
)
"""Details that name a branch where they hold a number."""
_SUBJECT_PAGES = {
    "item": "workbench:item",
    "bib": "workbench:record",
    "branch": "workbench:network-branch",
    "booklist": "workbench:booklist",
    "suggestion": "workbench:suggestion",
    "review": "workbench:review",
    "daybook_record": "workbench:daybook-record",
}


@dataclass(frozen=True, slots=True)
class Detail:
    """A detail of an entry: its name and value in words."""

    label: StrOrPromise
    value: StrOrPromise


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry with everything in words. ``subject_url`` is empty for what has no page."""

    recorded: RecordedEntry
    kind: StrOrPromise
    door: StrOrPromise
    branch: str
    operator: str
    subject: StrOrPromise
    subject_url: str
    details: tuple[Detail, ...]
    takes_back: bool


def shown_entries(entries: Iterable[RecordedEntry], *, network: NetworkMap | None = None) -> list[ShownEntry]:
    """Entries in words; names of branches and accounts are looked up once for the whole list."""
    found = list(entries)
    network = network or network_map()
    names = account_names() if found else {}
    return [_shown(recorded, network, names) for recorded in found]


def account_names() -> dict[int, str]:
    """Names of accounts by id."""
    return {account.id: account.name for account in list_accounts()}


def item_type_names() -> dict[str, str]:
    """Item types by code, in the language of the page."""
    is_english = (get_language() or "").startswith("en")
    return {one.code: (one.name_en if is_english else "") or one.name_zh for one in list_item_types()}


def category_names() -> dict[str, str]:
    """Readers' categories by code, in the language of the page."""
    language = get_language() or "zh-hans"
    return {one.code: one.name(language) for one in categories()}


def _shown(recorded: RecordedEntry, network: NetworkMap, names: Mapping[int, str]) -> ShownEntry:
    entry = recorded.entry
    return ShownEntry(
        recorded=recorded,
        kind=KINDS[entry.kind],
        door=DOORS.get(entry.door, entry.door),
        branch=branch_name(entry.branch_id, network),
        operator=names.get(entry.operator_id, "") if entry.operator_id is not None else "",
        subject=subject_words(entry.subject_kind),
        subject_url=subject_url(entry.subject_kind, entry.subject_id),
        details=details_of(entry.details, network),
        takes_back=entry.reverses_id is not None,
    )


def subject_url(kind: str, subject_id: int | None) -> str:
    """The page of what an entry is about; empty where there is none."""
    if subject_id is None or kind not in _SUBJECT_PAGES:
        return ""
    return reverse(_SUBJECT_PAGES[kind], args=[subject_id])


def details_of(details: Mapping[str, object], network: NetworkMap) -> tuple[Detail, ...]:
    """The details in words, what has changed first: ``from → to``."""
    shown = []
    changed = details.get("changed")
    if isinstance(changed, Mapping):
        for name, pair in changed.items():
            before, after = pair if isinstance(pair, list) and len(pair) == 2 else ("", pair)
            words = f"{_value(name, before, network)} → {_value(name, after, network)}"
            shown.append(Detail(DETAILS.get(name, name), words))
    shown += [
        Detail(DETAILS.get(name, name), _value(name, value, network))
        for name, value in details.items()
        if name != "changed" and name not in _KEPT_FOR_A_REPEATED_KEY and value not in (None, "", [], {})
    ]
    return tuple(shown[:MOST_DETAILS])


def _value(name: str, value: object, network: NetworkMap) -> StrOrPromise:
    if value is None or value == "":
        return "—"
    if name == "what" and isinstance(value, str):
        return act_words(value)
    if name in _CODES and isinstance(value, str):
        return _CODES[name].get(value, value)
    if name.endswith("_fen") and isinstance(value, int):
        return yuan(value)
    if name == "due_at" and isinstance(value, str):
        return day(local_date(datetime.fromisoformat(value)))
    if name in _BRANCHES and isinstance(value, int):
        return branch_name(value, network)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)
