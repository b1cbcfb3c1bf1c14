"""What others harvest of the catalogue: every bib with the second at which its last change could be read, and what is
gone.

``stamping`` gives the seconds after the changes are committed, ``reading`` lists. Why: ADR 0019; spec:
``docs/specs/harvesting.md``.
"""
