"""The work summary at the workbench: each number opens onto rows that add up to it, for those who may see them."""

import html
import io
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from docx import Document

from tests.factories.accounts import make_desk
from tests.factories.daybook import make_draft, make_record
from tests.factories.office_pages import NOON, Town, happened, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.office.daybook.data import RecordKind
from wenyuan.office.figures.data import IndicatorCode, SummaryPart
from wenyuan.office.workplans.data import GoalDraft
from wenyuan.office.workplans.operations import set_goal
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind

pytestmark = pytest.mark.usefixtures("db")

YEAR = timedelta(days=365)
CHIP = re.compile(r'<a class="opens" href="([^"]+)">([^<]+)</a>')


@pytest.fixture
def town() -> Town:
    return make_town()


def a_year_before(count: int, town: Town) -> None:
    """Something long ago, so that the year before is known, and loans then."""
    happened(Kind.LOAN, town.central, at=datetime.fromisoformat("2025-01-02T12:00+08:00"), quantity=0)
    happened(Kind.LOAN, town.central, at=NOON - YEAR, times=count)


def chips(markup: str) -> dict[str, str]:
    """Addresses by the text of the number that opens them."""
    return {text: html.unescape(url) for url, text in CHIP.findall(markup)}


def summary_of(browser: Any, terms: str = "period=2026-04&branch=C") -> Any:
    return browser.get(f"/workbench/figures/summary?{terms}")


def test_every_number_of_the_text_opens_rows_that_add_up_to_it(town: Town) -> None:
    a_year_before(30, town)
    happened(Kind.LOAN, town.central, times=40)
    happened(Kind.LOAN, town.ring, quantity=-4)
    happened(Kind.VISIT, town.central, quantity=0, persons=1234)
    browser = staff_at(town.central, Role.DIRECTOR)

    page = summary_of(browser).content.decode()

    text, _aside = page.split("</article>")
    found = chips(text)
    assert {"36册次", "1200余人次", "比上年同期增加6册次，增长20%"} <= found.keys()
    assert browser.get(found["36册次"]).context["value"] == 36
    assert browser.get(found["1200余人次"]).context["value"] == 1234
    assert browser.get(found["比上年同期增加6册次，增长20%"]).context["value"] == 30
    for url in found.values():
        opened = browser.get(url)
        assert opened.status_code == 200
        if "rows" in opened.context:
            assert opened.context["page_sum"] == opened.context["value"]


def test_the_open_days_open_onto_their_days(town: Town) -> None:
    happened(Kind.LOAN, town.central)
    browser = staff_at(town.central, Role.DIRECTOR)

    found = chips(summary_of(browser).content.decode().split("</article>")[0])

    (days,) = [text for text in found if text.endswith("天")]
    opened = browser.get(found[days])
    assert opened.context["total"] == int(days.removesuffix("天"))
    assert opened.context["total"] > 0
    assert sum(count for _month, _days, count in opened.context["months"]) == opened.context["total"]


def test_a_cut_is_told_and_kept_by_the_word_file(town: Town) -> None:
    happened(Kind.LOAN, town.central, times=3)
    happened(Kind.LOAN, town.central, at=NOON + timedelta(days=2), times=5)
    browser = staff_at(town.central, Role.DIRECTOR)

    page = summary_of(browser, "period=2026-04&branch=C&to=2026-04-24")
    answer = browser.get(html.unescape(re.findall(r'href="([^"]+summary\.docx[^"]*)"', page.content.decode())[0]))

    assert "以下数据截至4月24日。" in page.content.decode()
    text = "".join(line.text for line in Document(io.BytesIO(answer.content)).paragraphs)
    assert "以下数据截至4月24日。" in text
    assert "外借文献3册次" in text
    assert answer["Content-Disposition"] == 'attachment; filename="summary-2026-04-C.docx"'


def test_the_form_leads_to_an_address_and_says_what_is_wrong(town: Town) -> None:
    browser = staff_at(town.central, Role.DIRECTOR)

    sent = summary_of(browser, "year=2026&part=-H1&branch=C&figures_to=2026-06-12")
    refused = summary_of(browser, "first=2026-01-01&last=&branch=C")

    assert sent["Location"].endswith("?period=2026-H1&branch=C&to=2026-06-12")
    assert refused.status_code == 422


