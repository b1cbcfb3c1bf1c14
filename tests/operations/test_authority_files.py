"""``take_authorities``: an authority file adds what is missing and overwrites nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue.data import AuthorityInput, LinkState, Variant
from wenyuan.holdings.catalogue.models import Authority
from wenyuan.holdings.catalogue.operations import follow_headings, keep_authority, take_authorities
from wenyuan.holdings.catalogue.queries import find_authorities, get_authority, headings_of_bib, read_authorities
from wenyuan.kernel.headings import HeadingKind
from wenyuan.kernel.marc import COLLECTION_CLOSE, COLLECTION_OPEN, Encoding, encode, from_text, to_marcxml
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
HEAD = "LDR 00000nx  a2200000   45  \n"
LU_XUN = from_text(
    f"{HEAD}200 #0 $a鲁迅$f1881-1936\n400 #0 $a周树人$f1881-1936\n400 #0 $a豫才\n500 #0 $a许广平\n810 ## $a大百科全书"
)
XU = from_text(f"{HEAD}200 #0 $a许广平\n500 #0 $a鲁迅$f1881-1936")
NONE = from_text(f"{HEAD}300 ## $a附注")


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk(make_branch("B1"), role=Role.CATALOGUER)


def taken(path: Path, desk: Desk) -> tuple[int, int, int]:
    records = [found.record for found in read_authorities(path) if found.record]
    return tuple(take_authorities(records=records, at=AT, desk=desk))  # type: ignore[return-value] # of three counts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "authorities.iso"
    path.write_bytes(b"".join(encode(one, encoding=Encoding.GB18030) for one in (LU_XUN, NONE, XU)) + b"rubbish\x1d")
    return path


def test_a_file_is_read_record_by_record_and_what_says_nothing_is_told(file: Path, tmp_path: Path) -> None:
    found = list(read_authorities(file))

    assert [(one.number, one.record is not None) for one in found] == [(1, True), (2, False), (3, True), (4, False)]
    assert found[1].fault == "no_heading"
    assert found[3].fault
    xml = tmp_path / "authorities.xml"
    xml.write_text(f"{COLLECTION_OPEN}{to_marcxml(LU_XUN)}{to_marcxml(XU)}{COLLECTION_CLOSE}")
    assert [one.record for one in read_authorities(xml)] == [found[0].record, found[2].record]


def test_authorities_are_added_once_with_what_leads_to_them(file: Path, desk: Desk) -> None:
    bib = make_bib(author="豫才")

    assert taken(file, desk) == (2, 0, 0)
    assert taken(file, desk) == (0, 0, 2)

    lu_xun, xu = (find_authorities(name)[0].id for name in ("鲁迅", "许广平"))
    view = get_authority(lu_xun)
    assert view is not None
    assert (view.dates, view.source, view.version) == ("1881-1936", "大百科全书", 2)
    assert set(view.variants) == {Variant("周树人", "1881-1936", True), Variant("豫才")}
    assert [one.id for one in view.beside] == [xu]
    while follow_headings():
        continue
    assert [one.state for one in headings_of_bib(bib.pk)] == [LinkState.REVIEW]
    assert AuditRow.objects.filter(act="take_authorities", subject_id=xu).count() == 1


def test_what_a_cataloguer_has_written_stays(file: Path, desk: Desk) -> None:
    mine = AuthorityInput(
        kind=HeadingKind.PERSON,
        name="魯迅",
        dates="1881-1936",
        source="自定",
        variants=(Variant("豫才", is_same=True),),
    )
    saved = keep_authority(authority_id=None, version=None, authority=mine, at=AT, desk=desk)

    assert taken(file, desk) == (1, 1, 0)

    view = get_authority(saved.id)
    assert view is not None
    assert (view.name, view.source) == ("魯迅", "自定")
    assert set(view.variants) == {Variant("豫才", "", True), Variant("周树人", "1881-1936", True)}
    assert view.version > saved.version


def test_files_are_for_those_who_may_import(file: Path, desk: Desk) -> None:
    clerk = make_desk(make_branch("B2"), role=Role.DESK)

    with pytest.raises(NotAllowed):
        taken(file, clerk)
    assert not Authority.objects.exists()
