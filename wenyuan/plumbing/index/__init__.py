"""A search index: derived, never the truth, and made anew whenever it is lost.

Rooms describe their fields (``fields``), say what to look for (``asks``), write by ``writer.Writer`` and read by
``reader.reader_of``; ``folders`` tells which of the folders on the disk is the one in use. Only ``engine`` knows
tantivy.
"""
