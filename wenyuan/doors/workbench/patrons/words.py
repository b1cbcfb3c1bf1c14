"""What the room of readers refuses, and its codes, in words for the workbench's pages."""

from collections.abc import Iterable

from django.forms import Form
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wenyuan.lending.patrons.data import (
    CannotLeave,
    ComingOfAge,
    ConsentPurpose,
    DocumentSeen,
    GivenBy,
    Likeness,
    MatchedBy,
    NoNumberReason,
    Obstacle,
    PatronRefused,
    Problem,
    ProblemCode,
    ProxyRelation,
    Relation,
    RestrictionCause,
    RestrictionKind,
)

PROBLEM_WORDS = {
    ProblemCode.NAME_EMPTY: _("A name is needed."),
    ProblemCode.NAME_TOO_LONG: _("The name is too long."),
    ProblemCode.NAME_BAD: _("The name holds a number or a sign that cannot be in a name."),
    ProblemCode.NUMBER_BAD: _("This is no valid identity number. Read it once more from the document."),
    ProblemCode.NUMBER_REGISTERED: _("This number is registered already."),
    ProblemCode.NUMBER_OR_REASON: _("Enter the number, or say why there is none."),
    ProblemCode.BIRTH_DATE_BAD: _("The birth date lies in the future."),
    ProblemCode.BIRTH_DATE_DISAGREES: _("The birth date is not the one in the identity number."),
    ProblemCode.GENDER_DISAGREES: _("The gender is not the one in the identity number."),
    ProblemCode.GENDER_BAD: _("This gender is not known."),
    ProblemCode.PHONE_BAD: _("This is no telephone number. Mobile numbers have eleven digits."),
    ProblemCode.EMAIL_BAD: _("This is no e-mail address."),
    ProblemCode.ADDRESS_TOO_LONG: _("The address is too long."),
    ProblemCode.CATEGORY_UNKNOWN: _("The library has no such kind of reader."),
    ProblemCode.CATEGORY_TAKEN: _("There is a kind of reader with this code already."),
    ProblemCode.CATEGORY_CODE: _("A code has small letters, digits and underscores, and begins with a letter."),
    ProblemCode.CATEGORY_NUMBERS: _("These ages or months cannot be."),
    ProblemCode.CATEGORY_IN_USE: _("Readers have this kind: persons and institutions are not mixed."),
    ProblemCode.CATEGORY_UNGUARDED: _("Some readers of this kind have no guardian: note one first."),
    ProblemCode.CATEGORY_AGE: _("The reader's age does not fit this kind of reader."),
    ProblemCode.BRANCH_UNKNOWN: _("This branch is not in service."),
    ProblemCode.ROSTER_UNKNOWN: _("There is no such class list."),
    ProblemCode.GUARDIAN_REQUIRED: _("A child needs a guardian."),
    ProblemCode.GUARDIAN_UNKNOWN: _("The guardian is not registered."),
    ProblemCode.GUARDIAN_IS_CHILD: _("The guardian must be of age and somebody else."),
    ProblemCode.GUARDIAN_NAME: _("The guardian's name is missing or cannot be a name."),
    ProblemCode.GUARDIAN_RELATION: _("Say what the guardian is to the child."),
    ProblemCode.GUARDIAN_PHONE: _("The guardian's phone is no telephone number."),
    ProblemCode.GUARDIAN_NUMBER: _("The guardian's identity number is not valid."),
    ProblemCode.CONSENT_MISSING: _("Without consent nobody is registered."),
    ProblemCode.GUARDIAN_CONSENT_MISSING: _("Below 14 the guardian must consent."),
    ProblemCode.CONSENT_NEEDED: _("The consent to registration is taken back by closing the card."),
    ProblemCode.CARD_BAD: _("This cannot be a card number: letters, digits and hyphens, 32 at most."),
    ProblemCode.CARD_TAKEN: _("This card number belongs to somebody already."),
    ProblemCode.CARD_IS_PERSONAL: _("An identity or telephone number cannot be a card number."),
    ProblemCode.TOKEN_BAD: _("This cannot be read as a token of that kind."),
    ProblemCode.TOKEN_TAKEN: _("This token belongs to somebody already."),
    ProblemCode.TOKEN_STATUS: _("The state of this card does not allow it."),
    ProblemCode.PIN_BAD: _("A PIN has four to six digits."),
    ProblemCode.PIN_WEAK: _("This PIN is too easily guessed."),
    ProblemCode.PIN_WRONG: _("This is not the PIN until now."),
    ProblemCode.PIN_SAME: _("This is the PIN until now."),
    ProblemCode.CARD_OWN: _("This is the reader's own card."),
    ProblemCode.PIN_OF_CHILDHOOD: _("The PIN is from before its reader was fourteen."),
    ProblemCode.CARDS_MANY: _("No more cards fit under one sign-in."),
    ProblemCode.EXPIRES_BAD: _("This day cannot be the last day of a registration."),
    ProblemCode.TEXT_PERSONAL: _("An identity or telephone number must not stand in this text."),
    ProblemCode.TEXT_TOO_LONG: _("The text is too long."),
    ProblemCode.REASON_MISSING: _("Say why."),
    ProblemCode.PATRON_CLOSED: _("The reader has left; take them in again first."),
    ProblemCode.PATRON_NOT_CLOSED: _("The reader has not left."),
    ProblemCode.PATRON_ERASED: _("The reader's data has been erased."),
    ProblemCode.NO_SUCH_VALUE: _("There is nothing to show."),
    ProblemCode.GUARDIAN_NOT_IN_ORDER: _("For this kind of reader one guardian must hold a card that is in order."),
    ProblemCode.RESPONSIBLE_REQUIRED: _("An institution needs a person who answers for it."),
    ProblemCode.INSTITUTION_NUMBER: _("An institution has no identity number, birth date or gender."),
    ProblemCode.NOT_OF_AGE: _("Who consents alone must be 14 or older, by the birth date on record."),
    ProblemCode.NUMBER_OTHER: _("This is not the number on record. Do not lend on this card before it is cleared up."),
    ProblemCode.PROXY_NAME: _("The name of who acts for the reader is missing or cannot be a name."),
    ProblemCode.PROXY_DOCUMENT: _("The number of the document is too long."),
    ProblemCode.LOOKS_REGISTERED: _("Somebody of this name, and this birth date or phone, is registered already."),
    ProblemCode.MERGE_ONE_RECORD: _("These are one and the same record."),
    ProblemCode.MERGE_OTHER_WAY: _("Only the other record has an identity number: let that one stay."),
    ProblemCode.MERGE_TWO_NUMBERS: _("The records have different identity numbers: they are two persons."),
    ProblemCode.MERGE_GUARDIAN: _("One answers for the other: they are two persons."),
    ProblemCode.MERGE_HELD_TWICE: _("One title stands ready for both records: let one be fetched or cancelled first."),
    ProblemCode.MERGED_ALREADY: _("The record has been merged into another already."),
    ProblemCode.MERGE_TOO_OLD: _("A merge can be undone within thirty days only."),
    ProblemCode.ROW_MISSING: _("The list holds no rows."),
    ProblemCode.TOO_MANY_ROWS: _("The list is too long: sixty children at most."),
    ProblemCode.COLUMN_MISSING: _("No column for names was found."),
    ProblemCode.VALUE_UNREADABLE: _("This value cannot be read."),
    ProblemCode.DUPLICATE_ROW: _("The same child stands in the list twice."),
    ProblemCode.FILE_UNREADABLE: _("The file cannot be read. Save it as XLSX or CSV."),
}

