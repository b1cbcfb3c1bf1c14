"""The words of a text, for its rank: a title in which the words asked for are words stands above one where they only
happen to meet."""

from functools import lru_cache
from typing import TYPE_CHECKING

from wenyuan.kernel.chinese import fold_apart
from wenyuan.kernel.searching.grams import is_wide
from wenyuan.kernel.searching.phrases import segments_of

if TYPE_CHECKING:
    import rjieba


def words_of(text: str) -> list[str]:
    """The words of a text: those of alphabets as written (``c++``, ``3d``), Chinese as a dictionary parts it, a long
    word together with the shorter ones in it."""
    words: list[str] = []
    for segment in segments_of(fold_apart(text)):
        if is_wide(segment[0]) and len(segment) > 1:
            words.extend(_dictionary().cut_for_search(segment))
        else:
            words.append(segment)
    return words


@lru_cache(maxsize=1)
def _dictionary() -> "rjieba.Jieba":
    # Imported at the first text: the dictionary costs a quarter of a second and some 40 MB.
    import rjieba

    return rjieba.Jieba()
