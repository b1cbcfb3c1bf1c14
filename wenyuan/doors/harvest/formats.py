"""The formats in which a record can be given, for both protocols."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from wenyuan.kernel.marc import (
    MARCXCHANGE,
    NAMESPACE,
    Dialect,
    Record,
    describe,
    dublin_core,
    to_marcxchange,
    to_slim,
)
from wenyuan.kernel.xmltext import around, element

OAI_DC: Final = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC: Final = "http://purl.org/dc/elements/1.1/"
SRW_DC: Final = "info:srw/schema/1/dc-schema"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

Write = Callable[[Record, Dialect, str], str]
"""Takes a record, its dialect and the address of its page; gives one element."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name in requests, namespace, schema, how it is written, its URI in SRU, and the one dialect that it
    can hold."""

    name: str
    namespace: str
    schema: str
    write: Write
    uri: str = ""
    only: Dialect | None = None

    def can_hold(self, dialect: Dialect) -> bool:
        """Whether a record of this dialect can be given so."""
        return self.only is None or self.only is dialect


def _oai_dc(record: Record, dialect: Dialect, link: str) -> str:
    attributes = {
        "xmlns:oai_dc": OAI_DC,
        "xmlns:dc": DC,
        "xmlns:xsi": XSI,
        "xsi:schemaLocation": f"{OAI_DC} {OAI_DC.rstrip('/')}.xsd",
    }
    return around("oai_dc:dc", _dc_elements(record, dialect, link), attributes)


def _srw_dc(record: Record, dialect: Dialect, link: str) -> str:
    return around("srw_dc:dc", _dc_elements(record, dialect, link), {"xmlns:srw_dc": SRW_DC, "xmlns:dc": DC})


def _dc_elements(record: Record, dialect: Dialect, link: str) -> str:
    pairs = [*dublin_core(describe(record, dialect=dialect)), ("identifier", link)]
    return "".join(element(f"dc:{name}", text) for name, text in pairs)


def _marcxml(record: Record, _dialect: Dialect, _link: str) -> str:
    return to_slim(record)


def _cnmarcxml(record: Record, _dialect: Dialect, _link: str) -> str:
    return to_marcxchange(record)


MARCXML: Final = Format(
    "marcxml",
    NAMESPACE,
    "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd",
    _marcxml,
    "info:srw/schema/1/marcxml-v1.1",
    Dialect.MARC21,
)
CNMARCXML: Final = Format(
    "cnmarcxml",
    MARCXCHANGE,
    "http://www.loc.gov/standards/iso25577/marcxchange-2-0.xsd",
    _cnmarcxml,
    MARCXCHANGE,
    Dialect.CNMARC,
)
OAI_FORMATS: Final = {
    one.name: one for one in (Format("oai_dc", OAI_DC, f"{OAI_DC.rstrip('/')}.xsd", _oai_dc), MARCXML, CNMARCXML)
}
SRU_DC: Final = Format(
    "dc",
    SRW_DC,
    "http://www.loc.gov/standards/sru/recordSchemas/dc-schema.xsd",
    _srw_dc,
    "info:srw/schema/1/dc-v1.1",
)
SRU_FORMATS: Final = {one.name: one for one in (MARCXML, CNMARCXML, SRU_DC)}
SRU_NAMES: Final = {name: one.name for one in SRU_FORMATS.values() for name in (one.name, one.uri, one.namespace)}
"""Names and URIs by which a client may ask for a format."""