RELATION_WORDS = {
    Relation.FATHER: _("Father"),
    Relation.MOTHER: _("Mother"),
    Relation.GRANDPARENT: _("Grandparent"),
    Relation.RELATIVE: _("Relative"),
    Relation.OTHER: _("Other guardian"),
    Relation.RESPONSIBLE: _("Answers for the institution"),
}
RELATION_CHOICES = [(relation.value, words) for relation, words in RELATION_WORDS.items()]

KIND_WORDS = {
    RestrictionKind.MANUAL: _("By decision of staff"),
    RestrictionKind.OVERDUES: _("While items are overdue"),
    RestrictionKind.SUSPENSION: _("After a late return"),
    RestrictionKind.DISCHARGE: _("Leaving"),
}
CAUSE_WORDS = {
    RestrictionCause.READER_WISH: _("At the reader's wish"),
    RestrictionCause.CARD_CHECKED: _("The card is being looked into"),
    RestrictionCause.MONEY: _("Something is owed"),
    RestrictionCause.CONDUCT: _("Conduct"),
    RestrictionCause.OVERDUE: _("Overdue"),
    RestrictionCause.LEAVING: _("The reader is leaving"),
    RestrictionCause.OTHER: _("Another reason"),
}
CAUSE_CHOICES = [
    (cause.value, CAUSE_WORDS[cause])
    for cause in (
        RestrictionCause.OTHER,
        RestrictionCause.CONDUCT,
        RestrictionCause.MONEY,
        RestrictionCause.CARD_CHECKED,
        RestrictionCause.OVERDUE,
    )
]
"""What a clerk may name; the others have acts of their own."""

