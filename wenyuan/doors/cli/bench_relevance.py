"""How good an order of results is, by rule: questions whose answers are known, and nDCG@10 beside plainer engines.

Known items: questions are made from titles and authors of the catalogue by ``SEED``, and what is wanted is the work
they were made from, in every edition. Topics stand in a file that is fixed before the ranker is changed
(``bench_topics.tsv``), judged by the headings (606) and class numbers (690) of the records.

The other engines get the same texts, folded alike: words of a dictionary (jieba) or pairs of characters, each in
tantivy by BM25 and in PostgreSQL by ``ts_rank_cd``. They want every token, and where nothing has them all, any of them.
"""

import math
import random
import re
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import psycopg
from django.db import connection

from wenyuan.doors.cli.environment import Installation
from wenyuan.holdings.catalogue.queries import find_ids, help_on
from wenyuan.kernel.chinese import fold, initials_of, pinyin_of
from wenyuan.kernel.classification import fold_class_number
from wenyuan.kernel.marc import ClassScheme, Dialect, MarcError, describe, from_storage
from wenyuan.kernel.searching import Scope, grams_of, is_wide, read_question, words_of
from wenyuan.plumbing.index.asks import All, AnyOf, Ask, Begins, Term, Weighted
from wenyuan.plumbing.index.fields import Field, Kind, Schema
from wenyuan.plumbing.index.folders import Folders
from wenyuan.plumbing.index.reader import Snapshot, reader_of
from wenyuan.plumbing.index.writer import Writer
from wenyuan.runtime.problem import Problem

SEED: Final = 20261130
AT: Final = 10
ROUNDS: Final = 1000
TOPICS: Final = Path(__file__).with_name("bench_topics.tsv")
_TITLE_WEIGHT: Final = 3.0
_CHUNK: Final = 2_000
_WORKS = """
    SELECT id, title, volume, author, publisher, summary, class_no, dialect, marc FROM catalogue_bib
    WHERE merged_into_id IS NULL AND id > %(after)s ORDER BY id LIMIT %(count)s
"""
_CONDITION = re.compile(r"(606|690|title)=(\S+)")

Grades = Mapping[int, int]
"""How much each record is wanted; those left out are not."""
Engine = Callable[[str], Sequence[int]]
"""The ids of what is found for a text, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A record, as far as questions are made of it and judged by it."""

    id: int
    title: str
    volume: str
    author: str
    publisher: str
    summary: str
    class_no: str
    subjects: tuple[str, ...]
    classes: tuple[str, ...]

    @property
    def name(self) -> tuple[str, str]:
        """The same for every edition."""
        return fold(self.title), fold(self.author.split("; ")[0])


@dataclass(frozen=True, slots=True)
class Judged:
    """A question of a kind, with what is wanted."""

    kind: str
    text: str
    grades: Grades


@dataclass(frozen=True, slots=True)
class Rule:
    """What a line of a file says: what is asked, and which records are wanted."""

    kind: str
    text: str
    wanted: Mapping[str, tuple[str, ...]]

    def grade(self, work: Work) -> int:
        """How many of the conditions a record fulfils."""
        return sum(_fulfils(work, name, values) for name, values in self.wanted.items())


def read_rules(path: Path) -> list[Rule]:
    """The judged questions of a file: kind, question and conditions parted by tabs; lines without tabs are none.

    :raises Problem: a line has conditions that cannot be read.
    """
    rules: list[Rule] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.startswith("#") or "\t" not in line:
            continue
        kind, text, *conditions = line.split("\t")
        wanted = {name: tuple(values.split(",")) for name, values in _CONDITION.findall(" ".join(conditions))}
        if not wanted or not text.strip():
            raise Problem(f"Line {number} of {path.name} says nothing that a record could fulfil.")
        rules.append(Rule(kind, text.strip(), wanted))
    return rules


def judge(rules: Iterable[Rule], works: Sequence[Work]) -> list[Judged]:
    """The rules that want something of this catalogue."""
    judged = (
        Judged(rule.kind, rule.text, {work.id: grade for work in works if (grade := rule.grade(work))})
        for rule in rules
    )
    return [one for one in judged if one.grades]


