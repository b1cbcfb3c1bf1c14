"""The classes by name: the outline that is shipped, and the full table that a library brings; what a record may get."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Count

from wenyuan.holdings.catalogue.data import NotIndexed
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.holdings.catalogue.searching import reading
from wenyuan.holdings.catalogue.shelving import rules
from wenyuan.holdings.catalogue.shelving.columns import lines_of
from wenyuan.holdings.catalogue.shelving.facts import described
from wenyuan.holdings.catalogue.shelving.tables import ClassEntry, ClassTable
from wenyuan.holdings.catalogue.shelving.values import ClassBranch, ClassChoice, ClassRow, SheetUnfit, TableFact
from wenyuan.kernel.chinese import fold
from wenyuan.kernel.classes import class_name, divisions_of, levels_of
from wenyuan.kernel.classification import MAIN_CLASSES, is_plausible, strip_facets
from wenyuan.kernel.marc import ClassScheme
from wenyuan.kernel.searching import Scope, read_question
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

MOST_ROWS: Final = 80_000
"""The full table has some 45,000 classes."""
ALIKE: Final = 30
"""Records of a subject whose classes are looked at."""
SCHEME: Final = "clc"
MOST_LEVELS: Final = 20
"""Classes one above the other that are followed."""
_HEADERS: Final = {
    "code": ("code", "分类号", "类号"),
    "name": ("name", "类名", "名称"),
    "parent": ("parent", "上位类", "上位类号"),
}


@needs(Act.EDIT_ITEM)
@verb
def keep_class_table(*, edition: str, content: bytes, at: datetime, desk: Desk) -> int:
    """Keep the library's own full table of an edition, from a CSV or XLSX with the columns ``code`` and ``name``, and
    if wanted ``parent``; in place of one of that edition. How many classes it has.

    :raises NotAllowed: without the right to edit items in the whole network.
    :raises SheetUnfit: with the faults; nothing is kept then.
    """
    require(desk.operator, Act.EDIT_ITEM, None)
    plain = edition.strip()
    if not 0 < len(plain) <= 8 or not plain.isprintable():
        raise SheetUnfit(((0, "edition", plain[:40]),), 1)
    found = _read(content)
    table, made = ClassTable.objects.update_or_create(scheme=SCHEME, edition=plain, defaults={"kept_at": at})
    before = ClassEntry.objects.filter(table=table).delete()[0]
    entries = [
        ClassEntry(table=table, key=key, code=code, name=name, name_fold=fold(name)[:200], parent_key=parent)
        for key, (code, name, parent) in found.items()
    ]
    ClassEntry.objects.bulk_create(entries, batch_size=2000)
    audit(
        at=at,
        desk=desk,
        act="keep_class_table",
        subject_kind="class_table",
        subject_id=table.id,
        before=None if made else {"lines": before},
        after={"edition": plain, "lines": len(entries)},
    )
    return len(entries)


def list_class_tables() -> tuple[TableFact, ...]:
    """The full tables that the library brought, the latest edition first."""
    tables = ClassTable.objects.order_by("-edition")
    return tuple(
        TableFact(table.edition, ClassEntry.objects.filter(table=table).count(), table.kept_at) for table in tables
    )


def name_of_class(class_no: str, language: str, *, edition: str = "") -> str:
    """The name of the longest class that a number begins with, without its facets: in the library's table of the
    edition (else of the latest it has), failing that in the outline. Empty for what is no class."""
    number = rules.class_key(strip_facets(class_no))
    if not number:
        return ""
    table = _table(edition)
    if table is not None:
        beginnings = [number[:length] for length in range(1, len(number) + 1)]
        name = (
            ClassEntry.objects.filter(table=table, key__in=beginnings).order_by("-key").values_list("name", flat=True)
        )
        if found := name.first():
            return found
    return class_name(levels_of(number)[-1], language) if levels_of(number) else ""


def classes_below(code: str, language: str) -> tuple[ClassRow, ...]:
    """The classes right below one (the main classes below none), in shelf order, each with how many bibs have it or
    one below it: of the library's own table, else of the outline."""
    rows = _rows_below(_table(""), code, language)
    counts = _bibs_by_class({rules.class_key(one) for one, _name, _below in rows})
    return tuple(ClassRow(one, name, counts[rules.class_key(one)], below) for one, name, below in rows)


def class_branch(code: str, language: str) -> ClassBranch | None:
    """A class with the line that leads to it from the main class, and the classes right below it, for readers: without
    counts, which the index makes (``count_found``). Nothing for what is no class of the library's own table, or of the
    outline."""
    table = _table("")
    below = tuple(ClassRow(one, name, 0, has_below) for one, name, has_below in _rows_below(table, code, language))
    if not code:
        return ClassBranch((), below)
    line = _line_in(table, rules.class_key(code)) if table is not None else _line_in_outline(code, language)
    return ClassBranch(line, below) if line else None


def _rows_below(table: ClassTable | None, code: str, language: str) -> list[tuple[str, str, bool]]:
    if table is None:
        return [(one, class_name(one, language), bool(divisions_of(one))) for one in _outline_below(code)]
    return _entries_below(table, rules.class_key(code))


def _line_in_outline(code: str, language: str) -> tuple[tuple[str, str], ...]:
    line = levels_of(code)
    return tuple((one, class_name(one, language)) for one in line) if line and line[-1] == code else ()