PROXY_WORDS = {
    ProxyRelation.SPOUSE: _("Husband or wife"),
    ProxyRelation.CHILD: _("Son or daughter"),
    ProxyRelation.PARENT: _("Father or mother"),
    ProxyRelation.RELATIVE: _("Relative"),
    ProxyRelation.CARER: _("Carer"),
    ProxyRelation.SCHOOL: _("School"),
    ProxyRelation.WORKPLACE: _("Workplace"),
    ProxyRelation.OTHER: _("Somebody else"),
}
DOCUMENT_WORDS = {
    DocumentSeen.IDENTITY_CARD: _("Identity card"),
    DocumentSeen.HOUSEHOLD_REGISTER: _("Household register"),
    DocumentSeen.PASSPORT: _("Passport"),
    DocumentSeen.SOCIAL_SECURITY_CARD: _("Social security card"),
    DocumentSeen.STUDENT_CARD: _("Student card"),
    DocumentSeen.LETTER: _("Letter of authority"),
    DocumentSeen.OTHER: _("Another document"),
}
PROXY_CHOICES = [(relation.value, words) for relation, words in PROXY_WORDS.items()]
DOCUMENT_CHOICES = [(document.value, words) for document, words in DOCUMENT_WORDS.items()]

LIKENESS_WORDS = {
    Likeness.BIRTH_AND_PHONE: _("Same name, birth date and phone"),
    Likeness.PHONE: _("Same name and phone"),
    Likeness.BIRTH_AND_PHONE_TAIL: _("Same name, birth date and end of the phone"),
    Likeness.BIRTH: _("Same name and birth date"),
    Likeness.NAME_OF_ORGANISATION: _("Institutions of the same name"),
}
MOVED_WORDS = {
    "token": _("Cards and other tokens"),
    "consent": _("Consents"),
    "restriction": _("Restrictions"),
    "proxy_act": _("Acts done on behalf"),
    "guardian": _("Guardians"),
    "guardian_twice": _("Guardians of both"),
    "erasure_request": _("Requests for deletion"),
    "ward": _("Children"),
    "loan": _("Loans"),
    "hold": _("Holds"),
    "hold_ended": _("Holds for a title that both waited for"),
    "hold_ended_of_kept": _("Holds for a title that both waited for"),
}
REACHED_WORDS = {
    ComingOfAge.OWN_CONSENT: _("14: consents alone"),
    ComingOfAge.MAJORITY: _("18: nobody answers for them any more"),
}

NO_NUMBER_WORDS = {
    NoNumberReason.CHILD: _("A child without a number at hand"),
    NoNumberReason.NOT_ISSUED: _("None was issued"),
    NoNumberReason.LOST: _("Document lost"),
    NoNumberReason.NOT_SHOWN: _("Not shown"),
    NoNumberReason.ORGANISATION: _("An organisation"),
    NoNumberReason.ERASED: _("Erased"),
}

