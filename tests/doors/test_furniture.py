"""The furniture every page is made of: built files, the look kept in a cookie, error pages, and the security policy."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404  # noqa: TID251 - a test of a door
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.doors.furniture import manifest, views
from wenyuan.doors.furniture.covers import draw
from wenyuan.doors.furniture.csp import CONTENT_SECURITY_POLICY
from wenyuan.doors.furniture.preferences import Contrast, Preferences, Print, Theme
from wenyuan.doors.furniture.templatetags.furniture import ICONS, MOST_KEPT

HOUSE = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((HOUSE / "wenyuan").rglob("templates/**/*.html"))
SOURCES = HOUSE / "frontend" / "src"
CHUNKS: dict[str, dict[str, Any]] = {
    "src/workbench/main.js": {
        "file": "workbench-AAAAAAAA.js",
        "name": "workbench",
        "isEntry": True,
        "imports": ["_base-BBBBBBBB.js"],
        "css": ["workbench-CCCCCCCC.css"],
    },
    "_base-BBBBBBBB.js": {
        "file": "base-BBBBBBBB.js",
        "name": "base",
        "css": ["base-DDDDDDDD.css"],
        "dynamicImports": ["src/furniture/chart-draw.js"],
    },
    "src/furniture/chart-draw.js": {"file": "chart-draw-EEEEEEEE.js", "name": "chart-draw", "isDynamicEntry": True},
    "src/portal/main.js": {"file": "portal-FFFFFFFF.js", "name": "portal", "isEntry": True},
}


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A front end as Vite leaves it, without running Vite."""
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(CHUNKS), "utf-8")
    monkeypatch.setattr(manifest, "MANIFEST", path)
    return path


def test_a_part_is_drawn_once_for_each_language_and_each_value_it_names() -> None:
    template = Template(
        "{% load furniture %}{% kept look.theme %}{% translate 'Find' context 'act of searching' %}"
        " {{ look.theme.value }} {{ number }}{% endkept %}"
    )

    def drawn(language: str, number: int, **look: Any) -> str:
        with translation.override(language):
            return template.render(Context({"number": number, "look": Preferences(**look)}))

    assert drawn("en", 1) == "Find system 1"
    assert drawn("en", 2) == "Find system 1"
    assert drawn("zh-hans", 3) == "查找 system 3"
    assert drawn("en", 4, theme=Theme.DARK) == "Find dark 4"
    assert drawn("en", 5) == "Find system 1"


def test_what_is_kept_does_not_grow_without_end() -> None:
    template = Template("{% load furniture %}{% kept asked %}{{ asked }} {{ number }}{% endkept %}")

    for number in range(MOST_KEPT):
        template.render(Context({"asked": number, "number": "old"}))
    assert template.render(Context({"asked": 0, "number": "new"})) == "0 old"
    template.render(Context({"asked": "one more"}))

    assert template.render(Context({"asked": 0, "number": "new"})) == "0 new"


@pytest.fixture
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def draw_template(source: str, **context: Any) -> str:
    return Template("{% load furniture %}" + source).render(Context(context))


def test_a_door_links_its_styles_and_scripts_and_those_it_imports(built: Path) -> None:
    markup = draw_template('{% vite "workbench" %}')

    assert markup == (
        '<link rel="stylesheet" href="/static/built/base-DDDDDDDD.css">'
        '<link rel="stylesheet" href="/static/built/workbench-CCCCCCCC.css">'
        '<link rel="modulepreload" href="/static/built/base-BBBBBBBB.js">'
        '<script type="module" src="/static/built/workbench-AAAAAAAA.js"></script>'
    )


def test_the_drawing_library_is_not_fetched_with_the_page(built: Path) -> None:
    assert "chart-draw" not in draw_template('{% vite "workbench" %}')


def test_a_new_build_is_seen_without_a_restart(built: Path) -> None:
    before = manifest.entry_of("portal").script
    chunks = {**CHUNKS, "src/portal/main.js": {**CHUNKS["src/portal/main.js"], "file": "portal-GGGGGGGG.js"}}
    built.write_text(json.dumps(chunks), "utf-8")
    os.utime(built, ns=(2_000_000_000_000_000_000, 2_000_000_000_000_000_000))

    after = manifest.entry_of("portal").script

    assert (before, after) == ("built/portal-FFFFFFFF.js", "built/portal-GGGGGGGG.js")