def known_items(works: Sequence[Work], *, each: int, seed: int = SEED) -> list[Judged]:
    """So many questions of each kind, each made from a work drawn at random; fewer where fewer titles serve."""
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
    editions: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for work in works:
        editions[work.name][work.id] = 1
    alike = _characters_by_sound(works)
    found: list[Judged] = []
    for kind, make in _KINDS.items():
        drawn = dice.sample(works, len(works))
        made = ((work, make(work, dice, alike)) for work in drawn)
        asked = ((work, text) for work, text in made if text and read_question(text).wanted)
        found += [Judged(kind, text, editions[work.name]) for (work, text), _ in zip(asked, range(each), strict=False)]
    return found


def ndcg(found: Sequence[int], grades: Grades, *, at: int = AT) -> float:
    """Normalised discounted cumulative gain of the first ``at`` found: 1 for the best order there is, 0 where nothing
    wanted is among them (Järvelin and Kekäläinen 2002, gain 2^grade - 1)."""
    best = _gain(sorted(grades.values(), reverse=True)[:at])
    return _gain([grades.get(one, 0) for one in found[:at]]) / best if best else 0.0


def interval(values: Sequence[float], dice: random.Random, *, rounds: int = ROUNDS) -> tuple[float, float]:
    """Between which two means 95 of 100 resamplings of these values lie (percentile bootstrap)."""
    means = sorted(statistics.fmean(dice.choices(values, k=len(values))) for _ in range(rounds))
    return means[int(rounds * 0.025)], means[min(int(rounds * 0.975), rounds - 1)]


def measure_relevance(questions: Sequence[Judged], engines: Mapping[str, Engine]) -> dict[str, Any]:
    """nDCG@10 of each engine by kind, with its interval, and how often what is wanted stood first; ``all`` is the mean
    of the kinds."""
    dice = random.Random(SEED)  # noqa: S311 - repeatable on purpose
    kinds: dict[str, Any] = {}
    for kind in dict.fromkeys(one.kind for one in questions):
        asked = [one for one in questions if one.kind == kind]
        told: dict[str, Any] = {}
        for name, engine in engines.items():
            answers = [engine(one.text) for one in asked]
            values = [ndcg(answer, one.grades) for answer, one in zip(answers, asked, strict=True)]
            low, high = interval(values, dice)
            first = sum(bool(answer) and answer[0] in one.grades for answer, one in zip(answers, asked, strict=True))
            told[name] = {
                "ndcg10": round(statistics.fmean(values), 3),
                "low": round(low, 3),
                "high": round(high, 3),
                "first": round(first / len(asked), 3),
            }
        kinds[kind] = {"questions": len(asked), "engines": told}
    return {
        "seed": SEED,
        "kinds": kinds,
        "all": {
            name: round(statistics.fmean(kind["engines"][name]["ndcg10"] for kind in kinds.values()), 3)
            for name in engines
        },
    }


def relevance(here: Installation, *, each: int, rules: Sequence[Rule]) -> dict[str, Any]:
    """Judge the search of this catalogue, and the other engines beside it, by the rules and by so many questions of
    each kind of known item.

    :raises Problem: nothing of the catalogue can be asked for.
    """
    works = all_works()
    questions = [*known_items(works, each=each), *judge(rules, works)]
    if not questions:
        raise Problem("The catalogue has no titles to make questions of.")
    with (
        tempfile.TemporaryDirectory(dir=here.home.files) as folder,
        psycopg.connect(here.urls.owner_url, autocommit=True) as owner,  # who may make temporary tables
    ):
        others = variants(works, Path(folder), owner)
        return measure_relevance(questions, {"ours": ours, "ours_without_help": ours_without_help, **others})


def all_works() -> list[Work]:
    """Every record of the catalogue."""
    works: list[Work] = []
    after = 0
    while rows := _rows(_WORKS, {"after": after, "count": _CHUNK}):
        works += [_work(*row) for row in rows]
        after = rows[-1][0]
    return works


def ours(text: str) -> Sequence[int]:
    """What the readers' page shows: what is found, or where that is nothing the works of the first "did you mean"."""
    return ours_without_help(text) or [bib.id for bib in help_on(text).works]


def ours_without_help(text: str) -> Sequence[int]:
    """What the readers' search finds."""
    return find_ids(text, counted={}, size=AT)


# The other engines ----------------------------------------------------------------------------------------------------

