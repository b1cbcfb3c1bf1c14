"""What the notices answer the network: calls still to be made from a branch, messages that go out on closed days."""

from collections.abc import Iterable
from datetime import date

from wenyuan.organisation.network.seams import BranchUser, Tie
from wenyuan.organisation.notices.models import CallList, Message


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """A branch with an open call list does not close for good: somebody else takes the list over first."""
    yield Tie("call_lists", CallList.objects.filter(branch_id=branch_id, closed_at__isnull=True).count())


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """Messages in the branches' name that wait to go out on the days of a closure."""
    waiting = Message.objects.filter(branch_id__in=branch_ids, state="waiting", send_at__date__gte=first)
    yield Tie("notices", (waiting.filter(send_at__date__lte=last) if last else waiting).count())


USER = BranchUser(room="notices", ties=ties, touched=touched)
