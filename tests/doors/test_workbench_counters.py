"""Gate counters at the workbench: set up with a key shown once, their readings, what was refused, sheets brought in."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from tests.factories.visits import make_counter, make_director
from wenyuan.doors.cli import doctor
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.services.visits.data import CounterFacts, CounterKind, Directions, Reading
from wenyuan.services.visits.models import Counter, CounterReading
from wenyuan.services.visits.operations import admit_counter, end_counter, take_readings
from wenyuan.services.visits.queries import calibrations_of, get_counter, list_readings, passes_of_day

pytestmark = pytest.mark.usefixtures("db")
URL = "/workbench/visits/counters/"


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def at() -> datetime:
    return datetime.now(tz=UTC)


@pytest.fixture
def day(at: datetime) -> date:
    return local_date(at) - timedelta(days=2)


@pytest.fixture
def desk(town: Town) -> Desk:
    return make_director(town.central)


@pytest.fixture
def counter(town: Town, desk: Desk, at: datetime, day: date) -> CounterFacts:
    return make_counter(town.gate, maximum=9_999, first_date=day, at=at, desk=desk).counter


@pytest.fixture
def director(town: Town) -> Client:
    return staff_at(town.central, Role.DIRECTOR)


def moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=library_zone())


def sheet(text: str, encoding: str = "utf-8") -> dict[str, object]:
    return {"file": SimpleUploadedFile("读数.csv", text.encode(encoding))}


def test_a_counter_is_set_up_and_its_key_shown_this_once_cd16(town: Town, director: Client, day: date) -> None:
    answer = director.post(
        URL + "new/",
        {
            "service_point_id": town.gate.id,
            "name": "南门左侧",
            "kind": "total",
            "directions": "both",
            "maximum": "65535",
            "first_date": str(day),
        },
    )

    page = answer.content.decode()
    [secret] = re.findall(r'value="(wyc_[^"]+)"', page)
    counter = admit_counter(secret=secret)
    assert (counter.name, counter.terms.directions, counter.terms.maximum) == ("南门左侧", Directions.BOTH, 65_535)
    assert "http://testserver/api/v1/readings" in page
    assert answer["Cache-Control"] == "no-store, private"
    assert secret not in director.get(f"{URL}{counter.id}/").content.decode()
    assert secret[-4:] in director.get(f"{URL}{counter.id}/").content.decode()


def test_what_cannot_be_a_counter_is_told_at_its_field_cd17(town: Town, director: Client, day: date) -> None:
    asked: dict[str, object] = {
        "service_point_id": town.gate.id,
        "name": "南门",
        "kind": "interval",
        "directions": "in",
        "maximum": "9999",
        "first_date": str(day + timedelta(days=30)),
    }

    answer = director.post(URL + "new/", asked)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"maximum", "first_date"}
    assert Counter.objects.count() == 0


def test_a_new_key_is_shown_once_too(director: Client, counter: CounterFacts) -> None:
    [secret] = re.findall(r'value="(wyc_[^"]+)"', director.post(f"{URL}{counter.id}/key/").content.decode())

    assert admit_counter(secret=secret).id == counter.id


def test_a_desk_lead_looks_brings_and_sets_aside_but_changes_no_counter_cd17(town: Town, counter: CounterFacts) -> None:
    browser = staff_at(town.central)

    page = browser.get(f"{URL}{counter.id}/").content.decode()

    assert browser.get(URL).status_code == browser.get(f"{URL}{counter.id}/sheet/").status_code == 200
    for path in ("new/", f"{counter.id}/key/", f"{counter.id}/calibration/", f"{counter.id}/end/"):
        assert browser.get(URL + path).status_code == browser.post(URL + path).status_code == 403
        assert URL + path not in page
    assert staff_at(town.central, Role.CATALOGUER).get(URL).status_code == 403


def test_a_counter_of_another_branch_is_not_found(town: Town, counter: CounterFacts) -> None:
    elsewhere = staff_at(town.ring, Role.DIRECTOR)

    for path in ("", "key/", "calibration/", "end/", "sheet/"):
        assert elsewhere.get(f"{URL}{counter.id}/{path}").status_code == 404
    assert elsewhere.get(URL).context["rows"] == []


def test_readings_are_shown_with_what_was_made_of_them_and_what_was_refused(
    director: Client, counter: CounterFacts, desk: Desk, at: datetime, day: date
) -> None:
    readings = [Reading(moment(day, 9 + number), total) for number, total in enumerate((9_990, 5, 40, 3))]
    wrong = Reading(datetime(1970, 1, 1, 0, 1, tzinfo=UTC), 7)
    take_readings(counter_id=counter.id, readings=[*readings, wrong], at=at, desk=desk)

    def made(show: str) -> list[str]:
        return [str(words) for _one, (_shape, words) in director.get(f"{URL}{counter.id}/{show}").context["readings"]]

    assert made("") == ["归零后继续计数", "计入", "满量程回零，计入", "首个累计数"]
    assert made("?show=odd") == ["归零后继续计数", "满量程回零，计入"]
    refused = director.get(f"{URL}{counter.id}/?show=refused")
    assert [words for _one, words in refused.context["refused"]] == [["读数时间早于计数器登记日期：计数器时钟被重置。"]]


def test_a_calibration_is_entered_with_its_day_cd13(director: Client, counter: CounterFacts, day: date) -> None:
    url = f"{URL}{counter.id}/calibration/"

    wrong = director.post(url, {"percent": "9", "first_date": str(day), "reason": "比对"})
    director.post(url, {"percent": "95.5", "first_date": str(day), "reason": "人工比对一小时"})

    assert wrong.status_code == 422
    assert [(one.first_date, one.permille) for one in calibrations_of(counter.id)] == [(day, 955)]
    assert "95.5 %" in director.get(f"{URL}{counter.id}/").content.decode()


def test_a_counter_is_taken_down_with_a_reason_cd18(director: Client, counter: CounterFacts, day: date) -> None:
    url = f"{URL}{counter.id}/end/"

    refused = director.post(url, {"ended_date": str(day - timedelta(days=1)), "reason": "换新"})
    director.post(url, {"ended_date": str(day), "reason": "换新"})

    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["ended_date"])
    found = get_counter(counter.id)
    assert found is not None
    assert found.terms.ended_date == day
    assert "停用" in director.get(URL).content.decode()


def test_a_reading_is_set_aside_from_its_list_cd20(
    director: Client, counter: CounterFacts, desk: Desk, at: datetime, day: date
) -> None:
    readings = [Reading(moment(day, 9 + number), total) for number, total in enumerate((100, 900, 120))]
    take_readings(counter_id=counter.id, readings=readings, at=at, desk=desk)
    wrong = list_readings(counter_id=counter.id).rows[1]

    answer = director.post(f"{URL}{counter.id}/readings/{wrong.id}/", {"reason": "抄错"})

    assert answer["Location"] == f"{URL}{counter.id}/"
    assert passes_of_day(counter.id, day) == {9: 10, 10: 10}
    assert "抄错" in director.get(f"{URL}{counter.id}/?show=odd").content.decode()
    assert director.get(f"{URL}{counter.id}/readings/999999/").status_code == 404


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+08:00"])
def test_a_sheet_is_looked_at_and_then_loaded_cd28(
    director: Client, counter: CounterFacts, day: date, encoding: str, form: str
) -> None:
    lines = [f"{moment(day, 9 + number):{form}},{total}" for number, total in enumerate((100, 112, 130))]
    url = f"{URL}{counter.id}/sheet/"

    preview = director.post(url, sheet("\n".join(["时间,累计", *lines, "昨天,150", ""]), encoding))

    assert (preview.context["taken"], preview.context["unread"], preview.context["wrong"]) == (3, (5,), [])
    assert CounterReading.objects.count() == 0
    loaded = director.post(url + "loaded", {"readings": preview.context["packed"]})
    assert loaded["Location"] == f"{URL}{counter.id}/"
    assert passes_of_day(counter.id, day) == {9: 12, 10: 18}
    again = director.post(url, sheet("\n".join(["时间,累计", *lines]), encoding))
    assert (again.context["taken"], again.context["repeated"], again.context["packed"]) == (0, 3, "")
    director.post(url + "loaded", {"readings": preview.context["packed"]})
    assert CounterReading.objects.count() == 3


def test_a_sheet_says_line_by_line_what_would_be_refused_cd28(
    director: Client, counter: CounterFacts, day: date
) -> None:
    text = f"time;reading\n{day} 09:00;100\n1970-01-01 08:00;5\n{day} 10:00;99,999\n{day} 11:00;abc\n"

    preview = director.post(f"{URL}{counter.id}/sheet/", sheet(text))

    assert [(line, reasons) for line, _reading, reasons in preview.context["wrong"]] == [
        (3, ["读数时间早于计数器登记日期：计数器时钟被重置。"]),
        (4, ["计数器不可能有这样的读数。"]),
    ]
    assert (preview.context["taken"], preview.context["unread"]) == (1, (5,))


def test_a_sheet_of_intervals_with_both_directions_is_read_cd28(
    town: Town, director: Client, desk: Desk, at: datetime, day: date
) -> None:
    counter = make_counter(
        town.gate, kind=CounterKind.INTERVAL, directions=Directions.IN_AND_OUT, first_date=day, at=at, desk=desk
    ).counter
    url = f"{URL}{counter.id}/sheet/"

    preview = director.post(url, sheet(f"开始时间\t结束时间\t进馆\t出馆\n{day} 09:00\t{day} 10:00\t12\t7\n"))
    director.post(url + "loaded", {"readings": preview.context["packed"]})

    [one] = list_readings(counter_id=counter.id).rows
    assert (one.reading.begins_at, one.reading.passes, one.reading.out) == (moment(day, 9), 12, 7)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name,number\na,1\n",
        b"time,reading\n" + b"2026-01-01 09:00,1\n" * 5_001,
        b"time,reading\n" + b" " * 1_000_001,
        b"PK\x03\x04 a workbook",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"time,reading\n\xff\xfe\xff\xff,1",
    ],
)
def test_what_is_no_such_sheet_is_refused_in_words_cd28(
    director: Client, counter: CounterFacts, content: bytes
) -> None:
    answer = director.post(f"{URL}{counter.id}/sheet/", {"file": SimpleUploadedFile("a.csv", content or b" ")})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["file"]


def test_nothing_is_loaded_that_was_not_looked_at_for_this_counter_cd28(
    town: Town, director: Client, counter: CounterFacts, desk: Desk, at: datetime, day: date
) -> None:
    other = make_counter(town.gate, name="右侧", first_date=day, at=at, desk=desk).counter
    packed = director.post(f"{URL}{counter.id}/sheet/", sheet(f"time,reading\n{day} 09:00,100\n")).context["packed"]

    for counter_id, readings in ((other.id, packed), (counter.id, packed[:-2]), (counter.id, "")):
        answer = director.post(f"{URL}{counter_id}/sheet/loaded", {"readings": readings})
        assert answer["Location"] == f"{URL}{counter_id}/sheet/"

    assert CounterReading.objects.count() == 0


def test_the_list_says_on_which_open_days_a_counter_was_silent_cd29(
    town: Town, director: Client, desk: Desk, at: datetime
) -> None:
    """The branch is closed on Mondays: of seven days in a row six are open."""
    first = local_date(at) - timedelta(days=7)
    silent = make_counter(town.gate, name="不响", first_date=first, at=at, desk=desk).counter
    heard = make_counter(town.gate, name="正常", first_date=first, at=at, desk=desk).counter
    ended = make_counter(town.gate, name="停用", first_date=first, at=at, desk=desk).counter
    days = [first + timedelta(days=number) for number in range(7)]
    readings = [Reading(moment(day, 9), number) for number, day in enumerate(days)]
    take_readings(counter_id=heard.id, readings=readings, at=at, desk=desk)
    end_counter(counter_id=ended.id, ended_date=first, reason="拆除", at=at, desk=desk)

    rows = {one.id: len(days) for one, *_words, days in director.get(URL).context["rows"]}

    last = max(day for day in days if day.weekday() != 0)
    assert [finding.sentence_en for finding in doctor._counters()] == [
        f"Gate counter {silent.id} at C said nothing on 6 open days, last on {last}."
    ]
    assert rows == {silent.id: 6, heard.id: 0, ended.id: 0}
    assert "6 个开放日没有读数" in director.get(URL).content.decode()
    assert len(director.get(f"{URL}{silent.id}/").context["silent"]) == 6


def test_a_branch_without_counters_says_what_they_are_for(town: Town) -> None:
    page = staff_at(town.south, Role.DIRECTOR).get(URL).content.decode()

    assert 'class="empty"' in page


def test_the_queries_do_not_grow_with_counters_or_readings(
    town: Town,
    director: Client,
    counter: CounterFacts,
    desk: Desk,
    at: datetime,
    day: date,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(60):
        make_counter(town.gate, name=f"{number}号", first_date=day, at=at, desk=desk)
    readings = [Reading(moment(day, 9) + timedelta(minutes=minute), minute) for minute in range(100)]
    take_readings(counter_id=counter.id, readings=readings, at=at, desk=desk)
    director.get(URL)

    with django_assert_max_num_queries(12):
        director.get(URL)
    with django_assert_max_num_queries(15):
        page = director.get(f"{URL}{counter.id}/")

    assert len(page.context["readings"]) == 50
    assert 'rel="next"' in page.content.decode()
