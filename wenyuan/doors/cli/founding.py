"""``wenyuan init``: found a real library from the command line, asking what was not given."""

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from wenyuan.doors.cli.environment import demo_marker, installation
from wenyuan.doors.cli.migrate import bring_up_to_date
from wenyuan.doors.cli.output import json_option, print_json
from wenyuan.runtime.home import Home, open_to_others
from wenyuan.runtime.problem import Problem

F = TypeVar("F", bound=Callable[..., object])

_ENV_PREFIX = "WENYUAN_INIT_"
_ROLES = (
    ("system_admin", "System administrator (系统管理员): accounts and settings"),
    ("security_admin", "Security administrator (安全管理员): rights"),
    ("audit_admin", "Audit administrator (审计管理员): looks at what the others do"),
    ("director", "Director (馆长): branches, calendars, loan rules, figures"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Who gets an account: ``user`` or ``user:name``, as given on the command line."""

    user: str
    name: str

    @classmethod
    def parse(cls, text: str) -> "Person":
        user, _, name = text.partition(":")
        return cls(user.strip(), name.strip() or user.strip())


def _read_env_file(_ctx: click.Context, _param: click.Parameter, path: Path | None) -> None:
    """Lines ``NAME=VALUE`` become options, as if WENYUAN_INIT_NAME=VALUE were set."""
    if path is None:
        return
    for number, line in enumerate(_text_of(path).splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f"{path}, line {number}: NAME=VALUE is wanted.")
        os.environ.setdefault(_ENV_PREFIX + name.strip().removeprefix(_ENV_PREFIX), value.strip().strip("\"'"))


def _text_of(path: Path) -> str:
    """:raises Problem: the file is in another encoding; nothing of it is repeated, since it may hold passwords."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem(f"{path} is not in UTF-8.", command=f"iconv -f GB18030 -t UTF-8 {path}") from None


def _person_option(role: str) -> Callable[[F], F]:
    flag = f"--{role.replace('_', '-')}"
    says = next(text for name, text in _ROLES if name == role)
    return click.option(flag, envvar=_ENV_PREFIX + role.upper(), metavar="USER[:NAME]", help=says)


@click.command(name="init")
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    is_eager=True,
    expose_value=False,
    callback=_read_env_file,
    help="Lines NAME=VALUE for the options below: LIBRARY, BRANCHES, SYSTEM_ADMIN …",
)
@click.option("--library", envvar=_ENV_PREFIX + "LIBRARY", metavar="NAME", help="The library's name.")
@click.option("--library-en", envvar=_ENV_PREFIX + "LIBRARY_EN", default="", metavar="NAME", help="In English.")
@click.option("--code", envvar=_ENV_PREFIX + "CODE", default="", help="Its institution code (SIP2 AO).")
@click.option(
    "--branches",
    envvar=_ENV_PREFIX + "BRANCHES",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Sheet of the first branches, CSV or XLSX: code, name, kind, opened, parent, hours, group …",
)
@_person_option("system_admin")
@_person_option("security_admin")
@_person_option("audit_admin")
@_person_option("director")
@click.option(
    "--password-file",
    envvar=_ENV_PREFIX + "PASSWORD_FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Lines USER:PASSWORD, readable by its owner alone; passwords not in it are asked for.",
)
@json_option
def init(
    library: str | None,
    library_en: str,
    code: str,
    branches: Path | None,
    password_file: Path | None,
    as_json: bool,
    **people: str | None,
) -> None:
    """Found a real library: its name, its first branches from a sheet, and its first four accounts.

    The law keeps the three administrators (三员) apart, so they are three people; each types a password that the others
    do not see. What is not given is asked for. Nothing happens where a library was founded already.
    """
    with installation(real=True) as here:
        _refuse_a_demo(here.home)
        bring_up_to_date(here, quiet=as_json)
        _refuse_twice()
        rows = _sheet(branches or Path(_ask("Sheet of the first branches (CSV or XLSX)")))
        name = library or _ask("Name of the library")
        given = _passwords(password_file)
        accounts = [
            _account(role, people[role] or _ask(f"{says}, user name[:name]"), given, ask=not as_json)
            for role, says in _ROLES
        ]
        opened = _found(accounts=accounts, name=name, name_en=library_en, code=code, rows=rows, at=datetime.now(UTC))
        (here.home.keys / "setup-code").unlink(missing_ok=True)
    users = {role: account.username for (role, _), account in zip(_ROLES, accounts, strict=True)}
    if as_json:
        print_json({"library": name, "branches": opened, "accounts": users})
    else:
        click.echo(f"{name} is founded: {len(opened)} branches, accounts {', '.join(users.values())}. Next: wenyuan up")


def _ask(what: str) -> str:
    return str(click.prompt(what, err=True))


def _refuse_a_demo(home: Home) -> None:
    if demo_marker(home).exists():
        raise Problem(
            f"{home.path} holds the demo network; a real library needs a home of its own.",
            command="export WENYUAN_HOME=/srv/wenyuan",
        )


def _refuse_twice() -> None:
    from wenyuan.organisation.accounts.queries import list_accounts

    if list_accounts():
        raise Problem("The library is founded already. More branches and accounts are made in the workbench.")


def _sheet(path: Path) -> tuple[Any, ...]:
    """The checked rows. :raises Problem: with every fault of the sheet."""
    from wenyuan.organisation.network.operations import SheetRefused, read_branch_sheet

    try:
        rows = read_branch_sheet(path.read_bytes())
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.", command=f"ls -l {path}") from None
    except SheetRefused as refused:
        raise _sheet_problem(path.name, refused) from None
    codes = {row.code.casefold() for row in rows}
    unknown = [row for row in rows if row.parent and row.parent.casefold() not in codes]
    if unknown:
        places = "; ".join(f"row {row.row}: {row.parent}" for row in unknown)
        raise Problem(f"{path.name} names parents that are not in it: {places}.")
    return rows


def _sheet_problem(name: str, refused: Any) -> Problem:
    faults = "; ".join(
        f"row {error.row}, {error.column or 'file'}: {error.fault.value.replace('_', ' ')}"
        + (f" ({error.value})" if error.value else "")
        for error in refused.errors
    )
    return Problem(f"{name} was not loaded: {faults}.")


def _passwords(path: Path | None) -> Mapping[str, str]:
    """User names, in any case, and their passwords. :raises Problem: others may read the file."""
    if path is None:
        return {}
    if stat.S_ISREG(path.stat().st_mode) and open_to_others(path):
        raise Problem(f"{path} can be read by others.", command=f"chmod 600 {path}")
    pairs = (line.partition(":") for line in _text_of(path).splitlines() if line.strip())
    return {user.strip().casefold(): password.strip() for user, _, password in pairs}


def _account(role: str, text: str, given: Mapping[str, str], *, ask: bool) -> Any:
    from wenyuan.organisation.accounts.data import FirstAccount, Role

    person = Person.parse(text)
    password = given.get(person.user.casefold())
    if password is None:
        if not ask:
            raise Problem(f"--password-file has no password for {person.user}.")
        password = click.prompt(f"Password of {person.user}", hide_input=True, confirmation_prompt=True, err=True)
    return FirstAccount(username=person.user, name=person.name, password=password, roles=frozenset({Role(role)}))


def _found(
    *, accounts: list[Any], name: str, name_en: str, code: str, rows: tuple[Any, ...], at: datetime
) -> list[str]:
    """The codes of the branches opened; accounts, name and branches come together or not at all."""
    from wenyuan.organisation.accounts.data import AccountRefused
    from wenyuan.organisation.accounts.operations import found_installation
    from wenyuan.organisation.network.data import NetworkRefused
    from wenyuan.organisation.network.operations import SheetRefused
    from wenyuan.organisation.rights.data import Door

    try:
        opened = found_installation(
            accounts=accounts,
            name_zh=name,
            name_en=name_en,
            institution_code=code,
            branches=rows,
            at=at,
            door=Door.CLI,
        )
    except AccountRefused as refused:
        codes = f" ({', '.join(refused.codes)})" if refused.codes else ""
        raise Problem(f"The accounts were not made: {refused.reason.value.replace('_', ' ')}{codes}.") from None
    except NetworkRefused as refused:
        raise Problem(f"The library was not founded: {refused.reason.value.replace('_', ' ')}.") from None
    except SheetRefused as refused:
        raise _sheet_problem("The sheet", refused) from None
    return [branch.code for branch in opened]
