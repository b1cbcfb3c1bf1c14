"""A batch edit told: which are meant, what is done to them, and what that makes of one."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext

from wenyuan.doors.workbench.batching.words import COLUMNS, FITTING, STEPS, TESTS
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.items.words import LENDABLE, STATES
from wenyuan.doors.workbench.network.frame import in_own_words
from wenyuan.doors.workbench.stock.words import SOURCES
from wenyuan.holdings.catalogue.data import BatchEditView, BatchOf, BatchRowView, StepKind, Test
from wenyuan.holdings.catalogue.queries import list_item_types, steps_from_data
from wenyuan.organisation.network.queries import list_areas, network_map


class Names:
    """Values of columns in words; what is needed for that is read once a page."""

    def __init__(self) -> None:
        language = get_language() or "zh-hans"
        self._network = network_map()
        self._types = {kind.code: kind.name(language) for kind in list_item_types()}
        self._areas = {area.id: in_own_words(area.name_zh, area.name_en) for area in list_areas()}

    def value(self, name: str, value: Any) -> object:
        """A value of a column."""
        if value in (None, ""):
            return "—"
        words: Mapping[str, Mapping[Any, object]] = {
            "area_id": self._areas,
            "item_type": self._types,
            "source": SOURCES,
        }
        if name in words:
            return words[name].get(value, value)
        if name == "home_branch_id":
            return branch_name(value, self._network)
        if name == "price_fen":
            return f"{value / 100:.2f}"
        if name in ("lendable", "state"):
            return (LENDABLE if name == "lendable" else STATES).get(value, ("", value))[1]
        return value

    def work_of(self, edit: BatchEditView) -> list[tuple[Any, object]]:
        """The columns of items with their new values."""
        if edit.of is not BatchOf.ITEMS:
            return []
        return [(COLUMNS[name], self.value(name, value)) for name, value in edit.work.items() if name in COLUMNS]

    def changes_of(self, row: BatchRowView) -> list[tuple[Any, object, object]]:
        """What a batch changes, or has changed, of an item: column, before, after."""
        return [
            (COLUMNS.get(name, name), self.value(name, old), self.value(name, new))
            for name, (old, new) in row.changed.items()
        ]

    def choice_of(self, edit: BatchEditView) -> str:
        """Which are meant."""
        chosen: Mapping[str, Any] = edit.chosen
        if numbers := chosen.get("numbers"):
            return gettext("a list of %(count)s numbers") % {"count": len(numbers)}
        if question := chosen.get("question"):
            return gettext("what the search finds for “%(question)s”") % {"question": question}
        if import_id := chosen.get("import_id"):
            return gettext("what the import no. %(number)s brought or changed") % {"number": import_id}
        fitting: Mapping[str, Any] = chosen.get("fitting") or {}
        return " · ".join(f"{FITTING[name]} {self.value(name, value)}" for name, value in fitting.items())


def steps_of(edit: BatchEditView) -> list[tuple[Any, str, str, str]]:
    """The steps of records: what, where, the texts, the condition."""
    if edit.of is not BatchOf.RECORDS:
        return []
    told = []
    for step in steps_from_data(edit.work["steps"]):
        place = f"{step.place} → {step.to}" if step.to else str(step.place)
        text = f"{step.sought} → {step.text}" if step.kind is StepKind.REPLACE_TEXT else step.text
        when = ""
        if step.condition is not None:
            asked = "" if step.condition.test in (Test.PRESENT, Test.ABSENT) else step.condition.value
            when = f"{step.condition.place} {TESTS[step.condition.test]} {asked}".strip()
        told.append((STEPS[step.kind], place, text, when))
    return told
