"""No acknowledged loan is lost, whatever is killed and whenever."""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from tests.command import migrated_command
from tests.scenarios.kills import assert_nothing_lost, furnish, kill_under_load


def kill(run_folder: Path, blocker: Any, *, kills: int, seed: int) -> None:
    print(f"seed {seed}")
    with migrated_command(run_folder, with_keys_of_the_tests=True) as library:
        library.up()
        with library.looked_into(blocker):
            furnish()
        machines, killed = kill_under_load(library, kills=kills, seed=seed)
        print(f"killed {dict(killed)}, answered {sum(machine.answers for machine in machines)}")
        if not library.is_up():
            library.up_again()
        with library.looked_into(blocker):
            assert_nothing_lost(machines)
        assert library.down() == 0


@pytest.mark.timeout(420)
def test_a_dozen_kills_of_every_kind_lose_no_acknowledged_loan(run_folder: Path, django_db_blocker: Any) -> None:
    kill(run_folder, django_db_blocker, kills=12, seed=20260423)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_five_hundred_kills_lose_no_acknowledged_loan(run_folder: Path, django_db_blocker: Any) -> None:
    seed = int(os.environ.get("WENYUAN_SEED") or random.SystemRandom().randrange(10**6))

    kill(run_folder, django_db_blocker, kills=500, seed=seed)
