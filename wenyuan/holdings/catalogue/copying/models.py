"""Tables of copy cataloguing."""

from django.db import models


class CopyTarget(models.Model):
    """A catalogue of others that is searched: how it is reached, and how it says things.

    ``protocol`` is ``sru`` (``address`` a web address) or ``z3950`` (``address`` as ``host:port/database``).
    """

    name = models.CharField(max_length=60, unique=True)
    protocol = models.CharField(max_length=8)
    address = models.CharField(max_length=300)
    charset = models.CharField(max_length=12)  # of Z39.50, both ways; SRU says its own
    syntax = models.CharField(max_length=60)  # record schema of SRU, record syntax of Z39.50
    dialect = models.CharField(max_length=8, blank=True)  # what its records are; blank: each says
    indexes = models.JSONField()  # of title, author, isbn, issn: a CQL index, or attributes of PQF
    is_asked = models.BooleanField(default=True)  # unless somebody chooses others
    place = models.SmallIntegerField(default=0)
