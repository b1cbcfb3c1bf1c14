"""Every refusal has words in both languages and on a machine's small screen."""

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import wenyuan
from wenyuan.doors.furniture.policy_words import KIND_WORDS
from wenyuan.doors.furniture.words import (
    BLOCK_WORDS,
    WAIVER_WORDS,
    placeholders,
    sip2_text,
    words_for_block,
    words_for_waiver,
)
from wenyuan.doors.sip2.screens import returned
from wenyuan.doors.workbench.journal.words import ACTS, SUBJECTS
from wenyuan.lending.circulation import rules
from wenyuan.lending.circulation.data import (
    MEASURES,
    Block,
    BlockCode,
    CheckinOutcome,
    CheckinReceipt,
    ItemFacts,
    Kinds,
    Measure,
)
from wenyuan.organisation.rights.data import Act

FACTS: dict[str, int | str] = {
    "age": 18,
    "limit": 10,
    "count": 12,
    "amount": "1280.00",
    "most": "100.00",
    "until": "2026-12-31",
    "expired": "2026-10-01",
    "home": 7,
    "branch": "E",
}


def name_of(branch: int | str) -> str:
    """A network of two branches."""
    return {7: "城南分馆", "E": "少儿分馆"}.get(branch, "")


def english_name_of(branch: int | str) -> str:
    """The same in English."""
    return {7: "South Branch", "E": "Children's Branch"}.get(branch, "")


@pytest.mark.parametrize("code", BlockCode)
@pytest.mark.parametrize("facts", [{}, FACTS], ids=["no facts", "facts"])
def test_every_block_has_words_everywhere_with_and_without_its_facts(
    code: BlockCode, facts: dict[str, int | str]
) -> None:
    block = Block(code, facts=facts)

    zh, en = words_for_block(block, "zh", name_of), words_for_block(block, "en", english_name_of)
    screen = sip2_text(block, name_of)

    assert zh
    assert not zh.isascii()
    assert en
    assert en.isascii()
    assert screen
    assert len(screen) <= 60
    assert "{" not in zh + en + screen


@pytest.mark.parametrize("code", BlockCode)
def test_the_last_wording_of_each_block_needs_no_facts_and_all_use_known_ones(code: BlockCode) -> None:
    wording = BLOCK_WORDS[code]

    for texts in (wording.zh, wording.en, wording.sip2):
        assert placeholders(texts[-1]) == frozenset()
        assert all(placeholders(text) <= FACTS.keys() for text in texts)


def test_every_act_that_lifts_a_block_has_words_in_both_languages() -> None:
    named = {act for act in Act if act.value.startswith("waive_")}
    named |= {
        block.waiver
        for table in (rules.STATE_BLOCKS, rules.CONDITION_BLOCKS, rules.LENDABLE_BLOCKS)
        for block in table.values()
        if block.waiver
    }

    assert WAIVER_WORDS.keys() == named
    for act in named:
        assert not words_for_waiver(act, "zh").isascii()
        assert words_for_waiver(act, "en").isascii()


def test_numbers_dates_and_branches_stand_in_the_words() -> None:
    limit = Block(BlockCode.LOAN_LIMIT, facts={"limit": 3, "count": 3})
    suspended = Block(BlockCode.PATRON_SUSPENDED, facts={"until": "2026-12-31"})
    group = Block(BlockCode.OTHER_LENDING_GROUP, facts={"home": 7})

    assert words_for_block(limit, "zh", name_of) == "已借 3 册，达到上限 3 册"
    assert words_for_block(suspended, "en", name_of) == "The reader is suspended until 2026-12-31"
    assert sip2_text(group, name_of) == "此书属于城南分馆，不能在本馆借出"


def test_a_branch_without_a_name_gives_the_wording_that_needs_none() -> None:
    group = Block(BlockCode.OTHER_LENDING_GROUP, facts={"home": 99})

    assert words_for_block(group, "zh", name_of) == "此册的馆与本馆未通借"


def test_every_kind_of_policy_has_a_measure_and_words_and_a_unit_where_it_is_a_number() -> None:
    numbers = {Measure.DAYS, Measure.COUNT, Measure.YEARS, Measure.FEN, Measure.PERCENT}

    assert list(Kinds.__annotations__) == list(MEASURES) == list(KIND_WORDS)
    assert {kind for kind, words in KIND_WORDS.items() if not words.label or not words.help} == set()
    assert {kind for kind, words in KIND_WORDS.items() if bool(words.unit) != (MEASURES[kind] in numbers)} == set()


def test_a_machine_says_what_a_late_return_costs() -> None:
    item = ItemFacts(1, "2301", "草房子", "I287/1", "book", 7, 7, 7, "available")
    receipt = CheckinReceipt(
        outcome=CheckinOutcome.RETURNED,
        item=item,
        at=datetime(2026, 5, 29, tzinfo=UTC),
        days_overdue=125,
        fine_fen=12_550,
        suspended_until=date(2026, 6, 2),
    )

    lines = returned(receipt, name_of, for_staff=False)

    assert lines == ["还书成功，超期125天，逾期费125.50元，请到服务台缴纳", "借书人停借至2026-06-02"]
    assert max(map(len, lines)) <= 60


def audited(keyword: str) -> Iterator[str]:
    """What the verbs say of themselves in words of the code: ``audit(act="…", subject_kind="…")``."""
    for path in sorted(Path(wenyuan.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "audit":
                for given in node.keywords:
                    if given.arg == keyword and isinstance(given.value, ast.Constant):
                        yield str(given.value.value)


def test_every_act_that_is_audited_and_what_it_was_about_has_words() -> None:
    acts, subjects = set(audited("act")), set(audited("subject_kind"))

    assert len(acts) > 30
    assert sorted(acts - set(ACTS)) == []
    assert sorted(subjects - set(SUBJECTS)) == []
