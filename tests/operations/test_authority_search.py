"""Whoever types a variant finds the records of the heading, as soon as they are linked and no longer than that."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue.data import AuthorityInput, AuthoritySaved, Variant
from wenyuan.holdings.catalogue.operations import (
    Indexer,
    decide_heading,
    follow_headings,
    keep_authority,
    merge_authorities,
)
from wenyuan.holdings.catalogue.queries import search
from wenyuan.kernel.headings import HeadingKind
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def indexer(db: None, tmp_path: Path, settings: Any) -> Iterator[Indexer]:
    settings.HOME = tmp_path
    with Indexer() as indexer:
        yield indexer


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk(make_branch("B1"), role=Role.CATALOGUER)


def kept(
    desk: Desk, name: str, *variants: Variant, dates: str = "", before: AuthoritySaved | None = None
) -> AuthoritySaved:
    return keep_authority(
        authority_id=before.id if before else None,
        version=before.version if before else None,
        authority=AuthorityInput(kind=HeadingKind.PERSON, name=name, dates=dates, variants=variants),
        at=AT,
        desk=desk,
    )


def found(indexer: Indexer, text: str) -> set[int]:
    while follow_headings():
        continue
    while indexer.turn():
        continue
    return {bib.id for bib in search(text).bibs}


def test_a_variant_finds_the_records_of_the_heading(desk: Desk, indexer: Indexer) -> None:
    bib = make_bib(author="鲁迅", title="呐喊")
    assert found(indexer, "周树人") == set()

    saved = kept(desk, "鲁迅", Variant("周树人"))
    for question in ("周树人", "作者:周树人", "zhoushuren", "呐喊 周树人"):
        assert found(indexer, question) == {bib.pk}

    kept(desk, "鲁迅", before=saved)
    assert found(indexer, "周树人") == set()


def test_what_is_decided_is_found_and_what_is_left_is_not(desk: Desk, indexer: Indexer) -> None:
    bib = make_bib(author="鲁迅", title="呐喊")
    saved = kept(desk, "鲁迅", Variant("周树人"), dates="1881-1936")
    assert found(indexer, "周树人") == set()
    form = {"kind": HeadingKind.PERSON, "key": "鲁迅", "dates": ""}

    decide_heading(**form, authority_id=saved.id, at=AT, desk=desk)  # type: ignore[arg-type] # the three together
    assert found(indexer, "周树人") == {bib.pk}

    decide_heading(**form, authority_id=None, at=AT, desk=desk)  # type: ignore[arg-type] # the three together
    assert found(indexer, "周树人") == set()


def test_the_heading_of_the_one_that_was_merged_finds_both(desk: Desk, indexer: Indexer) -> None:
    one, other = make_bib(author="鲁迅", title="呐喊"), make_bib(author="周树人", title="彷徨")
    stays, goes = kept(desk, "鲁迅"), kept(desk, "周树人")
    assert found(indexer, "周树人") == {other.pk}

    merge_authorities(kept_id=stays.id, kept_version=1, gone_id=goes.id, gone_version=1, at=AT, desk=desk)

    assert found(indexer, "周树人") == {one.pk, other.pk}
