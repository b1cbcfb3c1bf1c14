"""Forms of kept summaries. They check shapes; what a text may be is the verbs' to say."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wenyuan.doors.furniture.figure_words import PARTS, figure_name
from wenyuan.doors.workbench.documents.words import SAID
from wenyuan.doors.workbench.network.forms import DayField
from wenyuan.office.daybook.data import StateCode
from wenyuan.office.documents.data import DocumentFacts, Part, PartDraft, TextDraft
from wenyuan.office.documents.queries import CHOOSABLE, draft_of, figure_code, in_order
from wenyuan.office.figures.data import CalendarCode, FigureCode, IndicatorCode, NetworkCode, Said, SummaryPart
from wenyuan.office.figures.queries import HEADINGS

MOST_PARTS = 40
TITLE, HEADING, TEXT = 120, 60, 10_000
_ROW = 38
"""Characters of a line of the editor."""


class TextForm(forms.Form):
    """The whole text: of each part its heading, place and paragraphs, and whether it is left out; and a new one."""

    title = forms.CharField(label=pgettext_lazy("document", "Title"), max_length=TITLE)
    leaves_out = forms.BooleanField(
        label=_("Figures whose mark is gone are left out"),
        required=False,
        help_text=_("Without it they are named, and nothing is saved."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    count = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=MOST_PARTS)

    def __init__(self, typed: QueryDict | None, *, document: DocumentFacts) -> None:
        draft = draft_of(document.title, document.parts)
        initial: dict[str, object] = {
            "title": draft.title,
            "version": document.version,
            "count": len(draft.parts),
            **{
                f"{name}_{number}": value
                for number, one in enumerate(draft.parts)
                for name, value in _initial(one, number).items()
            },
        }
        super().__init__(typed, initial=initial)
        count = self._count() if self.is_bound else len(draft.parts)
        for number in range(count):
            self._add_part(number, draft.parts[number].text if number < len(draft.parts) else "", count + 1)
        absent = [one for one in HEADINGS if one not in {part.part for part in document.parts}]
        self.fields["part_new"] = forms.ChoiceField(
            label=_("New part"),
            required=False,
            choices=[
                ("", _("a part of one's own")),
                *((one.value, PARTS[one]) for one in absent),
            ],
        )
        self.fields["heading_new"] = forms.CharField(
            label=pgettext_lazy("document", "Heading"), required=False, max_length=HEADING
        )
        self.fields["place_new"] = forms.IntegerField(
            label=_("Place"), required=False, min_value=1, max_value=count + 1, initial=count + 1
        )
        self.fields["text_new"] = forms.CharField(
            label=_("Text"), required=False, max_length=TEXT, widget=forms.Textarea(attrs={"rows": 4})
        )

    def groups(self) -> Iterator[tuple[int, BoundField, BoundField, BoundField, BoundField, BoundField]]:
        """The fields of each part: its number in the text, what it is, heading, place, text, whether it goes."""
        number = 0
        while f"text_{number}" in self.fields:
            names = ("part", "heading", "place", "text", "leave")
            yield number + 1, *(self[f"{name}_{number}"] for name in names)  # type: ignore[misc] # five of them
            number += 1

    def draft(self) -> TextDraft:
        """What was typed, once the form is valid."""
        typed = self.cleaned_data
        numbers = [*range(self._count()), *(["new"] if typed["text_new"].strip() else [])]
        parts = [
            PartDraft(
                part := SummaryPart(typed[f"part_{one}"]) if typed[f"part_{one}"] else None,
                typed[f"heading_{one}"] or (HEADINGS.get(part, "") if part else ""),
                "" if typed.get(f"leave_{one}") else typed[f"text_{one}"],
            )
            for one in numbers
        ]
        places = [typed[f"place_{one}"] or len(numbers) for one in numbers]
        return TextDraft(typed["title"], [parts[one] for one in in_order(places)], typed["leaves_out"])

    def _count(self) -> int:
        text = self.data.get("count", "")
        return min(int(text), MOST_PARTS) if text.isascii() and text.isdecimal() and len(text) < len("100") else 0

    def _add_part(self, number: int, text: str, last: int) -> None:
        rows = max(3, sum(len(line) // _ROW + 1 for line in text.splitlines()) + 1)
        self.fields[f"part_{number}"] = forms.ChoiceField(
            required=False, widget=forms.HiddenInput, choices=[("", ""), *((one.value, "") for one in SummaryPart)]
        )
        self.fields[f"heading_{number}"] = forms.CharField(
            label=pgettext_lazy("document", "Heading"), required=False, max_length=HEADING
        )
        self.fields[f"place_{number}"] = forms.IntegerField(label=_("Place"), min_value=1, max_value=last)
        self.fields[f"text_{number}"] = forms.CharField(
            label=_("Text"), required=False, max_length=TEXT, widget=forms.Textarea(attrs={"rows": rows})
        )
        self.fields[f"leave_{number}"] = forms.BooleanField(label=_("Leave this part out"), required=False)


class FigureForm(forms.Form):
    """A figure that is put into a part."""

    figure = forms.ChoiceField(label=_("Figure"))
    said = forms.ChoiceField(label=_("How it is put"), choices=[(one.value, SAID[one]) for one in CHOOSABLE])
    place = forms.TypedChoiceField(label=_("At the end of"), coerce=int)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, parts: Sequence[Part], **options: Any) -> None:
        super().__init__(*args, **options)
        codes: list[FigureCode] = [*CalendarCode, *IndicatorCode, *NetworkCode, *StateCode]
        self.fields["figure"].choices = [(one.value, figure_name(one)) for one in codes]  # type: ignore[attr-defined] # a choice field
        places = [(number, part.heading or _("the opening")) for number, part in enumerate(parts)]
        self.fields["place"].choices = places  # type: ignore[attr-defined] # a choice field

    def chosen(self) -> tuple[FigureCode, Said]:
        figure = figure_code(self.cleaned_data["figure"])
        assert figure is not None  # one of the choices
        return figure, Said(self.cleaned_data["said"])


class AnewForm(forms.Form):
    """How far the figures shall go."""

    to = DayField(
        label=_("Figures until"), required=False, help_text=_("Empty: to today, or to the last day of the period.")
    )


def _initial(part: PartDraft, number: int) -> dict[str, object]:
    return {
        "part": part.part.value if part.part else "",
        "heading": part.heading,
        "place": number + 1,
        "text": part.text,
    }