STATUS_WORDS = {"active": _("In use"), "suspended": _("Suspended"), "closed": _("Has left")}
STATUS_SHAPES = {"active": "in", "suspended": "stop", "closed": "none"}

TOKEN_WORDS = {
    "card": _("Reader's card"),
    "identity": _("Identity card"),
    "social_security": _("Social security card"),
    "uid": _("Chip"),
    "qr": _("QR code"),
}
TOKEN_STATUS_WORDS = {
    "active": _("In use"),
    "lost": _("Reported lost"),
    "replaced": _("Replaced"),
    "removed": _("Removed"),
}
TOKEN_STATUS_SHAPES = {"active": "in", "lost": "stop", "replaced": "none", "removed": "none"}

PURPOSE_WORDS = {
    ConsentPurpose.REGISTRATION: _("Registration and lending"),
    ConsentPurpose.HISTORY: _("Keeping the reading history"),
    ConsentPurpose.NOTICES: _("Messages"),
}
GIVEN_BY_WORDS = {GivenBy.SELF: _("the reader"), GivenBy.GUARDIAN: _("the guardian")}

MATCHED_WORDS = {
    MatchedBy.TOKEN: _("Card"),
    MatchedBy.NUMBER: _("Identity number"),
    MatchedBy.PHONE: _("Phone"),
    MatchedBy.NAME: _("Name"),
    MatchedBy.PINYIN: _("Pinyin"),
    MatchedBy.INITIALS: _("Initials"),
    MatchedBy.PHONE_TAIL: _("End of the phone"),
    MatchedBy.NAME_BEGINS: _("Beginning of the name"),
    MatchedBy.PINYIN_BEGINS: _("Beginning of the pinyin"),
    MatchedBy.GUARDIAN_PHONE_TAIL: _("End of the guardian's phone"),
}

GENDER_WORDS = {"male": _("Male"), "female": _("Female")}

OBSTACLE_WORDS = {
    "open_loans": _("Items still on loan: %(count)s"),
    "open_holds": _("Holds still open: %(count)s"),
    "open_charges": _("Charges still open: %(count)s"),
    "due_back": _("Payments due back: %(count)s"),
    "deposit_held": _("Deposits held: %(count)s"),
    "guardian_of": _("Children for whom the reader answers: %(count)s"),
    "deposit": _("Deposits still to be paid back: %(count)s"),
    "debts": _("Debts still open: %(count)s"),
}

COLUMN_WORDS = {
    "name": _("Name"),
    "gender": _("Gender"),
    "birth_date": _("Birth date"),
    "number": _("Identity number"),
    "no_number_reason": _("Why there is no number"),
    "guardian_name": _("Name of the guardian"),
    "relation": _("The guardian is"),
    "guardian_phone": _("Phone of the guardian"),
    "card_no": _("Card number"),
}

_FIELDS = {"guardian": "guardian_name", "home_branch_id": "home_branch", "tokens": "card_no"}
"""Names of the room's fields that forms call otherwise."""


def problem_words(problem: Problem) -> str:
    """A problem as a sentence."""
    return str(PROBLEM_WORDS[problem.code])


def add_problems(form: Form, problems: Iterable[Problem]) -> None:
    """Put each problem beside the field it lies in, or above the form where it has none."""
    for problem in problems:
        field = _FIELDS.get(problem.field, problem.field)
        form.add_error(field if field in form.fields else None, problem_words(problem))


def refused_words(refused: PatronRefused) -> str:
    """Every reason in one line, for an act that has no form of its own."""
    return " ".join(problem_words(problem) for problem in refused.problems)


def obstacle_words(error: CannotLeave) -> str:
    """What still ties the reader to the library."""
    return gettext("; ").join(obstacles_in_words(error.obstacles))


def obstacles_in_words(obstacles: Iterable[Obstacle]) -> list[str]:
    """The same thing by thing."""
    return [str(OBSTACLE_WORDS.get(one.what, _("Still open: %(count)s"))) % {"count": one.count} for one in obstacles]
