"""What axe finds on a page: it is put into the page once, and asked as often as the page changes its look."""

from collections.abc import Mapping

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Rules = Mapping[str, tuple[str, ...]]
"""Names of rules, or of the tags of rules, by which of both they are."""

ALL_RULES: Rules = {"tag": ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")}
RULES_OF_COLOUR: Rules = {"rule": ("color-contrast", "link-in-text-block")}
"""What another colour scheme can break: all else that axe looks at is the same in the dark."""
RULES_OF_LOOK: Rules = {"rule": (*RULES_OF_COLOUR["rule"], "scrollable-region-focusable", "target-size")}
"""What other colours and sizes can break."""

TALL = 12_000
"""A window so tall, in pixels, that what sticks to its edge covers nothing for good: twenty works in large print on a
phone need more than 6,000."""

_RUN = """async ([rules, within]) => {
  const found = await axe.run(within || document, { runOnly: rules, resultTypes: ["violations"] });
  return found.violations.map(fault => `${fault.id}: ${fault.nodes[0].html.slice(0, 160)}`);
}"""


def axe_into(page: Page) -> None:
    """Make the page ready to be asked, until it is left."""
    page.evaluate(Axe().axe_script)


def faults(page: Page, rules: Rules = ALL_RULES, *, within: str = "") -> list[str]:
    """The name of each rule that the page breaks, or the part of it that a selector names, with the first place."""
    ((type_, values),) = rules.items()
    found: list[str] = page.evaluate(_RUN, [{"type": type_, "values": values}, within])
    return found
