"""CQL, the query language of SRU: a text read into clauses and how they are joined.

Contextual Query Language 1.2 (OASIS searchRetrieve 1.0, part 5), without prefix assignments and sorting, which are
refused. Boolean operators have one precedence and group from the left; parentheses change that. Names are told without
regard to case, as they stand in lower case here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

LONGEST_QUERY: Final = 2_000
LONGEST_TERM: Final = 200
MOST_CLAUSES: Final = 16
DEEPEST: Final = 12
"""Parentheses within parentheses."""


class Fault(StrEnum):
    """Why a query is not answered: the number of its diagnostic, ``info:srw/diagnostic/1/…``."""

    SYNTAX = "10"
    QUERY_TOO_LONG = "12"
    PARENTHESES = "13"
    QUOTES = "14"
    CONTEXT_SET = "15"
    INDEX = "16"
    RELATION = "19"
    RELATION_MODIFIER = "20"
    RELATION_WITH_INDEX = "22"
    TERM_TOO_LONG = "23"
    EMPTY_TERM = "27"
    MASKING = "28"
    MASKED_TOO_SHORT = "29"
    ANCHORING = "31"
    TERM_FORMAT = "36"
    BOOLEAN = "37"
    TOO_MANY_BOOLEANS = "38"
    PROXIMITY = "39"
    BOOLEAN_MODIFIER = "46"
    FEATURE = "48"
    SORTING = "80"


class CqlError(ValueError):
    """A query that is not answered; ``detail`` is the part concerned, as it was sent."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.detail = detail[:80]


class Boolean(StrEnum):
    """How two parts of a query are joined."""

    AND = "and"
    OR = "or"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing looked for. Without an index it is ``cql.serverchoice``, without a relation ``=``. ``modifiers`` are
    the names after the relation. In ``term`` a backslash still stands before a sign that means itself."""

    index: str
    relation: str
    modifiers: tuple[str, ...]
    term: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Two parts and how they are joined."""

    boolean: Boolean
    left: "Node"
    right: "Node"


Node = Clause | Joined


def clauses_of(node: Node) -> tuple[Clause, ...]:
    """Every clause of a query, from the left."""
    if isinstance(node, Clause):
        return (node,)
    return (*clauses_of(node.left), *clauses_of(node.right))


SERVER_CHOICE: Final = "cql.serverchoice"
_SYMBOLS: Final = frozenset({"=", "==", "<>", "<", ">", "<=", ">="})
_TOKEN = re.compile(
    r'\s*(?:(?P<sign>==|<>|<=|>=|[()=<>/])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s()=<>"/]+))', re.DOTALL
)


class _Token(NamedTuple):
    text: str
    is_sign: bool = False
    is_quoted: bool = False


def read_cql(text: str) -> Node:
    """The query as a tree.

    :raises CqlError: it is no CQL, or uses what is not supported here.
    """
    if len(text) > LONGEST_QUERY:
        raise CqlError(Fault.QUERY_TOO_LONG, str(LONGEST_QUERY))
    reader = _Reader(list(_tokens(text)))
    node = reader.query(0)
    if (left := reader.peek()) is not None:
        raise CqlError(Fault.PARENTHESES if left.text in "()" else Fault.SYNTAX, left.text)
    return node


def _tokens(text: str) -> Iterator[_Token]:
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            raise CqlError(Fault.QUOTES, text[place:])
        place = match.end()
        if match["sign"]:
            yield _Token(match["sign"], is_sign=True)
        elif match["word"]:
            yield _Token(match["word"])
        else:
            yield _Token(match["quoted"], is_quoted=True)


class _Reader:
    """Reads tokens from the left; only parentheses go deeper, and they are counted."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._clauses = 0

    def peek(self, ahead: int = 0) -> _Token | None:
        place = self._place + ahead
        return self._tokens[place] if place < len(self._tokens) else None

    def query(self, depth: int) -> Node:
        node = self._part(depth)
        while (token := self.peek()) is not None and not token.is_sign and not token.is_quoted:
            boolean = self._boolean(token)
            node = Joined(boolean, node, self._part(depth))
        return node

    def _boolean(self, token: _Token) -> Boolean:
        name = token.text.lower()
        if name == "sortby":
            raise CqlError(Fault.SORTING, token.text)
        if name == "prox":
            raise CqlError(Fault.PROXIMITY, token.text)
        if name not in set(Boolean):
            raise CqlError(Fault.BOOLEAN, token.text)
        self._place += 1
        if modifiers := self._modifiers():
            raise CqlError(Fault.BOOLEAN_MODIFIER, modifiers[0])
        return Boolean(name)

    def _part(self, depth: int) -> Node:
        token = self.peek()
        if token is None:
            raise CqlError(Fault.SYNTAX)
        if token.is_sign and token.text == "(":
            if depth >= DEEPEST:
                raise CqlError(Fault.PARENTHESES, str(DEEPEST))
            self._place += 1
            node = self.query(depth + 1)
            closing = self.peek()
            if closing is None or closing.text != ")" or not closing.is_sign:
                raise CqlError(Fault.PARENTHESES, closing.text if closing else "(")
            self._place += 1
            return node
        if token.is_sign:
            raise CqlError(Fault.FEATURE if token.text == ">" else Fault.SYNTAX, token.text)
        return self._clause(token)

    def _clause(self, token: _Token) -> Clause:
        self._clauses += 1
        if self._clauses > MOST_CLAUSES:
            raise CqlError(Fault.TOO_MANY_BOOLEANS, str(MOST_CLAUSES - 1))
        self._place += 1
        relation = self._relation()
        if relation is None:
            return Clause(SERVER_CHOICE, "=", (), _term(token))
        modifiers = self._modifiers()
        term = self.peek()
        if term is None or term.is_sign:
            raise CqlError(Fault.SYNTAX, term.text if term else relation)
        self._place += 1
        return Clause(token.text.lower(), relation, modifiers, _term(term))

    def _relation(self) -> str | None:
        """The relation that follows a word, if it is an index and not itself the term: a comparing sign, or a name with
        something behind it."""
        token = self.peek()
        if token is None or token.is_quoted:
            return None
        if token.is_sign:
            if token.text not in _SYMBOLS:
                return None
        elif token.text.lower() in {*Boolean, "prox", "sortby"}:
            return None
        self._place += 1
        return token.text.lower()

    def _modifiers(self) -> tuple[str, ...]:
        names = []
        while (token := self.peek()) is not None and token.is_sign and token.text == "/":
            name = self.peek(1)
            if name is None or name.is_sign:
                raise CqlError(Fault.SYNTAX, "/")
            names.append(name.text.lower())
            self._place += 2
            sign = self.peek()
            if sign is not None and sign.is_sign and sign.text in _SYMBOLS:
                self._place += 2
        return tuple(names)


def _term(token: _Token) -> str:
    if not token.text.strip():
        raise CqlError(Fault.EMPTY_TERM)
    if len(token.text) > LONGEST_TERM:
        raise CqlError(Fault.TERM_TOO_LONG, str(LONGEST_TERM))
    return token.text
