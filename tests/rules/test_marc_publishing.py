"""What of a record others may have: the work, and nothing of items, money, donors and notes of staff."""

import pytest

from wenyuan.kernel.marc import ControlField, DataField, Dialect, Record, public

CNMARC, MARC21 = Dialect.CNMARC, Dialect.MARC21


def field(tag: str, codes: str = "a", ind1: str = " ") -> DataField:
    return DataField(tag, ind1, " ", tuple((code, "x") for code in codes))


def published(dialect: Dialect, *fields: DataField, item_tags: frozenset[str] = frozenset()) -> list[str]:
    record = public(
        Record("00000nam a2200000 a 4500", (ControlField("001", "1"), *fields)), dialect, item_tags=item_tags
    )
    return [one.tag for one in record.fields if isinstance(one, DataField)]


@pytest.mark.parametrize("tag", ["852", "876", "905", "952", "910", "999"])
@pytest.mark.parametrize("dialect", Dialect)
def test_fields_of_items_and_local_fields_stay_here(dialect: Dialect, tag: str) -> None:
    assert published(dialect, field("200"), field(tag)) == ["200"]


@pytest.mark.parametrize("tag", ["541", "590", "599", "841", "853", "866", "868", "877", "878"])
def test_holdings_acquisition_and_local_notes_of_marc_21_stay_here(tag: str) -> None:
    assert published(MARC21, field("245"), field(tag, ind1="1")) == ["245"]


@pytest.mark.parametrize("tag", ["542", "561", "583"])
def test_a_field_that_says_private_stays_here(tag: str) -> None:
    assert published(MARC21, field(tag, ind1="0")) == []
    assert published(MARC21, field(tag, ind1="1")) == [tag]
    assert published(CNMARC, field("541", ind1="0")) == ["541"]  # there 541 is a translated title


@pytest.mark.parametrize(
    ("dialect", "tag", "code"),
    [(CNMARC, "318", "p"), (CNMARC, "856", "x"), (MARC21, "583", "x"), (MARC21, "856", "x"), (MARC21, "857", "x")],
)
def test_a_nonpublic_note_stays_here(dialect: Dialect, tag: str, code: str) -> None:
    record = public(Record("0" * 24, (field(tag, f"a{code}u", ind1="1"),)), dialect)

    assert record.fields == (field(tag, "au", ind1="1"),)


def test_the_library_s_own_item_fields_stay_here() -> None:
    assert published(CNMARC, field("200"), field("096"), item_tags=frozenset({"096"})) == ["200"]


def test_the_work_itself_is_given_as_it_is() -> None:
    fields = tuple(map(field, ("010", "200", "210", "606", "690", "701", "801", "856")))
    record = Record("00000nam a2200000 a 4500", (ControlField("001", "1"), *fields))

    assert public(record, CNMARC) == record
