"""What CNMARC and MARC 21 allow in a record: fields, indicators, subfields and coded positions, with names to show.

They are read from ``tables/*.tsv``, one row a line, by its first column:

* ``F`` a field: tag, first and second indicator (allowed signs, ``#`` a blank; empty: not known), ``N`` (once) or
  ``R``, ``M`` (mandatory) or ``E`` (expected), name in Chinese, in English;
* ``S`` a subfield: tag, code, ``N`` or ``R``, name in Chinese, in English (often only in Chinese);
* ``P`` a coded position: tag (``LDR`` the leader), subfield (empty in a control field), first position, length, name in
  Chinese, in English, its list of codes or, with ``@``, a rule of ``checking``;
* ``V`` a code: list, code (``#`` a blank), meaning in Chinese, in English.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from wenyuan.kernel.marc import Dialect

LEADER = "LDR"


class Code(NamedTuple):
    """A code (a blank is a blank here) and what it means."""

    value: str
    name_zh: str
    name_en: str

    def name(self, language: str) -> str:
        """The meaning in the reader's language."""
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh


class SubfieldRule(NamedTuple):
    """A subfield that a field may have; ``once``: not twice in one field."""

    code: str
    once: bool
    name_zh: str
    name_en: str

    def name(self, language: str) -> str:
        """Its name in the reader's language; in Chinese where the table has no English."""
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh


@dataclass(frozen=True, slots=True)
class FieldRule:
    """A field of the format; ``indicators`` are the allowed signs of each (empty: not known)."""

    tag: str
    indicators: tuple[str, str]
    once: bool
    mandatory: bool
    expected: bool
    name_zh: str
    name_en: str
    subfields: Mapping[str, SubfieldRule]

    def name(self, language: str) -> str:
        """Its name in the reader's language."""
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh


class Position(NamedTuple):
    """A coded position (from 0) of a leader, control field or subfield.

    ``codes`` are those that may stand there, each as long as ``unit``; without any, ``rule`` names another rule.
    """

    start: int
    length: int
    name_zh: str
    name_en: str
    codes: tuple[Code, ...]
    rule: str

    @property
    def unit(self) -> int:
        """How many characters a code has; positions of several codes hold them one behind the other."""
        return len(self.codes[0].value) if self.codes else self.length

    def name(self, language: str) -> str:
        """Its name in the reader's language."""
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its fields by tag, and its coded positions by (tag, subfield)."""

    fields: Mapping[str, FieldRule]
    coded: Mapping[tuple[str, str], tuple[Position, ...]]

    def length_of(self, tag: str, code: str) -> int:
        """How many characters the coded field has; 0 where it is not fixed."""
        positions = self.coded.get((tag, code), ())
        return max((one.start + one.length for one in positions), default=0)


@lru_cache(maxsize=2)
def format_of(dialect: Dialect) -> Format:
    """The format that a record of this dialect follows."""
    text = files(__package__).joinpath("tables", f"{dialect.value}.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    codes: dict[str, list[Code]] = {}
    subfields: dict[str, dict[str, SubfieldRule]] = {}
    for kind, *row in rows:
        if kind == "V":
            codes.setdefault(row[0], []).append(Code(row[1].replace("#", " "), row[2], row[3]))
        elif kind == "S":
            subfields.setdefault(row[0], {})[row[1]] = SubfieldRule(row[1], row[2] == "N", row[3], row[4])
    fields = {}
    coded: dict[tuple[str, str], list[Position]] = {}
    for kind, *row in rows:
        if kind == "F":
            tag, ind1, ind2, times, need, name_zh, name_en = row
            signs = ind1.replace("#", " "), ind2.replace("#", " ")
            own = subfields.get(tag, {})
            fields[tag] = FieldRule(tag, signs, times == "N", need == "M", need == "E", name_zh, name_en, own)
        elif kind == "P":
            tag, code, start, length, name_zh, name_en, rule = row
            position = Position(int(start), int(length), name_zh, name_en, tuple(codes.get(rule, ())), rule)
            coded.setdefault((tag, code), []).append(position)
    return Format(fields, {key: tuple(positions) for key, positions in coded.items()})
