"""What every test of a web page needs."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _statics_from_the_packages(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """An empty folder of collected files: whitenoise warns where there is none, and takes them from the packages."""
    settings.STATIC_ROOT = _empty(tmp_path_factory)


def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.getbasetemp() / "statics"
    folder.mkdir(exist_ok=True)
    return folder
