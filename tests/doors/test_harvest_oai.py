"""``/oai``: the six verbs, sets, tombstones, tokens, and every error of OAI-PMH 2.0."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from lxml import etree

from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch, make_library
from wenyuan.doors.harvest import gate
from wenyuan.doors.harvest.oai import views
from wenyuan.holdings.catalogue.models import Bib, HarvestStamp, Item
from wenyuan.holdings.catalogue.operations import stamp_changes
from wenyuan.kernel.marc import ControlField, DataField, Record, to_storage
from wenyuan.plumbing.buckets import Buckets, Rate

NAMES = {
    "o": "http://www.openarchives.org/OAI/2.0/",
    "d": "http://purl.org/dc/elements/1.1/",
    "m": "http://www.loc.gov/MARC21/slim",
    "x": "info:lc/xmlns/marcxchange-v2",
}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nobody_slowed_down() -> Iterator[None]:
    gate.forget_callers()
    yield
    gate.forget_callers()


def stamped(at: datetime = LONG_AGO) -> None:
    """Everything so far has this stamp."""
    while stamp_changes():
        pass
    HarvestStamp.objects.filter(stamp__year__gt=2026).update(stamp=at)
    HarvestStamp.objects.exclude(stamp__lte=at).update(stamp=at)


def ask(_method: str = "get", **arguments: str) -> Any:
    arguments = {name.rstrip("_"): value for name, value in arguments.items()}
    answer = _sent(_method, arguments)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    return etree.fromstring(answer.content)


def _sent(method: str, arguments: dict[str, str]) -> Any:
    if method == "post":
        return Client().post("/oai", urlencode(arguments), content_type="application/x-www-form-urlencoded")
    return Client().get("/oai", arguments)


def found(tree: Any, path: str) -> list[str]:
    return [one.text for one in tree.iterfind(path, NAMES)]


def error(tree: Any) -> str:
    (one,) = tree.iterfind("o:error", NAMES)
    return str(one.get("code"))


def make_marc21(title: str = "Walden", **columns: Any) -> Any:
    record = Record(
        "00000nam a2200000 a 4500",
        (
            ControlField("001", "w1"),
            DataField("245", "1", "0", (("a", f"{title} /"), ("c", "Henry David Thoreau."))),
            DataField("100", "1", " ", (("a", "Thoreau, Henry David."),)),
        ),
    )
    return make_bib(title=title, dialect="marc21", marc=to_storage(record), **columns)


# Verbs ---------------------------------------------------------------------------------------------------------------


def test_identify_tells_the_library_and_how_it_is_harvested(db: None) -> None:
    make_library()
    make_bib()
    stamped()

    tree = ask(verb="Identify")

    assert found(tree, "o:request") == ["http://testserver/oai"]
    assert found(tree, "o:Identify/*")[1:] == [
        "http://testserver/oai",
        "2.0",
        "postmaster@wenyuan.local",
        "2026-01-01T00:00:00Z",
        "persistent",
        "YYYY-MM-DDThh:mm:ssZ",
        None,
    ]
    assert found(tree, ".//{*}sampleIdentifier") == ["oai:wenyuan.local:1"]


def test_a_record_is_given_in_dublin_core(db: None) -> None:
    bib = make_bib(title="活着 & <余华>", author="余华", isbn="978-7-5063-6543-7")
    home = make_branch("C1")
    make_item(bib=bib, home=home, collection="红色 文献")
    stamped()

    tree = ask(verb="GetRecord", identifier=f"oai:wenyuan.local:{bib.id}", metadataPrefix="oai_dc")

    assert found(tree, ".//o:header/*") == [
        f"oai:wenyuan.local:{bib.id}",
        "2026-01-01T00:00:00Z",
        "branch:C1",
        "collection:~E7~BA~A2~E8~89~B2~20~E6~96~87~E7~8C~AE",
    ]
    assert found(tree, ".//d:title") == ["活着 & <余华>"]
    assert found(tree, ".//d:creator") == ["余华"]
    assert found(tree, ".//d:subject") == ["I247.57"]
    assert found(tree, ".//d:identifier") == ["URN:ISBN:978-7-5063-6543-7", f"http://testserver/record/{bib.id}"]


def test_a_record_that_was_merged_is_a_deletion_at_once(db: None) -> None:
    bib, kept = make_bib(), make_bib()
    stamped()
    asked = {"verb": "GetRecord", "identifier": f"oai:wenyuan.local:{bib.id}", "metadataPrefix": "oai_dc"}

    Bib.objects.filter(id=bib.id).update(merged_into=kept)
    at_once = ask(**asked)
    stamped()

    for tree in (at_once, ask(**asked)):
        assert [header.get("status") for header in tree.iterfind(".//{*}header")] == ["deleted"]
        assert found(tree, ".//{*}metadata") == []


def test_post_and_get_answer_alike(db: None) -> None:
    bib = make_bib()
    stamped()
    arguments = {"verb": "GetRecord", "identifier": f"oai:wenyuan.local:{bib.id}", "metadataPrefix": "oai_dc"}

    assert found(ask("post", **arguments), ".//d:title") == found(ask(**arguments), ".//d:title") == ["平凡的世界"]


def test_each_dialect_is_given_in_its_own_format(db: None) -> None:
    chinese, foreign = make_bib(), make_marc21()
    stamped()

    marcxml = ask(verb="ListRecords", metadataPrefix="marcxml")
    cnmarc = ask(verb="ListRecords", metadataPrefix="cnmarcxml")

    assert found(marcxml, ".//m:datafield[@tag='245']/m:subfield[@code='a']") == ["Walden /"]
    assert found(marcxml, ".//o:identifier") == [f"oai:wenyuan.local:{foreign.id}"]
    assert found(cnmarc, ".//x:datafield[@tag='200']/x:subfield[@code='a']") == ["平凡的世界"]
    assert [one.get("format") for one in cnmarc.iterfind(".//x:record", NAMES)] == ["CNMARC"]
    assert found(cnmarc, ".//o:identifier") == [f"oai:wenyuan.local:{chinese.id}"]


def test_the_formats_of_one_record_are_those_that_can_hold_it(db: None) -> None:
    bib = make_bib()
    stamped()
    name = f"oai:wenyuan.local:{bib.id}"

    assert found(ask(verb="ListMetadataFormats"), ".//o:metadataPrefix") == ["oai_dc", "marcxml", "cnmarcxml"]
    assert found(ask(verb="ListMetadataFormats", identifier=name), ".//o:metadataPrefix") == ["oai_dc", "cnmarcxml"]
    assert error(ask(verb="GetRecord", identifier=name, metadataPrefix="marcxml")) == "cannotDisseminateFormat"


def test_sets_are_branches_and_collections(db: None) -> None:
    home = make_branch("C1", name_zh="总馆")
    item = make_item(home=home, collection="red")
    other = make_item(home=make_branch("B1"))
    make_bib()
    stamped()

    specs = found(ask(verb="ListSets"), ".//o:setSpec")

    assert specs == ["branch", "branch:B1", "branch:C1", "collection", "collection:red"]
    for spec, bibs in {
        "branch": {item.bib_id, other.bib_id},
        "branch:B1": {other.bib_id},
        "collection": {item.bib_id},
        "collection:red": {item.bib_id},
    }.items():
        listed = ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set=spec)
        assert {int(name.rpartition(":")[2]) for name in found(listed, ".//o:identifier")} == bibs
    assert error(ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set="branch:NONE")) == "noRecordsMatch"
    assert error(ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set="collection:~FF~FE")) == "noRecordsMatch"


def test_a_withdrawn_bib_is_told_as_deleted_in_its_set(db: None) -> None:
    item = make_item(home=make_branch("C1"))
    stamped()
    Item.objects.filter(id=item.id).update(state="withdrawn", lendable="no")
    stamped()

    tree = ask(verb="ListRecords", metadataPrefix="oai_dc", set="branch:C1")

    assert [one.get("status") for one in tree.iterfind(".//o:header", NAMES)] == ["deleted"]
    assert tree.find(".//o:metadata", NAMES) is None


def test_a_list_is_narrowed_by_days_and_seconds(db: None) -> None:
    first = make_bib()
    stamped()
    second = make_bib()
    stamp_changes()
    HarvestStamp.objects.filter(bib_id=second.id).update(stamp=datetime(2026, 2, 1, 10, 30, tzinfo=UTC))

    def listed(**span: str) -> list[int]:
        tree = ask(verb="ListIdentifiers", metadataPrefix="oai_dc", **span)
        return [int(name.rpartition(":")[2]) for name in found(tree, ".//o:identifier")]

    assert listed(until="2026-01-31") == [first.id]
    assert listed(until="2026-02-01") == [first.id, second.id]
    assert listed(from_="2026-01-01T00:00:01Z") == [second.id]
    assert listed(from_="2026-02-01T10:30:00Z", until="2026-02-01T10:30:00Z") == [second.id]


# Tokens --------------------------------------------------------------------------------------------------------------


def test_a_list_goes_on_by_tokens_that_can_be_used_twice(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bibs = [make_bib() for _ in range(5)]
    stamped()
    monkeypatch.setattr(views, "RECORDS", 2)

    tree = ask(verb="ListRecords", metadataPrefix="oai_dc")
    seen, tokens = found(tree, ".//o:identifier"), []
    while True:
        (token,) = tree.iterfind(".//o:resumptionToken", NAMES)
        tokens.append((token.get("cursor"), token.get("completeListSize"), token.get("expirationDate") is not None))
        if not token.text:
            break
        again = ask(verb="ListRecords", resumptionToken=token.text)
        tree = ask(verb="ListRecords", resumptionToken=token.text)
        assert found(again, ".//o:identifier") == found(tree, ".//o:identifier")
        seen += found(tree, ".//o:identifier")

    assert seen == [f"oai:wenyuan.local:{bib.id}" for bib in bibs]
    assert tokens == [("0", "5", True), ("2", "5", True), ("4", "5", False)]


def test_a_list_of_one_kind_alone_is_not_counted(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    make_bib()
    make_bib()
    stamped()
    monkeypatch.setattr(views, "RECORDS", 1)

    (token,) = ask(verb="ListRecords", metadataPrefix="cnmarcxml").iterfind(".//o:resumptionToken", NAMES)
    (last,) = ask(verb="ListRecords", resumptionToken=token.text).iterfind(".//o:resumptionToken", NAMES)

    assert [(one.get("cursor"), one.get("completeListSize")) for one in (token, last)] == [("0", None), ("1", None)]


def test_a_resumed_list_waits_for_a_record_that_just_changed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    make_bib()
    last = make_bib()
    stamped()
    monkeypatch.setattr(views, "RECORDS", 1)
    (token,) = found(ask(verb="ListRecords", metadataPrefix="oai_dc"), ".//o:resumptionToken")
    Bib.objects.filter(id=last.id).update(title="改过")
    stamp_changes()

    tree = ask(verb="ListRecords", resumptionToken=token)

    assert found(tree, ".//o:identifier") == [f"oai:wenyuan.local:{last.id}"]


def test_a_resumed_list_without_a_record_is_no_list(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    make_bib()
    last = make_bib()
    stamped()
    monkeypatch.setattr(views, "RECORDS", 1)
    monkeypatch.setattr(views, "NEXT_SECOND", 0)
    (token,) = found(ask(verb="ListRecords", metadataPrefix="oai_dc"), ".//o:resumptionToken")
    HarvestStamp.objects.filter(bib_id=last.id).update(stamp=datetime(2040, 1, 1, tzinfo=UTC))

    assert error(ask(verb="ListRecords", resumptionToken=token)) == "noRecordsMatch"


def test_a_list_in_one_part_has_no_token(db: None) -> None:
    make_bib()
    stamped()

    assert ask(verb="ListRecords", metadataPrefix="oai_dc").find(".//o:resumptionToken", NAMES) is None


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "W10:1vN:zzzz"])
def test_a_token_that_is_not_ours_is_refused(db: None, token: str) -> None:
    assert error(ask(verb="ListRecords", resumptionToken=token)) == "badResumptionToken"


def test_an_expired_token_and_one_of_another_verb_are_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    make_bib()
    make_bib()
    stamped()
    monkeypatch.setattr(views, "RECORDS", 1)
    (token,) = found(ask(verb="ListRecords", metadataPrefix="oai_dc"), ".//o:resumptionToken")

    assert error(ask(verb="ListIdentifiers", resumptionToken=token)) == "badResumptionToken"
    four_days_on = time.time() + 4 * 86_400
    monkeypatch.setattr(time, "time", lambda: four_days_on)
    assert error(ask(verb="ListRecords", resumptionToken=token)) == "badResumptionToken"


# Errors --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Nothing", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&more=1", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-01&until=2026-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=9999-12-31T23:59:59Z", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=%00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=mods", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc", "noRecordsMatch"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=GetRecord&identifier=oai:wenyuan.local:1&metadataPrefix=oai_dc", "idDoesNotExist"),
        ("verb=GetRecord&identifier=oai:wenyuan.local:01&metadataPrefix=oai_dc", "idDoesNotExist"),
        ("verb=GetRecord&identifier=%E4%B8%80&metadataPrefix=oai_dc", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=" + "9" * 30, "idDoesNotExist"),
    ],
)
def test_what_is_wrong_is_told_by_the_protocol_s_code(db: None, query: str, code: str) -> None:
    answer = Client().get(f"/oai?{query}")

    tree = etree.fromstring(answer.content)
    assert error(tree) == code
    if code in ("badVerb", "badArgument"):
        assert dict(tree.find("o:request", NAMES).attrib) == {}


def test_what_was_sent_cannot_break_out_of_the_answer(db: None) -> None:
    tree = ask(verb="GetRecord", identifier='"><script>\x01', metadataPrefix="oai_dc")

    assert tree.find("o:request", NAMES).get("identifier") == '"><script>\ufffd'


# The gate ------------------------------------------------------------------------------------------------------------


def test_who_asks_too_often_is_told_when_to_come_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "monotonic", lambda: 100.0)
    statuses = {Client().get("/oai?verb=Nothing").status_code for _ in range(60)}
    answer = Client().get("/oai?verb=Nothing")
    monkeypatch.setattr(gate, "monotonic", lambda: 101.0)

    assert statuses == {200}
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert Client().get("/oai?verb=Nothing").status_code == 200


@pytest.mark.parametrize(
    ("others", "status"),
    [
        (["2001:db8:0:1:1::1", "2001:db8:0:1:2::2"], 503),
        (["2001:db8:0:1::1", "2001:db8:0:2::1"], 200),
        (["192.0.2.1", "::ffff:192.0.2.1"], 503),
        (["192.0.2.1", "192.0.2.2"], 200),
    ],
)
def test_a_line_of_ipv6_is_one_caller(
    db: None, monkeypatch: pytest.MonkeyPatch, others: list[str], status: int
) -> None:
    monkeypatch.setattr(gate, "ADDRESSES", Buckets(Rate(burst=1, per_second=0.1)))

    statuses = [Client().get("/oai?verb=Nothing", REMOTE_ADDR=one).status_code for one in others]

    assert statuses == [200, status]


def test_all_callers_together_are_bounded(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "EVERYBODY", Buckets(Rate(burst=2, per_second=0.1)))

    statuses = [Client().get("/oai?verb=Nothing", REMOTE_ADDR=f"192.0.2.{one}").status_code for one in range(3)]

    assert statuses == [200, 200, 503]


def test_other_methods_and_large_bodies_are_refused(db: None) -> None:
    assert Client().delete("/oai").status_code == 405
    assert Client().post("/oai", "verb=Identify", content_type="text/plain").status_code == 415
    large = "verb=" + "x" * 20_000
    assert Client().post("/oai", large, content_type="application/x-www-form-urlencoded").status_code == 413
