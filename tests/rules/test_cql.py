"""CQL: what is read, how it is grouped, and the diagnostic of everything that is not supported."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.doors.harvest.sru.indexes import tree_of
from wenyuan.kernel.cql import SERVER_CHOICE, Boolean, Clause, CqlError, Joined, Node, read_cql
from wenyuan.kernel.searching import Anything, Both, Either, Part, Parts, Scope, Without, Years


def clause(term: str, index: str = SERVER_CHOICE, relation: str = "=") -> Clause:
    return Clause(index, relation, (), term)


@pytest.mark.parametrize(
    ("query", "node"),
    [
        ("活着", clause("活着")),
        ('"活着 余华"', clause("活着 余华")),
        ('""', None),
        ("dc.title=活着", clause("活着", "dc.title")),
        ('DC.Title all "活着 余华"', clause("活着 余华", "dc.title", "all")),
        ("dc.date >= 2010", clause("2010", "dc.date", ">=")),
        ('title = "a \\" b"', clause('a \\" b', "title")),
        ("a and b", Joined(Boolean.AND, clause("a"), clause("b"))),
        (
            "a AND b or c",
            Joined(Boolean.OR, Joined(Boolean.AND, clause("a"), clause("b")), clause("c")),
        ),
        (
            "a not (b or title = c)",
            Joined(Boolean.NOT, clause("a"), Joined(Boolean.OR, clause("b"), clause("c", "title"))),
        ),
        ("(((a)))", clause("a")),
        ('"and" and "or"', Joined(Boolean.AND, clause("and"), clause("or"))),
        ("title = /x", None),
        ("dc.title =/stem/x.y=1 活着", Clause("dc.title", "=", ("stem", "x.y"), "活着")),
    ],
)
def test_a_query_is_read(query: str, node: Node | None) -> None:
    if node is None:
        with pytest.raises(CqlError):
            read_cql(query)
    else:
        assert read_cql(query) == node


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", "10"),
        ("a and", "10"),
        ("title =", "10"),
        ("活着 余华", "10"),
        ("/a", "10"),
        ("a" * 2_001, "12"),
        ("(a", "13"),
        ("a)", "13"),
        ("(" * 13 + "a" + ")" * 13, "13"),
        ('"a', "14"),
        ('title = ""', "27"),
        ("a" * 201, "23"),
        ("a xor", "10"),
        ("title = a xor b", "37"),
        (" or ".join(["a"] * 17), "38"),
        (f'title any "{"ab " * 16}"  or a', "38"),
        ('title = "' + "ab " * 17 + '"', "38"),
        ("a prox b", "39"),
        ("a and/rel.x b", "46"),
        (">dc=x a", "48"),
        ("a sortby title", "80"),
        ("marc.245 = a", "15"),
        ("dc.rights = a", "16"),
        ("nothing = a", "16"),
        ("title < a", "22"),
        ("title nearby a", "19"),
        ("date any 2010", "22"),
        ("date near 2010", "19"),
        ("title =/stem a", "20"),
        ("a?c", "28"),
        ("*a", "28"),
        ("*", "28"),
        ("author = y*", "29"),
        ('title = "old m*"', "29"),
        ("title = 世界m*", "29"),
        ("isbn = 97875063*", "28"),
        ('title == "old man*"', "28"),
        ("^a", "31"),
        ("date = 20xx", "36"),
        ('date within "2010"', "36"),
        ("title = ---", "36"),
    ],
)
def test_what_is_not_supported_has_its_diagnostic(query: str, number: str) -> None:
    with pytest.raises(CqlError) as raised:
        tree_of(read_cql(query))

    assert raised.value.fault == number


def part(text: str, scope: Scope, *, exact: bool = False, begun: bool = False) -> Parts:
    return Parts((Part(text, text, scope, is_exact=exact, is_begun=begun),), is_any=True)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("title = 活着", part("活着", Scope.TITLE)),
        ('title exact "活着"', part("活着", Scope.TITLE, exact=True)),
        ("author = yu*", part("yu", Scope.AUTHOR, begun=True)),
        ("author = 9\\*", None),
        ("author = 余秋雨*", part("余秋雨", Scope.AUTHOR)),
        ('title = "old man*"', Both(part("old", Scope.TITLE), part("man", Scope.TITLE, begun=True))),
        (
            "subject = I247.5*",
            Parts((Part("I247.5", "i2475", Scope.CLASS),), is_any=True),
        ),
        ('title all "a b"', Both(part("a", Scope.TITLE), part("b", Scope.TITLE))),
        ('title any "a b"', Either(part("a", Scope.TITLE), part("b", Scope.TITLE))),
        ("date = 2012", Years(2012, 2012)),
        ("date < 2012", Years(None, 2011)),
        ("date > 2012", Years(2013, None)),
        ('date within "2010 2012"', Years(2010, 2012)),
        ("cql.allRecords = 1", Anything()),
        ("a not b", Without(part("a", Scope.ANYWHERE), part("b", Scope.ANYWHERE))),
    ],
)
def test_a_query_becomes_the_catalogue_s_question(query: str, tree: object) -> None:
    found = tree_of(read_cql(query))

    if tree is None:
        assert isinstance(found, Parts)
        assert [one.text for one in found.parts] == ["9*"]
    else:
        assert found == tree


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(CqlError):
        tree_of(read_cql(text))


NODES = st.recursive(
    st.from_regex(r"[a-c一-十]{1,5}", fullmatch=True).map(lambda term: clause(term)),
    lambda nodes: st.builds(Joined, st.sampled_from(Boolean), nodes, nodes),
    max_leaves=8,
)


def written(node: Node) -> str:
    if isinstance(node, Clause):
        return f'"{node.term}"'
    return f"({written(node.left)}) {node.boolean} ({written(node.right)})"


@given(NODES)
def test_what_is_written_in_full_is_read_back(node: Node) -> None:
    assert read_cql(written(node)) == node
