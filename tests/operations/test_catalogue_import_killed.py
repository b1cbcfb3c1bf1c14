"""An import whose process is killed outright: nothing half done, nothing twice."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from wenyuan.doors.cli.bench_import import write_file
from wenyuan.holdings.catalogue.models import Bib, ImportBatch, Item
from wenyuan.holdings.catalogue.operations import open_batch, run_batch
from wenyuan.holdings.catalogue.queries import import_result
from wenyuan.holdings.catalogue.sql import INVARIANTS
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry, Pending
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)

IMPORTER = """
import sys
import django
django.setup()
from datetime import UTC, datetime
from pathlib import Path
from wenyuan.holdings.catalogue.importing import batches
from wenyuan.organisation.rights.data import Act, Desk, Door, Operator
batches.CHUNK_RECORDS = 100
path, branch_id, account_id = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
operator = Operator(account_id, "import", everywhere=frozenset({Act.IMPORT_RECORDS}))
desk = Desk(operator=operator, branch_id=branch_id, door=Door.CLI)
at = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
batch_id = batches.open_batch(path=path, branch_id=branch_id, at=at, desk=desk)
batches.run_batch(batch_id=batch_id, path=path, at=at, desk=desk)
"""


def test_killed_in_the_middle_and_run_again_it_completes_without_doubles(fresh_database: str, tmp_path: Path) -> None:
    branch = make_branch("B1")
    desk = make_desk(branch, role=Role.CATALOGUER)
    path = tmp_path / "big.iso"
    write_file(path, 1500)
    arguments = [sys.executable, "-c", IMPORTER, str(path), str(branch.id), str(desk.operator.account_id)]
    process = subprocess.Popen(arguments, env=os.environ | {"DATABASE_URL": fresh_database})
    give_up = time.monotonic() + 60
    while not ImportBatch.objects.filter(read__gte=300).exists():
        assert process.poll() is None, "the import ended before it could be killed"
        assert time.monotonic() < give_up
        time.sleep(0.01)

    process.send_signal(signal.SIGKILL)
    process.wait()
    batch_id = open_batch(path=path, branch_id=branch.id, at=AT, desk=desk)
    done_before = import_result(batch_id)
    bibs_before = Bib.objects.count()
    run_batch(batch_id=batch_id, path=path, at=AT, desk=desk)

    assert done_before is not None
    assert 300 <= done_before.read < 1500
    assert done_before.read == bibs_before
    result = import_result(batch_id)
    assert result is not None
    assert ImportBatch.objects.count() == 1
    assert (result.state, result.read, result.added, result.items, result.failed) == ("finished", 1500, 1500, 3000, 0)
    assert (Bib.objects.count(), Item.objects.count()) == (1500, 3000)
    assert Entry.objects.filter(kind=Kind.ITEM_ADDED).count() == 3000
    assert Pending.objects.filter(kind=Kind.ITEM_ADDED).count() == 3000
    assert [broken_rows(invariant) for invariant in INVARIANTS] == [[]] * len(INVARIANTS)
