"""What most tests of verbs stand on."""

from datetime import UTC, datetime

import pytest

from tests.factories.circulation import District, make_district


@pytest.fixture
def district(db: None) -> District:
    """Two branches that lend to each other and one outside, each with a desk."""
    return make_district()


@pytest.fixture
def at() -> datetime:
    """Thursday 23 April 2026, 10:30 in Shanghai: World Book Day, and every branch is open."""
    return datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
