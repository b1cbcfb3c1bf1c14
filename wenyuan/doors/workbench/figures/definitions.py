"""指标口径: each indicator with its unit, definition, what it adds up, and the item of the yearly form it answers; and
what the library itself answers about it, from which day on."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import NAMES, unit_shown
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.daybook.words import CHOICES
from wenyuan.doors.workbench.figures.forms import AnswerForm
from wenyuan.doors.workbench.figures.words import (
    DEFINITION_FIELDS,
    DEFINITION_REASONS,
    DEFINITIONS,
    QUESTIONS,
    answer_words,
)
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.journal.words import KINDS
from wenyuan.doors.workbench.shell import page
from wenyuan.office.figures import operations
from wenyuan.office.figures.data import (
    Codes,
    DefinitionFacts,
    DefinitionRefused,
    Definitions,
    Indicator,
    Measure,
    Question,
    Term,
)
from wenyuan.office.figures.queries import INDICATORS
from wenyuan.office.figures.queries import definitions as read_definitions
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date


@dataclass(frozen=True, slots=True)
class Answered:
    """A question about an indicator, what holds today by the library's answer, and where it is answered (empty for
    those who may not). ``given`` is the answer, none where the library has said nothing; ``coming`` those of later."""

    question: StrOrPromise
    holds: StrOrPromise
    given: DefinitionFacts | None
    coming: tuple[tuple[StrOrPromise, date], ...]
    url: str


@dataclass(frozen=True, slots=True)
class Defined:
    """An indicator in words. ``sums`` are its terms: what is added up, over which entries of the journal."""

    code: str
    name: StrOrPromise
    unit: StrOrPromise
    definition: StrOrPromise
    sums: tuple[str, ...]
    form_item: str
    answered: tuple[Answered, ...]


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def definitions(request: StaffRequest) -> HttpResponse:
    """The table of definitions, those that stand by themselves first."""
    title = gettext("Definitions of the indicators")
    defined, today = read_definitions(), local_date(request.at)
    may_answer = may(request.operator, Act.KEEP_FIGURES, None)
    context = {
        "title": title,
        "crumbs": (Crumb(gettext("Figures"), reverse("workbench:figures")), Crumb(title)),
        "indicators": [_defined(indicator, defined, today, may_answer) for indicator in INDICATORS],
    }
    return page(request, "workbench/figures/definitions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.KEEP_FIGURES, any_branch=True)
def answer(request: StaffRequest, code: str) -> HttpResponse:
    """Answer a question of definition from a day on; below it every answer that was ever given."""
    try:
        question = Question(code)
    except ValueError:
        raise Http404 from None
    defined, today = read_definitions(), local_date(request.at)
    counts = question in defined.on(today)
    words, with_it, without = QUESTIONS[question]
    form = AnswerForm(
        request.POST or None,
        answers=[("yes", with_it), ("no", without)],
        initial={"counts": "no" if counts else "yes", "since": today, "key": secrets.token_hex(16)},
    )
    back = reverse("workbench:figure-definitions")
    if form.is_valid():
        try:
            operations.define(question=question, at=request.at, desk=request.desk, **form.values())
        except DefinitionRefused as refused:
            for reason in refused.reasons:
                refuse(form, DEFINITION_REASONS[reason], DEFINITION_FIELDS.get(reason, ""))
        else:
            return done(request, _("The definition is set; every figure of those days is counted by it."), back)
    history: list[dict[str, Any]] = [
        {"given": one, "words": answer_words(question, one.counts)}
        for one in reversed(defined.given)
        if one.question is question
    ]
    sheet = Sheet(
        title=words,
        line=gettext("Today: %(words)s") % {"words": answer_words(question, counts)},
        act=_("Set the definition"),
        words=gettext(
            "Days before it keep their definition. A comparison across the change says so and shows no per cent."
        ),
        crumbs=(
            Crumb(gettext("Figures"), reverse("workbench:figures")),
            Crumb(gettext("Definitions of the indicators"), back),
            Crumb(str(words)),
        ),
        back=back,
    )
    return form_page(request, form, sheet, template="workbench/figures/answer.html", history=history)


def _defined(indicator: Indicator, defined: Definitions, today: date, may_answer: bool) -> Defined:
    return Defined(
        code=indicator.code.value,
        name=NAMES[indicator.code],
        unit=unit_shown(indicator.unit),
        definition=DEFINITIONS[indicator.code],
        sums=tuple(_sum_words(term) for term in indicator.terms_by(defined.on(today))),
        form_item=indicator.form_item,
        answered=tuple(_answered(question, defined, today, may_answer) for question in indicator.questions),
    )


def _answered(question: Question, defined: Definitions, today: date, may_answer: bool) -> Answered:
    coming = [one for one in defined.given if one.question is question and one.since > today]
    return Answered(
        question=QUESTIONS[question][0],
        holds=answer_words(question, question in defined.on(today)),
        given=defined.in_force(question, today),
        coming=tuple((answer_words(question, one.counts), one.since) for one in coming),
        url=reverse("workbench:figure-answer", args=[question.value]) if may_answer else "",
    )


def _sum_words(term: Term) -> str:
    """Number of: Activity (Lecture), or Persons of: …, and what is left out of it."""
    summed = _summed_words(term)
    if not term.unless:
        return summed
    return gettext("%(sum)s, without: %(unless)s") % {"sum": summed, "unless": _codes_words(term.unless)}


def _summed_words(term: Term) -> str:
    words = {"kind": str(KINDS[term.kind]), "only": " / ".join(_codes_words(codes) for codes in term.among)}
    if term.measure is Measure.AMOUNT:
        return (
            gettext("Amount of: %(kind)s (%(only)s)") % words if term.among else gettext("Amount of: %(kind)s") % words
        )
    if term.measure is Measure.PERSONS:
        return (
            gettext("Persons of: %(kind)s (%(only)s)") % words
            if term.among
            else gettext("Persons of: %(kind)s") % words
        )
    return gettext("Number of: %(kind)s (%(only)s)") % words if term.among else gettext("Number of: %(kind)s") % words


_WAYS: Mapping[str, StrOrPromise] = {"first_swipe": _("identity card activated")}
"""What a first card's entry says that some indicator asks for."""


def _codes_words(codes: Codes) -> str:
    named = [
        str(_WAYS[code] if name == "way" else CHOICES[name][code])
        for name, value in codes.items()
        for code in (value if isinstance(value, list) else [str(value)])
    ]
    return ", ".join(named)
