"""Every sentence that the code marks for translation stands in the Chinese catalogue, finished.

``--update`` writes new entries (empty) and drops dead ones; a missing, empty or fuzzy entry fails.
"""

import io
import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "wenyuan/locale/zh_Hans/LC_MESSAGES/django.po"
KEYWORDS: Any = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
Key = tuple[str | tuple[str, ...], str | None]


def main() -> None:
    wanted = sentences()
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    if "--update" in sys.argv[1:]:
        update(catalogue, wanted)
    known = {
        (message.id if isinstance(message.id, str) else tuple(message.id), message.context): message
        for message in catalogue
        if message.id
    }
    faults = [f"not in the catalogue: {key[0]!r}" for key in wanted if key not in known]
    faults += [f"no longer used: {key[0]!r}" for key in known if key not in wanted]
    faults += [
        f"not translated: {key[0]!r}"
        for key, message in known.items()
        if key in wanted and not is_whole(message.string)
    ]
    faults += [f"fuzzy: {key[0]!r}" for key, message in known.items() if message.fuzzy]
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


def sentences() -> list[Key]:
    """What the code and the templates mark, in a stable order."""
    found: set[Key] = set()
    for path in sorted((ROOT / "wenyuan").rglob("*.py")):
        collect(found, path.read_text("utf-8"))
    for path in sorted((ROOT / "wenyuan").glob("**/templates/**/*.html")):
        # Django rewrites a template into a script that gettext reads.
        collect(found, templatize(path.read_text("utf-8")))
    return sorted(found, key=str)


def collect(found: set[Key], script: str) -> None:
    for _, function, message, _ in extract_python(io.BytesIO(script.encode()), KEYWORDS, [], {}):
        add(found, function, message)


def add(found: set[Key], called: str | tuple[str, ...], message: object) -> None:
    parts = message if isinstance(message, tuple) else (message,)
    function = str(called)
    if function.startswith("pgettext"):
        if isinstance(parts[1], str):
            found.add((parts[1], str(parts[0])))
    elif function.startswith("ngettext"):
        found.add(((str(parts[0]), str(parts[1])), None))
    elif isinstance(parts[0], str) and parts[0]:
        found.add((parts[0], None))


def key_of(message: Message) -> Key:
    """A message's id and context, comparable with what the code marks."""
    return (message.id if isinstance(message.id, str) else tuple(message.id), message.context)


def is_whole(string: str | tuple[str, ...] | list[str] | None) -> bool:
    """Whether every form of a translation is there."""
    return string is not None and bool(string) and all(string)


def update(catalogue: Catalog, wanted: list[Key]) -> None:
    for message in list(catalogue):
        if message.id and key_of(message) not in wanted:
            catalogue.delete(message.id, message.context)
    for sentence, context in wanted:
        if catalogue.get(sentence, context) is None:
            catalogue.add(sentence, context=context)
    catalogue.fuzzy = False
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=0, no_location=True, sort_output=True, omit_header=False)


if __name__ == "__main__":
    main()
