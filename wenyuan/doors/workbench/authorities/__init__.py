"""Pages of authorities: found, kept, merged; the headings of records that a person must look at."""
