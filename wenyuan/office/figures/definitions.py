"""口径: what libraries count differently, the answers that this one has given, and from which day each holds. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property


class Question(StrEnum):
    """Does this belong to that figure? Answered yes or no from a day on. A code never changes its meaning."""

    RENEWALS_IN_LOANS = "renewals_in_loans"  # 续借计入外借册次
    REGISTERS_IN_LOANS = "registers_in_loans"  # 登记簿的外借计入外借册次
    FIRST_SWIPES_IN_CARDS = "first_swipes_in_cards"  # 首次刷身份证开通计入新办证
    ACTIVITIES_IN_VISITS = "activities_in_visits"  # 参加活动人次计入到馆人次
    REGISTERS_IN_VISITS = "registers_in_visits"  # 登记簿的读者人次计入到馆人次
    OUTREACH_IN_VISITS = "outreach_in_visits"  # 流动服务人次计入到馆人次


Answers = frozenset[Question]
"""The questions that are answered with yes."""

USUAL: Answers = frozenset({Question.FIRST_SWIPES_IN_CARDS})
"""What holds where a library has said nothing."""
BASIS_CHARACTERS = 200
FURTHEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionFacts:
    """An answer, from the day ``since`` on; ``basis`` says what it rests on (a circular, a decision of the library)."""

    id: int
    question: Question
    counts: bool
    since: date
    basis: str
    set_by_id: int
    set_by_name: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one definition, both ends included."""

    first_date: date
    last_date: date
    answers: Answers


@dataclass(frozen=True)
class Definitions:
    """Every answer ever given, in the order of their ids: of two for one day the later one holds."""

    given: tuple[DefinitionFacts, ...] = ()

    @cached_property
    def _ordered(self) -> tuple[DefinitionFacts, ...]:
        return tuple(sorted(self.given, key=lambda one: (one.since, one.id)))

    def on(self, day: date) -> Answers:
        """What is answered with yes on a day."""
        held = dict.fromkeys(USUAL, True) | {one.question: one.counts for one in self._ordered if one.since <= day}
        return frozenset(question for question, counts in held.items() if counts)

    def in_force(self, question: Question, day: date) -> DefinitionFacts | None:
        """The answer that holds on a day, none where the library has said nothing."""
        return next((one for one in reversed(self._ordered) if one.question is question and one.since <= day), None)

    def stretches(self, first: date, last: date) -> tuple[Stretch, ...]:
        """The days from one to the other, cut where an answer changes; neighbours differ."""
        cuts = sorted({first} | {one.since for one in self.given if first < one.since <= last})
        ends = [cut - timedelta(days=1) for cut in cuts[1:]] + [last]
        found: list[Stretch] = []
        for begins, ends_on in zip(cuts, ends, strict=True):
            answers = self.on(begins)
            if found and found[-1].answers == answers:
                begins = found.pop().first_date
            found.append(Stretch(begins, ends_on, answers))
        return tuple(found)

    def are_alike(self, questions: Iterable[Question], *spans: tuple[date, date]) -> bool:
        """Whether all these days answer these questions alike: only then do their numbers compare."""
        asked = frozenset(questions)
        seen = {stretch.answers & asked for first, last in spans for stretch in self.stretches(first, last)}
        return len(seen) <= 1


class DefinitionReason(StrEnum):
    """Why an answer is refused."""

    BASIS_MISSING = "basis_missing"
    TEXT_TOO_LONG = "text_too_long"
    TOO_FAR_AHEAD = "too_far_ahead"  # more than a year
    NOTHING_CHANGES = "nothing_changes"  # this is what holds from that day on already
    KEY_REUSED = "key_reused"  # the key stands for another act


class DefinitionRefused(Exception):
    """An answer is refused, for every reason at once."""

    def __init__(self, *reasons: DefinitionReason) -> None:
        super().__init__(", ".join(reason.value for reason in reasons))
        self.reasons = reasons


def reasons_against_answer(
    definitions: Definitions, *, question: Question, counts: bool, since: date, basis: str, today: date
) -> list[DefinitionReason]:
    """Everything that speaks against an answer."""
    reasons = []
    if not basis.strip():
        reasons.append(DefinitionReason.BASIS_MISSING)
    if len(basis.strip()) > BASIS_CHARACTERS:
        reasons.append(DefinitionReason.TEXT_TOO_LONG)
    if since > today + FURTHEST_AHEAD:
        reasons.append(DefinitionReason.TOO_FAR_AHEAD)
    if (question in definitions.on(since)) is counts:
        reasons.append(DefinitionReason.NOTHING_CHANGES)
    return reasons
