"""The measure behind ``bench import``, on a small file."""

from datetime import UTC, datetime
from pathlib import Path

from wenyuan.doors.cli.bench_import import measure_import, synthetic_records, write_file
from wenyuan.holdings.catalogue.models import Bib, Item

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


def test_it_imports_every_record_with_two_items_and_leaves_no_file(db: None, tmp_path: Path) -> None:
    measured = measure_import(records=60, at=AT, folder=tmp_path)

    assert set(measured) == {"records", "rate", "parse_rate", "ratio", "peak_rss_mb", "items", "errors"}
    assert (measured["records"], measured["items"], measured["errors"]) == (60, 120, 0)
    assert (Bib.objects.count(), Item.objects.count()) == (60, 120)
    assert list(tmp_path.iterdir()) == []


def test_the_same_seed_makes_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_file(tmp_path / name, 30)

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert list(synthetic_records(3, seed=1)) != list(synthetic_records(3, seed=2))
