"""What a template's placeholders say, in the language of the message. The words of messages stand here and in the
templates; pages have theirs in the catalogue."""

from collections.abc import Mapping, Sequence
from datetime import date

from wenyuan.organisation.notices.data import Language

SHOWN_TITLES = 3
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def said(values: Sequence[Mapping[str, str]], language: Language) -> dict[str, str]:
    """What the placeholders of a message say; ``values`` are those of its notices, in the order of posting.

    Of several dates the earliest stands, of several numbers the largest, of other values the newest. Titles become
    ``count``, ``titles`` (three at most) and ``lines`` (one each, with its day); two dates of a closure ``period``.
    """
    if not values:
        return {}
    words: dict[str, str] = {}
    for name in values[-1]:
        found = [one[name] for one in values if one.get(name)]
        if name.endswith("_date"):
            words[name] = day(min(found), language) if found else ""
        elif found and all(text.isdecimal() for text in found):
            words[name] = max(found, key=int)
        else:
            words[name] = values[-1][name]
    if "title" in words:
        words |= _of_titles(values, language)
        del words["title"]
    if "first_date" in words and "last_date" in words:
        words["period"] = period(values[-1]["first_date"], values[-1]["last_date"], language)
    return words


def _of_titles(values: Sequence[Mapping[str, str]], language: Language) -> dict[str, str]:
    titles = [named(one["title"], language) for one in values]
    shown = ("" if language is Language.ZH else ", ").join(titles[:SHOWN_TITLES])
    if len(titles) > SHOWN_TITLES:
        shown += f"等{len(titles)}册" if language is Language.ZH else f" and {len(titles) - SHOWN_TITLES} more"
    lines = [
        f"{title}  {day(one['due_date'], language)}" if one.get("due_date") else title
        for title, one in zip(titles, values, strict=True)
    ]
    return {"count": str(len(titles)), "titles": shown, "lines": "\n".join(lines)}


def named(title: str, language: Language) -> str:
    """A title as a text names it."""
    plain = " ".join(title.split())
    return f"《{plain}》" if language is Language.ZH else f"“{plain}”"


def day(iso: str, language: Language) -> str:
    """``4月25日`` or ``25 Apr``."""
    found = date.fromisoformat(iso)
    return f"{found.month}月{found.day}日" if language is Language.ZH else f"{found.day} {_MONTHS[found.month - 1]}"


def period(first: str, last: str, language: Language) -> str:
    """From a day to a day, or from a day on."""
    if first == last:
        return day(first, language)
    if not last:
        return f"{day(first, language)}起" if language is Language.ZH else f"from {day(first, language)}"
    between = "至" if language is Language.ZH else " to "
    return f"{day(first, language)}{between}{day(last, language)}"
