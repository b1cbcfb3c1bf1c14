"""Headings (标目): the names, subjects and titles that records are gathered by, and how one is told from another.

``persons_of`` reads a statement of responsibility, ``headings_of`` the fields of a record, ``with_heading`` writes
another heading into them. Spec: ``docs/specs/authorities.md``.
"""

from wenyuan.kernel.headings.authority_records import AuthorityRecord, authority_in
from wenyuan.kernel.headings.kinds import Heading, HeadingKind, is_body, key_of
from wenyuan.kernel.headings.names import Person, name_of, persons_of, plain_dates
from wenyuan.kernel.headings.of_records import headings_of
from wenyuan.kernel.headings.rewriting import with_heading

__all__ = [
    "AuthorityRecord",
    "Heading",
    "HeadingKind",
    "Person",
    "authority_in",
    "headings_of",
    "is_body",
    "key_of",
    "name_of",
    "persons_of",
    "plain_dates",
    "with_heading",
]
