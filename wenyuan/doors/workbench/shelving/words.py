"""Call numbers in words."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.holdings.catalogue.data import ShelvingRefusal, ShelvingRefused

NUMBERINGS: Final[Mapping[str, StrOrPromise]] = {
    "running": _("running number of the works in a class"),
    "author": _("author number by a table"),
    "initials": _("initials of the author"),
}
BECAUSE: Final[Mapping[str, StrOrPromise]] = {
    "record": _("in the record"),
    "subject": _("has the name of its subject"),
    "alike": _("of other records with its subject"),
}
COLUMNS: Final[Mapping[str, StrOrPromise]] = {
    "file": _("File"),
    "code": _("Class number or code"),
    "name": _("Name of the class"),
    "parent": _("Class above"),
    "edition": _("Edition"),
    "entry": _("Entry"),
    "letters": _("Initials"),
    "number": _("Number"),
    "subtable": _("Parts"),
    "see": _("See"),
}
REFUSALS: Final[Mapping[ShelvingRefusal, StrOrPromise]] = {
    ShelvingRefusal.BIB_UNKNOWN: _("There is no such record."),
    ShelvingRefusal.GROUP_UNKNOWN: _("There is no such shelf group."),
    ShelvingRefusal.CLASS_UNFIT: _("This is no class number."),
    ShelvingRefusal.BOOK_NO_UNFIT: _("This cannot be a book number here."),
    ShelvingRefusal.NO_AUTHOR_NUMBER: _("The table has no number for this author: type one."),
    ShelvingRefusal.NUMBER_OF_OTHER_WORK: _("Another work stands under this number."),
    ShelvingRefusal.NUMBER_USED: _("An item stands, or once stood, under this number: it stays."),
    ShelvingRefusal.NUMBER_UNKNOWN: _("This number is no longer kept for the record. Propose one again."),
    ShelvingRefusal.CALL_NO_TOO_LONG: _("The call number would be too long."),
    ShelvingRefusal.NO_ITEMS: _("Choose at least one item."),
    ShelvingRefusal.ITEM_OF_OTHER_BIB: _("An item belongs to another record."),
    ShelvingRefusal.CLASS_FULL: _("The largest number of this class is taken: type one that is free."),
    ShelvingRefusal.NUMBER_TOO_FAR: _("This lies more than 10,000 above the highest number of the class."),
    ShelvingRefusal.ITEM_UNKNOWN: _("An item is not there any more."),
    ShelvingRefusal.ITEM_OF_OTHER_GROUP: _("An item stands at a branch with another sequence: number it there."),
    ShelvingRefusal.ITEM_WITHDRAWN: _("The item has been withdrawn."),
    ShelvingRefusal.CODE_UNFIT: _("A code is of lower-case letters, digits, - and _, and not used twice."),
    ShelvingRefusal.NAME_MISSING: _("A name is needed, of at most 40 characters."),
    ShelvingRefusal.NUMBERING_UNKNOWN: _("There is no such choice."),
    ShelvingRefusal.TABLE_UNKNOWN: _("Choose a table of author numbers."),
    ShelvingRefusal.TEMPLATE_UNFIT: _(
        "This pattern cannot be read, or its call numbers could not be told apart again: write the location, the "
        "class, a slash and the book number, then the rest behind a sign."
    ),
    ShelvingRefusal.BREAKS_UNFIT: _("A line may begin at / ( = - : or a blank."),
    ShelvingRefusal.PREFIX_UNFIT: _("This could not be told from a class number."),
    ShelvingRefusal.PREFIX_TAKEN: _("Another shelf group has this before its class numbers."),
    ShelvingRefusal.EDITION_UNFIT: _("An edition has at most 8 characters."),
    ShelvingRefusal.NEEDS_BRANCH: _("Give the group branches of its own, or something before the class number."),
    ShelvingRefusal.BRANCH_TAKEN: _("A branch chosen has a shelf group of its own already."),
    ShelvingRefusal.BRANCH_UNKNOWN: _("There is no such branch."),
    ShelvingRefusal.NEEDS_DEFAULT: _("Make another group the usual one instead: one must be."),
}


def refusal_words(refused: ShelvingRefused) -> StrOrPromise:
    """Why nothing was numbered."""
    return REFUSALS[refused.refusal]
