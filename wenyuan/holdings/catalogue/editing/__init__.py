"""Records edited by hand.

``formats`` knows what the two formats allow, ``checking`` what is wrong with a record, ``pinyin`` proposes $9,
``drafts`` begins a new record, ``slots`` and ``forming`` show it as a form, ``coded`` its codes one by one;
``likeness`` and ``duplicates`` tell what may be there already; ``saving`` has the verbs, ``history`` the versions,
``presence`` who has a record open. ``tables`` are this part's models, ``values`` what crosses the border.
Spec: ``docs/specs/record-editing.md``.
"""
