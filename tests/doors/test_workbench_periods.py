"""The form that chooses another period or branch of figures (docs/specs/figures.md, F12)."""

from datetime import date
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.figures.forms import PeriodForm, initial_of
from wenyuan.office.figures.rules import parse_period
from wenyuan.organisation.accounts.data import Role

PAGES = ["", "hours", "classes", "branches", "closures", "summary"]
PERIODS = ["2026", "2026-H1", "2026-Q2", "2026-04", "2026-W17", "2026-04-23", "2026-04-02..2026-04-09", "2026-W01"]


@pytest.fixture
def town(db: None) -> Town:
    return make_town()


def asked_anew(town: Town, page: str, address: str, **changed: str) -> dict[str, list[str]]:
    """The terms to which the form of a page leads when it is sent as it stands, but for what somebody changed."""
    browser = staff_at(town.central, Role.DIRECTOR)
    shown = html.fromstring(browser.get(f"/workbench/figures/{page}?{address}").content)
    (form,) = (one for one in shown.forms if "filters" in one.classes)
    sent = [(name, value) for name, value in form.form_values() if name not in changed]
    answer = browser.get(f"/workbench/figures/{page}?{urlencode([*sent, *changed.items()])}")
    assert answer.status_code == 302, answer.content.decode()
    return parse_qs(urlsplit(answer["Location"]).query)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("page", PAGES)
def test_another_branch_leaves_the_period_as_it_was_f12(town: Town, page: str, period: str) -> None:
    terms = asked_anew(town, page, f"period={period}&branch=C", branch="R")

    assert (terms["period"], terms["branch"]) == ([period], ["R"])


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("page", PAGES)
def test_another_year_or_part_is_taken_whatever_period_was_shown_f12(town: Town, page: str, period: str) -> None:
    assert asked_anew(town, page, f"period={period}&branch=C", year="2024", part="-Q3")["period"] == ["2024-Q3"]


@pytest.mark.parametrize("page", PAGES)
def test_other_days_are_taken_whatever_period_was_shown_f12(town: Town, page: str) -> None:
    for period in ("2026", "2026-W17"):
        terms = asked_anew(town, page, f"period={period}&branch=C", first="2026-02-03", last="2026-02-05")
        assert terms["period"] == ["2026-02-03..2026-02-05"]


@pytest.mark.parametrize(
    ("page", "shown"), [("", "visits"), ("hours", "visits"), ("classes", "items_added"), ("branches", "new_cards")]
)
def test_the_figure_that_was_picked_stays_f12(town: Town, page: str, shown: str) -> None:
    terms = asked_anew(town, page, f"period=2026&branch=C&show={shown}", year="2025")

    assert (terms["period"], terms["show"]) == (["2025"], [shown])


@given(st.dates(date(2001, 1, 8), date(2026, 12, 1)), st.dates(date(2001, 1, 8), date(2026, 12, 1)))
def test_any_two_days_sent_as_they_stand_are_the_same_period_f12(one: date, other: date) -> None:
    first, last = sorted((one, other if abs((other - one).days) < 3000 else one))
    period = parse_period(f"{first}..{last}")
    sent = {name: str(value) for name, value in initial_of(period).items()}

    form = PeriodForm(sent, today=date(2026, 12, 1), branches=[])

    assert form.is_valid()
    assert form.period_text() == period.text


def test_an_unreadable_hidden_period_changes_nothing_f12() -> None:
    sent = {"year": "2026", "part": "", "first": "2026-04-01", "last": "2026-04-02", "was": "2026-13"}

    form = PeriodForm(sent, today=date(2026, 12, 1), branches=[])

    assert form.is_valid()
    assert form.period_text() == "2026-04-01..2026-04-02"
