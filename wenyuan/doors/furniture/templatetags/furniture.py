"""Template tags of the shared furniture: ``{% load furniture %}``."""

import re
from functools import lru_cache
from html import escape  # that of the language: Django's asks of each text whether it is to be translated later
from pathlib import Path
from typing import Any

from django.template import Context, Library, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token
from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from wenyuan.doors.furniture.covers import draw
from wenyuan.doors.furniture.manifest import Entry, entry_of
from wenyuan.doors.furniture.preferences import Contrast, Preferences, Print, Theme

register = Library()

_THREAD = mark_safe(
    '<svg class="thread" viewBox="0 0 100 140" preserveAspectRatio="none">'
    '<path d="M89.5 0v140M89.5 14H100M89.5 51.5H100M89.5 88.5H100M89.5 126H100"/></svg>'
)

# Shape, word, colour: each shape has one meaning everywhere.
TAG_SHAPES = frozenset({"in", "out", "soon", "stop", "way", "kept", "done", "none"})
MOST_KEPT = 64
"""Ways in which one part of a page is kept; then they are drawn anew."""
_SPRITE = Path(__file__).resolve().parent.parent / "templates" / "furniture" / "icons.html"
ICONS = frozenset(re.findall(r'<symbol id="i-([a-z-]+)"', _SPRITE.read_text("utf-8")))


@register.simple_tag
def vite(door: str) -> SafeString:
    """The stylesheets and scripts of a door, from the build's manifest.

    :raises FrontEndNotBuilt: nothing is built, so that a page fails in words rather than appearing unstyled.
    """
    return _assets(entry_of(door), static(""))


@lru_cache(maxsize=16)
def _assets(entry: Entry, _root: str) -> SafeString:
    return SafeString(
        format_html_join("", '<link rel="stylesheet" href="{}">', ((static(path),) for path in entry.styles))
        + format_html_join("", '<link rel="modulepreload" href="{}">', ((static(path),) for path in entry.preloads))
        + format_html('<script type="module" src="{}"></script>', static(entry.script))
    )


class _Kept(Node):
    child_nodelists = ("_inner",)

    def __init__(self, inner: NodeList, names: list[FilterExpression]) -> None:
        self._inner, self._names = inner, names
        self._drawn: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        values = (name.resolve(context, ignore_failures=True) for name in self._names)
        key = (get_language(), get_script_prefix(), *values)
        drawn = self._drawn.get(key)
        if drawn is None:
            if len(self._drawn) >= MOST_KEPT:
                self._drawn.clear()
            drawn = self._drawn[key] = self._inner.render(context)
        return drawn


@register.tag
def kept(parser: Parser, token: Token) -> Node:
    """``{% kept name … %}…{% endkept %}``: what lies between is drawn once for each language and each value of the
    names, and then kept in the process: for parts of the frame, which a page otherwise spends most of its time on.

    Whatever it depends on must be named, and can be looked up by value. A name that is missing counts as one value.
    No form's token and no address of the page asked for belongs in it.
    """
    names = [parser.compile_filter(name) for name in token.split_contents()[1:]]
    inner = parser.parse(("endkept",))
    parser.delete_first_token()
    return _Kept(inner, names)


@register.simple_tag(takes_context=True)
def html_attributes(context: Context, door: str) -> SafeString:
    """Attributes of ``<html>``: language, door, and the look this browser asked for."""
    look = context.get("look") or Preferences()
    language = get_language() or "zh-hans"
    pairs = [
        ("lang", "zh-Hans" if language.startswith("zh") else language),
        ("data-door", door),
        ("data-theme", "" if look.theme is Theme.SYSTEM else look.theme.value),
        ("data-print", "large" if look.print is Print.LARGE else ""),
        ("data-contrast", "" if look.contrast is Contrast.SYSTEM else look.contrast.value),
        ("data-sound", "on" if look.sound else ""),
    ]
    return format_html_join(" ", '{}="{}"', ((name, value) for name, value in pairs if value))


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """A symbol of the sprite. It is hidden from screen readers: an icon stands beside a word, never alone."""
    if name not in ICONS:
        raise TemplateSyntaxError(f"There is no icon {name!r} in furniture/icons.html.")
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def tag(shape: str, word: str, *, framed: bool = False, small: bool = False) -> SafeString:
    """A status: its shape, then its word. ``framed`` once a page, for the status the page is about."""
    if shape not in TAG_SHAPES:
        raise TemplateSyntaxError(f"A status has one of the shapes {sorted(TAG_SHAPES)}, not {shape!r}.")
    classes = f"tag {shape}" + (" framed" if framed else "") + (" small" if small else "")
    return format_html('<span class="{}">{}</span>', classes, word)


@register.simple_tag
def meter(at: float, due: float | None = None) -> SafeString:
    """A bar filled to ``at`` per cent, with a mark at ``due`` per cent where one should be by now.

    It is drawn in SVG because widths in ``style`` attributes are forbidden; the number stands beside it in words.
    """
    mark = "" if due is None else format_html('<rect class="due" x="{}%" width="2" height="100%"/>', _percent(due))
    return format_html(
        '<svg class="meter" aria-hidden="true" focusable="false"><rect class="whole" width="100%" height="8" y="4"/>'
        '<rect class="at" width="{}%" height="8" y="4"/>{}</svg>',
        _percent(at),
        mark,
    )


@register.simple_tag
def pips(used: int, limit: int, late: int = 0) -> SafeString:
    """A quota as a row of squares, the overdue ones first; above twenty a bar is drawn instead."""
    if limit <= 0:
        return mark_safe("")
    if limit > 20:
        return meter(100 * used / limit)
    kinds = ["late"] * min(late, used) + ["on"] * max(min(used, limit) - late, 0)
    kinds += ["free"] * max(limit - len(kinds), 0)
    return format_html(
        '<span class="pips" aria-hidden="true">{}</span>',
        format_html_join("", '<i class="{}"></i>', ((kind,) for kind in kinds)),
    )


@register.simple_tag
def cover(
    title: str, author: str = "", class_letter: str = "", *, kind: str = "", size: str = "", picture: str = ""
) -> SafeString:
    """A cover: ``picture`` (a URL) where there is one, else drawn. ``size`` is ``"s"``, ``"m"`` or nothing (fills).

    Made here and not by a template, since a page of results has twenty.
    """
    drawn = draw(title=title, author=author, class_letter=class_letter, kind=kind)
    classes = f"cover {drawn.cloth} {drawn.shape} {size}".rstrip()
    if picture:
        inner = f'<img src="{escape(picture)}" alt="" loading="lazy" decoding="async">'
    else:
        by = f'<span class="by">{escape(drawn.author)}</span>' if drawn.author else ""
        inner = f'{_THREAD}<span class="slip-title">{escape(drawn.title)}</span>{by}'
    return SafeString(f'<span class="{escape(classes)}" aria-hidden="true">{inner}</span>')


@register.filter
def trend(change: float) -> str:
    """Class of a rise or fall: ``up``, ``down``, or ``flat`` below half a per cent either way."""
    if abs(change) < 0.5:
        return "flat"
    return "up" if change > 0 else "down"


@register.filter
def ordinal(number: int) -> str:
    """Numbers of a list of reasons, 1 to 20, as Chinese officials write them; other numbers stay as they are."""
    digits = "〇一二三四五六七八九"
    if not 1 <= number <= 20:
        return str(number)
    if number < 10:
        return digits[number]
    return ("" if number < 20 else "二") + "十" + (digits[number % 10] if number % 10 else "")


def _percent(value: Any) -> str:
    return f"{min(max(float(value), 0.0), 100.0):.1f}"
