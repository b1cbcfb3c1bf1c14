"""What the pages of crates share: crumbs, tabs, and a manifest that this operator may see."""

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.transit.words import MANIFEST_STATES
from wenyuan.lending.circulation.queries import count_late_consignments
from wenyuan.lending.transit.data import ManifestState, ManifestView
from wenyuan.lending.transit.queries import count_late, count_open_differences, count_unchecked, get_manifest
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date


@dataclass(frozen=True, slots=True)
class Tab:
    """A list of this part; ``count`` stands beside its word where something waits there."""

    label: StrOrPromise
    url: str
    current: bool
    count: int = 0


def tabs(request: StaffRequest) -> list[Tab]:
    """The lists that this operator may open."""
    branch_id = request.desk.branch_id
    found: list[tuple[str, StrOrPromise, bool, int]] = []
    packs = may(request.operator, Act.PACK_CRATES, branch_id)
    plans = may(request.operator, Act.PLAN_RUNS, branch_id)
    open_differences = count_open_differences(branch_id) if packs else 0
    late_batches = count_late_consignments(branch_id, local_date(request.at)) if packs else 0
    found += [
        ("crates", _("Crates"), packs, 0),
        ("transit-waiting", _("Waiting to be packed"), packs, 0),
        ("transit-late", _("Late"), packs, count_late(at=request.at, branch_id=branch_id) if packs else 0),
        ("differences", _("Differences"), packs, open_differences),
        ("station-batches", _("Station batches"), packs, late_batches),
        ("runs", _("Runs"), plans or may(request.operator, Act.DRIVE_RUNS, branch_id), 0),
        ("handovers", _("Received without an account"), packs, count_unchecked(branch_id) if packs else 0),
        ("manifests", _("All manifests"), packs, 0),
        ("crate-stock", _("Crates in use"), packs or plans, 0),
    ]
    return [
        Tab(label, url, request.path == url, count)
        for name, label, opens, count in found
        if opens and (url := reverse(f"workbench:{name}"))
    ]


def transit_crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    """From this part's first page to what ``after`` names."""
    return (Crumb(gettext("Crates"), reverse("workbench:crates")), *after)


def manifest_or_404(request: StaffRequest, manifest_id: int) -> ManifestView:
    """The manifest, if the operator may pack at one of its ends."""
    found = get_manifest(manifest_id)
    if found is None or not any(
        may(request.operator, Act.PACK_CRATES, branch_id) for branch_id in (found.from_branch_id, found.to_branch_id)
    ):
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A manifest in words."""

    manifest: ManifestView
    state: tuple[str, StrOrPromise]
    from_name: str
    to_name: str
    comes_here: bool

    @property
    def is_open(self) -> bool:
        return self.manifest.state not in (ManifestState.RECEIVED, ManifestState.DROPPED)


def manifest_row(manifest: ManifestView, branch_id: int, network: NetworkMap) -> ManifestRow:
    """The row of a list at a branch."""
    return ManifestRow(
        manifest,
        MANIFEST_STATES[manifest.state],
        branch_name(manifest.from_branch_id, network),
        branch_name(manifest.to_branch_id, network),
        manifest.to_branch_id == branch_id,
    )
