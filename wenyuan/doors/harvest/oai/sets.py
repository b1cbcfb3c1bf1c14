"""Sets: ``branch`` and ``collection``, and below them one for each (OAI-PMH 2.0, 2.6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from django.utils.translation import gettext as _

from wenyuan.holdings.catalogue.data import HarvestedBib, HarvestWish
from wenyuan.holdings.catalogue.queries import list_collections
from wenyuan.organisation.network.data import NetworkMap

BRANCH: Final = "branch"
COLLECTION: Final = "collection"


@dataclass(frozen=True, slots=True)
class SetTold:
    """A set: its spec and its name."""

    spec: str
    name: str


def every_set(network: NetworkMap, language: str) -> Iterator[SetTold]:
    """All sets, the two upper ones among them."""
    yield SetTold(BRANCH, _("By branch"))
    for branch in sorted(network.branches.values(), key=lambda one: one.code):
        yield SetTold(f"{BRANCH}:{branch.code}", branch.name(language))
    yield SetTold(COLLECTION, _("By collection"))
    for code in list_collections():
        yield SetTold(f"{COLLECTION}:{_written(code)}", code)


def specs_of(bib: HarvestedBib, network: NetworkMap) -> Iterator[str]:
    """The lowest sets in which a bib is; it is in those above them by that."""
    known: Mapping[int, object] = network.branches
    yield from (f"{BRANCH}:{network.branches[one].code}" for one in bib.branch_ids if one in known)
    yield from (f"{COLLECTION}:{_written(code)}" for code in bib.collections)


def narrowed(wish: HarvestWish, spec: str, network: NetworkMap) -> HarvestWish | None:
    """The wish for one set alone; nothing if there is no such set."""
    kind, mark, code = spec.partition(":")
    if kind == BRANCH:
        if not mark:
            return replace(wish, in_branches=True)
        branch = network.by_code(code)
        return replace(wish, branch_id=branch.id) if branch is not None else None
    if kind == COLLECTION:
        if not mark:
            return replace(wish, in_collections=True)
        name = _read(code)
        return replace(wish, collection=name) if name else None
    return None


def _written(code: str) -> str:
    """A collection as part of a set's name, which has letters, digits and ``- _ . ! ~ * ' ( )`` alone: another byte is
    ``~`` and two digits."""
    return quote(code, safe="").replace("~", "%7E").replace("%", "~")


def _read(text: str) -> str:
    try:
        return unquote_to_bytes(text.replace("~", "%")).decode()
    except UnicodeDecodeError:
        return ""
