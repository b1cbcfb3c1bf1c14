"""Items of an old system, taken over with its own keys and, where its numbers clash with ours, its former numbers.

Start with ``recording``; ``planning`` decides, ``reading`` tells what was taken over. Spec:
``docs/specs/migration.md``.
"""
