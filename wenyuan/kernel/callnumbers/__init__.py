"""Call numbers (索书号): their parts, their look, and the order in which they stand on the shelf."""

from wenyuan.kernel.callnumbers.order import PLAIN, SHELF_KEY_VERSION, ShelfStyle, shelf_key
from wenyuan.kernel.callnumbers.parts import (
    DEFAULT_TEMPLATE,
    CallNumber,
    parse_call_number,
    render,
    template_fault,
)

__all__ = [
    "DEFAULT_TEMPLATE",
    "PLAIN",
    "SHELF_KEY_VERSION",
    "CallNumber",
    "ShelfStyle",
    "parse_call_number",
    "render",
    "shelf_key",
    "template_fault",
]
