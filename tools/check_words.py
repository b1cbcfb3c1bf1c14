"""Every sentence that the code marks for translation stands in the Chinese catalogue, finished.

``--update`` writes new entries (empty) and drops dead ones; a missing, empty or fuzzy entry fails.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "wenyuan/locale/zh_Hans/LC_MESSAGES/django.po"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
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
    known = {(message.id if isinstance(message.id, str) else tuple(message.id), message.context): message for message in catalogue if message.id}
    faults = [f"not in the catalogue: {key[0]!r}" for key in wanted if key not in known]
    faults += [f"no longer used: {key[0]!r}" for key in known if key not in wanted]
    faults += [f"not translated: {key[0]!r}" for key, message in known.items() if key in wanted and not is_whole(message.string)]
    faults += [f"fuzzy: {key[0]!r}" for key, message in known.items() if message.fuzzy]
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


def sentences() -> list[Key]:
    """What the code and the templates mark, in a stable order."""
    found: set[Key] = set()
    for path in sorted((ROOT / "wenyuan").rglob("*.py")):
        with path.open("rb") as file:
            for _, function, message, _ in extract_python(file, list(KEYWORDS), [], {}):
                add(found, function, message)
    for path in sorted((ROOT / "wenyuan").glob("**/templates/**/*.html")):
        for function, message in of_template(path.read_text("utf-8")):
            add(found, function, message)
    return sorted(found, key=str)


def of_template(text: str) -> list[tuple[str | None, object]]:
    """Sentences of a template, by way of Django's own rewriting into a script that gettext reads."""
    script = templatize(text)
    return [(function, message) for _, function, message, _ in extract_python(io.BytesIO(script.encode()), list(KEYWORDS), [], {})]


def add(found: set[Key], function: str | None, message: object) -> None:
    parts = message if isinstance(message, tuple) else (message,)
    if function and function.startswith("pgettext"):
        if isinstance(parts[1], str):
            found.add((parts[1], str(parts[0])))
    elif function and function.startswith("ngettext"):
        found.add(((str(parts[0]), str(parts[1])), None))
    elif isinstance(parts[0], str) and parts[0]:
        found.add((parts[0], None))


def is_whole(string: object) -> bool:
    return bool(string) and (isinstance(string, str) or all(string))  # type: ignore[call-overload] # a tuple of forms


def update(catalogue: Catalog, wanted: list[Key]) -> None:
    for message in list(catalogue):
        key = (message.id if isinstance(message.id, str) else tuple(message.id), message.context)
        if message.id and key not in wanted:
            catalogue.delete(message.id, message.context)
    for sentence, context in wanted:
        if catalogue.get(sentence, context) is None:
            catalogue.add(sentence, context=context)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=0, no_location=True, sort_output=True, omit_header=False)


if __name__ == "__main__":
    main()