def test_a_page_without_a_build_fails_and_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(manifest.FrontEndNotBuilt, match="make setup"):
        manifest.entry_of("portal", manifest=tmp_path / "manifest.json")


def test_a_door_that_is_not_built_is_named(built: Path) -> None:
    with pytest.raises(manifest.FrontEndNotBuilt, match="'kiosk'"):
        manifest.entry_of("kiosk")


def test_a_damaged_manifest_is_told(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text("{", "utf-8")

    with pytest.raises(manifest.FrontEndNotBuilt, match="cannot be read"):
        manifest.entry_of("portal", manifest=path)


def ask_for(rf: RequestFactory, cookie: str = "", **fields: str) -> Any:
    request = rf.post("/look", fields)
    if cookie:
        request.COOKIES["wenyuan_look"] = cookie
    return views.preferences(request)


def test_the_look_is_kept_in_a_cookie_and_the_reader_returns_to_the_page(rf: RequestFactory) -> None:
    response = ask_for(rf, theme="dark", next="/search?q=红楼梦")

    cookie = response.cookies["wenyuan_look"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"], cookie["max-age"]) == (
        "theme=dark",
        "Lax",
        True,
        31_536_000,
    )
    assert (response.status_code, response["Location"]) == (302, "/search?q=%E7%BA%A2%E6%A5%BC%E6%A2%A6")


def test_one_choice_leaves_the_others_as_they_were(rf: RequestFactory) -> None:
    response = ask_for(rf, cookie="theme=dark&sound=on", print="large")

    assert response.cookies["wenyuan_look"].value == "theme=dark&print=large&sound=on"


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_the_way_back_never_leads_to_another_host(rf: RequestFactory, elsewhere: str) -> None:
    assert ask_for(rf, theme="dark", next=elsewhere)["Location"] == "/"


def test_the_look_cannot_be_changed_by_a_link(rf: RequestFactory) -> None:
    assert views.preferences(rf.get("/look?theme=dark")).status_code == 405


def test_an_unknown_choice_keeps_the_default() -> None:
    assert Preferences.from_cookie("theme=pink&print=large&x=1") == Preferences(print=Print.LARGE)


@given(st.builds(Preferences, st.sampled_from(Theme), st.sampled_from(Print), st.sampled_from(Contrast), st.booleans()))
def test_every_look_survives_its_cookie(look: Preferences) -> None:
    assert Preferences.from_cookie(look.as_cookie()) == look


@given(st.text(max_size=300))
def test_no_cookie_breaks_a_page(cookie: str) -> None:
    assert isinstance(Preferences.from_cookie(cookie), Preferences)


def test_the_page_element_says_language_door_and_look(in_english: None) -> None:
    look = Preferences(theme=Theme.DARK, print=Print.LARGE, contrast=Contrast.HIGH)

    markup = draw_template('{% html_attributes "portal" %}', look=look)

    assert markup == 'lang="en" data-door="portal" data-theme="dark" data-print="large" data-contrast="high"'


@pytest.mark.parametrize(
    ("draw_page", "status", "words"),
    [
        (views.bad_request, 400, "could not be understood"),
        (views.permission_denied, 403, "You may not open this page"),
        (views.page_not_found, 404, "There is no such page"),
        (views.server_error, 500, "Something went wrong on our side"),
        (views.csrf_failure, 403, "This page was open too long"),
    ],
)
def test_each_failure_has_a_page_that_says_the_next_step(
    rf: RequestFactory, built: Path, in_english: None, draw_page: Any, status: int, words: str
) -> None:
    response = draw_page(rf.get("/books/1"))

    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert '<a class="button primary" href="/">' in page


def test_a_failure_at_the_workbench_leads_back_to_the_workbench(
    rf: RequestFactory, built: Path, in_english: None
) -> None:
    page = views.page_not_found(rf.get("/workbench/nothing")).content.decode()

    assert 'data-door="workbench"' in page
    assert 'href="/workbench/"' in page


def test_a_path_in_an_error_page_is_escaped(rf: RequestFactory, built: Path) -> None:
    page = views.page_not_found(rf.get("/<script>alert(1)</script>")).content.decode()

    assert "<script>alert" not in page


def test_a_failure_before_anything_is_built_still_says_something(
    rf: RequestFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "MANIFEST", tmp_path / "none.json")

    response = views.server_error(rf.get("/"))

    assert response.status_code == 500
    assert "系统出错了" in response.content.decode()


@pytest.mark.parametrize("door", ["workbench", "portal"])
def test_the_guide_shows_every_status_shape_in_each_door(
    rf: RequestFactory, built: Path, settings: Any, in_english: None, door: str
) -> None:
    settings.WENYUAN_DEMO = True
    settings.TEMPLATES = _templates_without_accounts(settings.TEMPLATES)

    page = views.guide(rf.get("/look/guide", {"door": door})).content.decode()

    shapes = set(re.findall(r'class="tag (\w+)', page))
    assert shapes == {"in", "out", "soon", "stop", "way", "kept", "done", "none"}
    assert f'data-door="{door}"' in page


def _templates_without_accounts(templates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The guide asks nothing of accounts or sessions, so they stay out of this test."""
    kept = ["django.template.context_processors.request", "wenyuan.doors.furniture.context.house"]
    return [{**engine, "OPTIONS": {**engine["OPTIONS"], "context_processors": kept}} for engine in templates]


def test_the_guide_is_closed_outside_a_demo(rf: RequestFactory, settings: Any) -> None:
    settings.WENYUAN_DEMO = False

    with pytest.raises(Http404):
        views.guide(rf.get("/look/guide"))


def test_a_field_ties_its_hint_and_errors_to_its_input(in_english: None) -> None:
    form = views._GuideForm({"barcode": "23"})

    markup = render_to_string("furniture/field.html", {"field": form["barcode"]})

    assert 'aria-describedby="id_barcode_helptext id_barcode_error"' in markup
    assert 'id="id_barcode_helptext"' in markup
    assert 'id="id_barcode_error"' in markup
    assert 'aria-invalid="true"' in markup


def test_a_status_of_unknown_shape_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="shapes"):
        draw_template('{% tag "red" "word" %}')


def test_a_status_word_is_escaped() -> None:
    assert draw_template('{% tag "in" word %}', word="<b>") == '<span class="tag in">&lt;b&gt;</span>'


def test_a_quota_draws_the_overdue_first() -> None:
    markup = draw_template("{% pips 3 4 1 %}")

    assert re.findall(r'<i class="(\w+)">', markup) == ["late", "on", "on", "free"]


def test_a_meter_stays_within_its_frame() -> None:
    assert 'class="at" width="100.0%"' in draw_template("{% meter 140 33.3 %}")


@pytest.mark.parametrize(
    ("number", "written"), [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (21, "21"), (0, "0")]
)
def test_reasons_are_numbered_as_officials_write(number: int, written: str) -> None:
    assert draw_template("{{ number|ordinal }}", number=number) == written


@pytest.mark.parametrize(
    ("title", "letter", "kind", "cloth", "shape"),
    [
        ("红楼梦", "I", "", "literature", "slip"),
        ("额尔古纳河右岸", "i", "", "literature", "slip-long"),
        ("脂砚斋重评石头记汇校本", "I", "", "literature", "across"),
        ("The Old Man and the Sea", "I", "", "literature", "across"),
        ("时间简史：从大爆炸到黑洞", "P", "", "science", "slip"),
        ("鹿鸣县志", "K", "local", "local", "slip"),
        ("无类之书", "", "", "learning", "slip"),
        ("无类之书", "9", "", "learning", "slip"),
    ],
)
def test_a_cover_is_drawn_by_class_and_length(title: str, letter: str, kind: str, cloth: str, shape: str) -> None:
    cover = draw(title=title, class_letter=letter, kind=kind)

    assert (cover.cloth, cover.shape) == (cloth, shape)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(HOUSE / "wenyuan")))
def test_no_template_needs_an_inline_script_or_style(path: Path) -> None:
    markup = re.sub(r"\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)

    forbidden = [
        r"<style[\s>]",
        # A block of data (JSON-LD) is run by nobody, whatever the policy allows.
        r"<script(?![^>]*\ssrc=)(?!\stype=\"application/ld\+json\">)[^>]*>",
        r"\sstyle\s*=",
        r"\son[a-z]+\s*=\s*[\"']",
        r"\shx-on[:\s=]",
        r"javascript:",
        r"hx-(?:vals|headers)=[\"']js:",
        r"hx-trigger=[\"'][^\"']*\[",
        r"(?:src|href)=[\"'](?:https?:)?//",
    ]
    assert [rule for rule in forbidden if re.search(rule, markup, re.IGNORECASE)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(HOUSE / "wenyuan")))
def test_every_icon_a_template_names_exists(path: Path) -> None:
    named = set(re.findall(r"\{%\s*icon\s+[\"']([^\"']+)[\"']", path.read_text("utf-8")))

    assert named - ICONS == set()


def test_the_policy_allows_nothing_inline_and_no_other_host() -> None:
    directives = CONTENT_SECURITY_POLICY["DIRECTIVES"]

    sources = {source for values in directives.values() for source in values}
    assert sources == {"'self'", "'none'", "data:"}
    assert directives["script-src"] == ["'self'"]
    assert directives["style-src"] == ["'self'"]


def test_htmx_may_not_evaluate_code() -> None:
    markup = (HOUSE / "wenyuan/doors/furniture/templates/furniture/base.html").read_text("utf-8")

    found = re.search(r"<meta name=\"htmx-config\" content='([^']+)'", markup)

    assert found is not None
    config = json.loads(found[1])
    assert (config["allowEval"], config["allowScriptTags"], config["includeIndicatorStyles"]) == (False, False, False)


def test_the_context_holds_the_look_and_no_address_that_is_not_installed(rf: RequestFactory, settings: Any) -> None:
    from wenyuan.doors.furniture.context import house

    settings.ROOT_URLCONF = "wenyuan.doors.furniture.urls"
    request = rf.get("/")
    request.COOKIES["wenyuan_look"] = "print=large"

    values = house(request)

    assert values["look"] == Preferences(print=Print.LARGE)
    assert values["set_language_url"] == ""


# --- colours -----------------------------------------------------------------------------------------------------

TEXT, OPERABLE = 4.5, 3.0  # WCAG 2.2, 1.4.3 (text) and 1.4.11 (borders of what is operated)
GROUNDS = ("paper", "leaf", "tray")
CLOTHS = ("literature", "history", "thought", "society", "learning", "art", "science", "child", "local")


def token_sets() -> dict[str, dict[str, str]]:
    """Values by the conditions under which they hold, ``selector`` or ``media | selector``, from the stylesheet."""
    sets: dict[str, dict[str, str]] = {}
    media = selector = ""
    for line in (SOURCES / "furniture" / "tokens.css").read_text("utf-8").splitlines():
        line = line.strip()
        if line.startswith("@media"):
            media = line.removeprefix("@media").removesuffix("{").strip()
        elif line.endswith("{"):
            selector = line.removesuffix("{").strip()
            sets.setdefault(f"{media} | {selector}" if media else selector, {})
        elif line == "}":
            selector, media = ("", media) if selector else ("", "")
        elif found := re.fullmatch(r"--([\w-]+):\s*(.+);", line):
            sets[f"{media} | {selector}" if media else selector][found[1]] = found[2]
    return sets


def ratio(first: str, second: str) -> float:
    """Contrast ratio of two hex colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        digits = colour.removeprefix("#")
        digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def palette(*layers: str) -> dict[str, str]:
    sets = token_sets()
    return {name: value for layer in (":root", *layers) for name, value in sets[layer].items()}


LIGHT = ()
DARK = (':root[data-theme="dark"]',)
HIGH = (':root[data-contrast="high"]',)
HIGH_DARK = (*DARK, *HIGH, ':root[data-contrast="high"][data-theme="dark"]')
BOTH_WISHES = (
    "(prefers-contrast: more) and (prefers-color-scheme: dark)"
    ' | :root:not([data-contrast="normal"]):not([data-theme="light"])'
)
THEMES = pytest.mark.parametrize("layers", [LIGHT, DARK, HIGH, HIGH_DARK], ids=["light", "dark", "high", "high dark"])


def test_the_contrast_formula_gives_the_known_extremes() -> None:
    assert round(ratio("#000", "#ffffff"), 2) == 21.0
    assert round(ratio("#777777", "#fff"), 2) == 4.48


@THEMES
def test_all_text_can_be_read_on_every_ground(layers: tuple[str, ...]) -> None:
    colours = palette(*layers)
    inks = ("ink", "ink-soft", "ink-faint", "cinnabar", "malachite", "ochre", "azurite")

    faint = {(i, g): ratio(colours[i], colours[g]) for i in inks for g in GROUNDS}

    assert {pair: value for pair, value in faint.items() if value < TEXT} == {}


@THEMES
def test_words_of_an_alert_can_be_read_on_its_wash(layers: tuple[str, ...]) -> None:
    colours = palette(*layers)
    hues = ("cinnabar", "malachite", "ochre", "azurite")

    faint = {(i, h): ratio(colours[i], colours[f"{h}-wash"]) for h in hues for i in (h, "ink", "ink-soft")}

    assert {pair: value for pair, value in faint.items() if value < TEXT} == {}


@THEMES
def test_the_edge_of_what_is_operated_is_seen_on_every_ground(layers: tuple[str, ...]) -> None:
    colours = palette(*layers)

    faint = {(e, g): ratio(colours[e], colours[g]) for e in ("edge", "chart-then") for g in GROUNDS}

    assert {pair: value for pair, value in faint.items() if value < OPERABLE} == {}


@THEMES
def test_inverted_words_can_be_read(layers: tuple[str, ...]) -> None:
    colours = palette(*layers)

    assert ratio(colours["leaf"], colours["ink"]) >= TEXT
    assert ratio(colours["leaf"], colours["ink-soft"]) >= TEXT


@THEMES
def test_titles_on_drawn_covers_can_be_read(layers: tuple[str, ...]) -> None:
    colours = palette(*layers)

    faint = {cloth: ratio(colours["cloth-thread"], colours[f"cloth-{cloth}"]) for cloth in CLOTHS}

    assert {cloth: value for cloth, value in faint.items() if value < TEXT} == {}
    assert ratio(colours["cloth-ink"], colours["cloth-slip"]) >= TEXT


@pytest.mark.parametrize(
    ("wish", "choice"),
    [
        ('(prefers-color-scheme: dark) | :root:not([data-theme="light"])', ':root[data-theme="dark"]'),
        ('(prefers-contrast: more) | :root:not([data-contrast="normal"])', ':root[data-contrast="high"]'),
        (
            BOTH_WISHES,
            ':root[data-contrast="high"][data-theme="dark"]',
        ),
        (
            '(prefers-contrast: more) | :root[data-theme="dark"]:not([data-contrast="normal"])',
            ':root[data-contrast="high"][data-theme="dark"]',
        ),
        (
            '(prefers-color-scheme: dark) | :root[data-contrast="high"]:not([data-theme="light"])',
            ':root[data-contrast="high"][data-theme="dark"]',
        ),
    ],
)
def test_the_device_and_the_reader_are_given_the_same_colours(wish: str, choice: str) -> None:
    sets = token_sets()

    assert sets[wish] == sets[choice]
    assert len(sets[wish]) > 15


def test_only_tokens_hold_colours() -> None:
    """Stylesheets name tokens; plain black and white stand only where paper is printed."""
    colours = {
        path.name: re.findall(
            r"#[0-9a-fA-F]{3,8}\b|rgb\(", re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
        )
        for path in SOURCES.rglob("*.css")
        if path.name not in {"tokens.css", "paper.css"}
    }

    assert {name: found for name, found in colours.items() if found} == {}
