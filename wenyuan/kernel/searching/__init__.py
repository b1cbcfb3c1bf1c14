"""What a search index holds of a text, and what a typed question asks of it.

Both sides are made here, so that they fit: ``grams`` find any part of a title, ``phrases`` words and names in longer
texts, ``words`` give the order, ``spelling`` finds by pinyin and initials, ``likeness`` what was mistyped.
Spec: ``docs/specs/search.md``.
"""

from wenyuan.kernel.searching.grams import Sought, grams_of, is_wide, seek_grams
from wenyuan.kernel.searching.likeness import distance, like_pairs, likest_part, most_unlike, units_of
from wenyuan.kernel.searching.phrases import phrase_tokens, seek_phrase, segments_of
from wenyuan.kernel.searching.questions import LONGEST_QUESTION, MOST_PARTS, Part, Question, Scope, read_question
from wenyuan.kernel.searching.spelling import (
    Spelled,
    seek_initials,
    seek_spelling,
    spelling_of,
    spelling_of_name,
)
from wenyuan.kernel.searching.trees import Anything, Both, Either, Parts, Tree, Without, Years, parts_of
from wenyuan.kernel.searching.words import words_of

__all__ = [
    "LONGEST_QUESTION",
    "MOST_PARTS",
    "Anything",
    "Both",
    "Either",
    "Part",
    "Parts",
    "Question",
    "Scope",
    "Sought",
    "Spelled",
    "Tree",
    "Without",
    "Years",
    "distance",
    "grams_of",
    "is_wide",
    "like_pairs",
    "likest_part",
    "most_unlike",
    "parts_of",
    "phrase_tokens",
    "read_question",
    "seek_grams",
    "seek_initials",
    "seek_phrase",
    "seek_spelling",
    "segments_of",
    "spelling_of",
    "spelling_of_name",
    "units_of",
    "words_of",
]
