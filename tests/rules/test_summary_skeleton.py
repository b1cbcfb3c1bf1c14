"""The skeleton of the summary is whole: every figure has its name and unit, and a clause of its own or says why not."""

from wenyuan.office.daybook.data import KINDS, StateCode
from wenyuan.office.figures.data import CalendarCode, FigureCode, IndicatorCode, NetworkCode, SummaryPart, Unit
from wenyuan.office.figures.summary.annexes import TABLES, WORDS
from wenyuan.office.figures.summary.skeleton import HEADINGS, NAMES, NAMINGS, PATTERNS, UNITS

EVERY_FIGURE: set[FigureCode] = {*IndicatorCode, *CalendarCode, *StateCode, *NetworkCode}
IN_THE_TABLE_ALONE = {
    IndicatorCode.TYPED_RETURNS,
    IndicatorCode.LECTURE_ATTENDANCE,
    IndicatorCode.EXHIBITION_ATTENDANCE,
    IndicatorCode.TRAINING_CLASS_ATTENDANCE,
    IndicatorCode.DONATIONS,
    StateCode.SHELF_LENGTH,
    StateCode.WEBSITES,
}
"""What a sentence would only repeat."""


def test_every_figure_has_a_name_a_unit_and_a_sentence() -> None:
    told = {clause.figure for pattern in PATTERNS for clause in pattern.clauses}

    assert set(NAMES) == EVERY_FIGURE
    assert set(UNITS) == set(Unit)
    assert EVERY_FIGURE - told == IN_THE_TABLE_ALONE


def test_every_sentence_stands_in_a_part_of_the_document() -> None:
    parts = {pattern.part for pattern in PATTERNS} | {naming.part for naming in NAMINGS}

    assert parts <= set(HEADINGS)
    assert set(HEADINGS) - parts == {SummaryPart.PROBLEMS, SummaryPart.NEXT}, "a person writes these"


def test_no_choice_of_a_table_is_without_its_word() -> None:
    for table in TABLES:
        for field in KINDS[table.kind].fields:
            if field.name in WORDS:
                assert set(field.choices) == set(WORDS[field.name])


def test_no_two_figures_share_a_code() -> None:
    codes = [code.value for kind in (IndicatorCode, CalendarCode, StateCode, NetworkCode) for code in kind]

    assert len(codes) == len(set(codes)) == len(EVERY_FIGURE)
