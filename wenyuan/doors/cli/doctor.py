"""``wenyuan doctor``: the checks that need no Django, and then those that do."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from wenyuan.doors.cli.environment import Installation, chosen_home, installation
from wenyuan.doors.cli.migrate import pending_migrations
from wenyuan.doors.cli.output import json_option, print_json, progress
from wenyuan.runtime.database import is_embedded
from wenyuan.runtime.doctor import Finding, Patient, Severity, examine, finding_of
from wenyuan.runtime.home import Home
from wenyuan.runtime.problem import Problem

MOST_WAITING = 1_000
"""So many undelivered journal entries mean that no worker keeps up."""

MOST_STALE = 5_000
LONGEST_STALE = timedelta(minutes=10)
"""So many changes, or one that waits so long, mean that nobody keeps the search index up."""

_SIGNS = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.INFO: "·"}
_SHOWN_ROWS = 5


@click.command()
@click.option("--invariants", is_flag=True, help="Also check that the tables agree with each other (may take long).")
@json_option
def doctor(invariants: bool, as_json: bool) -> int:
    """Say what is wrong with this installation, each with the command that mends it; change nothing.

    Exit codes: 0 all is well, 1 something is wrong (an error, a warning or a broken invariant).
    """
    home = chosen_home(os.environ)
    findings = list(examine(Patient(home=home, environ=dict(os.environ))))
    broken: list[dict[str, Any]] = []
    if _has_database(home):
        try:
            with installation(home=home) as here:
                more = _examine_rooms(here)
                findings += more
                if invariants and not any(finding.code == "migrations_pending" for finding in more):
                    broken = _examine_invariants(quiet=as_json)
        except Problem as problem:
            if not any(finding.sentence_en == str(problem) for finding in findings):
                findings.append(Finding("not_startable", Severity.ERROR, str(problem), problem.command))
        except OSError as error:
            findings.append(finding_of(error, home=home))
    bad = any(finding.severity is not Severity.INFO for finding in findings)
    violated = [statement for statement in broken if statement["rows"]]
    if as_json:
        print_json(
            {
                "ok": not (bad or violated),
                "findings": [
                    {
                        "code": finding.code,
                        "severity": finding.severity.value,
                        "sentence": finding.sentence_en,
                        "command": finding.command,
                    }
                    for finding in findings
                ],
                "invariants": broken,
            }
        )
    else:
        _show(findings, broken)
    return 1 if bad or violated else 0


def _has_database(home: Home) -> bool:
    """Whether there is one to look into; an empty home stays empty."""
    return not is_embedded(os.environ) or (home.database / "cluster" / "PG_VERSION").exists()


def _examine_rooms(here: Installation) -> list[Finding]:
    """What the rooms have to say. Each check stands alone: one that breaks is a finding of its own."""
    pending = pending_migrations()
    if pending:
        sentence = f"{len(pending)} migrations are not applied, {pending[0]} first."
        return [Finding("migrations_pending", Severity.ERROR, sentence, "wenyuan migrate")]
    findings: list[Finding] = []
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (_library, _separation, _journal, _search, _counters)
    for check in checks:
        try:
            findings += check()
        except Exception as error:  # its kind alone: what it says may hold data
            sentence = f"The check {check.__name__.strip('_')} broke with {type(error).__name__}."
            findings.append(Finding("check_broke", Severity.ERROR, sentence))
    return findings


def _library() -> Iterator[Finding]:
    from wenyuan.organisation.accounts.queries import list_accounts
    from wenyuan.organisation.network.queries import get_library, network_map

    if get_library() is None:
        yield Finding("library_not_founded", Severity.WARNING, "The library has no name yet.", "wenyuan init")
    elif not network_map().branches:
        yield Finding("no_branches", Severity.WARNING, "The library has no branch yet.", "wenyuan init")
    if get_library() is not None and not list_accounts():
        yield Finding("no_accounts", Severity.ERROR, "Nobody has an account.", "wenyuan init")


def _separation() -> Iterator[Finding]:
    from wenyuan.organisation.accounts.data import FindingCode
    from wenyuan.organisation.accounts.queries import get_account, list_accounts, separation_findings
    from wenyuan.plumbing.clock import local_date

    sentences = {
        FindingCode.ROLE_VACANT: "Nobody holds the role {roles}.",
        FindingCode.ROLES_COMBINED: "{who} holds roles that are kept apart: {roles}.",
        FindingCode.ADMINISTRATOR_OPERATES: "{who} administers and also works at a desk: {roles}.",
        FindingCode.PASSWORD_SET_BY_OTHER: "Somebody else has set the password of {who}, an administrator.",
    }
    if not list_accounts():
        return
    at = datetime.now(UTC)
    for found in separation_findings(at, local_date(at)):
        account = get_account(found.account_id) if found.account_id else None
        words = {"who": account.username if account else "", "roles": ", ".join(role.value for role in found.roles)}
        yield Finding(found.code.value, Severity.WARNING, sentences[found.code].format(**words))


def _journal() -> Iterator[Finding]:
    from wenyuan.organisation.journal.queries import backlog

    waiting = backlog()
    if waiting.stuck:
        since = f" since {waiting.stuck_since:%Y-%m-%d %H:%M} UTC" if waiting.stuck_since else ""
        sentence = (
            f"{waiting.stuck} journal entries are stuck{since}: a follower fails on them; the worker tries again."
        )
        yield Finding("journal_stuck", Severity.ERROR, sentence, "grep -i error $WENYUAN_HOME/logs/worker.log")
    if waiting.pending > MOST_WAITING:
        sentence = f"{waiting.pending} journal entries wait for a worker."
        yield Finding("journal_backlog", Severity.WARNING, sentence, "wenyuan worker")


def _search() -> Iterator[Finding]:
    from wenyuan.holdings.catalogue.queries import index_backlog, is_indexed

    if not is_indexed():
        sentence = "There is no search index yet; a running worker builds it."
        yield Finding("index_missing", Severity.INFO, sentence, "wenyuan index rebuild")
        return
    waiting = index_backlog()
    is_late = waiting.since is not None and datetime.now(UTC) - waiting.since > LONGEST_STALE
    if waiting.count > MOST_STALE or is_late:
        sentence = f"{waiting.count} changes wait for the search index."
        yield Finding("index_backlog", Severity.WARNING, sentence, "wenyuan worker")


def _counters() -> Iterator[Finding]:
    from wenyuan.organisation.network.queries import network_map
    from wenyuan.services.visits.queries import silent_counters

    branches = network_map().branches
    for silent in silent_counters(at=datetime.now(UTC)):
        days = f"{len(silent.days)} open day{'s' if len(silent.days) > 1 else ''}"
        where = branches[silent.counter.branch_id].code
        sentence = f"Gate counter {silent.counter.id} at {where} said nothing on {days}, last on {silent.days[0]}."
        yield Finding("counter_silent", Severity.INFO, sentence)


def _examine_invariants(*, quiet: bool) -> list[dict[str, Any]]:
    from wenyuan.plumbing.invariants import all_invariants, broken_rows

    every = all_invariants()
    answers = []
    with progress("Checking invariants", total=len(every), quiet=quiet) as bar:
        for number, invariant in enumerate(every, start=1):
            rows = [[_plain(value) for value in row] for row in broken_rows(invariant)]
            answers.append({"name": invariant.name, "room": invariant.room, "says": invariant.says, "rows": rows})
            bar(number, says=invariant.name)
    return answers


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str | None) else str(value)


def _show(findings: list[Finding], broken: list[dict[str, Any]]) -> None:
    for finding in findings:
        click.echo(f"{_SIGNS[finding.severity]} {finding.sentence_en}")
        if finding.command:
            click.echo(f"    {finding.command}")
    for statement in broken:
        rows = statement["rows"]
        if rows:
            click.echo(f"✗ {statement['room']}: {statement['says']} Not so: {rows[:_SHOWN_ROWS]}")
    if broken:
        kept = sum(1 for statement in broken if not statement["rows"])
        click.echo(f"{kept} of {len(broken)} invariants hold.")
    if not any(finding.severity is not Severity.INFO for finding in findings):
        click.echo("All is well.")