@pytest.mark.parametrize("terms", ["period=2199&branch=C", "period=nonsense&branch=C"])
def test_a_period_that_cannot_be_told_is_refused_on_the_page_and_absent_as_a_file(town: Town, terms: str) -> None:
    browser = staff_at(town.central, Role.DIRECTOR)

    assert summary_of(browser, terms).status_code == 422
    assert browser.get(f"/workbench/figures/summary.docx?{terms}").status_code == 404


@pytest.mark.parametrize("path", ["summary?period=2026-04", "summary.docx?period=2026-04", "days?period=2026-04"])
def test_nobody_reads_of_a_branch_whose_figures_they_may_not_see(town: Town, path: str) -> None:
    browser = staff_at(town.ring, Role.DIRECTOR)

    assert browser.get(f"/workbench/figures/{path}&branch=S").status_code == 403
    assert browser.get(f"/workbench/figures/{path}&branch=NONE").status_code == 404
    assert staff_at(town.ring, Role.KEEPER).get("/workbench/figures/summary?to=never").status_code in {403, 404}


def test_what_stands_on_a_day_opens_onto_its_parts_for_those_who_may_see_them(town: Town) -> None:
    draft = make_draft(
        town.central, NOON.date(), kind=RecordKind.STATE, base={"state": "building_area", "standing": 5_218}
    )
    made = make_record(draft, town.central, at=NOON)
    happened(Kind.LOAN, town.central)
    browser = staff_at(town.central, Role.DIRECTOR)

    url = chips(summary_of(browser).content.decode())["5218平方米"]
    opened = browser.get(url).content.decode()

    assert "figure=building_area" in url
    assert f'href="/workbench/daybook/{made.id}/"' in opened
    assert "5,218 <small>" in opened
    assert browser.get(url.replace("building_area", "nothing")).status_code == 404
    assert browser.get(url.replace("2026-04-30", "soon")).status_code == 404
    assert staff_at(town.ring, Role.KEEPER).get(url).status_code == 403


def test_a_pasted_text_is_looked_through_and_not_kept(town: Town) -> None:
    browser = staff_at(town.central, Role.DIRECTOR)
    url = "/workbench/figures/summary/check"

    found = browser.post(url, {"text": "截止6月12日，外借图书<500册。", "earlier": ""}).content.decode()
    good = browser.post(url, {"text": "截至6月12日，外借图书500册次。"}).content.decode()

    assert "<mark>截止</mark>" in found
    assert "外借图书&lt;500册" in found
    assert "<mark>" not in good
    assert browser.post(url, {"text": ""}).status_code == 422
    assert staff_at(town.ring, Role.AUDIT_ADMIN).get(url).status_code == 403


def test_the_goals_of_the_plan_stand_beside_the_text_and_under_what_comes_next(town: Town) -> None:
    happened(Kind.ITEM_ADDED, town.central, times=7)
    keeper = make_desk(town.central, role=Role.DIRECTOR)
    for title, due in (("春季采购", date(2026, 3, 31)), ("入藏新书", date(2026, 12, 31))):
        set_goal(
            draft=GoalDraft(
                year=2026,
                part=SummaryPart.HOLDINGS,
                branch_id=town.central.id,
                title=title,
                duty="采编部",
                first_date=date(2026, 1, 1),
                due_date=due,
                figure=IndicatorCode.ITEMS_ADDED,
                target=3_000,
            ),
            at=NOON,
            desk=keeper,
        )
    browser = staff_at(town.central, Role.DIRECTOR)

    text, aside = summary_of(browser).content.decode().split("</article>")

    assert "下一步，入藏新书，目标" in text
    assert "春季采购" not in text
    found = chips(text)
    assert browser.get(found["3000册"]).context["one"].goal.title == "入藏新书"
    assert "入藏新书" in aside
    assert "春季采购" in aside
    beside = chips(aside)
    assert browser.get(beside["0"]).context["value"] == 0
    assert browser.get(beside["7"]).context["value"] == 7
