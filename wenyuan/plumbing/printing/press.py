"""The press: a process that reads work from its standard input, typesets it, and answers on its standard output.

It is started by ``presses.py`` alone, imports nothing of the house but this package, and ends when its input does or
no work comes for a while. What it may use is bounded, so that a template that loops or swells ends this process alone.
"""

import json
import os
import re
import resource
import select
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import typst

from wenyuan.plumbing.printing.presses import SIZE

MOST_IDLE_SECONDS: Final = 600
MOST_MEMORY: Final = 1_200_000_000
"""Bytes of address space. A list of thousands of items needs some hundred million; fonts are mapped, not copied."""
MAIN: Final = "main"
"""What the compiler calls the template that it is given."""
_PLACE: Final = re.compile(r"┌─ (?:.*/)?([^/\n]+):(\d+:\d+)$", re.MULTILINE)


def main() -> None:
    _bind()
    wanted, answers = sys.stdin.buffer, sys.stdout.buffer
    while select.select([wanted], [], [], MOST_IDLE_SECONDS)[0]:
        head = wanted.read(SIZE.size)
        if len(head) < SIZE.size:
            return
        answer = _print(json.loads(wanted.read(*SIZE.unpack(head))))
        answers.write(SIZE.pack(len(answer)) + answer)
        answers.flush()


def _bind() -> None:
    """Bound memory and files. What a system does not bound (macOS: address space) is left to the clock of who started
    us."""
    limits = {resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    if sys.platform == "linux":
        limits[resource.RLIMIT_AS] = MOST_MEMORY
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))


def _bind_time(seconds: int) -> None:
    """Bound the processor time of the next print: who started us may be gone, and nobody looks at the clock."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 2 * seconds + 1, most))


def _print(work: Mapping[str, Any]) -> bytes:
    """A line of JSON, and the pages behind it."""
    _bind_time(work["seconds"])
    try:
        pages = _typeset(work)
    except typst.TypstError as error:
        return _line({"reason": "template", "place": _place(error, work["main"]), "told": error.message})
    if sum(map(len, pages)) > work["most"]:
        return _line({"reason": "too_large"})
    return b"".join([_line({"sizes": [len(page) for page in pages]}), *pages])


def _typeset(work: Mapping[str, Any]) -> list[bytes]:
    files = {name: text.encode() for name, text in work["files"].items()}
    files[MAIN] = files[work["main"]]
    made = typst.compile(  # type: ignore[call-overload] # its stubs do not know files given as a dictionary
        files,
        root=os.devnull,  # below it no file can be found, so a template reads only what it was given
        font_paths=_fonts(*work["fonts"]),
        sys_inputs={"given": work["given"]},
        format=work["format"],
        ppi=work.get("ppi"),
    )
    return list(made) if isinstance(made, list) else [made]


@cache
def _fonts(*folders: str) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=list(folders))


def _place(error: typst.TypstError, template: str) -> str:
    found = _PLACE.search(error.diagnostic or "")
    if found is None:
        return ""
    return f"{template if found[1] == MAIN else found[1]}:{found[2]}"


def _line(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told).encode() + b"\n"


if __name__ == "__main__":
    main()
