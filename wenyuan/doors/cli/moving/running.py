"""A run: each part in its order, chunk by chunk; a dry one asks what would happen, the other does it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from wenyuan.doors.cli.moving.keys import told_apart
from wenyuan.doors.cli.moving.mapping import Part, is_marc
from wenyuan.doors.cli.moving.parts import STEPS, Going, Step
from wenyuan.doors.cli.moving.report import PartReport, RefusedRows, refused_path
from wenyuan.doors.cli.moving.rows import Row, headings_of, records_of, refuse_without_records, rows_of
from wenyuan.doors.cli.moving.seen import Seen, seen_in_this_run
from wenyuan.doors.cli.moving.texts import Texts, book_key
from wenyuan.doors.cli.output import Bar
from wenyuan.holdings.catalogue.data import CatalogueRefused
from wenyuan.holdings.catalogue.operations import look_at_past_bibs, record_past_bibs
from wenyuan.holdings.catalogue.queries import taking_over_since
from wenyuan.kernel.marc import Dialect, Encoding, MarcError, PlainBook, describe, detect_dialect, encode, plain_record
from wenyuan.kernel.past import Fate, PastReason
from wenyuan.plumbing.clock import local_date
from wenyuan.runtime.problem import Problem


def run(going: Going, *, dry: bool, refused_to: Path | None, bar: Bar) -> list[PartReport]:
    """Go through every part of the mapping.

    :raises Problem: a file is not what the mapping says it is.
    """
    if refused_to is not None:
        _keep_what_is_read(going, refused_to)
    for part in going.old.parts:
        if is_marc(part):
            refuse_without_records(part)
    with seen_in_this_run() as seen:
        return [
            _bibs(going, part, seen, dry=dry, refused_to=refused_to)
            if part.name == "bibs"
            else _rows(going, part, STEPS[part.name], seen, dry=dry, refused_to=refused_to, bar=bar)
            for part in going.old.parts
        ]


def _keep_what_is_read(going: Going, refused_to: Path) -> None:
    """A mended file is no place for the rows that are refused of it."""
    for target in (refused_path(refused_to, part.name) for part in going.old.parts):
        for file in (part.file for part in going.old.parts):
            if target.exists() and file.exists() and target.samefile(file):
                raise Problem(
                    f"{file} is read by the mapping, and the refused rows would take its place.",
                    command=f"mv {file} {file.with_name(f'mended-{file.name}')}",
                )


def _rows(
    going: Going, part: Part, step: Step, seen: Seen, *, dry: bool, refused_to: Path | None, bar: Bar
) -> PartReport:
    report = PartReport(part.name, part.file.name)
    counted = "key" not in part.columns
    with RefusedRows(refused_to, part.name, part.encoding, _headings(part), counted=counted) as refused:
        for chunk in _chunks(rows_of(part, report.leave_out), step.size):
            _chunk(going, part, step, chunk, seen, report, refused, dry=dry)
            bar(report.read, says=f"{part.name}: {report.read} rows")
    report.refused_file = refused.path
    return report


def _headings(part: Part) -> Sequence[str]:
    """The columns of the refused rows; of a MARC file the subfields that the mapping names."""
    return part.wanted if is_marc(part) else headings_of(part)


def _fields_of_key(part: Part) -> set[str]:
    """The fields that are read from the columns of the key."""
    keys = {*part.key_columns, part.columns.get("key", "")}
    return {field for field, column in part.columns.items() if column in keys and column}


def _chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, size)):
        yield chunk


def _chunk(
    going: Going,
    part: Part,
    step: Step,
    rows: Sequence[Row],
    seen: Seen,
    report: PartReport,
    refused: RefusedRows,
    *,
    dry: bool,
) -> None:
    """Read a chunk, hand what can be read to the verb, and tell what became of each row, in the order of the file."""
    read = [Texts(going.old, part, row) for row in rows]
    apart = [told_apart(part, texts, step.make(going, part, texts), seen) for texts in read]
    places = [place for place, texts in enumerate(read) if not texts.faults]
    asked = [apart[place][0] for place in places]
    results = (step.look(going, asked, seen) if dry else step.record(going, asked)) if asked else ()
    # The key of a reader may be a passport's number, which nothing masks.
    shows_nobody = part.name == "patrons" or bool({"patron", "card_no"} & _fields_of_key(part))
    answers = {places[result.place]: result for result in results}
    for place, (row, texts) in enumerate(zip(rows, read, strict=True)):
        answer = answers.get(place)
        fate, reasons = (answer.fate, answer.reasons) if answer else (Fate.REFUSED, texts.reasons)
        count = apart[place][1]
        if count > 1:
            reasons = (*reasons, PastReason("row_repeated", note=True))
        if fate is Fate.LOADED:
            reasons = (*reasons, *texts.notes)
        report.count(fate, reasons, line=row.line, key="" if shows_nobody else texts.text("key"))
        if fate is Fate.REFUSED:
            raw = tuple(row.cells.get(name, "") for name in _headings(part)) if is_marc(part) else row.raw
            refused.add(raw, reasons, count=count)


def _bibs(going: Going, part: Part, seen: Seen, *, dry: bool, refused_to: Path | None) -> PartReport:
    """Records go in by the import; those of a table are first written into a file of records."""
    report = PartReport(part.name, part.file.name)
    with TemporaryDirectory(prefix="wenyuan-") as folder:
        path = part.file
        if not is_marc(part):
            path = Path(folder) / f"{part.file.stem}.mrc"
            _write_records(going, part, path, seen, report, refused_to)
        elif dry:
            _claim(part, seen)
        _import(going, path, report, dry=dry)
    return report


def _import(going: Going, path: Path, report: PartReport, *, dry: bool) -> None:
    old, desk = going.old, going.desk
    verb = look_at_past_bibs if dry else record_past_bibs
    try:
        found = verb(path=path, system=old.system, branch_id=desk.branch_id, at=going.at, desk=desk)
    except CatalogueRefused as refused:
        raise Problem(f"{path.name} was not imported: {refused.refusal.value.replace('_', ' ')}.") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.", command=f"ls -l {path}") from None
    report.read += found.read
    report.loaded, report.known = found.loaded, found.known
    report.refused += found.refused
    report.batch_id = found.batch_id
    for reason, count in found.reasons.items():
        report.notes[reason, ""] += count
        report.samples[reason, ""] = [(number, "") for number in found.samples.get(reason, ())]


def _claim(part: Part, seen: Seen) -> None:
    """The control numbers of a file of records, so that items of a dry run find theirs."""
    for _, record in records_of(part):
        dialect = detect_dialect(record, default=Dialect.CNMARC)
        if number := describe(record, dialect=dialect).control_number.strip()[:64]:
            seen.claim([f"bib:{number}"])


def _write_records(
    going: Going, part: Part, path: Path, seen: Seen, report: PartReport, refused_to: Path | None
) -> None:
    """A table's books as records, each once: the same row gives the same bytes in every run, so that a second one
    changes nothing; their day of entry is that of the first load."""
    first = taking_over_since(system=going.old.system) or going.at
    entered = local_date(first).strftime("%Y%m%d")
    headings = headings_of(part)
    with path.open("wb") as out, RefusedRows(refused_to, part.name, part.encoding, headings) as refused:
        for row in rows_of(part, report.leave_out):
            texts = Texts(going.old, part, row)
            key = book_key(texts)
            data = _encoded(texts, key, entered)
            if data is None:
                report.count(Fate.REFUSED, texts.reasons, line=row.line, key=key)
                refused.add(row.raw, texts.reasons)
            elif not seen.has({f"bib:{key}"}):
                seen.claim([f"bib:{key}"])
                out.write(data)
    report.refused_file = refused.path


def _encoded(texts: Texts, key: str, entered: str) -> bytes | None:
    names = ("title", "author", "isbn", "price", "publisher", "place", "year", "pages", "volume", "class_no", "summary")
    said = {name: texts.text(name) for name in names}
    if not said["title"]:
        texts.faults.append(PastReason("title_missing", "title"))
    if not key or len(key) > 64:
        texts.faults.append(PastReason("key_invalid", "key"))
    if texts.faults:
        return None
    try:
        return encode(plain_record(PlainBook(key=key, entered=entered, **said)), encoding=Encoding.UTF8)
    except MarcError as error:
        texts.faults.append(PastReason(error.reason.value))
        return None
