"""Pages of call numbers: of one record, the classes, the shelf groups, the tables that a library brings."""