_SCHEMA: Final = Schema(
    name="variant",
    revision=1,
    fields=(
        Field("key", Kind.KEY),
        Field("bib", Kind.ID),
        Field("kept", Kind.KEPT),
        Field("title", Kind.TOKENS),
        Field("other", Kind.TOKENS),
        Field("class_no", Kind.MARKS),
    ),
)
_MAKE_TABLE = "CREATE TEMPORARY TABLE variant_{0} (id bigint, class_no text, tokens tsvector)"
_FILL_TABLE = """
    INSERT INTO variant_{0} VALUES (%(id)s, %(class_no)s,
        setweight(to_tsvector('simple', %(title)s), 'A') || setweight(to_tsvector('simple', %(other)s), 'B'))
"""
_INDEX_TABLE = "CREATE INDEX ON variant_{0} USING gin (tokens)"
_ASK_TABLE = """
    SELECT id FROM variant_{0},
        (SELECT replace(plainto_tsquery('simple', %(tokens)s)::text, '&', %(joined)s)::tsquery AS q) AS asked
    WHERE tokens @@ q AND class_no LIKE %(class_no)s ORDER BY ts_rank_cd(tokens, q) DESC, id LIMIT %(count)s
"""

Cut = Callable[[str], list[str]]
"""The tokens of a text."""


def pairs_of(text: str) -> list[str]:
    """Pairs of characters, and parts of three letters of words of alphabets."""
    return [gram for gram in grams_of(fold(text)) if len(gram) > 1] or [fold(text)]


CUTS: Final[Mapping[str, Cut]] = {"jieba": words_of, "pairs": pairs_of}


def variants(works: Sequence[Work], folder: Path, owner: psycopg.Connection) -> dict[str, Engine]:
    """The other engines, filled with these works: two in tantivy, in folders below ``folder``, and two in PostgreSQL,
    in temporary tables of this connection of the database's owner."""
    engines: dict[str, Engine] = {}
    for name, cut in CUTS.items():
        engines[name] = _in_tantivy(works, cut, folder / name)
        engines[f"postgres_{name}"] = _in_postgres(works, cut, name, owner)
    return engines


def _in_tantivy(works: Sequence[Work], cut: Cut, folder: Path) -> Engine:
    folders = Folders(folder, _SCHEMA)
    new = folders.new()
    writer = Writer(new, _SCHEMA, make=True)
    for work in works:
        title, other = _texts(work, cut)
        writer.add({"key": str(work.id), "bib": work.id, "title": title, "other": other, "class_no": work.class_no})
    writer.commit()
    writer.close()
    folders.use(new)
    snapshot: Snapshot = reader_of(folders).snapshot()

    def ask(text: str) -> Sequence[int]:
        tokens, class_no = _asked(text, cut)
        each: list[Ask] = [AnyOf([Weighted(Term("title", one), _TITLE_WEIGHT), Term("other", one)]) for one in tokens]
        within: list[Ask] = [Begins("class_no", class_no)] if class_no else []
        return (
            snapshot.find(All([*each, *within]), size=AT).ids
            or snapshot.find(All([AnyOf(each), *within]) if each else All(within), size=AT).ids
        )

    return ask


def _in_postgres(works: Sequence[Work], cut: Cut, name: str, owner: psycopg.Connection) -> Engine:
    make, fill, index, statement = (one.format(name) for one in (_MAKE_TABLE, _FILL_TABLE, _INDEX_TABLE, _ASK_TABLE))
    with owner.cursor() as cursor, owner.transaction():
        cursor.execute(make)
        rows = ((work, *_texts(work, cut)) for work in works)
        names = ("id", "class_no", "title", "other")
        cursor.executemany(
            fill,
            [dict(zip(names, (work.id, work.class_no, title, other), strict=True)) for work, title, other in rows],
        )
        cursor.execute(index)

    def ask(text: str) -> Sequence[int]:
        tokens, class_no = _asked(text, cut)
        values = {"tokens": " ".join(tokens), "class_no": f"{class_no}%", "count": AT}
        for joined in ("&", "|"):
            if found := owner.execute(statement, {**values, "joined": joined}).fetchall():
                return [row[0] for row in found]
        return []

    return ask


def _asked(text: str, cut: Cut) -> tuple[list[str], str]:
    """The tokens of a question, each once, and the class it names."""
    tokens: dict[str, None] = {}
    class_no = ""
    for part in read_question(text).wanted:
        if part.scope is Scope.CLASS:
            class_no = fold_class_number(part.text)
        else:
            tokens.update(dict.fromkeys(cut(part.text)))
    return list(tokens), class_no


