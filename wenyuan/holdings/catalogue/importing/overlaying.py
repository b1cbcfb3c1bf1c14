"""What of the library's own record stays when a supplier's replaces it: rules that are data, and what they do. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import filterfalse

from wenyuan.holdings.catalogue.data import OverlayUnfit
from wenyuan.kernel.marc import Field, Record

_PATTERN = re.compile(r"[0-9A-Z.]{3}")
MOST_PATTERNS = 50
_NAME_LENGTH = 32


@dataclass(frozen=True, slots=True)
class OverlayRules:
    """Tags by pattern: three characters, a dot for any (``690``, ``9..``).

    Of tags in ``keep`` the own record's fields stay and the supplier's do not come, where the own record has any; of
    tags in ``both`` the own fields stay beside the supplier's. 001 to 009 always are the supplier's.
    """

    name: str
    keep: tuple[str, ...] = ()
    both: tuple[str, ...] = ()


def rules_from(data: object) -> OverlayRules:
    """Rules from plain data. :raises OverlayUnfit: naming the first value that cannot be used."""
    if not isinstance(data, Mapping):
        raise OverlayUnfit("", "wrong_type")
    for key in data:
        if key not in ("name", "keep", "both"):
            raise OverlayUnfit(str(key), "unknown_key")
    name = data.get("name")
    if not isinstance(name, str) or not name.strip():
        raise OverlayUnfit("name", "empty")
    if len(name) > _NAME_LENGTH or name != name.strip():
        raise OverlayUnfit("name", "out_of_range")
    rules = OverlayRules(name, _patterns(data, "keep"), _patterns(data, "both"))
    if not rules.keep and not rules.both:
        raise OverlayUnfit("keep", "empty")
    return rules


def rules_as_data(rules: OverlayRules) -> dict[str, object]:
    """Plain JSON data; ``rules_from`` reads it back."""
    return {"name": rules.name, "keep": list(rules.keep), "both": list(rules.both)}


def overlay(own: Record, incoming: Record, rules: OverlayRules) -> Record:
    """The record that stands in the catalogue after the incoming one has come in: its leader and fields, and what
    stays of the own ones, each before the first field with a higher tag.

    Where that makes no field more or less than the own record has, its order stays too, so that the same file again
    changes nothing, in whatever order it or the record is.
    """
    had = {field.tag for field in own.fields}
    keeps = {tag for tag in had if _fits(tag, rules.keep)}
    coming = [field for field in incoming.fields if field.tag not in keeps]
    there = set(coming)
    staying = [
        field for field in own.fields if field.tag in keeps or (_fits(field.tag, rules.both) and field not in there)
    ]
    fields = _in_order(coming, staying)
    if Counter(filter(_is_data, fields)) == Counter(filter(_is_data, own.fields)):
        fields = (*filterfalse(_is_data, fields), *filter(_is_data, own.fields))
    return incoming._replace(fields=fields)


def _is_data(field: Field) -> bool:
    return not field.tag.startswith("00")


def _fits(tag: str, patterns: Sequence[str]) -> bool:
    if tag.startswith("00"):
        return False
    return any(all(sign in (".", letter) for sign, letter in zip(pattern, tag, strict=True)) for pattern in patterns)


def _in_order(coming: list[Field], staying: list[Field]) -> tuple[Field, ...]:
    fields: list[Field] = list(coming)
    for field in staying:
        place = next((n for n, other in enumerate(fields) if other.tag > field.tag), len(fields))
        fields.insert(place, field)
    return tuple(fields)


def _patterns(data: Mapping[object, object], key: str) -> tuple[str, ...]:
    given = data.get(key, [])
    if not isinstance(given, list | tuple):
        raise OverlayUnfit(key, "wrong_type")
    if len(given) > MOST_PATTERNS:
        raise OverlayUnfit(key, "out_of_range")
    for pattern in given:
        if not isinstance(pattern, str) or not _PATTERN.fullmatch(pattern) or pattern.startswith("00"):
            raise OverlayUnfit(key, "bad_tag")
    return tuple(dict.fromkeys(given))
