"""What readers are told of a closure, from one set of facts: poster, WeChat, groups, screen at the door, hotline.

Every text says the same; each says as much as its place holds.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language, gettext, ngettext, override

from wenyuan.doors.furniture.printing import ClosurePoster, closure_poster
from wenyuan.organisation.network.data import ClosureNews

_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WEEKDAYS_ZH = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class PosterValues:
    """What stands on a poster (A3), from top to bottom, in one language."""

    title: str
    place: str
    when: str
    reason: str
    points: tuple[str, ...]
    library: str
    day: str


@dataclass(frozen=True, slots=True)
class ClosureTexts:
    """A closure in one language: ``wechat`` has paragraphs, ``group`` one, ``screen`` lines; ``hotline`` is said."""

    poster: PosterValues
    wechat: str
    group: str
    screen: str
    hotline: str


def closure_texts(news: ClosureNews, language: str) -> ClosureTexts:
    """Every text of a closure in a language (``zh-hans`` or ``en``)."""
    with override(language):
        return _texts(news)


def closure_poster_pdf(news: ClosureNews, language: str) -> bytes:
    """The poster of a closure in a language, on A3.

    :raises NotPrinted: the press did not come to an end.
    """
    with override(language):
        return closure_poster(_poster(news))


def _poster(news: ClosureNews) -> ClosurePoster:
    return ClosurePoster(
        title=_title(news),
        branch=_place(news),
        dates=_dates(news),
        reason=gettext("Reason: %(reason)s.") % {"reason": news.reason},
        stays_open=tuple(_open_meanwhile(news)),
        due=_loans(news),
        more=tuple(filter(None, (_reopening(news), _asking(news)))),
        signed_by=news.library.name(get_language() or "") if news.library else "",
        signed_date=news.said_on,
    )


def _dates(news: ClosureNews) -> str:
    if news.shuts.door:
        return gettext("Closed %(when)s") % {"when": _when(news)}
    return gettext("Out of service %(when)s") % {"when": _when(news)}


def _texts(news: ClosureNews) -> ClosureTexts:
    title, place, when = _title(news), _place(news), _when(news)
    library = news.library.name(get_language() or "") if news.library else ""
    told = [_what(news, place, when), *_points(news)]
    poster = PosterValues(title, place, when, news.reason, tuple(_points(news)), library, _day(news.said_on))
    signed = [line for line in (library, _day(news.said_on)) if line]
    return ClosureTexts(
        poster=poster,
        wechat="\n\n".join(filter(None, [title, gettext("Dear readers,"), *told, _asking(news), "\n".join(signed)])),
        group=_spoken(_what(news, place, when), _reopening(news), _loans(news)),
        screen="\n".join(part for part in (_shut_short(news), place, when, _reopening(news)) if part),
        hotline=_spoken(gettext("Thank you for calling."), *told),
    )


def _spoken(*sentences: str) -> str:
    """Sentences one after another; Chinese puts no blank between them."""
    blank = " " if (get_language() or "").startswith("en") else ""
    return blank.join(filter(None, sentences))


def _title(news: ClosureNews) -> str:
    return gettext("Notice of closure") if news.shuts.door and news.part is None else gettext("Change of service")


def _place(news: ClosureNews) -> str:
    language = get_language() or ""
    if news.everywhere:
        return gettext("All branches")
    name = gettext(", ").join(place.name(language) for place in news.places)
    if news.with_below:
        return gettext("%(branch)s with all places below it") % {"branch": name}
    if news.part is not None:
        return gettext("%(part)s of %(branch)s") % {"part": news.part.name(language), "branch": name}
    return name


def _when(news: ClosureNews) -> str:
    if news.last_date is None:
        return gettext("from %(first)s on") % {"first": _day(news.first_date)}
    if news.last_date == news.first_date:
        return gettext("on %(day)s") % {"day": _day(news.first_date)}
    days = (news.last_date - news.first_date).days + 1
    words = ngettext("%(first)s to %(last)s, %(days)s day", "%(first)s to %(last)s, %(days)s days", days)
    return words % {"first": _day(news.first_date), "last": _day(news.last_date), "days": days}


def _what(news: ClosureNews, place: str, when: str) -> str:
    facts = {"place": place, "when": when, "reason": news.reason}
    if news.shuts.door:
        return gettext("%(place)s: closed %(when)s. Reason: %(reason)s.") % facts
    if news.shuts.book_drop:
        return gettext("%(place)s: the book drop is out of service %(when)s. Reason: %(reason)s.") % facts
    return gettext("%(place)s: digital services are interrupted %(when)s. Reason: %(reason)s.") % facts


def _points(news: ClosureNews) -> list[str]:
    return [point for point in (_reopening(news), *_open_meanwhile(news), _loans(news)) if point]


def _open_meanwhile(news: ClosureNews) -> list[str]:
    """What readers can use while something is shut."""
    if news.shuts.door and news.part is not None:
        return [gettext("The rest of the branch is open as usual.")]
    if not news.shuts.door:
        return [gettext("The branch itself is open as usual.")]
    points = []
    if not news.shuts.book_drop:
        points.append(gettext("The book drop stays open."))
    if not news.shuts.digital:
        points.append(gettext("Digital services stay open all day: the doors are closed, the web is not."))
    return points


def _reopening(news: ClosureNews) -> str:
    if news.last_date is None:
        return gettext("The day of reopening will be announced.")
    return gettext("Open again on %(day)s.") % {"day": _day(news.reopens)} if news.reopens else ""


def _loans(news: ClosureNews) -> str:
    if not news.moves_due_dates:
        return ""
    return gettext(
        "Loans that would fall due meanwhile are prolonged by themselves until after reopening. No closed day counts "
        "as late: no fee, no suspension, no loss of credit points."
    )


def _shut_short(news: ClosureNews) -> str:
    return gettext("Closed") if news.shuts.door else gettext("Change of service")


def _asking(news: ClosureNews) -> str:
    return gettext("Questions: %(phone)s") % {"phone": news.phone} if news.phone else ""


def _day(day: date) -> str:
    if (get_language() or "").startswith("en"):
        return f"{_WEEKDAYS_EN[day.weekday()]} {day.day} {_MONTHS_EN[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日（星期{_WEEKDAYS_ZH[day.weekday()]}）"
