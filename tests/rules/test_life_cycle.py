"""The table of an item's life: what rules and documents say of it is what it says."""

from pathlib import Path

import pytest

from tools.life_cycle import diagram, redrawn
from wenyuan.holdings.catalogue.models import ItemState
from wenyuan.holdings.catalogue.operations import _SHELVED
from wenyuan.lending.circulation.rules import STATE_BLOCKS
from wenyuan.lending.circulation.rules.life_cycle import BEGINNINGS, LIFE, Step, after


def test_every_state_has_its_steps_and_every_step_leads_to_a_state() -> None:
    states = {state.value for state in ItemState}

    assert set(LIFE) == states
    assert {state for steps in LIFE.values() for state in steps.values()} | set(BEGINNINGS) == states


def test_what_may_be_lent_or_withdrawn_is_what_has_that_step() -> None:
    nobody_lends = {state for state, block in STATE_BLOCKS.items() if block.waiver is None} | {"on_loan"}

    assert {state for state in LIFE if Step.LEND in LIFE[state]} == set(LIFE) - nobody_lends
    assert {state for state in LIFE if Step.WITHDRAW in LIFE[state]} == {state.value for state in _SHELVED}


def test_a_step_that_is_not_in_the_table_is_not_taken() -> None:
    with pytest.raises(KeyError):
        after("withdrawn", Step.LEND)


def test_the_diagram_of_the_documents_is_what_the_table_draws(project_root: Path) -> None:
    page = (project_root / "docs/circulation/actions.md").read_text("utf-8")

    assert page == redrawn(page), "run tools/life_cycle.py"
    assert "    on_hold_shelf --> available: free, lose\n" in diagram()
