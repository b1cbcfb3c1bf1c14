"""Why the room refuses: problems as data, and the exceptions that carry them."""

from dataclasses import dataclass
from enum import StrEnum


class ProblemCode(StrEnum):
    """Why a verb of this room refuses."""

    NAME_EMPTY = "name_empty"
    NAME_TOO_LONG = "name_too_long"
    NAME_BAD = "name_bad"  # control characters, or a number where a name should be
    NUMBER_BAD = "number_bad"  # detail: kernel.identity Reason
    NUMBER_REGISTERED = "number_registered"  # existing_patron_id says whose
    NUMBER_OR_REASON = "number_or_reason"  # neither a number nor a reason for its absence
    BIRTH_DATE_BAD = "birth_date_bad"  # in the future
    BIRTH_DATE_DISAGREES = "birth_date_disagrees"  # with the one in the number
    GENDER_DISAGREES = "gender_disagrees"
    GENDER_BAD = "gender_bad"
    PHONE_BAD = "phone_bad"  # detail: kernel.identity PhoneReason
    EMAIL_BAD = "email_bad"
    ADDRESS_TOO_LONG = "address_too_long"
    CATEGORY_UNKNOWN = "category_unknown"
    CATEGORY_TAKEN = "category_taken"
    CATEGORY_CODE = "category_code"  # small letters, digits and underscores, 32 at most
    CATEGORY_NUMBERS = "category_numbers"  # ages or months that cannot be
    CATEGORY_IN_USE = "category_in_use"  # persons and institutions would be mixed
    CATEGORY_UNGUARDED = "category_unguarded"  # some who have it have no guardian
    CATEGORY_AGE = "category_age"
    BRANCH_UNKNOWN = "branch_unknown"  # unknown, not yet open, or closed for good
    ROSTER_UNKNOWN = "roster_unknown"
    GUARDIAN_REQUIRED = "guardian_required"
    GUARDIAN_UNKNOWN = "guardian_unknown"
    GUARDIAN_IS_CHILD = "guardian_is_child"
    GUARDIAN_NOT_IN_ORDER = "guardian_not_in_order"  # no guardian holds a card that lends today
    RESPONSIBLE_REQUIRED = "responsible_required"  # an institution needs somebody who answers for it
    INSTITUTION_NUMBER = "institution_number"  # an institution has no identity number, birth date or gender
    NOT_OF_AGE = "not_of_age"  # below 14
    GUARDIAN_NAME = "guardian_name"
    GUARDIAN_RELATION = "guardian_relation"
    GUARDIAN_PHONE = "guardian_phone"
    GUARDIAN_NUMBER = "guardian_number"
    CONSENT_MISSING = "consent_missing"
    GUARDIAN_CONSENT_MISSING = "guardian_consent_missing"
    CONSENT_NEEDED = "consent_needed"  # registration is withdrawn by closing the card
    CARD_BAD = "card_bad"
    CARD_TAKEN = "card_taken"
    CARD_IS_PERSONAL = "card_is_personal"  # looks like an identity number, or is the patron's own phone or number
    TOKEN_BAD = "token_bad"  # noqa: S105 - a code; detail: kernel.identity TokenReason
    TOKEN_TAKEN = "token_taken"  # noqa: S105 - a code
    TOKEN_STATUS = "token_status"  # noqa: S105 - the token's status forbids it; detail: the status
    PIN_BAD = "pin_bad"  # not four to six digits
    PIN_WEAK = "pin_weak"
    PIN_WRONG = "pin_wrong"  # the one until now, where the reader sets another
    PIN_SAME = "pin_same"
    CARD_OWN = "card_own"  # the reader's own card, where another's is added
    PIN_OF_CHILDHOOD = "pin_of_childhood"  # set before its reader was fourteen
    CARDS_MANY = "cards_many"  # under one sign-in
    EXPIRES_BAD = "expires_bad"
    TEXT_PERSONAL = "text_personal"  # a free text holds an identity number or a mobile number
    TEXT_TOO_LONG = "text_too_long"
    REASON_MISSING = "reason_missing"
    PATRON_CLOSED = "patron_closed"
    PATRON_NOT_CLOSED = "patron_not_closed"
    PATRON_ERASED = "patron_erased"
    NO_SUCH_VALUE = "no_such_value"
    NUMBER_OTHER = "number_other"  # not the number on record
    PROXY_NAME = "proxy_name"
    PROXY_DOCUMENT = "proxy_document"  # longer than any document's number
    LOOKS_REGISTERED = "looks_registered"  # somebody of this name and birth date or phone; existing_patron_id
    # merging two records
    MERGE_ONE_RECORD = "merge_one_record"
    MERGE_OTHER_WAY = "merge_other_way"  # the record with the number stays
    MERGE_TWO_NUMBERS = "merge_two_numbers"  # two numbers that last for life: two persons
    MERGE_GUARDIAN = "merge_guardian"  # one answers for the other
    MERGE_HELD_TWICE = "merge_held_twice"  # an item stands ready for each, for one title
    MERGED_ALREADY = "merged_already"  # existing_patron_id: where the record leads
    MERGE_TOO_OLD = "merge_too_old"
    # a class list
    ROW_MISSING = "row_missing"  # no rows at all
    TOO_MANY_ROWS = "too_many_rows"
    COLUMN_MISSING = "column_missing"
    VALUE_UNREADABLE = "value_unreadable"
    DUPLICATE_ROW = "duplicate_row"
    FILE_UNREADABLE = "file_unreadable"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason for a refusal: a code, the field it lies in, and a code with more detail. Never the value itself."""

    code: ProblemCode
    field: str = ""
    detail: str = ""
    existing_patron_id: int | None = None


class PatronRefused(Exception):
    """A verb of this room refuses, with every reason at once; nothing was written."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code.value for problem in problems))
        self.problems = problems

    @property
    def codes(self) -> frozenset[ProblemCode]:
        return frozenset(problem.code for problem in self.problems)


class RegistrationRefused(PatronRefused):
    """A registration is refused."""


class PatronUnknown(LookupError):
    """There is no such patron, token or guardian."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """``count`` things of one kind (``open_loans``, ``guardian_of``) that keep a patron from leaving."""

    what: str
    count: int


class CannotLeave(Exception):
    """The patron still has something with the library."""

    def __init__(self, obstacles: tuple[Obstacle, ...]) -> None:
        super().__init__(", ".join(f"{obstacle.what}: {obstacle.count}" for obstacle in obstacles))
        self.obstacles = obstacles


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong at a place of the file; ``column`` is a field of :class:`RosterRow`, empty for the whole row."""

    line: int
    column: str
    problem: Problem


class RosterRefused(Exception):
    """A class list is refused as a whole, with every problem of every row; nobody was enrolled."""

    def __init__(self, problems: tuple[RowProblem, ...]) -> None:
        super().__init__(", ".join(f"{row.line}:{row.column}:{row.problem.code.value}" for row in problems[:20]))
        self.problems = problems