def _line_in(table: ClassTable, key: str) -> tuple[tuple[str, str], ...]:
    """From the topmost class to this one: whatever is above a class is a beginning of it, or named by its row."""
    line: list[tuple[str, str]] = []
    while key and len(line) < MOST_LEVELS:
        found = ClassEntry.objects.filter(table=table, key=key).values_list("code", "name", "parent_key").first()
        if found is None:
            break
        line.append(found[:2])
        key = found[2]
    return tuple(reversed(line))


def class_choices(bib_id: int, language: str) -> tuple[ClassChoice, ...]:
    """The classes that a record may get: those of the record, those named as its subjects are, and what other records
    of the subject have most. Nothing for an unknown bib."""
    bib = Bib.objects.filter(id=bib_id).first()
    if bib is None:
        return ()
    description = described(bib)
    found: dict[str, tuple[str, str, str]] = {}
    for number in description.class_numbers:
        if number.scheme is ClassScheme.CLC and is_plausible(number.number):
            found.setdefault(rules.class_key(number.number), (number.number, number.edition, "record"))
    heads = {fold(subject.partition("--")[0]) for subject in description.subjects} - {""}
    table = _table("")
    if heads and table is not None:
        named = ClassEntry.objects.filter(table=table, name_fold__in=heads).order_by("key")
        for code in named.values_list("code", flat=True)[:5]:
            found.setdefault(rules.class_key(code), (code, table.edition, "subject"))
    for code in _classes_of_subject(description.subjects, bib_id):
        found.setdefault(rules.class_key(code), (code, "", "alike"))
    return tuple(
        ClassChoice(code, edition, name_of_class(code, language, edition=edition), because)
        for code, edition, because in found.values()
    )


def _classes_of_subject(subjects: Sequence[str], bib_id: int) -> tuple[str, ...]:
    """What other records have most that the index finds under the first subject."""
    head = subjects[0].partition("--")[0] if subjects else ""
    if not head:
        return ()
    try:
        ids = reading.find(read_question(head, within=Scope.SUBJECT), numbers={}, chosen={}, counted={}, size=ALIKE).ids
    except NotIndexed:
        return ()
    others = Bib.objects.filter(id__in=ids).exclude(id=bib_id).exclude(class_no="").values_list("class_no", flat=True)
    return rules.commonest(Counter(others), most=3)


def _read(content: bytes) -> Mapping[str, tuple[str, str, str]]:
    """Code, name and the key of the class above, by key."""
    found: dict[str, tuple[str, str, str]] = {}
    faults: list[tuple[int, str, str]] = []
    parents: dict[str, tuple[int, str]] = {}
    for line in lines_of(content, _HEADERS, needed=("code", "name"), most_rows=MOST_ROWS):
        code, name = line.cells["code"], line.cells["name"]
        key = rules.class_key(code)
        if not key or len(key) > 40 or len(code) > 40 or not key[0].isascii() or not key[0].isalpha():
            faults.append((line.number, "code", code[:40]))
        elif not 0 < len(name) <= 200:
            faults.append((line.number, "name", name[:40]))
        elif key in found:
            faults.append((line.number, "code", code[:40]))
        else:
            found[key] = (code, name, "")
            parents[key] = (line.number, rules.class_key(line.cells.get("parent", "")))
    above = {key: parent or _above(key, found) for key, (_line, parent) in parents.items()}
    faults += [
        (number, "parent", parent)
        for key, (number, parent) in parents.items()
        if parent and (parent not in found or rules.is_below_itself(key, above))
    ]
    if faults:
        raise SheetUnfit(tuple(sorted(faults)[:20]), len(faults))
    return {key: (code, name, above[key]) for key, (code, name, _none) in found.items()}


def _above(key: str, known: Mapping[str, object]) -> str:
    """The longest beginning of a key that is a class itself."""
    return next((key[:length] for length in range(len(key) - 1, 0, -1) if key[:length] in known), "")


def _table(edition: str) -> ClassTable | None:
    tables = ClassTable.objects.filter(scheme=SCHEME)
    return (tables.filter(edition=edition).first() if edition else None) or tables.order_by("-edition").first()


def _outline_below(code: str) -> tuple[str, ...]:
    return divisions_of(code) if code else MAIN_CLASSES


def _entries_below(table: ClassTable, parent_key: str) -> list[tuple[str, str, bool]]:
    entries = ClassEntry.objects.filter(table=table)
    rows = list(entries.filter(parent_key=parent_key).order_by("key").values_list("code", "name", "key"))
    parents = set(
        entries.filter(parent_key__in=[key for _code, _name, key in rows]).values_list("parent_key", flat=True)
    )
    return [(code, name, key in parents) for code, name, key in rows]


def _bibs_by_class(keys: set[str]) -> Counter[str]:
    """How many bibs have a class that begins with each key, dots aside. One pass over the index of classes."""
    counts: Counter[str] = Counter()
    in_use = Bib.objects.exclude(class_no="").values_list("class_no").annotate(count=Count("*")).order_by()
    longest = max(map(len, keys), default=0)
    for class_no, count in in_use:
        folded = rules.class_key(class_no)
        for length in range(1, longest + 1):
            if folded[:length] in keys and length <= len(folded):
                counts[folded[:length]] += count
    return counts
