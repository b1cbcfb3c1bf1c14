"""Authorities 规范记录: names, subjects and titles as the library settled them, and the records that use them.

``keeping`` adds and changes them, ``following`` links the headings of records behind every change of a record,
``deciding`` is for what a person must look at, ``updating`` writes a renamed heading into the records. Spec:
``docs/specs/authorities.md``.
"""
