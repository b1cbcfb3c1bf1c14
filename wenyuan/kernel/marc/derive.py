"""Derive what the catalogue shows and finds a record by."""

from wenyuan.kernel.marc.derive_cnmarc import describe_cnmarc
from wenyuan.kernel.marc.derive_marc21 import describe_marc21
from wenyuan.kernel.marc.description import Description
from wenyuan.kernel.marc.model import Dialect, Record
from wenyuan.kernel.marc.tagged import Tagged


def describe(record: Record, *, dialect: Dialect) -> Description:
    """The record's description, read by the meaning its dialect gives the tags; odd records give less, no error."""
    tagged = Tagged(record)
    return describe_cnmarc(tagged) if dialect is Dialect.CNMARC else describe_marc21(tagged)