def _texts(work: Work, cut: Cut) -> tuple[str, str]:
    other = [work.author, *work.subjects, work.publisher, work.summary]
    return " ".join(cut(f"{work.title} {work.volume}")), " ".join(token for text in other for token in cut(text))


# Questions ------------------------------------------------------------------------------------------------------------

Alike = Mapping[str, Sequence[str]]
"""Characters of titles by what they sound like."""


def _part(work: Work, dice: random.Random, _alike: Alike) -> str:
    if len(work.title) < 2:
        return ""
    length = dice.randint(2, min(6, len(work.title)))
    start = dice.randrange(len(work.title) - length + 1)
    part = work.title[start : start + length]
    return part if len(fold(part)) > 1 else ""


def _pinyin(work: Work, _dice: random.Random, _alike: Alike) -> str:
    return pinyin_of(work.title).replace(" ", "") if _is_han(work.title, least=2) else ""


def _initials(work: Work, _dice: random.Random, _alike: Alike) -> str:
    return initials_of(work.title) if _is_han(work.title, least=3) else ""


def _traditional(work: Work, _dice: random.Random, _alike: Alike) -> str:
    written = _to_traditional(work.title)
    return written if written != work.title else ""


def _wrong(work: Work, dice: random.Random, alike: Alike) -> str:
    """One character as it sounds, for most wrong ones come from an input method; any where none sounds so."""
    if not _is_han(work.title, least=4):
        return ""
    place = dice.randrange(len(work.title))
    others = [one for one in alike[pinyin_of(work.title[place])] if one != work.title[place]] or ["某"]
    return work.title[:place] + dice.choice(others) + work.title[place + 1 :]


def _author_and_word(work: Work, dice: random.Random, _alike: Alike) -> str:
    author, words = work.author.split("; ")[0], _longer_words(work)
    return f"{author} {dice.choice(words)}" if author and words else ""


def _class_and_word(work: Work, dice: random.Random, _alike: Alike) -> str:
    words = _longer_words(work)
    return f"分类:{work.class_no} {dice.choice(words)}" if work.class_no and words else ""


_KINDS: Final[Mapping[str, Callable[[Work, random.Random, Alike], str]]] = {
    "part of a title": _part,
    "pinyin": _pinyin,
    "initials": _initials,
    "traditional": _traditional,
    "one wrong character": _wrong,
    "author and word": _author_and_word,
    "class and word": _class_and_word,
}


def _is_han(title: str, *, least: int) -> bool:
    return least <= len(title) <= 12 and all(is_wide(one) and fold(one) for one in title)


def _longer_words(work: Work) -> list[str]:
    return [word for word in words_of(work.title) if len(word) > 1]


def _characters_by_sound(works: Sequence[Work]) -> Alike:
    alike: dict[str, list[str]] = defaultdict(list)
    for character in sorted({one for work in works for one in work.title if is_wide(one)}):
        alike[pinyin_of(character)].append(character)
    return alike


def _to_traditional(text: str) -> str:
    return str(_converter().convert(text))


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("s2t")


def _fulfils(work: Work, name: str, values: Sequence[str]) -> bool:
    if name == "title":
        return fold(work.title) in map(fold, values)
    if name == "606":
        return not {fold(value) for value in values}.isdisjoint(map(fold, work.subjects))
    return any(number.startswith(fold_class_number(value)) for value in values for number in work.classes)


def _gain(grades: Iterable[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def _work(
    id_: int,
    title: str,
    volume: str,
    author: str,
    publisher: str,
    summary: str,
    class_no: str,
    dialect: str,
    marc: bytes,
) -> Work:
    try:
        said = describe(from_storage(bytes(marc)), dialect=Dialect(dialect))
        subjects = tuple(subject.split("--")[0] for subject in said.subjects)
        classes = tuple(one.number for one in said.class_numbers if one.scheme is ClassScheme.CLC)
    except MarcError:
        subjects, classes = (), ()
    return Work(
        id=id_,
        title=title,
        volume=volume,
        author=author,
        publisher=publisher,
        summary=summary,
        class_no=fold_class_number(class_no),
        subjects=subjects,
        classes=tuple(filter(None, map(fold_class_number, (class_no, *classes)))),
    )


def _rows(statement: str, values: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
