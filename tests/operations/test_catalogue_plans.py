"""What is asked of a large catalogue for each record or scan is answered by indices, not by reading through it."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item, make_many_bibs, make_many_items
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.models import Authority, AuthorityVariant
from wenyuan.holdings.catalogue.operations import DuplicatesFound, add_bib
from wenyuan.holdings.catalogue.queries import list_authorities, lookup
from wenyuan.kernel.marc import Dialect, from_text
from wenyuan.organisation.accounts.data import Role

from .test_record_duplicates import AT, HEAD

Plan = dict[str, Any]

LARGE = (
    "catalogue_bib",
    "catalogue_identifier",
    "catalogue_item",
    "catalogue_authority",
    "catalogue_authorityvariant",
)


def get_to_know(database: str, server_url: str, tables: str) -> None:
    """The statistics of tables as they are after a while, which only their owner may ask for."""
    name = conninfo_to_dict(database)["dbname"]
    with psycopg.connect(make_conninfo(server_url, dbname=name), autocommit=True) as owner:
        owner.execute(f"VACUUM ANALYZE {tables}".encode())


def read_through(act: Callable[[], object]) -> list[str]:
    """What an act asks of the large tables that no index leads to. An index that is followed from one end to the other
    for its order leads to none. Tables are read through only where nothing else is possible: what the planner takes
    for the cheaper way depends on what other tests have left it to know of tables as small as these."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")  # the database is the test's own, and so is its connection
    with CaptureQueriesContext(connection) as asked:
        act()
    reads = [one["sql"] for one in asked if one["sql"].lstrip().startswith("SELECT")]
    reads = [read for read in reads if any(table in read for table in LARGE)]
    assert reads
    return [read for read in reads if any(_is_reading_through(node) for node in _nodes(_plan(read)))]


def _plan(read: str, values: Mapping[str, Any] | None = None) -> Plan:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + read, values)
        [[plan]] = cursor.fetchall()
    found: Plan = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    return found


def _nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _is_reading_through(node: Plan) -> bool:
    if node["Node Type"] == "Bitmap Heap Scan":  # what it checks again is not always told
        return any(below["Node Type"] == "Bitmap Index Scan" and "Index Cond" not in below for below in _nodes(node))
    return node.get("Relation Name") in LARGE and "Index Cond" not in node


def test_records_like_one_that_is_saved_are_found_by_indices(fresh_database: str, server_url: str) -> None:
    desk = make_desk(make_branch("B1"), role=Role.CATALOGUER)
    by_number = make_bib(title="活着：小说", author="余华", isbn="9787506365437")
    by_description = make_bib(title="活着", author="余华", year=2012)
    make_many_bibs(5_000)
    make_many_items(make_item(bib=by_number, home=make_branch("B2")), 5_000)
    get_to_know(fresh_database, server_url, "catalogue_bib, catalogue_identifier, catalogue_item")
    lines = "010 ## $a978-7-5063-6543-7\n200 1# $a活着$f余华著\n210 ## $c人民文学出版社$d2012"

    def save() -> None:
        with pytest.raises(DuplicatesFound) as found:
            add_bib(record=from_text(HEAD + lines), dialect=Dialect.CNMARC, at=AT, desk=desk)
        assert [one.bib_id for one in found.value.candidates] == [by_number.id, by_description.id]

    assert read_through(save) == []


def test_a_look_for_duplicates_goes_from_each_record_to_the_next_ones_of_its_title_by_one_index(
    fresh_database: str, server_url: str
) -> None:
    make_many_bibs(5_000)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalogue_bib SET title_fold = '年鉴', author_fold = '统计局', year = 2012 WHERE id % 20 = 0"
        )
    get_to_know(fresh_database, server_url, "catalogue_bib")

    plan = _plan(sql.LIKELY_PAIRS, {"bibs": list(range(500)), "kinds": ["isbn"], "most": 50})

    by_title = [node["Index Cond"] for node in _nodes(plan) if node.get("Index Name") == "catalogue_title_begins"]
    to_the_next = [one for one in by_title if "(id > mine" in one]
    assert len(to_the_next) == 2
    assert all("title_fold" in one and "author_fold" in one and "(year " in one for one in to_the_next)
    assert "Sort" not in {node["Node Type"] for node in _nodes(plan) if node.get("Parent Relationship") == "Inner"}


@pytest.mark.parametrize("given", [{"isbn": "9787506365437"}, {"barcode": "W1"}, {"title_begins": "活着"}])
def test_a_record_is_looked_up_by_indices(fresh_database: str, server_url: str, given: dict[str, Any]) -> None:
    bib = make_bib(title="活着", author="余华", isbn="9787506365437")
    item = make_item(bib=bib, home=make_branch("B1"), barcode="W1")
    make_many_bibs(5_000)
    make_many_items(item, 5_000)
    get_to_know(fresh_database, server_url, "catalogue_bib, catalogue_identifier, catalogue_item")

    def look() -> None:
        assert [one.id for one in lookup(**given).bibs] == [bib.id]

    assert read_through(look) == []


def test_authorities_are_found_by_indices_and_their_list_goes_on_where_it_stood(
    fresh_database: str, server_url: str
) -> None:
    known = Authority.objects.create(kind="person", name="丁玲", key="丁玲")
    AuthorityVariant.objects.create(authority=known, name="蒋冰之", key="蒋冰之")
    many = [Authority(kind="person", name=f"人{number}", key=f"人{number}") for number in range(5_000)]
    made = Authority.objects.bulk_create(many)
    AuthorityVariant.objects.bulk_create(
        AuthorityVariant(authority=one, name=f"名{one.name}", key=f"名{one.key}") for one in made
    )
    get_to_know(fresh_database, server_url, "catalogue_authority, catalogue_authorityvariant")

    def look() -> None:
        assert [one.id for one in list_authorities(text="蒋").rows] == [known.id]
        assert list_authorities(text="蒋", after=("丁玲", known.id)).rows == ()
        assert [one.name for one in list_authorities(after=("人998", made[998].pk), size=1).rows] == ["人999"]

    assert read_through(look) == []
