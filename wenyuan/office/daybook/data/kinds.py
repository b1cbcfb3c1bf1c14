"""Kinds of record as data: which fields each has, and what it says in the journal. A new kind is a row here, its words
at the doors, and its indicators; no code of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wenyuan.organisation.journal.data import Kind


class RecordKind(StrEnum):
    """What can be typed. A kind is never renamed."""

    ACTIVITY = "activity"  # 活动


class FieldType(StrEnum):
    """What a field holds, and how ``values`` keeps it."""

    TEXT = "text"  # a text of one line
    COUNT = "count"  # a whole number from 0
    CHOICE = "choice"  # one code
    CHOICES = "choices"  # a list of codes


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """A field: its name (the same name means the same in every kind), what it holds and whether it must be filled.

    ``most`` is the greatest number, or the length of a text; ``choices`` are the codes of a choice, and their order.
    """

    name: str
    type: FieldType
    required: bool = False
    most: int = 0
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a record adds to the journal: an entry of ``kind`` whose quantity and persons are the named fields, or 1
    where ``quantity`` is empty. Left out where the field it is ``only_with`` was not filled."""

    kind: Kind
    quantity: str = ""
    persons: str = ""
    only_with: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec:
    """A kind of record. ``needs_paper``: it is approved only with a file; ``proof_for`` names a text that, once
    filled, asks for one (第一, 首家 want a proof)."""

    kind: RecordKind
    fields: tuple[FieldSpec, ...]
    tallies: tuple[Tally, ...]
    needs_paper: bool = False
    proof_for: str = ""

    def field(self, name: str) -> FieldSpec | None:
        return next((one for one in self.fields if one.name == name), None)


LONGEST_TEXT = 120
MOST_PERSONS = 999_999
MOST_CLICKS = 999_999_999


def _text(name: str, *, required: bool = False, most: int = LONGEST_TEXT) -> FieldSpec:
    return FieldSpec(name=name, type=FieldType.TEXT, required=required, most=most)


def _count(name: str, *, required: bool = False, most: int = MOST_PERSONS) -> FieldSpec:
    return FieldSpec(name=name, type=FieldType.COUNT, required=required, most=most)


def _choice(name: str, *choices: str, required: bool = True) -> FieldSpec:
    return FieldSpec(name=name, type=FieldType.CHOICE, required=required, choices=choices)


def _choices(name: str, *choices: str) -> FieldSpec:
    return FieldSpec(name=name, type=FieldType.CHOICES, choices=choices)


CAMPAIGNS = _choices(
    "campaigns", "world_book_day", "reading_week", "service_week", "our_festivals", "summer", "winter", "heritage"
)
"""4·23世界读书日, 全民阅读活动周, 服务宣传周, 我们的节日, 暑期, 寒假, 中华优秀传统文化."""
GROUPS = _choices("groups", "children", "elderly", "disabled", "migrants", "left_behind")
"""Whom the law names first: children, older people, disabled people, migrant workers, children left behind."""

KINDS: Mapping[RecordKind, KindSpec] = {
    spec.kind: spec
    for spec in (
        KindSpec(
            kind=RecordKind.ACTIVITY,
            fields=(
                _choice(
                    "sort", "lecture", "exhibition", "training_class", "reading", "contest", "film", "festival", "other"
                ),
                _choice("role", "host", "contractor", "co_organiser", "joint", "participant"),
                _choice("mode", "onsite", "online", "both"),
                FieldSpec(name="sessions", type=FieldType.COUNT, required=True, most=999),
                _count("persons"),
                _count("plays", most=MOST_CLICKS),
                _count("likes", most=MOST_CLICKS),
                _text("place", most=60),
                _text("partners"),
                _text("brand", most=40),
                _count("number", most=9_999),
                CAMPAIGNS,
                GROUPS,
            ),
            tallies=(
                Tally(kind=Kind.ACTIVITY, quantity="sessions", persons="persons"),
                Tally(kind=Kind.ACTIVITY_PLAYS, quantity="plays", only_with="plays"),
                Tally(kind=Kind.ACTIVITY_LIKES, quantity="likes", only_with="likes"),
            ),
        ),
    )
}
