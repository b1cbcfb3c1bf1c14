"""Records of a chunk that were edited here since they came in: the same text again leaves them as they are, another one
replaces them with a warning."""

from collections.abc import Mapping

from wenyuan.holdings.catalogue.data import ImportReason, Outcome
from wenyuan.holdings.catalogue.importing.overlaying import OverlayRules
from wenyuan.holdings.catalogue.importing.overlays import count_as_same, laid_over, lay_over
from wenyuan.holdings.catalogue.importing.planning import Plan, Report
from wenyuan.holdings.catalogue.importing.preparing import Fault, Prepared
from wenyuan.holdings.catalogue.models import Bib, BibVersion
from wenyuan.kernel.marc import content_hash, from_storage


def settle(plan: Plan, rules: OverlayRules | None) -> Mapping[int, Prepared]:
    """Let changed records be what the overlay rules say (``lay_over``, whose records are returned), after those were
    spared that say what was imported last and were edited since; warn of the edited ones that change all the same."""
    edited = _spare_edited(plan, rules)
    laid = lay_over(plan, rules)
    for place, placed in enumerate(plan.placed):
        if placed.bib_id in edited and placed.outcome is Outcome.CHANGED:
            plan.placed[place] = placed._replace(outcome=Outcome.EDITED_HERE)
            plan.reports.append(Report(place, Fault(ImportReason.EDITED_HERE, warning=True)))
    return laid


def _spare_edited(plan: Plan, rules: OverlayRules | None) -> set[int]:
    """The bibs whose record in force was saved by hand and says something else than what was imported last."""
    sent = {changed.id: changed.prepared for changed in plan.changed_bibs}
    if not sent:
        return set()
    by_hand = Bib.objects.filter(id__in=list(sent), batch=None, changed_by__isnull=False)
    now = {bib_id: bytes(digest) for bib_id, digest in by_hand.values_list("id", "content_hash")}
    edited = set(now)
    for bib_id, last in _last_imported(list(now)).items():
        imported = bytes.fromhex(content_hash(from_storage(last)))
        again = laid_over(last, sent[bib_id], rules) if rules is not None else sent[bib_id]
        if now[bib_id] == imported:
            edited.discard(bib_id)  # an undoing has put it back
        elif again.content_hash == imported:
            count_as_same(plan, bib_id)
            plan.changed_bibs = [changed for changed in plan.changed_bibs if changed.id != bib_id]
    return edited


def _last_imported(bib_ids: list[int]) -> dict[int, bytes]:
    """The storage form of the last version that came with an import that stands."""
    if not bib_ids:
        return {}
    versions = BibVersion.objects.filter(bib_id__in=bib_ids, batch__isnull=False)
    standing = versions.exclude(batch__state__in=("undoing", "undone")).order_by("bib_id", "-number")
    return {bib_id: bytes(marc) for bib_id, marc in standing.distinct("bib_id").values_list("bib_id", "marc")}
