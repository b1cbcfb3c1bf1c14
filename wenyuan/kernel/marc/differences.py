"""What differs between two records, field by field, as lines that a person reads."""

from difflib import SequenceMatcher
from typing import NamedTuple

from wenyuan.kernel.marc.model import Record
from wenyuan.kernel.marc.textual import to_text

TIME_STAMP = "005"


class Difference(NamedTuple):
    """One line: ``sign`` is ``-`` (only in the first), ``+`` (only in the second) or blank (in both)."""

    sign: str
    tag: str
    text: str


def differences(one: Record, other: Record) -> tuple[Difference, ...]:
    """Both records in one list, in their order; the time stamp (005) is left out, since every save changes it."""
    before, after = _lines(one), _lines(other)
    found: list[Difference] = []
    # Its own shortcut for long lists stays on: ten thousand equal lines would else take minutes.
    for act, begin, end, first, last in SequenceMatcher(a=before, b=after).get_opcodes():
        if act == "equal":
            found += [_told(" ", line) for line in before[begin:end]]
        else:
            found += [_told("-", line) for line in before[begin:end]]
            found += [_told("+", line) for line in after[first:last]]
    return tuple(found)


def changed_tags(one: Record, other: Record) -> tuple[str, ...]:
    """The tags of the fields in which two records differ, each once and sorted."""
    return tuple(sorted({difference.tag for difference in differences(one, other) if difference.sign != " "}))


def without_stamp(record: Record) -> Record:
    """The record without its time stamp."""
    return record._replace(fields=tuple(field for field in record.fields if field.tag != TIME_STAMP))


def _lines(record: Record) -> list[str]:
    return to_text(without_stamp(record)).split("\n")


def _told(sign: str, line: str) -> Difference:
    return Difference(sign, line[:3], line[4:])
