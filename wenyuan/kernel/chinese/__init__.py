"""Chinese text as a library meets it: search keys, pinyin, sorting, personal names, statements of responsibility.

Everything here is a pure function of its text. The tables of the two libraries behind it (OpenCC, pypinyin) are
loaded once, at the first call that needs them.
"""

from wenyuan.kernel.chinese.folding import fold, fold_apart, simplify
from wenyuan.kernel.chinese.names import is_han_name, name_pinyin, name_readings, split_name
from wenyuan.kernel.chinese.pinyin import initials_of, marked_syllable, pinyin_of, tones_of
from wenyuan.kernel.chinese.sorting import name_sort_key, sort_key
from wenyuan.kernel.chinese.statements import Responsibility, author_of
from wenyuan.kernel.chinese.width import half_width

__all__ = [
    "Responsibility",
    "author_of",
    "fold",
    "fold_apart",
    "half_width",
    "initials_of",
    "is_han_name",
    "marked_syllable",
    "name_pinyin",
    "name_readings",
    "name_sort_key",
    "pinyin_of",
    "simplify",
    "sort_key",
    "split_name",
    "tones_of",
]
