"""Reading files of MARC records into the catalogue, in chunks that each stand or fall alone.

``reading`` cuts a file into pieces, ``preparing`` turns a piece into what the tables need, ``planning`` compares a
chunk with what the catalogue has, ``writing`` puts it there, ``batches`` drives them and can be interrupted.
``mappings`` keeps what a library says of where its suppliers write their items.
"""
