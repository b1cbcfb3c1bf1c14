"""Record templates: what new records begin with, as a library says it."""

from datetime import UTC, date, datetime

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.racing import at_once
from wenyuan.holdings.catalogue.data import CatalogueRefused, RecordKind, Refusal
from wenyuan.holdings.catalogue.editing import templates
from wenyuan.holdings.catalogue.operations import drop_template, keep_template
from wenyuan.holdings.catalogue.queries import begin_record, draft, get_template, list_templates, without_empty
from wenyuan.kernel.marc import BadText, Dialect, Record, from_text, to_text
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
DAY = date(2026, 4, 23)
LINES = """LDR 00000nam0 2200000   450
100 ## $a{date}d{year}    em y0chiy50      ea
200 1# $a$f
606 0# $a地方文献$x鹿鸣区
690 ## $aK29$v5
702 #0 $a$4译
801 #0 $aCN$bLM$c{date}"""


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk(make_branch("B1"), role=Role.CATALOGUER, everywhere=True)


def keep(desk: Desk, name: str = "地方志", text: str = LINES, **more: object) -> int:
    given: dict[str, object] = {"dialect": Dialect.CNMARC, "kind": RecordKind.LOCAL, "is_first": False, **more}
    return keep_template(name=name, text=text, at=AT, desk=desk, **given)  # type: ignore[arg-type] # the names given


def mark(template_id: int) -> str:
    found = get_template(template_id)
    assert found is not None
    return found.mark


def begun(template_id: int | None = None, kind: RecordKind = RecordKind.LOCAL) -> Record:
    return begin_record(dialect=Dialect.CNMARC, kind=kind, on=DAY, template_id=template_id)


def test_a_new_record_begins_with_the_template_that_is_chosen_and_the_day_it_is_begun(desk: Desk) -> None:
    template_id = keep(desk)

    assert to_text(begun(template_id)).split("\n") == [
        "LDR 00000nam0 2200000   450 ",
        "100 ## $a20260423d2026    em y0chiy50      ea",
        "200 1# $a$f",
        "606 0# $a地方文献$x鹿鸣区",
        "690 ## $aK29$v5",
        "702 #0 $a$4译",
        "801 #0 $aCN$bLM$c20260423",
    ]
    shipped = draft(dialect=Dialect.CNMARC, kind=RecordKind.LOCAL, on=DAY)
    assert begun() == begun(0) == begun(template_id + 1) == shipped
    assert begun(template_id, RecordKind.BOOK) == draft(dialect=Dialect.CNMARC, kind=RecordKind.BOOK, on=DAY)


def test_the_one_that_comes_first_is_taken_unless_another_is_and_there_is_one(desk: Desk) -> None:
    first, second = keep(desk, is_first=True), keep(desk, "年鉴", LINES.replace("K29", "Z52"), is_first=True)

    assert [(one.id, one.is_first) for one in list_templates()] == [(second, True), (first, False)]
    assert "Z52" in to_text(begun())
    assert "K29" in to_text(begun(first))
    assert "Z52" not in to_text(begun(0))


def test_what_was_not_filled_in_leaves_and_what_is_always_so_stays() -> None:
    template = from_text(LINES.replace("{date}", "20260423").replace("{year}", "2026"))
    untouched = to_text(without_empty(template, template=template))
    named = from_text(to_text(template).replace("702 #0 $a$4译", "702 #0 $a傅雷$4译"))
    filled = to_text(without_empty(named, template=template))

    assert "606 0# $a地方文献$x鹿鸣区" in untouched
    assert "200" not in [line[:3] for line in untouched.split("\n")]
    assert "702" not in [line[:3] for line in untouched.split("\n")]
    assert "702 #0 $a傅雷$4译" in filled


def test_one_of_the_same_name_gives_way_and_one_is_changed_by_its_number(desk: Desk) -> None:
    first = keep(desk)
    other = keep(desk, "年鉴")

    assert keep(desk, text=LINES.replace("K29", "K2")) == first
    assert keep(desk, "方志", template_id=first, seen=mark(first)) == first
    with pytest.raises(CatalogueRefused) as refused:
        keep(desk, "年鉴", template_id=first, seen=mark(first))

    assert refused.value.refusal is Refusal.TEMPLATE_UNFIT
    assert [one.name for one in list_templates()] == ["年鉴", "方志"]
    assert len({first, other}) == 2


def test_of_two_who_change_a_template_the_second_is_told(desk: Desk) -> None:
    template_id = keep(desk)
    seen = mark(template_id)
    keep(desk, "方志", template_id=template_id, seen=seen)

    with pytest.raises(CatalogueRefused) as refused:
        keep(desk, "年鉴", template_id=template_id, seen=seen)

    assert refused.value.refusal is Refusal.TEMPLATE_CHANGED_MEANWHILE
    assert [one.name for one in list_templates()] == ["方志"]
    assert keep(desk, "年鉴", template_id=template_id, seen=mark(template_id)) == template_id


def test_two_who_keep_a_template_of_one_name_at_the_same_moment_keep_one(fresh_database: str) -> None:
    desk = make_desk(make_branch("B1"), role=Role.CATALOGUER, everywhere=True)

    made = at_once(*[lambda: keep(desk, is_first=True)] * 4)

    assert len(set(made)) == 1
    assert [(one.id, one.is_first) for one in list_templates()] == [(made[0], True)]


def test_a_number_of_its_own_is_no_part_of_a_template(desk: Desk) -> None:
    template_id = keep(desk, text=f"{LINES}\n001 W1\n005 20260423")

    assert not {"001", "005"} & {field.tag for field in begun(template_id).fields}


def test_what_is_no_template_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "MOST_TEMPLATES", 1)
    keep(desk)

    with pytest.raises(BadText):
        keep(desk, text="200 1# $a")
    for name, text, refusal in (
        ("  ", LINES, Refusal.TEMPLATE_UNFIT),
        ("一个太多", LINES, Refusal.TEMPLATE_UNFIT),
        ("地方志", LINES + "\n330 ## $a" + "x" * 20_000, Refusal.TEXT_TOO_LONG),
    ):
        with pytest.raises(CatalogueRefused) as refused:
            keep(desk, name, text)
        assert refused.value.refusal is refusal
    with pytest.raises(CatalogueRefused) as unknown:
        keep(desk, template_id=987654)
    assert unknown.value.refusal is Refusal.TEMPLATE_UNKNOWN


def test_keeping_and_dropping_are_audited_and_need_the_right_in_the_whole_network(desk: Desk) -> None:
    template_id = keep(desk)
    keep(desk)
    here = make_desk(make_branch("B2"), role=Role.CATALOGUER)
    with pytest.raises(NotAllowed):
        keep(here)
    with pytest.raises(NotAllowed):
        drop_template(template_id=template_id, at=AT, desk=here)

    drop_template(template_id=template_id, at=AT, desk=desk)
    drop_template(template_id=template_id, at=AT, desk=desk)

    assert get_template(template_id) is None
    assert list(AuditRow.objects.order_by("id").values_list("act", flat=True)) == ["keep_template", "drop_template"]
