"""Many items or records changed by one decision, in the background, and taken back.

``steps`` says what becomes of one record (pure), ``choosing`` finds what is meant, ``looking`` says beforehand what
would come of it, ``running`` does it chunk by chunk, ``undoing`` takes it back. Spec: ``docs/specs/batch-editing.md``.
"""
