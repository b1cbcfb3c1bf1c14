"""The daybook at the workbench: typed, approved, corrected; one set of pages for every kind of record."""
