"""Real clients of others at the harvesters' door: sickle takes everything while records change, YAZ searches."""

import shutil
import subprocess
import warnings
from collections.abc import Iterator

import pytest
from lxml import etree

from tests.doors.test_harvest_oai import make_marc21
from tests.doors.test_harvest_sru import index
from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch, make_library
from tests.operations.test_harvest_stamps import wait_for_next_second
from wenyuan.doors.harvest import gate
from wenyuan.doors.harvest.oai import views
from wenyuan.holdings.catalogue.models import Bib, HarvestStamp, Item
from wenyuan.holdings.catalogue.operations import stamp_changes

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # one regular expression of sickle's, when it is compiled
    from sickle import Sickle

NAMES = {"o": "http://www.openarchives.org/OAI/2.0/", "x": "info:lc/xmlns/marcxchange-v2"}


@pytest.fixture(autouse=True)
def _nobody_slowed_down() -> Iterator[None]:
    gate.forget_callers()
    yield
    gate.forget_callers()


def test_sickle_harvests_everything_while_records_change(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "RECORDS", 7)
    make_library()
    home = make_branch("C1")
    items = [make_item(home=home) for _ in range(40)]
    stamp_changes()
    wait_for_next_second()
    sickle = Sickle(f"{served}/oai")
    began = sickle.Identify().xml.getparent().find("o:responseDate", NAMES).text
    known: dict[str, tuple[bool, str]] = {}
    changed: set[int] = set()

    def change(number: int) -> None:
        """One record gets another author, one is withdrawn, one comes."""
        changed.add(number % 20)
        Bib.objects.filter(id=items[number % 20].bib_id).update(author="改过", dialect="cnmarc")
        Item.objects.filter(id=items[20 + number % 20].id).update(state="withdrawn", lendable="no")
        make_item(bib=make_bib(), home=home)
        stamp_changes()

    for number, record in enumerate(sickle.ListRecords(metadataPrefix="cnmarcxml")):
        known[record.header.identifier] = (record.deleted, record.header.datestamp)
        if number % 6 == 0 and number < 40:
            change(number)
    wait_for_next_second()
    for record in sickle.ListRecords(**{"metadataPrefix": "cnmarcxml", "from": began}):
        known[record.header.identifier] = (record.deleted, record.header.datestamp)

    have = HarvestStamp.objects.values_list("bib_id", "is_gone", "stamp")
    assert known == {
        f"oai:wenyuan.local:{bib_id}": (is_gone, f"{stamp:%Y-%m-%dT%H:%M:%SZ}") for bib_id, is_gone, stamp in have
    }
    assert len(changed) >= 6
    assert len(known) >= 40 + len(changed)
    assert sum(gone for gone, _ in known.values()) == len(changed)


def test_sickle_reads_sets_formats_and_one_record(served: str) -> None:
    make_library()
    item = make_item(home=make_branch("C1"), collection="red")
    stamp_changes()
    wait_for_next_second()
    sickle = Sickle(f"{served}/oai", http_method="POST")

    record = sickle.GetRecord(identifier=f"oai:wenyuan.local:{item.bib_id}", metadataPrefix="oai_dc")

    assert [one.setSpec for one in sickle.ListSets()] == ["branch", "branch:C1", "collection", "collection:red"]
    assert [one.metadataPrefix for one in sickle.ListMetadataFormats()] == ["oai_dc", "marcxml", "cnmarcxml"]
    assert record.metadata["title"] == ["平凡的世界"]
    assert etree.tostring(record.xml)


# YAZ -----------------------------------------------------------------------------------------------------------------

needs_yaz = pytest.mark.skipif(
    not (shutil.which("yaz-client") and shutil.which("zoomsh")),
    reason="no yaz-client and zoomsh; on Debian: apt-get install yaz",
)


def told_by(program: str, *commands: str) -> str:
    ended = subprocess.run(
        [program], input="\n".join([*commands, "quit", ""]), capture_output=True, text=True, timeout=30, check=False
    )
    return ended.stdout + ended.stderr


@needs_yaz
def test_yaz_client_and_zoomsh_search_and_present(served: str) -> None:
    make_library()
    make_bib(title="活着", author="余华")
    make_marc21("Walden")
    index()

    client = told_by(
        "yaz-client",
        "sru get 1.2",
        f"open {served}/sru",
        "querytype cql",
        "find dc.title = walden",
        "show 1",
    )
    shell = told_by(
        "zoomsh", "set sru get", "set sru_version 1.2", f"connect {served}/sru", "find cql:title=活着", "show 0 1"
    )

    assert "Number of hits: 1" in client
    assert 'tag="245"' in client
    assert "Walden /" in client
    assert "1 hits" in shell
    assert "活着" in shell
