"""Records edited by hand.

``formats`` knows what the two formats allow, ``checking`` what is wrong with a record, ``pinyin`` proposes $9,
``drafts`` begins a new record; ``saving`` has the verbs, ``history`` the versions, ``presence`` who has a record open.
``tables`` are this part's models, ``values`` what crosses the border. Spec: ``docs/specs/record-editing.md``.
"""
