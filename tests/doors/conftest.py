"""What every test of a web page needs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test.testcases import LiveServerThread, _StaticFilesHandler

from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import TUESDAY_TEN, Town, make_town
from wenyuan.doors.api import limits
from wenyuan.doors.portal import signing_in


@pytest.fixture(autouse=True)
def _statics_from_the_packages(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """An empty folder of collected files: whitenoise warns where there is none, and takes them from the packages."""
    settings.STATIC_ROOT = _empty(tmp_path_factory)


def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.getbasetemp() / "statics"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Every door reads this clock: a Tuesday morning at which the branches of ``sip2_town`` are open."""
    clock = Clock(TUESDAY_TEN)
    monkeypatch.setattr("django.utils.timezone.now", clock)
    return clock


@pytest.fixture
def api_town(db: None, clock: Clock) -> Iterator[Town]:
    """The town of the SIP2 tests, with nobody slowed down yet."""
    for buckets in limits.ALL:
        buckets.forget()
    yield make_town()
    for buckets in limits.ALL:
        buckets.forget()


@pytest.fixture
def portal_town(db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town of the SIP2 tests, where no refusal takes its time."""
    monkeypatch.setattr(signing_in, "REFUSED_AFTER_S", 0)
    return make_town()


@pytest.fixture
def served(fresh_database: str, settings: Any, tmp_path: Path) -> Iterator[str]:
    """The address of the house, served by real HTTP on this test's own database."""
    settings.HOME = tmp_path
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    server = LiveServerThread("127.0.0.1", _StaticFilesHandler, port=0)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()
    connections.close_all()
