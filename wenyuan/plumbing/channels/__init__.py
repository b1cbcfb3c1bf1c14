"""Ways out of the house to one person: e-mail, SMS, WeChat. They carry texts and know nothing of what these say.

Each takes one message and says what became of it (``port.Outcome``), so that nothing is ever sent twice: a fault
before the message could have left is ``LATER``, a fault after that is ``UNSURE``. Neither addresses nor secrets reach a
log, an error or a ``repr``.
"""
