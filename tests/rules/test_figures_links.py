"""The address behind a number: what it writes, it reads."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.office.figures.data import NOWHERE, BadPeriod, BadSlice, IndicatorCode, Slice, WantedRows
from wenyuan.office.figures.indicators import BY_CODE, INDICATORS
from wenyuan.office.figures.rules import link_terms, parse_period, rows_wanted

H1 = parse_period("2026-H1")
PARTS = st.builds(
    Slice,
    at_branch_id=st.none() | st.integers(0, 999),
    area_id=st.none() | st.integers(0, 999),
    day=st.none() | st.dates(date(2026, 1, 1), date(2026, 6, 30)),
    month=st.none() | st.dates(date(2026, 1, 1), date(2026, 6, 30)).map(lambda day: day.replace(day=1)),
) | st.one_of(
    st.builds(Slice, hour=st.sampled_from([100, 113, 723])),
    st.builds(Slice, letter=st.sampled_from(["", "A", "Z", "="])),
    st.builds(Slice, point_id=st.integers(0, 999)),
)


def test_every_indicator_is_defined_once() -> None:
    assert [indicator.code.value for indicator in INDICATORS if indicator.main] == [
        "loans",
        "returns",
        "renewals",
        "new_cards",
        "visits",
        "items_added",
        "typed_loans",
        "typed_returns",
        "typed_readers",
    ]
    assert set(BY_CODE) == set(IndicatorCode)
    assert len(BY_CODE) == len(INDICATORS)


def test_a_link_names_indicator_period_and_branch() -> None:
    terms = link_terms(WantedRows(IndicatorCode.LOANS, H1, "CEN"))

    assert terms == {"indicator": "loans", "period": "2026-H1", "branch": "CEN"}


def test_a_link_to_a_part_of_the_whole_network_says_so() -> None:
    part = Slice(at_branch_id=3, area_id=NOWHERE, month=date(2026, 4, 1))

    terms = link_terms(WantedRows(IndicatorCode.VISITS, H1, None, part))

    assert terms == {
        "indicator": "visits",
        "period": "2026-H1",
        "branch": "all",
        "at": "3",
        "area": "0",
        "month": "2026-04",
    }


@given(st.sampled_from(IndicatorCode), st.sampled_from([None, "CEN", "S24.H-1"]), PARTS)
def test_what_a_link_writes_it_reads(code: IndicatorCode, branch: str | None, part: Slice) -> None:
    wanted = WantedRows(code, H1, branch, part)

    assert rows_wanted(link_terms(wanted)) == wanted


@pytest.mark.parametrize(
    ("terms", "at_fault"),
    [
        ({"indicator": "fines"}, "indicator"),
        ({"indicator": ""}, "indicator"),
        ({"at": "-1"}, "at"),
        ({"at": "CEN"}, "at"),
        ({"area": "٣"}, "area"),
        ({"area": "99999999999"}, "area"),
        ({"day": "2026-02-30"}, "day"),
        ({"day": "0000-01-01"}, "day"),
        ({"day": "20260423"}, "day"),
        ({"month": "2026-13"}, "month"),
        ({"month": "9999-12"}, "month"),
        ({"month": "2026-04-01"}, "month"),
    ],
)
def test_an_address_that_cannot_be_read_names_the_term(terms: dict[str, str], at_fault: str) -> None:
    with pytest.raises(BadSlice) as caught:
        rows_wanted({"indicator": "loans", "period": "2026-H1", **terms})

    assert caught.value.term == at_fault


def test_an_address_without_a_period_is_refused() -> None:
    with pytest.raises(BadPeriod):
        rows_wanted({"indicator": "loans"})
