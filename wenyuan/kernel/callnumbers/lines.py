"""Where a written call number divides: location prefix, class line, and the lines under it."""

import re
from dataclasses import dataclass

from wenyuan.kernel.classification import fold_signs, is_plausible

# A location written before the number in Chinese (少儿I287.5/3), or in brackets, whatever joins it to the class.
_LOCATION = re.compile(r"((?:\[[^\[\]]*\]|[^\x00-\x7f])+)[\s:\-/]*(?=[A-Za-z\[{])")
_SIGNS_OF_CLASS = tuple('-(".=<:+')


@dataclass(frozen=True, slots=True)
class CallNumberLines:
    """Location ``prefix``, ``class_line``, and the ``rest`` after the first ``/``; signs are folded."""

    prefix: str
    class_line: str
    rest: str


def divide(text: str) -> CallNumberLines:
    """Divide any text; what cannot be told apart stays in the class line. Never raises.

    The class ends at the first ``/``. Without one, a space or a line break ends it, if what stands before is
    a class number with digits (a spine label read line by line). A location prefix is Chinese text before the
    first letter, or a word followed by a space and a full call number (``REF K20/3``).
    """
    folded = " ".join(fold_signs(text).split())
    prefix, body = _split_location(folded)
    before, slash, after = body.partition("/")
    if not slash:
        head, _, tail = body.partition(" ")
        if tail and not tail.startswith(_SIGNS_OF_CLASS) and _is_numbered_class(head):
            before, after = head, tail
    return CallNumberLines(prefix, "".join(before.split()), after.strip())


def _split_location(folded: str) -> tuple[str, str]:
    match = _LOCATION.match(folded)
    if match and not is_plausible(match.group(1)):
        return match.group(1), folded[match.end() :]
    head, _, tail = folded.partition(" ")
    class_part, slash, _ = tail.partition("/")
    if slash and _is_numbered_class(class_part) and not _is_numbered_class(head) and "/" not in head:
        return head, tail
    return "", folded


def _is_numbered_class(text: str) -> bool:
    return is_plausible(text) and any(character.isdigit() for character in text)
