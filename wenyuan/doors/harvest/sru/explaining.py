"""What our SRU can do, as a record of ZeeRex 2.0."""

from typing import Final

from wenyuan.doors.harvest.formats import SRU_FORMATS
from wenyuan.doors.harvest.sru.asking import MOST_RECORDS, RECORDS
from wenyuan.doors.harvest.sru.indexes import ALL_RECORDS, CONTEXT_SETS, DATES, INDEXES
from wenyuan.kernel.xmltext import around, element

_ZEEREX: Final = "http://explain.z3950.org/dtd/2.0/"
_TITLES: Final = {"marcxml": "MARC 21 as MARCXML", "cnmarcxml": "CNMARC as MarcXchange", "dc": "Dublin Core"}


def zeerex(*, host: str, port: str, path: str, is_secure: bool, title: str) -> str:
    """The record of explain."""
    server = {"protocol": "SRU", "version": "2.0", "transport": "https" if is_secure else "http", "method": "GET POST"}
    parts = [
        around(
            "serverInfo",
            element("host", host) + element("port", port) + element("database", path.strip("/")),
            server,
        ),
        around("databaseInfo", element("title", title, {"primary": "true"})),
        around("indexInfo", "".join([*map(_context_set, CONTEXT_SETS), *map(_index, _names())])),
        around("schemaInfo", "".join(map(_schema, SRU_FORMATS))),
        around(
            "configInfo",
            element("default", str(RECORDS), {"type": "numberOfRecords"})
            + element("setting", str(MOST_RECORDS), {"type": "maximumRecords"})
            + element("supports", "and or not", {"type": "booleans"}),
        ),
    ]
    return around("explain", "".join(parts), {"xmlns": _ZEEREX})


def _names() -> list[str]:
    return [*INDEXES, *sorted(DATES), ALL_RECORDS]


def _context_set(name: str) -> str:
    return around("set", "", {"name": name, "identifier": CONTEXT_SETS[name]})


def _index(name: str) -> str:
    context, _, index = name.partition(".")
    return around("index", element("title", index) + around("map", element("name", index, {"set": context})))


def _schema(name: str) -> str:
    form = SRU_FORMATS[name]
    return around("schema", element("title", _TITLES[name]), {"name": name, "identifier": form.uri})
