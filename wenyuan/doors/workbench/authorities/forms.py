"""Forms of authorities."""

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.authorities.words import KINDS, STATES
from wenyuan.holdings.catalogue.data import MOST_BESIDE, AuthorityInput, AuthorityView, LinkState, Variant
from wenyuan.holdings.catalogue.queries import find_authorities
from wenyuan.kernel.headings import HeadingKind
from wenyuan.kernel.headings.kinds import LONGEST_NAME

_SAME: Final = "="
_NUMBER: Final = re.compile(r"[#＃]([0-9]{1,18})$")
_BEFORE_DATES: Final = re.compile(r"\s*[;；]\s*")


class AuthorityFilter(forms.Form):
    q = forms.CharField(
        label=_("Heading or variant begins with"),
        max_length=LONGEST_NAME,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autofocus": True, "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("Kind of heading"),
        required=False,
        choices=[("", _("all")), *((kind.value, words) for kind, words in KINDS.items())],
    )


class HeadingFilter(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind of heading"), required=False, choices=[(kind.value, words) for kind, words in KINDS.items()]
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[(state.value, words) for state, (_tag, words) in STATES.items()]
    )
    q = forms.CharField(label=_("Heading begins with"), max_length=LONGEST_NAME, required=False)


class AuthorityForm(forms.Form):
    """``version`` is the one that was seen. Variants and see-also stand one a line."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Kind of heading"), choices=[(kind.value, words) for kind, words in KINDS.items()])
    name = forms.CharField(
        label=_("Heading"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        help_text=_("As records shall have it, without role, nationality and dates."),
    )
    dates = forms.CharField(
        label=_("Years of a person"), max_length=40, required=False, help_text=_("1881-1936 or 1960- for instance.")
    )
    nationality = forms.CharField(label=_("Nationality"), max_length=20, required=False)
    dynasty = forms.CharField(label=_("Dynasty"), max_length=20, required=False)
    variants = forms.CharField(
        label=_("Variants"),
        max_length=25_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "Other forms that lead here, one a line, years behind a semicolon: 罗琳; 1965-. "
            "Where records with a form shall be linked without anybody looking, begin its line with =."
        ),
    )
    beside = forms.CharField(
        label=_("See also"),
        max_length=12_500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Headings of other authorities, one a line, years behind a semicolon. "
            "Where several have one heading, the number of the authority says which: 鲁迅 #12."
        ),
    )
    note = forms.CharField(
        label=_("Note for cataloguers"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    source = forms.CharField(
        label=_("Found in"), max_length=200, required=False, help_text=_("Where the heading was looked up.")
    )

    def __init__(self, *args: Any, of: AuthorityView | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._standing = list(of.beside) if of is not None else []
        if of is not None:
            kind = self.fields["kind"]
            kind.disabled, kind.initial = True, of.kind.value

    def clean_beside(self) -> tuple[int, ...]:
        lines = _lines(self.cleaned_data["beside"])
        if len(lines) > MOST_BESIDE:
            raise forms.ValidationError(_("At most %(most)s at once."), params={"most": MOST_BESIDE})
        return tuple(self._beside(line) for line in lines)

    def _beside(self, line: str) -> int:
        """The authority that a line means: one that stands there already and was shown so, else the only one with its
        heading, or that of its number. A heading may itself end like a number (``作品 #5``): that one goes first."""
        for place, one in enumerate(self._standing):
            if line == _joined(one.name, one.dates):
                return self._standing.pop(place).id
        number = _NUMBER.search(line)
        fit = found = find_authorities(*_parted(line))
        if number is not None:
            fit = found = tuple(one for one in found if _NUMBER.search(one.name))
        if number is not None and not found:
            heading = _parted(line[: number.start()])
            fit = find_authorities(*heading, authority_id=int(number[1]))
            found = fit or find_authorities(*heading)
        if len(fit) == 1:
            return fit[0].id
        if not found:
            raise forms.ValidationError(_("No authority has this heading: %(line)s"), params={"line": line})
        several = ", ".join(f"{_joined(one.name, one.dates)} #{one.id} ({KINDS[one.kind]})" for one in found)
        raise forms.ValidationError(
            _("More than one has the heading %(line)s. Write one of these: %(several)s"),
            params={"line": line, "several": several},
        )

    def authority(self) -> AuthorityInput:
        """The authority as typed, once the form is valid."""
        given = self.cleaned_data
        variants = (
            Variant(*_parted(line.removeprefix(_SAME)), is_same=line.startswith(_SAME))
            for line in _lines(given["variants"])
        )
        texts = {name: given[name] for name in ("name", "dates", "nationality", "dynasty", "note", "source")}
        return AuthorityInput(
            kind=HeadingKind(given["kind"]), variants=tuple(variants), beside=given["beside"], **texts
        )


def initial_of(found: AuthorityView) -> dict[str, object]:
    """An authority as the form shows it."""
    plain = ("version", "name", "dates", "nationality", "dynasty", "note", "source")
    lines = [f"{_SAME if one.is_same else ''}{_joined(one.name, one.dates)}" for one in found.variants]
    return {
        **{name: getattr(found, name) for name in plain},
        "variants": "\n".join(lines),
        "beside": "\n".join(_joined(one.name, one.dates) for one in found.beside),
    }


class DecisionForm(forms.Form):
    """Which authority a heading is, and in which records."""

    ALL, ALWAYS, CHOSEN = "all", "always", "chosen"

    authority = forms.ChoiceField(label=_("This heading is"), widget=forms.RadioSelect)
    reach = forms.ChoiceField(
        label=_("In which records"),
        widget=forms.RadioSelect,
        initial=ALL,
        choices=[
            (ALL, _("in all that have it now")),
            (ALWAYS, _("in all that have it now, and in those that come later")),
            (CHOSEN, _("in the records ticked below")),
        ],
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        left = ("none", gettext("none of these: leave it without an authority"))
        self.fields["authority"].choices = [*choices, left]  # type: ignore[attr-defined] # a choice field

    @property
    def authority_id(self) -> int | None:
        """The authority chosen; none to leave the heading without."""
        chosen = self.cleaned_data["authority"]
        return None if chosen == "none" else int(chosen)


def kind_from(text: str | None) -> HeadingKind | None:
    """The kind that an address names, if it is one."""
    return HeadingKind(text) if text in {kind.value for kind in HeadingKind} else None


def state_from(text: str | None) -> LinkState:
    """The state that an address names; what is to be decided where it names none."""
    return LinkState(text) if text in {state.value for state in LinkState} else LinkState.REVIEW


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _parted(line: str) -> tuple[str, str]:
    name, *dates = _BEFORE_DATES.split(line.strip(), maxsplit=1)
    return name, dates[0] if dates else ""


def _joined(name: str, dates: str) -> str:
    return f"{name}; {dates}" if dates else name
