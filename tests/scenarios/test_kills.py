"""No acknowledged loan is lost, whatever is killed and whenever."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections

from tests.conftest import point_django_at
from tests.scenarios.kills import assert_nothing_lost, furnish, kill_under_load
from tests.scenarios.running_house import RunningHouse, running_house


@contextmanager
def looking_into(house: RunningHouse, blocker: Any) -> Iterator[None]:
    """Point Django at the house's own database, as the application."""
    before = dict(connections["default"].settings_dict)
    with blocker.unblock():
        urls = house.postgres.urls()
        assert urls is not None, "the house has a database"
        point_django_at(urls.app_url)
        try:
            yield
        finally:
            connections.close_all()
            connections["default"].settings_dict.update(before)


def kill(blocker: Any, *, kills: int, seed: int) -> None:
    print(f"seed {seed}")
    with running_house("kills") as house:
        house.up()
        with looking_into(house, blocker):
            furnish()
        machines, killed = kill_under_load(house, kills=kills, seed=seed)
        print(f"killed {dict(killed)}, answered {sum(machine.answers for machine in machines)}")
        if not house.is_up():
            house.up_again()
        with looking_into(house, blocker):
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
