"""What was sent to be imported and nobody has let in: after a month it is given up, and what was found in it goes. An
import that was cut off is left as it is after a month, without its file."""

from datetime import datetime, timedelta
from typing import Final

from wenyuan.holdings.catalogue.importing.batches import DROPPED, READY, RUNNING, STAGED, take_if_free
from wenyuan.holdings.catalogue.models import ImportBatch, ImportSample, ImportSeen
from wenyuan.organisation.rights.data import CLOCK, NO_BRANCH, Desk, Door
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.transactions import verb

WAITS_FOR: Final = timedelta(days=30)
"""How long a file that was sent waits for somebody's word, or for somebody who goes on where it was cut off."""
_AT_ONCE: Final = 100


@needs()
@verb
def give_up_old_batches(*, at: datetime) -> int:
    """Give up the files that nobody has let in and that were last sent, or given another mapping, more than
    ``WAITS_FOR`` ago, each audited as an act of the clock; how many. An import that was cut off as long ago loses its
    file, audited too. A batch that somebody is just loading or looking through is left for the next night. Examples and
    numbers of batches that need them no longer go too: a worker that was killed leaves them."""
    old = ImportBatch.objects.filter(state__in=(STAGED, READY), waits_since__lt=at - WAITS_FOR).order_by("id")
    rows = old.select_for_update(skip_locked=True)[:_AT_ONCE]  # who loads a batch holds its row, who looks does not
    batches = [batch for batch in rows if take_if_free(batch.id)]
    for batch in batches:
        before, batch.state = batch.state, DROPPED
        batch.save(update_fields=["state"])
        audit(
            at=at,
            desk=Desk(operator=CLOCK, branch_id=batch.branch_id, door=Door.WORKER),
            act="give_up_import",
            subject_kind="import_batch",
            subject_id=batch.id,
            before={"state": before},
            after={"state": DROPPED},
        )
    _leave_cut_off(at)
    ImportSample.objects.exclude(batch__state__in=(STAGED, READY, RUNNING)).delete()
    ImportSeen.objects.exclude(batch__state=STAGED).delete()
    return len(batches)


def _leave_cut_off(at: datetime) -> None:
    """Imports that were cut off so long ago need their files and examples no more. What they brought in can be undone
    as before, and the file that is sent again adds the rest."""
    old = ImportBatch.objects.filter(state=RUNNING, waits_since__lt=at - WAITS_FOR).exclude(stored_as="")
    for batch in old.select_for_update(skip_locked=True).order_by("id")[:_AT_ONCE]:
        if take_if_free(batch.id):
            batch.stored_as = ""
            batch.save(update_fields=["stored_as"])
            ImportSample.objects.filter(batch_id=batch.id).delete()
            audit(
                at=at,
                desk=Desk(operator=CLOCK, branch_id=batch.branch_id, door=Door.WORKER),
                act="leave_import",
                subject_kind="import_batch",
                subject_id=batch.id,
                after={"read": batch.read},
            )


@needs()
@verb
def note_files_gone(*, count: int, at: datetime) -> None:
    """Note in the audit that so many files which no import needs were taken away by the clock."""
    desk = Desk(operator=CLOCK, branch_id=NO_BRANCH, door=Door.WORKER)
    audit(at=at, desk=desk, act="drop_uploads", subject_kind="import_batch", after={"files": count})


def files_needed() -> frozenset[str]:
    """The files, by their paths below the home folder, that an import may still read: one that waits for somebody's
    word, goes in, or was cut off within ``WAITS_FOR``."""
    needed = ImportBatch.objects.filter(state__in=(STAGED, READY, RUNNING)).exclude(stored_as="")
    return frozenset(needed.values_list("stored_as", flat=True))
