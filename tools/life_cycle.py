"""Draw the life of an item into ``docs/circulation/actions.md`` from the one table of it."""

from collections import defaultdict
from pathlib import Path

from wenyuan.lending.circulation.rules.life_cycle import BEGINNINGS, LIFE

PAGE = Path(__file__).resolve().parent.parent / "docs/circulation/actions.md"
BEGIN, END = "```mermaid\n", "```\n"


def main() -> None:
    PAGE.write_text(redrawn(PAGE.read_text("utf-8")), "utf-8")


def redrawn(page: str) -> str:
    """The page with the diagram as the table draws it."""
    before, rest = page.split(BEGIN, 1)
    return before + BEGIN + diagram() + END + rest.split(END, 1)[1]


def diagram() -> str:
    """Every state and step, as a Mermaid state diagram; steps between the same two states share an arrow."""
    lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in BEGINNINGS)]
    for state, steps in LIFE.items():
        arrows: dict[str, list[str]] = defaultdict(list)
        for step, after in steps.items():
            arrows[after].append(step.value)
        lines += [f"    {state} --> {after}: {', '.join(names)}" for after, names in arrows.items()]
        if not steps:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
