"""What the clock brings: the worker sends what is due every minute, and forgets old texts every hour."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from django.conf import settings
from procrastinate.contrib.django import app

from tests.factories.network import make_library
from tests.factories.notices import make_templates, post_due
from wenyuan.organisation.notices import models
from wenyuan.plumbing import queue


def test_the_worker_sends_what_is_due_and_forgets_what_is_old(fresh_database: str) -> None:
    make_library()
    make_templates()
    now = datetime.now(tz=UTC)
    post_due(now - timedelta(days=2), "due", contacts={})
    post_due(now - timedelta(days=90), "old", recipient="patron:2", contacts={})
    models.Message.objects.filter(recipient="patron:2").update(
        state="sent", ended_at=now - timedelta(days=80), text_sealed="《边城》"
    )

    for name in ("notices.send", "notices.forget"):
        queue.defer(name, timestamp=0)
    _work(fresh_database)

    due, old = models.Message.objects.order_by("id")
    assert (due.state, due.channel) == ("sent", "in_app")
    assert due.text_sealed
    assert (old.state, old.text_sealed) == ("sent", "")


def _work(database: str) -> None:
    """A worker in a process of its own, until nothing is left to do."""
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "wenyuan.config.settings",
        "WENYUAN_PII_KEY": settings.WENYUAN_PII_KEYS,
    }
    program = "import django; django.setup(); from wenyuan.plumbing.queue import work; work(until_empty=True)"
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60, capture_output=True)


def test_the_clock_rings_for_both() -> None:
    rings = {(task.task.name, task.cron) for task in app.periodic_registry.periodic_tasks.values()}

    assert {("notices.send", "* * * * *"), ("notices.forget", "52 * * * *")} <= rings
