"""Copy cataloguing in words."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.holdings.catalogue.data import CopyIndex, CopyProtocol, CopyRefusal, CopyTrouble

INDEXES: Final[Mapping[CopyIndex, StrOrPromise]] = {
    CopyIndex.ISBN: _("ISBN"),
    CopyIndex.TITLE: _("Title"),
    CopyIndex.AUTHOR: _("Author"),
    CopyIndex.ISSN: _("ISSN"),
}
PROTOCOLS: Final[Mapping[CopyProtocol, StrOrPromise]] = {CopyProtocol.SRU: "SRU", CopyProtocol.Z3950: "Z39.50"}
CHARSETS: Final[Mapping[str, StrOrPromise]] = {
    "utf-8": "UTF-8",
    "gb18030": "GB 18030 (GBK)",
    "marc-8": "MARC-8",
}
TROUBLES: Final[Mapping[CopyTrouble, StrOrPromise]] = {
    CopyTrouble.ADDRESS: _("Its address cannot be used."),
    CopyTrouble.INWARD: _("Its address leads into this machine or network, which is not allowed."),
    CopyTrouble.UNKNOWN_HOST: _("There is no such host."),
    CopyTrouble.NO_CONNECTION: _("It cannot be reached."),
    CopyTrouble.TIMED_OUT: _("It did not answer in time."),
    CopyTrouble.TOO_LARGE: _("Its answer is too large."),
    CopyTrouble.REDIRECTS: _("It sends us from one address to another."),
    CopyTrouble.STATUS: _("It answers with an error."),
    CopyTrouble.NOT_UNDERSTOOD: _("Its answer cannot be understood."),
    CopyTrouble.REFUSED: _("It does not answer this question."),
    CopyTrouble.NOT_INSTALLED: _("Z39.50 needs the program yaz-client on this server: apt-get install yaz."),
}
REFUSALS: Final[Mapping[CopyRefusal, StrOrPromise]] = {
    CopyRefusal.NAME_MISSING: _("Give it a name of at most 60 characters."),
    CopyRefusal.NAME_TAKEN: _("Another target has this name."),
    CopyRefusal.ADDRESS_INVALID: _("SRU has a web address (https://…), Z39.50 an address as host:port/database."),
    CopyRefusal.CHARSET_UNKNOWN: _("This character set is not known."),
    CopyRefusal.SYNTAX_INVALID: _("This is no name of a record format."),
    CopyRefusal.INDEX_INVALID: _("SRU has an index as dc.title, Z39.50 attributes as @attr 1=4."),
    CopyRefusal.TARGET_UNKNOWN: _("There is no such target any more."),
    CopyRefusal.TOO_MANY: _("There are twelve targets already; that is as many as are asked at once."),
}
