"""``bench search``: pages of results beside the engine alone, the build of the index, and how soon a change is found.

The catalogue is imported, so that its records, items and numbers are as in a library. A page is the whole answer of
``/find`` to a reader: twenty works with availability as it is now, and every facet, through all of Django in this
process, without the network. The engine is asked the same question for as many ids and the same counts. Each question
is asked once of both; the first ones before that without being measured, so that both are warm.
"""

import random
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.test import Client

from wenyuan.doors.cli.bench_import import bench_desk, write_file
from wenyuan.doors.cli.bench_relevance import TOPICS, read_rules, relevance
from wenyuan.doors.cli.bench_worker import waits_of_changes, worker_beside
from wenyuan.doors.cli.environment import Installation
from wenyuan.doors.portal.narrowing import counted
from wenyuan.doors.portal.searching import PAGE_SIZE
from wenyuan.holdings.catalogue.operations import Indexer, ask_anew, open_batch, run_batch
from wenyuan.holdings.catalogue.queries import count_holdings, find_ids
from wenyuan.kernel.chinese import initials_of, pinyin_of
from wenyuan.kernel.searching import words_of
from wenyuan.organisation.network.operations import found_library
from wenyuan.organisation.rights.data import Desk
from wenyuan.runtime.problem import Problem

SEED: Final = 20261129
QUESTIONS: Final = 560
"""Distinct questions, where the catalogue is large enough to have so many."""
_WARM_UP: Final = 20
_HELPED: Final = 150
"""Works whose titles are begun, and mistyped."""
_SAMPLE = """
    SELECT title, author, class_no FROM catalogue_bib WHERE author <> '' ORDER BY md5(id::text || %(seed)s)
    LIMIT %(count)s
"""

Echo = Callable[[str], None]


def measure_search(
    here: Installation,
    *,
    records: Sequence[int],
    catalogue: Path | None,
    questions: Path | None,
    changes: int,
    judged: int,
    at: datetime,
    echo: Echo,
) -> dict[str, Any]:
    """Import as many records as each step says in all, or those of the file ``catalogue``, build the index, and ask;
    then make so many ``changes``, and judge the order of results by so many questions of each kind (0: do not). The
    database is migrated and empty; ``questions`` is a file with one on each line, else they are drawn from the
    catalogue by ``SEED``.

    The figures are those of the last step, ``steps`` has those of each. What is not measured is None, and ``why`` says
    why.

    :raises Problem: a page cannot be had, or the worker does not keep up.
    """
    desk = bench_desk(at)
    found_library(name_zh="测速", at=at, desk=desk)
    here.static_folder.mkdir(exist_ok=True)  # empty: pages name their files, nobody fetches them
    steps: list[dict[str, Any]] = []
    for already, wanted in pairwise((0, *sorted(records if catalogue is None else (1,)))):
        echo("Importing …")
        total = _import(here, catalogue or (already, wanted), at=at, desk=desk)
        echo("Building the index …")
        build_rate = round(total / _build(), 1)
        asked = _from_file(questions) if questions is not None else _drawn()
        echo(f"Asking {len(asked)} questions …")
        steps.append(
            {"records": total, "questions": len(asked), **_told(*_ask(asked)), **_told_help(), "build_rate": build_rate}
        )
    echo("Changing titles …")
    with worker_beside(here):
        alone = list(islice(waits_of_changes(), changes))
    told = _judge(here, questions, judged, echo) if judged else None
    return {
        **steps[-1],
        "steps": steps,
        "fresh_p95_s": None,
        "ndcg10": told["all"]["ours"] if told else None,
        "relevance": told,
        "fresh_alone_p95_s": _percentile(alone, 95),
        "seed": SEED if questions is None else None,
        "rows_a_page": PAGE_SIZE,
        "facets_a_page": len(counted({})),
        "why": {
            "fresh_p95_s": "`bench circulation` measures it; fresh_alone_p95_s is with nothing else at work",
            **(
                {}
                if told
                else dict.fromkeys(("ndcg10", "relevance"), "--judged says by how many questions of each kind")
            ),
        },
    }


def _judge(here: Installation, questions: Path | None, each: int, echo: Echo) -> dict[str, Any]:
    echo("Judging the order of results …")
    return relevance(here, each=each, rules=read_rules(questions or TOPICS))


