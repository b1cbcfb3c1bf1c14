"""The one-time code with which the first person proves to sit at this machine, until the library is founded."""

import secrets

from wenyuan.runtime.home import Home, write_private_file

_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 4, 4


def setup_code(home: Home) -> str | None:
    """The code of a library not founded yet, made where it is missing; nothing, and no file, once it is founded."""
    from wenyuan.organisation.accounts.queries import list_accounts

    if list_accounts():
        forget_setup_code(home)
        return None
    path = home.keys / "setup-code"
    if path.exists() and (code := path.read_text("ascii").strip()):
        return code
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    write_private_file(path, code + "\n")
    return code


def forget_setup_code(home: Home) -> None:
    """Delete the code; it opens nothing any more."""
    (home.keys / "setup-code").unlink(missing_ok=True)
