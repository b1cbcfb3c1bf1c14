"""Background work of the catalogue: one line into a verb."""

from datetime import datetime

from wenyuan.holdings.catalogue.operations import settle_standings
from wenyuan.plumbing.queue import every


@every("15 18 * * *", "catalogue.settle_standings")
def settle(at: datetime) -> None:
    """At night (02:15 in Shanghai): what is borrowed much, held often or new comes a little higher in results."""
    settle_standings(at=at)
