"""Call numbers (索书号): their parts, their look, and the order in which they stand on the shelf."""

from wenyuan.kernel.callnumbers.authors import AuthorRow, author_initials, author_numbers, entries_of, row_fault
from wenyuan.kernel.callnumbers.order import PLAIN, SHELF_KEY_VERSION, ShelfStyle, shelf_key
from wenyuan.kernel.callnumbers.parts import (
    DEFAULT_TEMPLATE,
    CallNumber,
    parse_call_number,
    render,
    template_fault,
)
from wenyuan.kernel.callnumbers.spines import BREAKS, DEFAULT_BREAKS, running_number, spine_lines, work_part

__all__ = [
    "BREAKS",
    "DEFAULT_BREAKS",
    "DEFAULT_TEMPLATE",
    "PLAIN",
    "SHELF_KEY_VERSION",
    "AuthorRow",
    "CallNumber",
    "ShelfStyle",
    "author_initials",
    "author_numbers",
    "entries_of",
    "parse_call_number",
    "render",
    "row_fault",
    "running_number",
    "shelf_key",
    "spine_lines",
    "template_fault",
    "work_part",
]
