"""Copy cataloguing (套录): catalogues of others that are searched for a record, and what becomes of it here.

``targets`` keeps whom we ask, ``asking`` asks them all at once, ``taking`` says what of a record is taken over. It is
stored by the verbs of ``editing``. Spec: ``docs/specs/copy-cataloguing.md``.
"""
