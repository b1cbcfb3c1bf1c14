"""What readers of the demo wish the library had (one that is answered among it), and want to read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from wenyuan.holdings.catalogue.queries import list_newest
from wenyuan.organisation.rights.data import READER, Desk, Door
from wenyuan.services.feedback.data import SuggestionState, Wanted, Wish
from wenyuan.services.feedback.operations import answer_suggestion, suggest
from wenyuan.services.reading.data import ReviewDraft
from wenyuan.services.reading.operations import add_to_own_list, decide_review, write_review

_WISHED: Final = (
    (Wanted(title="长安的荔枝", author="马伯庸"), "单位读书会下个月要一起读。", 3),
    (Wanted(title="秦汉简牍探研", author="李明远"), "写地方志要用，县里找不到。", 1),
)
"""What is wished, why, and by how many."""
_SAID: Final = (
    (5, "读了两遍，第二遍才看懂结尾。", True),
    (4, "", True),
    (5, "推荐给上中学的孩子。", True),
    (3, "字有点小。", False),
)
"""Stars, words, and whether staff have looked at it."""
_ANSWERED: Final = (Wanted(title="考研英语真题（2011年版）"), "版本太旧，馆内已有新版，可在服务台询问。")


def wish_titles(patron_ids: Sequence[int], *, at: datetime, desk: Desk) -> None:
    """Suggest titles for some readers, and answer one suggestion at a desk that may."""
    own = Desk(operator=READER, branch_id=desk.branch_id, door=Door.PORTAL)
    for wanted, why, count in _WISHED:
        for patron_id in patron_ids[:count]:
            wish = Wish(pickup_branch_id=desk.branch_id, why=why)
            suggest(patron_id=patron_id, wanted=wanted, wish=wish, at=at - timedelta(hours=2), desk=own)
    wanted, reason = _ANSWERED
    wish = Wish(pickup_branch_id=desk.branch_id)
    made = suggest(patron_id=patron_ids[0], wanted=wanted, wish=wish, at=at - timedelta(hours=1), desk=own).suggestion
    answer_suggestion(
        suggestion_id=made.id, version=made.version, answer=SuggestionState.REFUSED, reason=reason, at=at, desk=desk
    )


def keep_a_list(patron_id: int, *, at: datetime, desk: Desk) -> None:
    """Give a reader a list of their own with two works."""
    own = Desk(operator=READER, branch_id=desk.branch_id, door=Door.PORTAL)
    for bib in list_newest(size=2).bibs:
        add_to_own_list(patron_id=patron_id, bib_id=bib.id, name="想读", at=at, desk=own)


def speak(patron_ids: Sequence[int], *, at: datetime, desk: Desk) -> None:
    """Let some readers say something of the newest work, and show all but the last's at a desk that may."""
    own = Desk(operator=READER, branch_id=desk.branch_id, door=Door.PORTAL)
    for bib in list_newest(size=1).bibs:
        for patron_id, (stars, words, shown) in zip(patron_ids, _SAID, strict=False):
            draft = ReviewDraft(stars=stars, words=words)
            said = write_review(patron_id=patron_id, bib_id=bib.id, draft=draft, at=at, desk=own)
            if shown:
                decide_review(review_id=said.id, version=said.version, shown=True, at=at, desk=desk)
