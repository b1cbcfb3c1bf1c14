"""Tokens of names, subjects, publishers and summaries: words of alphabets whole, Han in pairs.

Unlike a title's ``grams`` these do not find a part of a word (``art`` is not in ``party``), and do not run over the
blank or mark between two words.
"""

from collections.abc import Iterator

from wenyuan.kernel.chinese import fold_apart
from wenyuan.kernel.searching.grams import Sought, covering, is_wide


def phrase_tokens(text: str) -> list[str]:
    """The tokens of a text in order: one for each word of an alphabet, one for each Han character with its next."""
    tokens: list[str] = []
    for segment in segments_of(fold_apart(text)):
        if is_wide(segment[0]):
            tokens.extend(segment[start : start + 2] for start in range(len(segment)))
        else:
            tokens.append(segment)
    return tokens


def seek_phrase(text: str) -> Sought:
    """How a text that holds this phrase is found among texts indexed by ``phrase_tokens``; empty where nothing of it
    can be looked for."""
    fixed: dict[int, str] = {}
    place = 0
    open_end = ""
    for segment in segments_of(fold_apart(text)):
        open_end = ""
        if not is_wide(segment[0]):
            fixed[place] = segment
            place += 1
            continue
        if len(segment) == 1:
            open_end = segment
        pairs = {start: segment[start : start + 2] for start in range(len(segment) - 1)}
        fixed.update((place + start, pair) for start, pair in covering(pairs))
        place += len(segment)
    return Sought(tuple(sorted(fixed.items())), open_end)


def segments_of(apart: str) -> Iterator[str]:
    """The runs of a text folded by ``fold_apart``: within each all characters are wide, or none is."""
    for word in apart.split():
        start = 0
        for end in range(1, len(word) + 1):
            if end == len(word) or is_wide(word[end]) != is_wide(word[start]):
                yield word[start:end]
                start = end
