"""``wenyuan recount``: have the past days of a period added up anew from the journal."""

from datetime import UTC, datetime

import click

from wenyuan.doors.cli.environment import library
from wenyuan.doors.cli.output import json_option, print_json


@click.command()
@click.argument("period")
@click.option("--reason", default="", help="Why; the audit keeps it.")
@click.option("--as", "username", metavar="USER", help="Act as this account; default the first that may.")
@json_option
def recount(period: str, reason: str, username: str | None, as_json: bool) -> None:
    """Have the worker add up the past days of PERIOD anew from the journal: 2026, 2026-H1, 2026-04, 2026-04-23, A..B.

    Figures stay right meanwhile: they are read from the journal.
    """
    with library():
        from wenyuan.doors.cli.acting import acting_desk
        from wenyuan.office.figures import operations
        from wenyuan.office.figures.data import BadPeriod
        from wenyuan.office.figures.queries import parse_period
        from wenyuan.organisation.rights.data import Act

        at = datetime.now(UTC)
        try:
            days = parse_period(period)
        except BadPeriod as bad:
            said = f"{period!r} is no period: {bad.reason.value.replace('_', ' ')}."
            raise click.BadParameter(said, param_hint="PERIOD") from None
        desk = acting_desk(act=Act.KEEP_FIGURES, branch_id=None, username=username, at=at)
        marked = operations.recount(first=days.first_date, last=days.last_date, reason=reason, at=at, desk=desk)
    if as_json:
        print_json({"period": days.text, "days": marked})
        return
    click.echo(f"{marked} days of {days.text} are added up anew; until then their figures are read from the journal.")
