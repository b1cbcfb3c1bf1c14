"""Wenyuan 文渊: the one system on which a county or district public library runs."""
