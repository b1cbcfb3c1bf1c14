"""Overlay rules that a library keeps, and what they make of a chunk: the records that change keep what is the
library's own."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from wenyuan.holdings.catalogue.data import CatalogueRefused, Outcome, OverlayUnfit, Refusal
from wenyuan.holdings.catalogue.importing.overlaying import OverlayRules, overlay, rules_as_data, rules_from
from wenyuan.holdings.catalogue.importing.planning import ChangedBib, Plan
from wenyuan.holdings.catalogue.importing.preparing import Prepared, prepare_record
from wenyuan.holdings.catalogue.models import Bib, OverlayRule
from wenyuan.kernel.marc import Dialect, MarcError, from_storage
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb


@needs(Act.IMPORT_RECORDS)
@verb
def keep_overlay(*, data: object, at: datetime, desk: Desk) -> str:
    """Keep overlay rules given as plain data (``overlaying.rules_from``) under their name, which is returned. Rules of
    the same name give way, also for imports that were cut off.

    :raises NotAllowed: without the right to import records in the whole network, since every branch may use them.
    :raises OverlayUnfit: for data that is no rules; it names the place.
    """
    require(desk.operator, Act.IMPORT_RECORDS, None)
    rules = rules_from(data)
    plain = rules_as_data(rules)
    row = OverlayRule.objects.select_for_update().filter(code=rules.name).first()
    before = row.rules if row is not None else None
    if before == plain:
        return rules.name
    row = row or OverlayRule(code=rules.name)
    row.rules = plain
    row.save()
    audit(
        at=at,
        desk=desk,
        act="keep_overlay",
        subject_kind="overlay_rule",
        subject_id=row.id,
        before=before,
        after=plain,
    )
    return rules.name


def list_overlays() -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """The rules by name: the name, the tags that stay instead of the supplier's, those that stay beside them."""
    found = []
    for data in OverlayRule.objects.order_by("code").values_list("rules", flat=True):
        try:
            rules = rules_from(data)
        except OverlayUnfit:
            continue
        found.append((rules.name, rules.keep, rules.both))
    return tuple(found)


def overlay_named(code: str) -> OverlayRules | None:
    """The rules with this name; none for no name.

    :raises CatalogueRefused: OVERLAY_UNKNOWN, also for rules that cannot be used.
    """
    if not code:
        return None
    data = OverlayRule.objects.filter(code=code).values_list("rules", flat=True).first()
    try:
        return rules_from(data)
    except OverlayUnfit as error:
        raise CatalogueRefused(Refusal.OVERLAY_UNKNOWN, "overlay") from error


def lay_over(plan: Plan, rules: OverlayRules | None) -> Mapping[int, Prepared]:
    """Let the changed records of a plan keep what the rules say; one that then says the same as before is unchanged.
    By bib, the records as they will stand.

    A record that cannot be made (it would be too large to be kept) comes as the supplier sent it.
    """
    if rules is None or not plan.changed_bibs:
        return {}
    wanted = [changed.id for changed in plan.changed_bibs]
    own = {
        bib_id: (bytes(marc), bytes(digest))
        for bib_id, marc, digest in Bib.objects.filter(id__in=wanted).values_list("id", "marc", "content_hash")
    }
    laid: dict[int, Prepared] = {}
    changed_bibs: list[ChangedBib] = []
    for changed in plan.changed_bibs:
        marc, digest = own[changed.id]
        made = laid[changed.id] = laid_over(marc, changed.prepared, rules)
        if made.content_hash == digest:
            count_as_same(plan, changed.id)
        else:
            changed_bibs.append(changed._replace(prepared=made))
    plan.changed_bibs = changed_bibs
    return laid


def laid_over(own: bytes, sent: Prepared, rules: OverlayRules) -> Prepared:
    """What a record that was sent becomes over one of the catalogue, given in storage form."""
    columns = sent.columns
    record = overlay(from_storage(own), from_storage(columns.marc), rules)
    try:
        made = prepare_record(record, dialect=Dialect(columns.dialect), source=sent.source, mapping=None)
    except MarcError:
        return sent
    if not isinstance(made, Prepared):
        return sent
    return replace(made, control_number=sent.control_number, items=sent.items, faults=sent.faults)


def count_as_same(plan: Plan, bib_id: int) -> None:
    """Every record of the chunk that was to change this bib leaves it as it is."""
    for place, placed in enumerate(plan.placed):
        if placed.bib_id == bib_id and placed.outcome is Outcome.CHANGED:
            plan.placed[place] = placed._replace(outcome=Outcome.SAME)
            plan.changed -= 1
            plan.unchanged += 1
