"""How the tests start the host's Chromium."""

import os
from typing import Any

import pytest

from tools.chromium import COMMAND, find_chromium, launch_by_our_node

launch_by_our_node()  # before Playwright is asked for anything


def launch_arguments() -> dict[str, Any]:
    """Arguments of Playwright's launch; skips the test where there is no Chromium, and fails it in CI."""
    path = find_chromium()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"the browser tests need Chromium: {COMMAND}")
        pytest.skip(f"no Chromium: {COMMAND}")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    # Without a window Chromium has no print preview, and a page that prints a PDF falls over for want of one.
    return {
        "executable_path": path,
        "args": ["--disable-background-networking", "--disable-print-preview", *sandbox],
    }
