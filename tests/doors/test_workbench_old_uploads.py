"""What was sent to be imported and nobody lets in, and the files that are left behind: taken away by the clock."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.operations.test_catalogue_import import cnmarc, gb
from wenyuan.doors.workbench.records import uploads
from wenyuan.doors.workbench.records.running import drop_old_uploads, run_import
from wenyuan.holdings.catalogue.data import ImportProgress
from wenyuan.holdings.catalogue.importing import batches
from wenyuan.holdings.catalogue.models import Bib, ImportBatch, ImportSample, ImportSeen
from wenyuan.holdings.catalogue.operations import (
    install_defaults,
    load_batch,
    look_through,
    open_batch,
    restage_batch,
    run_batch,
    undo_batch,
)
from wenyuan.holdings.catalogue.sql import IMPORT_LOCK
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def desk(db: None) -> Desk:
    install_defaults()
    return make_desk(make_branch("B1"), role=Role.CATALOGUER)


def sent(number: str, desk: Desk, *, days_ago: int, more: int = 0) -> ImportBatch:
    """A file that was sent and looked through so many days ago."""
    records = (cnmarc(number), *(cnmarc(f"{number}-{other}", f"第{other}部") for other in range(more)))
    stored_as = uploads.keep(SimpleUploadedFile("a.iso", b"".join(gb(*records))))
    path, then = uploads.path_of(stored_as), AT - timedelta(days=days_ago)
    os.utime(path, (then.timestamp(), then.timestamp()))
    batch_id = open_batch(path=path, branch_id=desk.branch_id, at=then, desk=desk, stored_as=stored_as, staged=True)
    look_through(batch_id=batch_id, path=path, desk=desk)
    return ImportBatch.objects.get(id=batch_id)


def state(batch: ImportBatch) -> tuple[str, bool]:
    """The batch's state, and whether its file is there."""
    batch.refresh_from_db()
    return batch.state, uploads.is_kept(batch.stored_as)


def killed_after_one(batch: ImportBatch, *, at: datetime, desk: Desk) -> None:
    """Read the batch's file until the first chunk is in."""

    def kill(progress: ImportProgress) -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        run_batch(batch_id=batch.id, path=uploads.path_of(batch.stored_as), at=at, desk=desk, on_progress=kill)


def test_what_was_sent_a_month_ago_and_nobody_let_in_is_given_up(desk: Desk) -> None:
    old, young, loading = (sent(str(days), desk, days_ago=days) for days in (31, 29, 40))
    load_batch(batch_id=loading.id, at=AT - timedelta(days=1), desk=desk)

    drop_old_uploads(at=AT)
    drop_old_uploads(at=AT)

    assert (state(old), state(young), state(loading)) == (("dropped", False), ("ready", True), ("running", True))
    assert set(ImportSample.objects.values_list("batch_id", flat=True)) == {young.id, loading.id}
    rows = AuditRow.objects.filter(act__in=["give_up_import", "drop_uploads"]).order_by("id")
    assert list(rows.values_list("act", "account_id", "subject_id")) == [
        ("give_up_import", None, old.id),
        ("drop_uploads", None, None),
    ]
    assert rows[1].after == {"files": 1}


def test_what_was_sent_again_or_is_to_be_looked_through_in_another_way_waits_a_month_from_then(desk: Desk) -> None:
    again, mapped = sent("1", desk, days_ago=31), sent("2", desk, days_ago=31)
    path, lately = uploads.path_of(again.stored_as), AT - timedelta(days=29)
    open_batch(path=path, branch_id=desk.branch_id, at=lately, desk=desk, stored_as=again.stored_as, staged=True)
    restage_batch(batch_id=mapped.id, at=lately, desk=desk, mapping="marc21-852")

    drop_old_uploads(at=AT)
    kept = (state(again), state(mapped))
    drop_old_uploads(at=AT + timedelta(days=2))

    assert kept == (("ready", True), ("staged", True))
    assert (state(again)[0], state(mapped)[0]) == ("dropped", "dropped")


