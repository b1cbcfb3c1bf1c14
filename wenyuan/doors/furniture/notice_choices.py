"""What a reader wants to be told by which way, as a form for the desk and for the reader's own page."""

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.furniture.notice_words import CHANNELS, KINDS, LANGUAGES
from wenyuan.organisation.notices.data import KINDS as FACTS
from wenyuan.organisation.notices.data import Channel, Language, NoticeKind, PreferenceFacts

CHOSEN: Final = tuple(kind for kind in KINDS if not FACTS[kind].at_once)
"""The kinds of which a reader says how they come; a code comes to the telephone by which it was asked for."""
OWN_WAY: Final = "own"
BOX: Final = "box"


class ChoicesForm(forms.Form):
    """What a reader wants: the language, and for each kind one channel first, the message box alone, or the usual."""

    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("as each notice says")), *((one.value, words) for one, words in LANGUAGES.items())],
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        ways = [
            (OWN_WAY, _("the usual way")),
            *((channel.value, CHANNELS[channel]) for channel in Channel if channel is not Channel.IN_APP),
            (BOX, _("message box only")),
        ]
        for kind in CHOSEN:
            self.fields[kind.value] = forms.ChoiceField(label=KINDS[kind], choices=ways)

    def chosen_language(self) -> Language | None:
        """The language that a valid form states."""
        return Language(self.cleaned_data["language"]) if self.cleaned_data["language"] else None

    def chosen_channels(self) -> dict[NoticeKind, tuple[Channel, ...] | None]:
        """The order of channels per kind: the chosen one first, the others after it."""
        return {kind: _order(self.cleaned_data[kind.value]) for kind in CHOSEN}


def _order(way: str) -> tuple[Channel, ...] | None:
    if way in {"", OWN_WAY}:
        return None
    if way == BOX:
        return ()
    first = Channel(way)
    return (first, *(channel for channel in Channel if channel not in {first, Channel.IN_APP}))


def as_initial(chosen: PreferenceFacts) -> dict[str, str]:
    """What the form begins with."""
    initial = {"language": chosen.language.value if chosen.language else ""}
    for kind in CHOSEN:
        order = chosen.channels.get(kind)
        initial[kind.value] = OWN_WAY if order is None else (order[0].value if order else BOX)
    return initial
