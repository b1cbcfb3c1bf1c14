"""Record editing in words: what is wrong with a record and where, why it was not saved."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.holdings.catalogue.data import DuplicateReason, FaultRule, Format, RecordFault, RecordKind, Refusal
from wenyuan.kernel.marc import TextReason

RULES: Final[Mapping[FaultRule, StrOrPromise]] = {
    FaultRule.LEADER_INVALID: _("The leader has 24 characters, letters and digits."),
    FaultRule.TAG_INVALID: _("A tag is three letters or digits."),
    FaultRule.CONTROL_FIELD_PARTED: _("This field has no indicators and no subfields: its text stands behind the tag."),
    FaultRule.INDICATOR_INVALID: _("An indicator is one letter or digit, or # for a blank."),
    FaultRule.CODE_INVALID: _("A subfield code is one letter or digit."),
    FaultRule.FIELD_EMPTY: _("The field is empty: fill it in or take it out."),
    FaultRule.SUBFIELD_EMPTY: _("The subfield is empty: fill it in or take it out."),
    FaultRule.CONTROL_CHARACTER: _("Characters that cannot be seen stand in it."),
    FaultRule.FIELD_REPEATED: _("The field may stand only once."),
    FaultRule.FIELD_MISSING: _("The field is mandatory."),
    FaultRule.TITLE_MISSING: _("A record needs a title."),
    FaultRule.LENGTH_WRONG: _("The number of characters is wrong (there are / there should be):"),
    FaultRule.MARKED_DELETED: _("The record is marked as deleted."),
    FaultRule.NUMBER_CHANGED: _("The control number of a record stays as it is:"),
    FaultRule.FIELD_EXPECTED: _("A full record has this field."),
    FaultRule.FIELD_UNKNOWN: _("The format does not know this field."),
    FaultRule.INDICATOR_VALUE: _("The format does not know this value; it knows:"),
    FaultRule.SUBFIELD_UNKNOWN: _("The format does not know this subfield."),
    FaultRule.SUBFIELD_REPEATED: _("The subfield should stand only once in a field."),
    FaultRule.CODE_VALUE: _("The format does not know this code:"),
    FaultRule.ISBN_WRONG: _("The check digit of the ISBN is wrong; if it is printed so, write it in $z."),
    FaultRule.ISSN_WRONG: _(
        "The check digit of the ISSN is wrong; if it is printed so, write it in $z (CNMARC) or $y (MARC 21)."
    ),
    FaultRule.TOO_LONG_FOR_EXCHANGE: _("Too long for ISO 2709: it can only leave as MARCXML. Bytes:"),
}

_WITH_DETAIL: Final = frozenset(
    {
        FaultRule.LENGTH_WRONG,
        FaultRule.NUMBER_CHANGED,
        FaultRule.INDICATOR_VALUE,
        FaultRule.CODE_VALUE,
        FaultRule.TOO_LONG_FOR_EXCHANGE,
        FaultRule.ISBN_WRONG,
        FaultRule.ISSN_WRONG,
    }
)
"""Rules behind whose words stands the value, or what is allowed."""

TEXT_REASONS: Final[Mapping[TextReason, StrOrPromise]] = {
    TextReason.NO_TAG: _("A line begins with a tag of three characters and a blank."),
    TextReason.NO_SUBFIELD: _("Two indicators and then subfields are wanted: 200 1# $a…"),
    TextReason.NO_CODE: _("A subfield code is missing behind $. A dollar sign is written \\$."),
    TextReason.BAD_ESCAPE: _("A backslash is written \\\\."),
    TextReason.BAD_LEADER: _("The leader has 24 characters, letters and digits."),
    TextReason.NO_LEADER: _("The leader is missing: a line that begins with LDR."),
    TextReason.TWO_LEADERS: _("There are two leaders."),
}

REFUSALS: Final[Mapping[Refusal, StrOrPromise]] = {
    Refusal.BIB_UNKNOWN: _("There is no such record."),
    Refusal.RECORD_UNFIT: _("The record has errors. Nothing was saved."),
    Refusal.RECORD_UNSTORABLE: _("No MARC record can hold this. Nothing was saved."),
    Refusal.RECORD_CHANGED_MEANWHILE: _("Somebody else has saved this record meanwhile. Nothing was overwritten."),
    Refusal.RECORD_DUPLICATE: _("This may be in the catalogue already. Nothing was saved."),
    Refusal.RECORD_NUMBER_TAKEN: _("Another record of this source has this control number."),
    Refusal.RECORD_MERGED: _("This record was merged into another. Nothing was saved."),
    Refusal.MERGE_ITSELF: _("These are one and the same record."),
    Refusal.MERGE_TOO_LARGE: _(
        "This record has more than 5,000 items or 20,000 holds, or more than 1,000 readers wait for both: "
        "too many to be moved at once."
    ),
    Refusal.LOOK_UNKNOWN: _("Nobody has asked for this look."),
    Refusal.MERGE_UNKNOWN: _("There is no such merge."),
    Refusal.MERGE_NOT_LAST: _("The record that stayed has been merged into another since: undo that first."),
    Refusal.VERSION_UNKNOWN: _("There is no such version."),
}

DUPLICATES: Final[Mapping[DuplicateReason, StrOrPromise]] = {
    DuplicateReason.ISBN: _("same ISBN"),
    DuplicateReason.ISSN: _("same ISSN"),
    DuplicateReason.UNIFIED: _("same unified book number"),
    DuplicateReason.CN_SERIAL: _("same unified serial number"),
    DuplicateReason.PERMIT: _("same printing permit number"),
    DuplicateReason.DESCRIPTION: _("same title, author, publisher and year"),
}

KINDS: Final[Mapping[RecordKind, StrOrPromise]] = {
    RecordKind.BOOK: _("Book"),
    RecordKind.SERIAL: _("Serial"),
    RecordKind.LOCAL: _("Local document"),
    RecordKind.ELECTRONIC: _("E-resource"),
    RecordKind.AUDIO_VISUAL: _("Audio-visual"),
}


def language() -> str:
    """The reader's language, for the names that the tables of the formats have in two."""
    return get_language() or "zh-hans"


def fault_place(fault: RecordFault, rules: Format) -> str:
    """Where a fault is: tag and name of the field, which of several, and the subfield, indicator or positions."""
    field = rules.fields.get(fault.tag)
    pieces = [fault.tag, field.name(language()) if field is not None else ""]
    if fault.place > 1:
        pieces.append(gettext("no. %(place)s") % {"place": fault.place})
    if fault.where.startswith("ind"):
        pieces.append(gettext("indicator %(number)s") % {"number": fault.where[3:]})
    elif "/" in fault.where or fault.where.replace("-", "").isdigit():
        code, _slash, span = fault.where.rpartition("/")
        pieces += [code, gettext("positions %(span)s") % {"span": span}]
    else:
        pieces.append(fault.where)
    return " ".join(filter(None, pieces))


def fault_words(fault: RecordFault) -> str:
    """What is wrong, with the value concerned."""
    return f"{RULES[fault.rule]} {fault.detail if fault.rule in _WITH_DETAIL else ''}".strip()
