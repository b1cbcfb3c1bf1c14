"""A real Chromium, and the house served on this test's own database."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import launch_arguments

expect.set_options(timeout=20_000)
"""Milliseconds until something that should come to be seen is missing: other tests run beside, so five seconds say
nothing about the page."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The host's Chromium."""
    # Playwright's own loop runs in this thread, where Django would see it and refuse to ask the database.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())
        yield browser
        browser.close()


@pytest.fixture
def site(fresh_database: str, settings: Any, tmp_path: Path) -> Iterator[str]:
    """The address of the running house on this test's own database."""
    settings.WHITENOISE_USE_FINDERS = True  # files straight from the packages, without collecting them first
    settings.STATIC_ROOT = tmp_path / "statics"
    settings.STATIC_ROOT.mkdir()
    settings.HOME = tmp_path
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    server = LiveServerThread("127.0.0.1", _StaticFilesHandler, port=0)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()
    connections.close_all()
