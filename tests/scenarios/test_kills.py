"""No acknowledged loan is lost, whatever is killed and whenever."""

import os
import random
from typing import Any

import pytest

from tests.scenarios.kills import assert_nothing_lost, furnish, kill_under_load
from tests.scenarios.running_house import running_house


def kill(blocker: Any, *, kills: int, seed: int) -> None:
    print(f"seed {seed}")
    with running_house("kills") as house:
        house.up()
        with house.looked_into(blocker):
            furnish()
        machines, killed = kill_under_load(house, kills=kills, seed=seed)
        print(f"killed {dict(killed)}, answered {sum(machine.answers for machine in machines)}")
        if not house.is_up():
            house.up_again()
        with house.looked_into(blocker):
            assert_nothing_lost(machines)
        assert house.down() == 0


@pytest.mark.timeout(420)
def test_twenty_kills_lose_no_acknowledged_loan(django_db_blocker: Any) -> None:
    kill(django_db_blocker, kills=20, seed=20260423)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_five_hundred_kills_lose_no_acknowledged_loan(django_db_blocker: Any) -> None:
    seed = int(os.environ.get("WENYUAN_SEED") or random.SystemRandom().randrange(10**6))

    kill(django_db_blocker, kills=500, seed=seed)
