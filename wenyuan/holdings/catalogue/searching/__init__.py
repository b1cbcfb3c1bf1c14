"""Full search: what the index holds of a bib, how a question asks it, and how it follows the tables.

The index is derived: ``documents`` makes it from the tables, ``indexing`` keeps it up and builds it anew, ``reading``
asks it. What a page shows comes from the tables. Spec: ``docs/specs/search.md``.
"""
