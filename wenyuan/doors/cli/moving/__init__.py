"""``wenyuan take-over``: the data of an old system, by a mapping file, to the rooms' ``record_past_…`` verbs.

``mapping`` says what the file may say, ``rows`` reads tables and MARC files row by row, ``parts`` makes of a row what a
verb takes, ``running`` drives a run, ``report`` keeps what became of it, ``comparing`` holds old and new against each
other. It decides nothing about a row but whether its texts can be read.
"""
