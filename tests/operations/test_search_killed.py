"""The writer of the search index killed outright: nothing is lost, and another goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.factories.catalogue import make_bib
from wenyuan.holdings.catalogue.models import Bib, IndexWaiting
from wenyuan.holdings.catalogue.operations import Indexer, ask_anew
from wenyuan.holdings.catalogue.queries import index_state, search
from wenyuan.holdings.catalogue.searching.indexing import index_folders

WRITER = """
import time
import django
django.setup()
from wenyuan.holdings.catalogue.searching import indexing
indexing.TURN_ROWS = 5
with indexing.Indexer() as indexer:
    while True:
        if indexer.turn() == 0 or indexer.build is not None:
            time.sleep(0.05)
"""
"""A writer as the worker has one, but slow enough to be caught at its work."""


def wait_for(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not ready():
        assert process.poll() is None, "the writer ended by itself"
        assert time.monotonic() < give_up
        time.sleep(0.02)


def is_building() -> bool:
    folders = index_folders()
    return len([folder for folder in folders.root.iterdir() if folder.is_dir()]) > 1


def test_killed_while_it_builds_beside_the_one_in_use_another_writer_completes_it(
    fresh_database: str, tmp_path: Path, settings: Any
) -> None:
    settings.HOME = tmp_path
    for number in range(60):
        make_bib(title=f"书目第{number}种")
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        env=os.environ | {"DATABASE_URL": fresh_database, "WENYUAN_HOME": str(tmp_path)},
    )
    wait_for(process, lambda: index_folders().current() is not None)
    before = index_folders().current()
    ask_anew()
    wait_for(process, is_building)
    Bib.objects.filter(title="书目第7种").update(title="其间改了")

    process.send_signal(signal.SIGKILL)
    process.wait()

    assert index_folders().current() == before
    assert search("书目").total in (59, 60)
    with Indexer() as indexer:
        give_up = time.monotonic() + 60
        while IndexWaiting.objects.exists() or indexer.build is not None:
            indexer.turn()  # 0 until the server has noticed the death and let go of the lock
            assert time.monotonic() < give_up
    assert index_folders().current() != before
    assert search("其间改了").total == 1
    assert search("书目").total == 59
    assert index_state().is_sound
    assert len(list(index_folders().root.iterdir())) == 2  # the index and the file that names it
