"""The notice on personal data that a reader agrees to; its text is ``workbench/patrons/notice.html``.

A change of the text is a new version: consents name the version they were given under.
"""

NOTICE_VERSION = "2026-1"
