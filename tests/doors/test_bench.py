"""The bench measures what it says: a short run loses nothing, and its figures are of one kind with the limit's."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.command import Command, migrated_command
from wenyuan.doors.cli.bench_clients import Floor, Lines, Machine, Step
from wenyuan.doors.cli.bench_server import Reading


@pytest.fixture
def command(run_folder: Path) -> Iterator[Command]:
    with migrated_command(run_folder) as made:
        yield made


class _Lines:
    """Requests as readable text."""

    def checkout(self, card: bytes, item: bytes, *, has_pin: bool) -> bytes:
        return b"11 %s %s %d" % (card, item, has_pin)

    def checkin(self, item: bytes) -> bytes:
        return b"09 " + item

    def patron(self, card: bytes) -> bytes:
        return b"63 " + card


def _floor(clients: int) -> Floor:
    settings = {
        "branches": 2,
        "clients": clients,
        "patrons": 40,
        "cards_with_pin": 40,
        "items": 400,
        "machines": [{"branch": number % 2} for number in range(clients)],
    }
    lines = cast(Lines, _Lines())  # by its shape
    return Floor([Machine(number, settings, lines) for number in range(clients)])


def _sent_home(machine: Machine, item: bytes) -> bytes:
    """The answer to a return: an item ``BI<n>`` is at home in branch ``n % 2``."""
    home = int(item[2:]) % 2
    return b"101YNN|" if home == machine.branch else b"101YNY|CV04|CTB%d|" % home


def test_a_machine_asks_for_refusals_pins_and_returns_elsewhere_in_the_agreed_shares() -> None:
    floor = _floor(4)

    steps: list[Step] = []
    for _ in range(6000):
        for machine in floor.machines:
            step = machine.next_step()
            steps.append(step)
            if step.item:
                assert not floor.carry(machine, step.item, _sent_home(machine, step.item))

    counted = [step for step in steps if step.counts]
    refused = sum(step.note == "refused" for step in counted)
    elsewhere = sum(step.note == "elsewhere" for step in counted)
    returned = sum(step.note == "return" for step in counted)
    arrived = sum(step.note == "arrival" for step in counted)
    assert 0.03 < refused / len(counted) < 0.07
    assert 0.06 < elsewhere / (elsewhere + returned) < 0.14
    assert elsewhere - 4 <= arrived <= elsewhere
    with_pin = sum(step.line.startswith(b"63") for step in steps)
    visits = sum(step.note == "loan" for step in counted) / 3
    assert 0.4 < with_pin / visits < 0.6


def test_no_item_is_lent_twice_before_it_came_back() -> None:
    floor = _floor(1)
    (machine,) = floor.machines
    out: set[bytes] = set()

    for _ in range(5000):
        step = machine.next_step()
        words = step.line.split()
        if step.note == "loan":
            assert words[2] not in out
            out.add(words[2])
        elif step.note == "return":
            out.remove(words[1])
            floor.carry(machine, step.item, b"101YNN|")
        elif step.note == "refused":
            assert words[2] in out


def test_what_is_captured_is_fetched_by_its_reader_who_keeps_it() -> None:
    floor = _floor(2)
    (machine, other) = floor.machines
    machine.free.remove(b"BI4")
    before = len(machine.free)

    assert floor.carry(machine, b"BI4", b"101YUY20261129    101010AO|ABBI4|CV01|CYBC8|DA|AF|")
    assert not floor.carry(other, b"BI6", b"101YUY20261129    101010AO|ABBI6|CTB0|CV02|CYBC10|")

    fetched = [machine.next_step() for _ in range(2)]
    assert [step.line for step in fetched] == [b"09 BI6", b"11 BC8 BI4 0"]
    assert [step.note for step in fetched] == ["arrival", "loan"]
    assert len(machine.free) == before - 3
    later = [machine.next_step() for _ in range(500)]
    assert not [step for step in later if step.item == b"BI4"]


@pytest.mark.timeout(400)
def test_a_short_bench_of_circulation_loses_nothing(command: Command) -> None:
    measured = json.loads(
        command.run(
            "bench", "circulation", "--clients", "4", "--seconds", "0.5", "--scale", "0.02", "--json"
        ).splitlines()[-1]
    )

    assert measured["errors"] == 0, measured["wrong"]
    assert {"clients", "seconds", "rate", "limit", "ratio", "p50_ms", "p99_ms", "cpu_ms_per_op", "errors"} <= set(
        measured
    )
    assert (measured["clients"], measured["seconds"]) == (4, 0.5)
    assert measured["operations"]["loan"] > measured["operations"]["return"] > 0
    assert measured["operations"]["refused"] > 0
    assert 0 < measured["p50_ms"] <= measured["p99_ms"]
    assert measured["worker_cpu_ms_per_op"] > 0
    assert 0 <= measured["index_waits_s"] < 30
    assert 0 < measured["fresh_p95_s"] < 30
    assert measured["fresh_changes"] >= 2
    assert command.json("index", "check")["sound"]


def test_the_worker_counts_apart_and_one_that_ended_not_at_all() -> None:
    tick = os.sysconf("SC_CLK_TCK")
    before = Reading({1: 100, 2: 50, 8: 10, 9: 70}, frozenset({8, 9}))

    spent = Reading({1: 100 + tick, 2: 50 + tick, 3: tick, 8: 10 + tick}, frozenset({8})).since(before)

    assert spent == (3.0, 1.0)
    assert Reading({1: 100 + tick}, frozenset()).since(before) == (1.0, None)
    assert Reading(None, frozenset({8})).since(before) == (None, None)


@pytest.mark.soak
@pytest.mark.timeout(400)
def test_the_bench_of_growth_compares_few_open_loans_with_many(command: Command) -> None:
    steps = ("--open-loans", "300", "--open-loans", "100")

    measured = command.json("bench", "growth", *steps, "--clients", "2", "--seconds", "0.5", "--scale", "0.02")

    assert measured["errors"] == 0, measured["wrong"]
    assert [step["open_loans"] for step in measured["steps"]] == [100, 300]
    assert all({"rate", "p50_ms", "p99_ms", "cpu_ms_per_op"} <= set(step) for step in measured["steps"])
    assert measured["growth"] > 0


@pytest.mark.timeout(300)
def test_the_bench_of_search_asks_for_pages_and_tells_what_it_did_not_measure(command: Command) -> None:
    measured = command.json(
        "bench", "search", *("--records", "160", "--records", "100", "--changes", "4", "--judged", "2")
    )

    assert (measured["records"], measured["seed"]) == (160, 20261129)
    assert [step["records"] for step in measured["steps"]] == [100, 160]
    for step in measured["steps"]:
        assert 60 < step["questions"] <= 200
        assert 0 < step["engine_p50_ms"] <= step["engine_p95_ms"] < step["page_p95_ms"]
        assert step["engine_p50_ms"] < step["page_p50_ms"] <= step["page_p95_ms"]
        assert (step["ratio"] > 1, step["build_rate"] > 0) == (True, True)
        assert step["suggest_p95_ms"] > 0
        assert (step["meant"] > 10, step["meant_p95_ms"] > 0) == (True, True)
    assert 0 < measured["fresh_alone_p95_s"] < 30
    unmeasured = {name for name, value in measured.items() if value is None}
    assert unmeasured == measured["why"].keys() == {"fresh_p95_s"}
    kinds = measured["relevance"]["kinds"]
    assert len(kinds) == 8
    assert kinds["traditional"]["questions"] == 2
    assert kinds["pinyin"]["engines"]["ours"]["ndcg10"] > kinds["pinyin"]["engines"]["jieba"]["ndcg10"]
    assert 0 < measured["ndcg10"] <= 1


@pytest.mark.timeout(300)
def test_the_bench_of_figures_compares_the_rollups_with_a_scan_of_the_journal(command: Command) -> None:
    measured = command.json("bench", "figures", "--events", "3000", "--events", "1000")

    assert [step["events"] for step in measured["steps"]] == [1000, 3000]
    for step in measured["steps"]:
        least = step.pop("least")
        assert least.keys() == measured["growth"].keys()
        assert {name for name, value in [*step.items(), *least.items()] if value <= 0} == set()
        assert step["entries_of_the_day"] >= 27_000
    assert measured["growth"].keys() == {"year_ms", "page_ms", "summary_ms", "day_ms"}
    over = {name for name in measured["growth"] if measured[name] >= measured["targets"][name]}
    assert {name for name in measured["missed"] if not name.startswith("growth")} == over


@pytest.mark.timeout(200)
def test_the_bench_of_imports_counts_its_records(command: Command) -> None:
    measured = command.json("bench", "import", "--records", "300")

    assert (measured["records"], measured["items"], measured["errors"]) == (300, 600, 0)
