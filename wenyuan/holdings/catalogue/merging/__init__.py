"""Records of one and the same document: found, laid side by side, made one, and two again.

``joining`` makes one of two, ``parting`` takes that back, ``looking`` goes through the catalogue in the background,
``lists`` reads. The record that went stays as a redirect. Spec: ``docs/specs/merging.md``.
"""