def _import(here: Installation, source: Path | tuple[int, int], *, at: datetime, desk: Desk) -> int:
    """Import a file, or the seeded records from the one number to the other; how many records there are now."""
    with tempfile.TemporaryDirectory(dir=here.home.files) as folder:
        path = Path(folder) / "bench.iso"
        if isinstance(source, Path):
            shutil.copyfile(source, path)
        else:
            write_file(path, source[1], after=source[0])
        batch_id = open_batch(path=path, branch_id=desk.branch_id, at=at, desk=desk, source="bench")
        run_batch(batch_id=batch_id, path=path, at=at, desk=desk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return count_holdings().bibs


def _build() -> float:
    """CPU seconds of this process from no index to one that is in use, reading the tables and writing the files
    included: of a core, whatever else the machine does meanwhile."""
    ask_anew()
    started = time.process_time()
    with Indexer() as indexer:
        while indexer.turn():
            continue
    return time.process_time() - started


def _told(pages: Sequence[float], engine: Sequence[float]) -> dict[str, float]:
    page_p95, engine_p95 = _percentile(pages, 95), _percentile(engine, 95)
    return {
        "page_p50_ms": _percentile(pages, 50),
        "page_p95_ms": page_p95,
        "engine_p50_ms": _percentile(engine, 50),
        "engine_p95_ms": engine_p95,
        "ratio": round(page_p95 / engine_p95, 2),
    }


def _from_file(path: Path) -> list[str]:
    """The questions of a file, one a line; of lines with tabs the second part, what is judged."""
    lines = (
        (line.split("\t")[1] if "\t" in line else line).strip()
        for line in path.read_text("utf-8").splitlines()
        if not line.startswith("#")
    )
    return list(dict.fromkeys(filter(None, lines)))


def _drawn() -> list[str]:
    """Distinct questions of every kind in turn, from works drawn at random and the commonest words among them."""
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE, {"seed": str(SEED), "count": QUESTIONS})
        works = cursor.fetchall()
    dice = random.Random(SEED)  # noqa: S311 - repeatable on purpose
    common = [word for word, _ in Counter(word for title, _, _ in works for word in words_of(title)).most_common(40)]
    drawn: dict[str, None] = dict.fromkeys(common)
    for number, (title, author, class_no) in enumerate(works):
        if len(drawn) >= QUESTIONS:
            break
        drawn.setdefault(list(_kinds(title, author, class_no, dice))[number % 7])
    return list(drawn)


def _kinds(title: str, author: str, class_no: str, dice: random.Random) -> Iterator[str]:
    length = dice.randint(2, min(6, len(title)))
    start = dice.randrange(len(title) - length + 1)
    part = title[start : start + length]
    yield part
    yield pinyin_of(title).replace(" ", "")
    yield initials_of(title)
    yield pinyin_of(part)[:2]
    yield author
    yield f"{author.split('; ')[0]} {part}"
    yield f"分类:{class_no} {part}"


def _ask(asked: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of each page and of the engine for the same question."""
    client = _reader()
    pages: list[float] = []
    engine: list[float] = []
    for number, text in enumerate([*asked[:_WARM_UP], *asked]):
        page_ms = _timed(client, "/find", text)
        started = time.perf_counter()
        find_ids(text, counted=counted({}), size=PAGE_SIZE)
        engine_ms = (time.perf_counter() - started) * 1000
        if number >= _WARM_UP:
            pages.append(page_ms)
            engine.append(engine_ms)
    return pages, engine


def _told_help() -> dict[str, float]:
    """What it takes to suggest while somebody types, and to answer who mistyped with what may have been meant: whole
    answers to readers, of works drawn at random."""
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE, {"seed": str(SEED), "count": _HELPED})
        titles = [title for title, _, _ in cursor.fetchall()]
    dice = random.Random(SEED)  # noqa: S311 - repeatable on purpose
    begun = [title[: dice.randint(1, 4)] for title in titles] + [
        pinyin_of(title[:2]).replace(" ", "") for title in titles
    ]
    wrong = [f"{title[:place]}某{title[place + 1 :]}" for title in titles for place in (dice.randrange(len(title)),)]
    client = _reader()
    suggested = [_timed(client, "/find/suggest", text) for text in begun]
    meant = [_timed(client, "/find", text) for text in wrong if not find_ids(text, counted={}, size=1)]
    return {
        "suggest_p95_ms": _percentile(suggested, 95),
        "meant_p95_ms": _percentile(meant, 95) if len(meant) > 1 else 0.0,
        "meant": len(meant),
    }


def _reader() -> Client:
    return Client(headers={"host": settings.ALLOWED_HOSTS[0], "accept-language": "zh-CN"})


def _timed(client: Client, path: str, text: str) -> float:
    """Milliseconds until an address has answered. :raises Problem: it does not answer as it should."""
    started = time.perf_counter()
    response = client.get(path, {"q": text})
    taken = (time.perf_counter() - started) * 1000
    if response.status_code != 200:
        raise Problem(f"{path} answers “{text}” with {response.status_code}.")
    return taken


def _percentile(values: Sequence[float], percent: int) -> float:
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1], 3)
