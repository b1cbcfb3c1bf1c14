"""What the transit room answers the network: what is on its way to or from a branch."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from wenyuan.lending.transit.models import Manifest, Stop, Transit
from wenyuan.organisation.network.seams import BranchUser, Tie


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """A branch where something is on its way from or to, or where a run halts, does not close for good."""
    here = Q(from_branch_id=branch_id) | Q(to_branch_id=branch_id)
    yield Tie("transits", Transit.objects.filter(here, received_at__isnull=True, cancelled_at__isnull=True).count())
    yield Tie("run_stops", Stop.objects.filter(branch_id=branch_id, ended_at__isnull=True).count())
    yield Tie("crates", Manifest.objects.filter(here, received_at__isnull=True, dropped_at__isnull=True).count())


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """What is on its way to the branches now and may arrive at a shut door."""
    coming = Transit.objects.filter(to_branch_id__in=branch_ids, received_at__isnull=True, cancelled_at__isnull=True)
    yield Tie("transits", coming.count())


USER = BranchUser(room="transit", ties=ties, touched=touched)
