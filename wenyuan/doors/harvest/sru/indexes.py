"""The indexes of our SRU, and a CQL query as the catalogue's question."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from wenyuan.kernel.chinese import fold, fold_apart
from wenyuan.kernel.cql import SERVER_CHOICE, Boolean, Clause, CqlError, Fault, Joined, Node, clauses_of
from wenyuan.kernel.searching import (
    MOST_PARTS,
    Anything,
    Both,
    Either,
    Part,
    Parts,
    Scope,
    Tree,
    Without,
    Years,
    is_wide,
    segments_of,
)

CONTEXT_SETS: Final = {
    "cql": "info:srw/cql-context-set/1/cql-v1.2",
    "dc": "info:srw/cql-context-set/1/dc-v1.1",
    "bath": "http://zing.z3950.org/cql/bath/2.0/",
}
INDEXES: Final[Mapping[str, tuple[Scope, ...]]] = {
    "cql.serverchoice": (Scope.ANYWHERE,),
    "cql.anyindexes": (Scope.ANYWHERE,),
    "cql.keywords": (Scope.ANYWHERE,),
    "bath.any": (Scope.ANYWHERE,),
    "dc.title": (Scope.TITLE,),
    "bath.title": (Scope.TITLE,),
    "dc.creator": (Scope.AUTHOR,),
    "dc.contributor": (Scope.AUTHOR,),
    "bath.author": (Scope.AUTHOR,),
    "bath.name": (Scope.AUTHOR,),
    "dc.subject": (Scope.SUBJECT, Scope.CLASS),
    "bath.subject": (Scope.SUBJECT,),
    "dc.publisher": (Scope.PUBLISHER,),
    "bath.publisher": (Scope.PUBLISHER,),
    "dc.identifier": (Scope.NUMBER,),
    "bath.isbn": (Scope.NUMBER,),
    "bath.issn": (Scope.NUMBER,),
    "bath.standardidentifier": (Scope.NUMBER,),
}
"""Index and where it looks; a term must be found in one of these."""
DATES: Final = frozenset({"dc.date", "bath.datepublication"})
ALL_RECORDS: Final = "cql.allrecords"
RELATIONS: Final = frozenset({"=", "scr", "exact", "==", "adj", "all", "any"})
DATE_RELATIONS: Final = frozenset({"=", "==", "exact", "<", ">", "<=", ">=", "within"})
SHORT_NAMES: Final = {
    "title": "dc.title",
    "author": "bath.author",
    "creator": "dc.creator",
    "subject": "dc.subject",
    "publisher": "dc.publisher",
    "date": "dc.date",
    "isbn": "bath.isbn",
    "issn": "bath.issn",
    "serverchoice": SERVER_CHOICE,
    "keywords": "cql.keywords",
    "allrecords": ALL_RECORDS,
}
"""Names without a context set."""
SHORTEST_BEGINNING: Final = 2
"""Letters before a ``*``: fewer begin a good part of all words."""

_YEAR = re.compile(r"[0-9]{4}")
_JOINS: Final[Mapping[Boolean, Callable[[Tree, Tree], Tree]]] = {
    Boolean.AND: Both,
    Boolean.OR: Either,
    Boolean.NOT: Without,
}


def tree_of(node: Node) -> Tree:
    """The question that a query asks.

    :raises CqlError: an index, relation, modifier or sign that is not supported here, or more words than the box takes:
        each is looked for in every field, and a query may come from anybody.
    """
    if sum(max(1, len(clause.term.split())) for clause in clauses_of(node)) > MOST_PARTS:
        raise CqlError(Fault.TOO_MANY_BOOLEANS, str(MOST_PARTS))
    return _tree(node)


def _tree(node: Node) -> Tree:
    if isinstance(node, Joined):
        return _JOINS[node.boolean](_tree(node.left), _tree(node.right))
    name = SHORT_NAMES.get(node.index, node.index)
    if node.modifiers:
        raise CqlError(Fault.RELATION_MODIFIER, node.modifiers[0])
    if name == ALL_RECORDS:
        return Anything()
    if name in DATES:
        return _years(node)
    if name not in INDEXES:
        context, mark, _ = name.partition(".")
        raise CqlError(Fault.CONTEXT_SET if mark and context not in CONTEXT_SETS else Fault.INDEX, node.index)
    if node.relation not in RELATIONS:
        raise CqlError(Fault.RELATION_WITH_INDEX if node.relation in DATE_RELATIONS else Fault.RELATION, node.relation)
    return _parts(node, INDEXES[name])


def _parts(clause: Clause, scopes: tuple[Scope, ...]) -> Tree:
    """Words each for itself with ``all`` and ``any``; together as they stand with ``exact``, ``==`` and ``adj``; with
    ``=`` as somebody would type them into the box."""
    is_split = clause.relation in ("all", "any") and scopes != (Scope.NUMBER,)
    terms = clause.term.split() if is_split else [clause.term.strip()]
    is_exact = clause.relation in ("exact", "==", "adj")
    trees = [_sought(term, scopes, is_exact=is_exact) for term in terms]
    whole = trees[0]
    for tree in trees[1:]:
        whole = Either(whole, tree) if clause.relation == "any" else Both(whole, tree)
    return whole


def _sought(term: str, scopes: tuple[Scope, ...], *, is_exact: bool) -> Tree:
    """One term in any of these scopes.

    :raises CqlError: for masking elsewhere than at the end, anchoring, and a term of signs alone.
    """
    text, is_begun = _unescaped(term)
    if not fold(text):
        raise CqlError(Fault.TERM_FORMAT, term)
    return _begun(term, text, scopes, is_exact=is_exact) if is_begun else _whole(text, scopes, is_exact=is_exact)


def _whole(text: str, scopes: tuple[Scope, ...], *, is_exact: bool = False, is_begun: bool = False) -> Tree:
    found = (Part(text, fold(text), scope, is_exact=is_exact, is_begun=is_begun) for scope in scopes)
    return Parts(tuple(found), is_any=True)


def _begun(term: str, text: str, scopes: tuple[Scope, ...], *, is_exact: bool) -> Tree:
    """A term with ``*`` at its end. Behind letters it begins a word, the last of several; Chinese is found by any part
    of it anyway, and so is a class by its beginning."""
    if Scope.NUMBER in scopes:
        raise CqlError(Fault.MASKING, term)
    *before, last = segments_of(fold_apart(text))
    if is_wide(last[0]):
        return _whole(text, scopes, is_exact=is_exact)
    in_classes = _whole(text, (Scope.CLASS,)) if Scope.CLASS in scopes else None
    if fault := _unfit_beginning(before, last, is_exact=is_exact):
        if in_classes is None:
            raise CqlError(fault, term)
        return in_classes
    others = tuple(scope for scope in scopes if scope is not Scope.CLASS)
    tree = _whole(last, others, is_begun=True)
    if before:
        tree = Both(_whole(" ".join(before), others), tree)
    return tree if in_classes is None else Either(in_classes, tree)


def _unfit_beginning(before: list[str], last: str, *, is_exact: bool) -> Fault | None:
    if len(last) < SHORTEST_BEGINNING:
        return Fault.MASKED_TOO_SHORT
    return Fault.MASKING if before and is_exact else None


def _unescaped(term: str) -> tuple[str, bool]:
    signs: list[str] = []
    is_begun = False
    place = 0
    while place < len(term):
        sign = term[place]
        if sign == "\\" and place + 1 < len(term):
            place += 1
            signs.append(term[place])
        elif sign == "^":
            raise CqlError(Fault.ANCHORING, term)
        elif sign in "*?":
            if sign == "?" or place != len(term) - 1 or not signs:
                raise CqlError(Fault.MASKING, term)
            is_begun = True
        else:
            signs.append(sign)
        place += 1
    return "".join(signs), is_begun


def _years(clause: Clause) -> Years:
    if clause.relation not in DATE_RELATIONS:
        raise CqlError(Fault.RELATION_WITH_INDEX if clause.relation in RELATIONS else Fault.RELATION, clause.relation)
    years = clause.term.split()
    if len(years) != (2 if clause.relation == "within" else 1) or not all(map(_YEAR.fullmatch, years)):
        raise CqlError(Fault.TERM_FORMAT, clause.term)
    first, last = int(years[0]), int(years[-1])
    match clause.relation:
        case "<":
            return Years(None, first - 1)
        case "<=":
            return Years(None, first)
        case ">":
            return Years(first + 1, None)
        case ">=":
            return Years(first, None)
        case _:
            return Years(first, last)