def test_what_is_looked_through_by_night_is_not_given_up_under_way(desk: Desk) -> None:
    old = sent("1", desk, days_ago=31)
    with psycopg.connect(**connection.get_connection_params() | {"autocommit": True}) as looking:
        looking.execute("SELECT pg_advisory_lock(%s, %s)", [IMPORT_LOCK, old.id])
        drop_old_uploads(at=AT)
        meanwhile = state(old)

    drop_old_uploads(at=AT)

    assert (meanwhile, state(old)) == (("ready", True), ("dropped", False))


def test_a_file_that_no_import_needs_goes_when_it_is_a_day_old(desk: Desk, home: Path) -> None:
    ended = sent("1", desk, days_ago=2)
    ImportBatch.objects.filter(id=ended.id).update(state="finished")  # as by a worker that was killed then
    ImportSeen.objects.create(batch=ended, digest=1)
    coming_in = uploads.path_of(uploads.keep(SimpleUploadedFile("b.iso", b"0123")))
    os.utime(coming_in, ((AT - timedelta(hours=23)).timestamp(),) * 2)

    drop_old_uploads(at=AT)
    still_there = coming_in.is_file()
    drop_old_uploads(at=AT + timedelta(hours=2))

    assert state(ended) == ("finished", False)
    assert (still_there, coming_in.is_file()) == (True, False)
    assert (ImportSample.objects.count(), ImportSeen.objects.count()) == (0, 0)


def test_an_import_that_was_cut_off_a_month_ago_loses_its_file_and_is_as_far_as_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "CHUNK_RECORDS", 1)
    cut_off = sent("1", desk, days_ago=45, more=1)
    load_batch(batch_id=cut_off.id, at=AT - timedelta(days=40), desk=desk)
    killed_after_one(cut_off, at=AT - timedelta(days=31), desk=desk)

    drop_old_uploads(at=AT - timedelta(days=2))
    before = state(cut_off)
    stored_as, examples = cut_off.stored_as, ImportSample.objects.count()
    drop_old_uploads(at=AT)
    drop_old_uploads(at=AT)

    assert (before, examples) == (("running", True), 2)
    assert not ImportSample.objects.exists()
    assert (state(cut_off), uploads.is_kept(stored_as), cut_off.read) == (("running", False), False, 1)
    rows = AuditRow.objects.filter(act__in=["leave_import", "give_up_import", "drop_uploads"]).order_by("id")
    assert list(rows.values_list("act", "account_id", "subject_id")) == [
        ("leave_import", None, cut_off.id),
        ("drop_uploads", None, None),
    ]
    undo_batch(batch_id=cut_off.id, at=AT, desk=desk)
    assert (state(cut_off), Bib.objects.count()) == (("undone", False), 0)


def test_a_job_that_waited_until_its_file_was_taken_away_or_replaced_does_nothing(desk: Desk) -> None:
    late, replaced = (sent(number, desk, days_ago=45) for number in ("1", "2"))
    jobs = [(batch.id, batch.stored_as) for batch in (late, replaced)]
    load_batch(batch_id=late.id, at=AT - timedelta(days=40), desk=desk)
    load_batch(batch_id=replaced.id, at=AT - timedelta(days=1), desk=desk)
    ImportBatch.objects.filter(id=replaced.id).update(stored_as="files/uploads/another.marc")
    drop_old_uploads(at=AT)

    for batch_id, stored_as in jobs:
        run_import(
            batch_id=batch_id,
            account_id=desk.operator.account_id,
            branch_id=desk.branch_id,
            stored_as=stored_as,
            at=AT,
        )

    assert (state(late), state(replaced), Bib.objects.count()) == (("running", False), ("running", False), 0)


def test_an_import_that_is_read_by_night_keeps_its_file(desk: Desk) -> None:
    old = sent("1", desk, days_ago=45)
    load_batch(batch_id=old.id, at=AT - timedelta(days=40), desk=desk)
    with psycopg.connect(**connection.get_connection_params() | {"autocommit": True}) as reading:
        reading.execute("SELECT pg_advisory_lock(%s, %s)", [IMPORT_LOCK, old.id])
        drop_old_uploads(at=AT)
        meanwhile = state(old)

    assert meanwhile == ("running", True)


def test_before_anything_was_sent_there_is_nothing_to_do(db: None) -> None:
    drop_old_uploads(at=AT)

    assert not AuditRow.objects.exists()
